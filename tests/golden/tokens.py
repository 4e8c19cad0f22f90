"""Golden values of tokens: Python's own cutting and sorting, Keras' pad_sequences.

    KERAS_BACKEND=torch python3 tests/golden/tokens.py > tests/golden/tokens.json
"""
import json
import re

from keras.utils import pad_sequences
from text_forms import equal_forms, texts

# Words of Chinese text are another matter: segment.py.
texts = [t for t in texts if not re.search("[\u4e00-\u9fff]", t)]

# (our options; unit, least number of texts, unknown kept, Keras' options)
cases = [
    ("unit: words, length: 5", "words", 1, True, dict(maxlen=5, padding="post", truncating="post")),
    ("unit: words, length: 4, pad: pre, truncate: pre", "words", 1, True, dict(maxlen=4)),
    ("unit: words, length: 6, min_count: 2, pad: pre", "words", 2, True,
     dict(maxlen=6, padding="pre", truncating="post")),
    ("unit: words, length: 6, min_count: 2, unknown: false", "words", 2, False,
     dict(maxlen=6, padding="post", truncating="post")),
    ("unit: characters, length: 12, min_count: 3", "characters", 3, True,
     dict(maxlen=12, padding="post", truncating="post")),
]


def cut(text, unit):
    form = equal_forms(text)
    return re.findall(r"\w+", form) if unit == "words" else list(re.sub(r"\s+", " ", form))


def case(ours, unit, least, keeps, keras_options):
    rows = [cut(t, unit) for t in texts]
    tokens = sorted({t for row in rows for t in row if sum(t in r for r in rows) >= least}, key=lambda t: t.encode())
    code = {t: i + 2 for i, t in enumerate(tokens)}
    coded = [[code.get(t, 1) for t in row if keeps or t in code] for row in rows]
    return {"options": ours, "size": len(tokens) + 2, "codes": pad_sequences(coded, **keras_options).tolist()}


print(json.dumps({"texts": texts, "cases": [case(*c) for c in cases]}).replace("}, {", "},\n{"))
