"""Golden values of the metrics, from scikit-learn 1.9.1 and from definitions written out: writes eval.json.

    python tests/golden/eval.py

The inputs are in the file, so that the test needs no Python.
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

EPS = 2.0**-23


def delong(y, s):
    """Interval of the AUC from the definition: all pairs, O(n^2)."""
    pos, neg = s[y == 1].astype(float), s[y == 0].astype(float)
    psi = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    variance = psi.mean(1).var(ddof=1) / len(pos) + psi.mean(0).var(ddof=1) / len(neg)
    half = 1.959963984540054 * np.sqrt(variance)
    return max(0.0, psi.mean() - half), min(1.0, psi.mean() + half)


def wilson(k, n):
    """Ends of the interval as roots of |k/n - p| = z sqrt(p (1 - p) / n)."""
    z2 = 1.959963984540054**2
    low, high = sorted(np.roots([1 + z2 / n, -(2 * k / n + z2 / n), (k / n) ** 2]).real)
    return max(0.0, low), min(1.0, high)


def at(y, s, t, w, suffix):
    p = (s.astype(float) >= t).astype(int)
    out = {
        "accuracy": m.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": m.balanced_accuracy_score(y, p, sample_weight=w),
        "precision": m.precision_score(y, p, sample_weight=w, zero_division=0),
        "recall": m.recall_score(y, p, sample_weight=w),
        "f1": m.f1_score(y, p, sample_weight=w),
        "mcc": m.matthews_corrcoef(y, p, sample_weight=w),
    }
    return {k + suffix: v for k, v in out.items()}


def binary(name, y, s, w, threshold):
    s = s.astype(np.float32)
    sd = s.astype(float)
    fpr, tpr, _ = m.roc_curve(y, sd, sample_weight=w, drop_intermediate=False)
    auc = m.roc_auc_score(y, sd, sample_weight=w)
    values = {
        "auc": auc,
        "gini": 2 * auc - 1,
        "ks": np.max(np.abs(tpr - fpr)),
        "average_precision": m.average_precision_score(y, sd, sample_weight=w),
        "log_loss": m.log_loss(y, np.clip(sd, EPS, 1 - EPS), sample_weight=w),
        "brier": m.brier_score_loss(y, sd, sample_weight=w),
    }
    values |= at(y, s, threshold, w, "") | at(y, s, 0.5, w, "_at_half")
    if w is None:
        values["auc_low"], values["auc_high"] = delong(y, s)
        right = int(np.sum((sd >= threshold) == (y == 1)))
        values["accuracy_low"], values["accuracy_high"] = wilson(right, len(y))
    if w is None and len(y) >= 100 and len(np.unique(s)) == len(s):
        for bins in (10, 15):
            true, mean = calibration_curve(y, sd, n_bins=bins, strategy="quantile")
            size = np.histogram(sd, np.percentile(sd, np.linspace(0, 100, bins + 1)))[0]
            values[f"ece_{bins}"] = np.sum(size * np.abs(true - mean)) / len(y)
    return {"name": name, "task": "binary", "target": y.tolist(), "score": sd.tolist(),
            "weight": None if w is None else w.tolist(), "threshold": threshold, "values": values}


def multiclass(name, y, s, w):
    s = s.astype(np.float32)
    sd = s.astype(float)
    k = s.shape[1]
    p = sd.argmax(1)
    one = np.eye(k)[y]
    wide = None if w is None else np.repeat(w, k)
    values = {
        "auc": np.mean([m.roc_auc_score(y == c, sd[:, c], sample_weight=w) for c in range(k)]),
        "auc_micro": m.roc_auc_score(one.ravel(), sd.ravel(), sample_weight=wide),
        "average_precision": np.mean([m.average_precision_score(y == c, sd[:, c], sample_weight=w) for c in range(k)]),
        "average_precision_micro": m.average_precision_score(one.ravel(), sd.ravel(), sample_weight=wide),
        "log_loss": np.average(-np.log(np.clip(sd[np.arange(len(y)), y], EPS, 1 - EPS)), weights=w),
        "brier": np.average(((sd - one) ** 2).sum(1), weights=w),
        "accuracy": m.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": m.balanced_accuracy_score(y, p, sample_weight=w),
        "mcc": m.matthews_corrcoef(y, p, sample_weight=w),
    }
    for average, suffix in (("macro", ""), ("micro", "_micro")):
        values["precision" + suffix] = m.precision_score(y, p, average=average, sample_weight=w, zero_division=0)
        values["recall" + suffix] = m.recall_score(y, p, average=average, sample_weight=w, zero_division=0)
        values["f1" + suffix] = m.f1_score(y, p, average=average, sample_weight=w, zero_division=0)
    return {"name": name, "task": "multiclass", "classes": k, "target": y.tolist(), "score": sd.ravel().tolist(),
            "weight": None if w is None else w.tolist(), "values": values}


def naive_values(y, s, naive, w):
    """Beside a naive forecast, on the rows that have one (those without are NaN)."""
    has = ~np.isnan(naive)
    y, s, naive = y[has], s[has], naive[has]
    w = np.ones(len(y)) if w is None else w[has]
    moves = y != naive
    mse, mse_naive = np.average((y - s) ** 2, weights=w), np.average((y - naive) ** 2, weights=w)
    return {"rmse_naive": np.sqrt(mse_naive), "skill": 1 - mse / mse_naive,
            "relative_mae": np.average(np.abs(y - s), weights=w) / np.average(np.abs(y - naive), weights=w),
            "direction": np.average((np.sign(s - naive) == np.sign(y - naive))[moves], weights=w[moves])}


def forecast(name, y, s, naive, w):
    case = regression(name, y, s, w)
    case["naive"] = [None if np.isnan(v) else v for v in naive.tolist()]
    case["values"] |= naive_values(y, s.astype(np.float32).astype(float), naive, w)
    return case


def majority(case, label):
    """A case of classes beside one that is always said."""
    y = np.array(case["target"])
    w = np.ones(len(y)) if case["weight"] is None else np.array(case["weight"])
    case["naive"] = [label] * len(y)
    case["values"]["accuracy_naive"] = np.average(y == label, weights=w)
    return case


def regression(name, y, s, w):
    sd = s.astype(np.float32).astype(float)
    mse = m.mean_squared_error(y, sd, sample_weight=w)
    values = {"mse": mse, "rmse": np.sqrt(mse), "mae": m.mean_absolute_error(y, sd, sample_weight=w),
              "r2": m.r2_score(y, sd, sample_weight=w),
              "mape": m.mean_absolute_percentage_error(y, sd, sample_weight=w)}
    case = {"name": name, "task": "regression", "target": y.tolist(), "score": sd.tolist(),
            "weight": None if w is None else w.tolist(), "values": values}
    if w is None:
        case["residuals"] = np.quantile(y - sd, [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]).tolist()
    return case


def unsupervised(name, s, w, values):
    sd = s.astype(np.float32).astype(float)
    order = np.argsort(sd, kind="stable")
    reach = None if w is None else np.cumsum(w[order]) / w.sum()
    at = lambda q: np.quantile(sd, q) if w is None else sd[order][np.argmax(reach >= q)]
    mean = np.average(sd, weights=w)
    out = {"loss": mean, "loss_median": at(0.5), "loss_95": at(0.95), "loss_99": at(0.99),
           "bits_per_value": mean / values / np.log(2)}
    if w is None:
        half = 1.959963984540054 * sd.std(ddof=1) / np.sqrt(len(sd))
        out |= {"loss_low": mean - half, "loss_high": mean + half}
    return {"name": name, "task": "unsupervised", "values_of_row": values, "target": [0.0] * len(sd), "score": sd.tolist(),
            "weight": None if w is None else w.tolist(), "values": {k: float(v) for k, v in out.items()}}


def psi(name, first, second):
    first, second = first.astype(np.float32).astype(float), second.astype(np.float32).astype(float)
    edges = np.unique(np.quantile(first, np.arange(1, 10) / 10))
    e = np.bincount(np.searchsorted(edges, first, side="left"), minlength=len(edges) + 1) / len(first)
    a = np.bincount(np.searchsorted(edges, second, side="left"), minlength=len(edges) + 1) / len(second)
    e, a = np.maximum(e, 1e-4), np.maximum(a, 1e-4)
    return {"name": name, "first": first.tolist(), "second": second.tolist(),
            "value": float(np.sum((a - e) * np.log(a / e)))}


def main():
    assert sklearn.__version__ == "1.9.1", sklearn.__version__
    rng = np.random.default_rng(20260131)
    n = 150
    y = (rng.random(n) < 0.3).astype(int)
    s = 1 / (1 + np.exp(-(rng.normal(size=n) + 1.4 * y - 1)))
    w = np.round(rng.gamma(2.0, 0.5, n), 3) + 0.01
    c = rng.integers(0, 4, n)
    logits = rng.normal(size=(n, 4)) + 1.2 * np.eye(4)[c]
    q = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    r = rng.normal(50, 20, n)
    r[np.abs(r) < 1] = 1
    cases = [
        binary("distinct scores", y, s, None, 0.3),
        binary("many ties", y, np.round(s, 1), None, 0.25),
        binary("weighted", y, np.round(s, 2), w, 0.4),
        binary("certain and wrong", np.array([0, 1, 1, 0]), np.array([1.0, 0.0, 1.0, 0.0]), None, 0.5),
        binary("separated", np.array([0, 0, 1, 1, 1]), np.array([0.1, 0.2, 0.6, 0.7, 0.9]), None, 0.6),
        multiclass("four classes", c, q, None),
        multiclass("four classes, weighted", c, q, w),
        regression("residuals", r, r + rng.normal(0, 5, n), None),
        regression("residuals, weighted", r, r + rng.normal(0, 5, n), w),
    ]
    other = np.random.default_rng(20260201)
    cases += [unsupervised("scores", other.gamma(3.0, 4.0, n), None, 12),
              unsupervised("scores, weighted", other.gamma(3.0, 4.0, n), w, 3)]
    steps = np.random.default_rng(20260208)
    walk = 100 + np.round(np.cumsum(steps.normal(size=n + 1)), 1)  # rounded, so that some rows do not move
    naive = walk[:-1].copy()
    naive[::29] = np.nan
    cases += [
        forecast("walk", walk[1:], walk[:-1] + steps.normal(0, 0.8, n), naive, None),
        forecast("walk, weighted", walk[1:], walk[:-1] + steps.normal(0, 0.8, n), naive, w),
        majority(binary("binary, beside the majority", y, s, w, 0.5), 0),
        majority(multiclass("classes, beside the majority", c, q, None), 2),
    ]
    shifts = [psi("shifted", s, 1 / (1 + np.exp(-(rng.normal(size=n) + 0.5)))),
              psi("same", s, s), psi("two values", np.round(s), np.round(s[:40]))]
    path = pathlib.Path(__file__).with_name("eval.json")
    path.write_text(json.dumps({"made_with": "scikit-learn 1.9.1", "cases": cases, "psi": shifts}) + "\n")


if __name__ == "__main__":
    main()
