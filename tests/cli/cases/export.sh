# A scorecard as SQL, with its proof; and what is refused.
i=0
echo 'id,amount,grade,bad' > loans.csv
while [ $i -lt 300 ]; do
    echo "$i,$((i * 7919 % 1000)),$(echo A B C | cut -d' ' -f$((i % 3 + 1))),$((i * 7919 % 1000 + i * 31 % 500 > 700))" >> loans.csv
    i=$((i + 1))
done
printf 'data: {source: loans.csv, key: id}\ntarget: bad\nmodel: {family: scorecard, min_iv: 0.1}\nprepare: [{woe: {max_bins: 3}}]\n' > loans.yaml
lianjin run loans.yaml -q > /dev/null; echo "exit $?"
cat bundles/loans/scorecard.csv
lianjin export bundles/loans loans.csv --to sql; echo "exit $?"
lianjin export bundles/loans loans.csv --to json -o card.json --json; echo "exit $?"
ls card.json
lianjin export bundles/loans loans.csv; echo "exit $?"
lianjin export bundles/loans loans.csv --to sequel; echo "exit $?"
