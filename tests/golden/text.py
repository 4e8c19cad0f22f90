"""Golden values of texts: scikit-learn's TfidfVectorizer and LinearSVC, Python's unicodedata.

    python3 tests/golden/text.py > tests/golden/text.json
"""
import json

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from text_forms import equal_forms, texts

# (our options, scikit-learn's)
cases = [
    ("words: 1, characters: 0, shortest_word: 2, min_count: 1, sublinear: false", {}),
    ("words: 2, characters: 0, shortest_word: 1, min_count: 1",
     dict(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")),
    ("words: 3, characters: 0, shortest_word: 2, min_count: 2, max_share: 0.25",
     dict(ngram_range=(1, 3), sublinear_tf=True, min_df=2, max_df=0.25)),
    ("words: 0, characters: 4, characters_from: 2, min_count: 1, across_words: true",
     dict(analyzer="char", ngram_range=(2, 4), sublinear_tf=True)),
    ("words: 0, characters: 3, min_count: 2", dict(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True, min_df=2)),
    ("words: 0, characters: 6, characters_from: 4, min_count: 1",
     dict(analyzer="char_wb", ngram_range=(4, 6), sublinear_tf=True)),
]


def vectorised():
    out = []
    for ours, theirs in cases:
        vectoriser = TfidfVectorizer(preprocessor=equal_forms, **theirs)
        rows = vectoriser.fit_transform(texts).tocsr()
        rows.sort_indices()
        out.append({"options": ours, "terms": sorted(vectoriser.vocabulary_),
                    "rows": [[[int(j) for j in rows[i].indices], [float(v) for v in rows[i].data]]
                             for i in range(len(texts))]})
    return out


def machines():
    """Support vector machines and ridge regression on sparse rows; the bias is one more input that is always 1."""
    state = [99]

    def uniform():
        state[0] = (1103515245 * state[0] + 12345) % 2147483648
        return (state[0] >> 8) / 8388608.0

    n, width, classes = 90, 12, 3
    x = np.array([[round(uniform() * 2 - 1, 3) if uniform() < 0.4 else 0.0 for _ in range(width)] for _ in range(n)])
    y = [int(np.argmax([row[0] + row[1], row[2] - row[3], 0.3 + 0.5 * row[4]])) if uniform() < 0.9
         else int(3 * uniform()) for row in x]
    value = [float(round(row[0] - 2 * row[5] + 0.5 + 0.1 * uniform(), 4)) for row in x]
    weight = [1.0 if i % 7 else 2.5 for i in range(n)]
    fits = []
    for c in (0.1, 1.0, 10.0):
        svc = LinearSVC(C=c, tol=1e-9, max_iter=1000000).fit(x, y, sample_weight=weight)
        fits.append({"cost": c, "is_regression": False, "coefficients": svc.coef_.tolist(),
                     "bias": svc.intercept_.tolist()})
        ridge = Ridge(alpha=1 / (2 * c), fit_intercept=False).fit(np.c_[x, np.ones(n)], value, sample_weight=weight)
        fits.append({"cost": c, "is_regression": True, "coefficients": [ridge.coef_[:-1].tolist()],
                     "bias": [float(ridge.coef_[-1])]})
    return {"x": x.tolist(), "class": y, "value": value, "weight": weight, "classes": classes, "fits": fits}


print(json.dumps({"texts": texts, "forms": [equal_forms(t) for t in texts], "vectorised": vectorised(),
                  "machines": machines()}, ensure_ascii=False).replace("}, {", "},\n{"))
