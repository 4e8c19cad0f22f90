# Bad files: file, line and column, the nearest name, exit code 2 for the config and 1 for the data.
lianjin run nowhere.yaml; echo "exit $?"
printf 'data: a.csv\ntarget: y\nseeds: 3\n' > p.yaml
lianjin run p.yaml; echo "exit $?"
printf 'data: a.csv\ntarget: y\ntrain: {epochs: -1}\n' > p.yaml
lianjin run p.yaml; echo "exit $?"
printf 'data: a.csv\ntarget: y\n' > p.yaml
lianjin run p.yaml; echo "exit $?"
printf 'x,y\n1,0\n2,0\n' > a.csv
lianjin run p.yaml -q; echo "exit $?"
printf 'x,y\n1,0\n2,1\n3\n' > a.csv
lianjin run p.yaml -q; echo "exit $?"
LIANJIN_ISA=mmx lianjin run p.yaml; echo "exit $?"
LIANJIN_THREADS=none lianjin run p.yaml; echo "exit $?"
lianjin model show nowhere; echo "exit $?"
lianjin model show .; echo "exit $?"
lianjin data profle a.csv; echo "exit $?"
ls
