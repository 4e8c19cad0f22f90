# The main job on a tiny table: the files it leaves, and what scoring says.
i=0
echo 'id,amount,grade,bad' > loans.csv
while [ $i -lt 200 ]; do
    echo "$i,$((i * 7919 % 1000)),$(echo A B C | cut -d' ' -f$((i % 3 + 1))),$((i * 7919 % 1000 > 600))" >> loans.csv
    i=$((i + 1))
done
printf 'data: {source: loans.csv, key: id}\ntarget: bad\nmodel: logistic\n' > loans.yaml
lianjin run loans.yaml -q | grep -E '^(bundle|report)'; echo "exit $?"
ls bundles/loans
printf 'amount,grade\n10,A\n990,Z\n' > new.csv
lianjin predict bundles/loans new.csv -q -o scored.csv; echo "exit $?"
wc -l < scored.csv; head -1 scored.csv
lianjin predict bundles/loans new.csv -o scored.csv --json | grep -v seconds
printf 'grade\nA\n' > narrow.csv
lianjin predict bundles/loans narrow.csv -o narrow.out.csv; echo "exit $?"
ls narrow.out.csv 2>/dev/null; echo "exit $?"
