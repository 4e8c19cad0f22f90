# Vectors of words: train, ask, measure, convert; what is mistyped or damaged; nothing half written.
yes 'the cat sat on the mat and the dog lay on the rug' | head -200 > text
yes 'gold and silver are metals and so are iron and zinc' | head -200 >> text
lianjin words --help
lianjin words train --help | head -5
lianjin words; echo "exit $?"
lianjin words trian text; echo "exit $?"
lianjin words train text; echo "exit $?"
lianjin words train text -o v -m word2vec; echo "exit $?"
lianjin words train text -o v -f csv; echo "exit $?"
lianjin words train text -o v --rate none; echo "exit $?"
lianjin words train text -o v --size 4 --json | sed 's/"seconds": .*/"seconds": SOME/'
head -3 v
lianjin words train text -o sg -m skip_gram --size 4 --epochs 2 -q | sed 's/in .*/in SOME/'
lianjin words nearest v gold -n 3
lianjin words nearest v gold -n 1 --json
lianjin words nearest v glod; echo "exit $?"
lianjin words analogy v cat dog gold -n 2
printf 'cat\tdog\t9\ncat\tgold\t1\ngold\tsilver\t8\nunicorn\tcat\t5\n' > pairs
lianjin words evaluate v pairs
lianjin words evaluate v pairs --json
printf ': animals\ncat dog dog cat\n: metals\ngold silver silver gold\n' > questions
lianjin words evaluate v questions --analogies -q
lianjin words evaluate v text; echo "exit $?"
lianjin words convert v -o v.bin -f binary
lianjin words convert v.bin -o w
cmp v w && echo same
head -c 100 v.bin > cut.bin
lianjin words convert cut.bin -o u; echo "exit $?"
lianjin words train text -o v --min-count 9999 -q; echo "exit $?"
lianjin words train nowhere -o v -q; echo "exit $?"
lianjin words train text -o nowhere/v -q; echo "exit $?"
cmp v w && echo same
ls
