# A model without a target draws new rows, the same for the same seed, alone and among others.
i=0
echo 'amount,grade' > rows.csv
while [ $i -lt 200 ]; do
    echo "$((i * 7919 % 1000)),$(echo A B C | cut -d' ' -f$((i % 3 + 1)))" >> rows.csv
    i=$((i + 1))
done
printf 'data: rows.csv\nmodel: {family: vae, layers: [8], latent: 2}\ntrain: {epochs: 2}\n' > rows.yaml
lianjin run rows.yaml -q | grep -E '^(bundle|report)'; echo "exit $?"
lianjin generate bundles/rows -q -n 3 > three.csv; echo "exit $?"
lianjin generate bundles/rows -q -n 200 > many.csv
head -4 many.csv | cmp - three.csv; echo "exit $?"
lianjin generate bundles/rows -n 4 -s 8 -o new.csv --json | grep -v -e seconds -e sha256
head -1 new.csv; wc -l < new.csv
lianjin generate bundles/rows --class A; echo "exit $?"
lianjin generate bundles/rows --rows 0; echo "exit $?"
lianjin generate bundles/rows -o new.txt; echo "exit $?"
lianjin generate --help
