# Models of XGBoost and LightGBM: imported, shown, scored; what is no model, what is not read, what is damaged.
golden=$(dirname "$0")/../../golden/import
cp "$golden/xgb-numpy.ubj" "$golden/lgb-missing.txt" "$golden/plain.csv" "$golden/table.csv" .
lianjin model --help
lianjin model import --help | head -7
lianjin model; echo "exit $?"
lianjin model imprt a; echo "exit $?"
lianjin model import xgb-numpy.ubj; echo "exit $?"
lianjin model import nowhere.json -o b; echo "exit $?"
lianjin model import xgb-numpy.ubj -o b --target bad
lianjin model show b | sed 's/sha256 .*/sha256 SOME/'
lianjin predict b plain.csv -q | head -4
lianjin model import lgb-missing.txt -o c -q
lianjin predict c table.csv -q | head -4
lianjin predict c plain.csv -q; echo "exit $?"
sed 's/^objective=.*/objective=mine/' lgb-missing.txt > mine.txt
lianjin model import mine.txt -o d; echo "exit $?"
sed 's/^left_child=.*/left_child=0/' lgb-missing.txt > cycle.txt
lianjin model import cycle.txt -o d; echo "exit $?"
head -c 3000 xgb-numpy.ubj > cut.ubj
lianjin model import cut.ubj -o d; echo "exit $?"
lianjin model import plain.csv -o d; echo "exit $?"
mkdir e && touch e/something
lianjin model import lgb-missing.txt -o e; echo "exit $?"
printf 'data: table.csv\ntarget: flag\nmodel: imported_trees\n' > p.yaml
lianjin run p.yaml -q; echo "exit $?"
ls
