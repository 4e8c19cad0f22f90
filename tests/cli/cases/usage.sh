# Help teaches; what is mistyped comes with the nearest name; the exit code of bad usage is 2.
lianjin; echo "exit $?"
lianjin --help | head -3
lianjin rum x.yaml; echo "exit $?"
lianjin run; echo "exit $?"
lianjin run --sed 3 x.yaml; echo "exit $?"
lianjin run --seed many x.yaml; echo "exit $?"
lianjin run a.yaml b.yaml; echo "exit $?"
lianjin predict --help
