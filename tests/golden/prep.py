"""Golden values of the transforms: scikit-learn where it has them, plain Python else.

    python3 tests/golden/prep.py > tests/golden/prep.json

Every case: fit the steps on the first `n_fit` rows of the inputs, apply to all.
"""
import json
import math
from collections import Counter
from datetime import datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
from scipy.special import ndtri
from sklearn.preprocessing import (MinMaxScaler, OneHotEncoder, PowerTransformer, QuantileTransformer, RobustScaler,
                                   StandardScaler)

N, FIT = 240, 180
words = ["red", "green", "blue", "black", "white"]


def draw():
    """A generator of our own, so that no library's version changes the inputs."""
    state = 12345
    while True:
        state = (1103515245 * state + 12345) % 2147483648
        yield (state >> 8) / 8388608.0


g = draw()
tail = [round(math.exp(3.0 * next(g)) * 10 - 25, 3) for _ in range(N)]  # long tail, both signs
count = [int(12 * next(g) ** 3) for _ in range(N)]                       # ties, many zeros
tail[200], tail[201] = 5000.0, -900.0                                    # outside the range of the fit
holes = [None if next(g) < 0.15 else v for v in tail]
color = [words[min(int(5 * next(g) ** 2), 4)] for _ in range(N)]
color[190] = "purple"                                                    # not in the fit
color_holes = [None if next(g) < 0.1 else v for v in color]
start = datetime(2016, 2, 20, tzinfo=timezone.utc)
when = [start + timedelta(days=int(900 * next(g)), hours=int(24 * next(g))) for _ in range(N)]
micro = [int((w - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(microseconds=1)) for w in when]
codes = [999.0 if next(g) < 0.1 else v for v in tail]

inputs = {"tail": tail, "count": count, "holes": holes, "color": color, "color_holes": color_holes, "when": micro,
          "codes": codes}
cases = []


def add(steps, column, out, names=None):
    out = np.asarray(out, dtype=float)
    out = out.reshape(N, -1)
    cases.append({"steps": steps, "column": column, "names": names, "out": [[float(v) for v in row] for row in out]})


def fitted(transformer, values):
    x = np.array(values, dtype=float).reshape(-1, 1)
    with np.errstate(all="ignore"):
        return transformer.fit(x[:FIT]).transform(x)


def filled(values, fill):
    return [fill if v is None else v for v in values]


def quantile_transformer(values, n):
    """scikit-learn's, with quantiles at exact ranks: its own are torn apart by rounding where values are equal."""
    qt = QuantileTransformer(n_quantiles=n, output_distribution="normal", subsample=None)
    x = np.array(values, dtype=float).reshape(-1, 1)
    qt.fit(x[:FIT])
    s = sorted(Fraction(v) for v in values[:FIT])
    exact = []
    for i in range(n):
        below, part = divmod(i * (FIT - 1), n - 1)
        exact.append(float(s[below] + (s[min(below + 1, FIT - 1)] - s[below]) * Fraction(part, n - 1)))
    qt.quantiles_ = np.array(exact).reshape(-1, 1)
    return qt.transform(x)


present = [v for v in holes[:FIT] if v is not None]
flag = [float(v is None) for v in holes]
add("[{impute: median}]", "holes", filled(holes, float(np.median(present))))
add("[{impute: mean, indicator: true}]", "holes", np.c_[filled(holes, math.fsum(present) / len(present)), flag],
    ["holes", "holes missing"])
most = min(v for v, c in Counter(present).items() if c == max(Counter(present).values()))
add("[{impute: most_frequent}]", "holes", filled(holes, most))
add("[{impute: constant, value: -1.5}]", "holes", filled(holes, -1.5))

for column in ("tail", "count"):
    v = inputs[column]
    add("[{scale: standard}]", column, fitted(StandardScaler(), v))
    add("[{scale: robust}]", column, fitted(RobustScaler(), v))
    add("[{scale: min_max}]", column, fitted(MinMaxScaler(), v))
    for q in (1000, 50):
        add("[{scale: quantile_normal, ranks: scikit_learn, quantiles: %d}]" % q, column,
            quantile_transformer(v, min(q, FIT)))
    u, c = np.unique(np.array(v[:FIT], dtype=float), return_counts=True)
    z = ndtri((np.cumsum(c) - c / 2) / FIT)
    add("[{scale: quantile_normal}]", column, np.interp(v, u, z))
    add("[{power: yeo_johnson}]", column, fitted(PowerTransformer(), v))
    add("[{log: signed}]", column, np.sign(v) * np.log1p(np.abs(v)))
    low, high = np.quantile(v[:FIT], [0.05, 0.9])
    add("[{clip: quantile, low: 0.05, high: 0.9}]", column, np.clip(v, low, high))

u, c = np.unique(np.array(tail[:FIT]), return_counts=True)
mid = (np.cumsum(c) - c / 2) / FIT
i = np.unique(np.searchsorted(mid, np.linspace(mid[0], mid[-1], 20)).clip(0, len(u) - 1))
add("[{scale: {method: quantile_normal, quantiles: 20}}]", "tail", np.interp(tail, u[i], ndtri(mid[i])))
z = np.interp(tail, u, ndtri(mid))
add("[{scale: quantile_normal}, {scale: standard, min_size: 2}]", "tail", (z - z[:FIT].mean()) / 2)
add("[{log: log1p}]", "count", np.log1p(count))
add("[{clip: bounds, high: 30}]", "tail", np.minimum(tail, 30))

edges = np.unique(np.quantile(tail[:FIT], np.arange(1, 5) / 5))
add("[{bins: {count: 5}}, {one_hot: {leave_out: none}}]", "tail", np.eye(5)[np.searchsorted(edges, tail, side="right")])
low, high = min(tail[:FIT]), max(tail[:FIT])
edges = low + (high - low) * np.arange(1, 4) / 4
add("[{bins: uniform, count: 4}, {one_hot: {leave_out: none}}]", "tail",
    np.eye(4)[np.searchsorted(edges, tail, side="right")])

levels = sorted(set(count[:FIT]))
add("[{levels: 20}, {one_hot: {}}]", "count", [[float(v == k) for k in levels] for v in count],
    ["count=%d" % k for k in levels])

encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
color_array = np.array(color, dtype=object).reshape(-1, 1)
add("[one_hot]", "color", encoder.fit(color_array[:FIT]).transform(color_array),
    ["color=%s" % k for k in encoder.categories_[0]])
counts = Counter(color[:FIT])
kept = sorted(k for k in counts if counts[k] >= 25)
assert 1 < len(kept) < 5
add("[{rare: 25}, {one_hot: {}}]", "color",
    [[float(v == k) for k in kept] + [float(v not in kept)] for v in color],
    ["color=%s" % k for k in kept] + ["color=other"])
top = sorted(k for k, _ in sorted(counts.items(), key=lambda kc: (-kc[1], kc[0]))[:2])
add("[{one_hot: 2}]", "color", [[float(v == k) for k in top] + [float(v not in top)] for v in color],
    ["color=%s" % k for k in top] + ["color=(other)"])
known = sorted(set(color[:FIT]))
add("[{one_hot: {leave_out: first}}]", "color", [[float(v == k) for k in known[1:]] for v in color])
add("[{one_hot: {}}]", "color_holes",
    [[float(v == k) for k in known] + [float(v is None)] for v in color_holes],
    ["color_holes=%s" % k for k in known] + ["color_holes=(missing)"])
counts = Counter(v for v in color_holes[:FIT] if v is not None)
most = sorted(counts, key=lambda k: (-counts[k], k))[0]
add("[{impute: most_frequent}, one_hot]", "color_holes",
    [[float((most if v is None else v) == k) for k in known] for v in color_holes])

day = timedelta(days=1)
ref = max(when[:FIT])
add("[{date: [year, month, day, weekday, day_of_year, hour, age, elapsed]}]", "when",
    [[w.year, w.month, w.day, w.weekday(), w.timetuple().tm_yday, w.hour, (ref - w) / day, (w - min(when[:FIT])) / day]
     for w in when], ["when " + p for p in "year month day weekday day_of_year hour age elapsed".split()])
ref = datetime(2020, 3, 1, tzinfo=timezone.utc)
add("[{date: age, reference: 2020-03-01}]", "when", [(ref - w) / day for w in when])

good = [v for v in codes[:FIT] if v != 999.0]
add("[{sentinel: [999, -9]}, {impute: median}]", "codes",
    [[float(np.median(good)) if v == 999.0 else v, float(v == 999.0)] for v in codes], ["codes", "codes code"])
add("[{sentinel: 999, replace: false}]", "codes", [[v, float(v == 999.0)] for v in codes], ["codes", "codes code"])

print("{\n\"n_fit\": %d,\n\"inputs\": {" % FIT)
print(",\n".join("%s: %s" % (json.dumps(k), json.dumps(v)) for k, v in inputs.items()))
print("},\n\"cases\": [")
print(",\n".join(json.dumps(c) for c in cases))
print("]\n}")
