"""Vectors of words: files written by gensim, and what gensim and SciPy say of them. Needs gensim 4.4.0 and SciPy."""
import json
import os

import numpy as np
from gensim.models import KeyedVectors
from scipy.stats import spearmanr

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = "king queen man woman paris france london england 银行 bank été the run ran walk walked".split()
SIZE = 7


def main():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(len(WORDS), SIZE)).astype(np.float32)
    rows[0] *= np.float32(1e-20)  # numbers of many magnitudes
    rows[1, 0] = np.float32(3.4e38)
    rows[1, 1:] *= np.float32(1e37)
    rows[2, 0] = np.float32(1e-42)
    vectors = KeyedVectors(SIZE)
    vectors.add_vectors(WORDS, rows)
    vectors.save_word2vec_format(os.path.join(HERE, "words-gensim.txt"), binary=False)
    vectors.save_word2vec_format(os.path.join(HERE, "words-gensim.bin"), binary=True)
    vectors.save_word2vec_format(os.path.join(HERE, "words-glove.txt"), binary=False, write_header=False)

    # What is asked of plain vectors: those above are for the formats.
    rows = rng.normal(size=(len(WORDS), SIZE)).astype(np.float32)
    vectors = KeyedVectors(SIZE)
    vectors.add_vectors(WORDS, rows)
    vectors.save_word2vec_format(os.path.join(HERE, "words-asked.txt"), binary=False)
    pairs = os.path.join(HERE, "words-pairs.tsv")
    with open(pairs, "w", encoding="utf-8") as out:
        out.write("# pairs, with ties and a word that is not there\n")
        for k in range(24):
            a, b = rng.choice(WORDS, 2)
            out.write(f"{a.upper() if k % 5 == 0 and a.isascii() else a}\t{b}\t{round(float(rng.uniform(0, 10)))}\n")
        out.write("king\tnobody\t3\n")
    analogies = os.path.join(HERE, "words-analogies.txt")
    questions = ["man king woman queen", "paris france london england", "run ran walk walked", "king man queen woman"]
    best = [" ".join(["the", "bank", "run", vectors.most_similar(positive=["bank", "run"], negative=["the"])[0][0]])]
    with open(analogies, "w") as out:
        out.write(": asked\n" + "\n".join(questions) + "\n: right\n" + "\n".join(best) + "\nking queen man nobody\n")
    pearson, spearman, out_of = vectors.evaluate_word_pairs(pairs)
    score, sections = vectors.evaluate_word_analogies(analogies)
    x = np.round(rng.uniform(0, 5, 40))
    y = np.round(rng.uniform(0, 5, 40) + x)
    golden = {
        "nearest": [[w, float(s)] for w, s in vectors.most_similar("king", topn=5)],
        "analogy": [[w, float(s)] for w, s in vectors.most_similar(positive=["king", "woman"], negative=["man"], topn=5)],
        "similarity": float(vectors.similarity("paris", "银行")),
        "pairs": {"spearman": float(spearman[0]), "pearson": float(pearson[0]), "unknown": out_of},
        "analogies": [[s["section"], len(s["correct"]), len(s["correct"]) + len(s["incorrect"])] for s in sections],
        "ranks": {"x": x.tolist(), "y": y.tolist(), "spearman": float(spearmanr(x, y).statistic)},
    }
    with open(os.path.join(HERE, "words.json"), "w", encoding="utf-8") as out:
        lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in golden.items()]
        out.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
