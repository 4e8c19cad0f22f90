"""Scores of real models on real tables for the pages that the tests look at: writes sample.json.

    python tests/report/sample.py      # needs scikit-learn and the data of $LIANJIN_DATA

Binary: the Taiwan card-default table; multi-class and regression: Lending Club 2018.
"""
import json
import os
import pathlib

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import QuantileTransformer

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(os.environ.get("LIANJIN_DATA", HERE.parents[1].parent / "shared" / "data"))
NAMES = {"train": 2500, "valid": 2500, "test": 3000}


def part_of(n, rng):
    return rng.choice(["train", "valid", "test"], size=n, p=[0.6, 0.2, 0.2])


def shorten(values, digits=4):
    return [float(f"{v:.{digits}g}") for v in np.ravel(values)]


def histogram(x, y):
    low, high = np.nanquantile(x, [0.0, 1.0])
    edges = np.linspace(low, high, 21)
    at = np.clip(np.digitize(x, edges) - 1, 0, 19)
    return [{"low": float(edges[b]), "high": float(edges[b + 1]), "count": int((at == b).sum()),
             "rate": float(np.mean(y[at == b])) if (at == b).any() else None} for b in range(20)]


def profile(frame, y, target):
    columns = []
    for name in frame.columns:
        x = frame[name].to_numpy(float)
        auc = roc_auc_score(y, x)
        words = frame[name].value_counts()
        few = len(words) <= 12
        warnings = []
        if name == "X3" and (rare := words[words < 150]).any():
            warnings.append(f"{len(rare)} of its {len(words)} values are rare ({rare.sum()} rows together): "
                            "documented codes?")
        if name in ("X18", "X19"):
            median, most, largest = np.quantile(x, [0.5, 0.99, 1])
            warnings.append(f"long tail: median {median:.6g}, 99 % up to {most:.6g}, largest {largest:.6g}")
        columns.append({
            "name": name, "type": "number", "reason": f"all {len(x)} values are whole numbers", "missing": 0,
            "unique": int(len(words)),
            "quantiles": {"min": x.min(), "5%": np.quantile(x, 0.05), "median": np.quantile(x, 0.5),
                          "95%": np.quantile(x, 0.95), "max": x.max()},
            "histogram": [] if few else histogram(x, y),
            "top": [{"value": str(v), "count": int(c), "rate": float(y[x == v].mean())}
                    for v, c in words.head(12).items()],
            "target": {"AUC": round(max(auc, 1 - auc), 4), "correlation": round(np.corrcoef(x, y)[0, 1], 4)},
            "warnings": warnings})
    return {"rows": len(frame), "target": target, "columns": columns,
            "warnings": ["35 rows repeat an earlier row in every column"]
            + [f"{column['name']}: {text}" for column in columns for text in column["warnings"]]}


def binary(rng):
    frame = pd.read_csv(DATA / "uci-default-credit" / "UCI_Credit_Card.csv.gz")
    y = frame.pop("Y").to_numpy()
    frame = frame.drop(columns="ID")
    part = part_of(len(frame), rng)
    scale = QuantileTransformer(output_distribution="normal", random_state=0).fit(frame[part == "train"])
    z = scale.transform(frame)
    net = MLPClassifier((64, 32), batch_size=256, learning_rate_init=1e-3, alpha=1e-3, random_state=1)
    epochs, best, kept = [], np.inf, None
    for epoch in range(1, 31):
        net.partial_fit(z[part == "train"], y[part == "train"], classes=[0, 1])
        s = net.predict_proba(z[part == "valid"])[:, 1]
        loss = log_loss(y[part == "valid"], s)
        epochs.append({"epoch": epoch, "loss": net.loss_, "valid_loss": loss,
                       "monitor": roc_auc_score(y[part == "valid"], s), "rate": 1e-3})
        if loss < best:
            best, kept, scores = loss, epoch, net.predict_proba(z)[:, 1]
            copy = ([w.copy() for w in net.coefs_], [b.copy() for b in net.intercepts_])
    net.coefs_, net.intercepts_ = copy
    valid = z[part == "valid"]
    base = roc_auc_score(y[part == "valid"], net.predict_proba(valid)[:, 1])
    importance = []
    for c, name in enumerate(frame.columns):
        drops = []
        for _ in range(5):
            mixed = valid.copy()
            mixed[:, c] = rng.permutation(mixed[:, c])
            drops.append(base - roc_auc_score(y[part == "valid"], net.predict_proba(mixed)[:, 1]))
        importance.append({"feature": name, "mean": float(np.mean(drops)), "spread": float(np.std(drops, ddof=1))})
    importance.sort(key=lambda one: -one["mean"])
    parts = []
    for name, n in NAMES.items():
        rows = np.flatnonzero(part == name)[:n]
        parts.append({"name": name, "target": y[rows].tolist(), "score": shorten(scores[rows])})
    education = frame["X3"].to_numpy()[np.flatnonzero(part == "test")[:NAMES["test"]]]
    words = sorted(set(education.tolist()))
    groups = {"column": "X3", "names": [str(w) for w in words],
              "codes": [words.index(e) for e in education.tolist()]}
    return {"parts": parts, "epochs": [{k: float(f"{v:.6g}") for k, v in e.items()} for e in epochs],
            "best_epoch": kept, "importance": importance, "groups": groups, "profile": profile(frame, y, "Y")}


def lending_club():
    frame = pd.read_csv(DATA / "lending-club-2018" / "lendingclub_creditmodel.csv.gz")
    drop = ["id", "issue_d", "loan_status", "grade", "grade.1", "sub_grade", "installment", "funded_amnt_inv"]
    return frame, frame.drop(columns=drop).select_dtypes("number")


def multiclass(rng):
    frame, x = lending_club()
    names = sorted(frame["grade"].unique())
    y = frame["grade"].map(names.index).to_numpy()
    part = part_of(len(frame), rng)
    model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(x[part == "train"], y[part == "train"])
    parts = []
    for name, n in {"train": 500, "valid": 500, "test": 900}.items():
        rows = np.flatnonzero(part == name)[:n]
        parts.append({"name": name, "target": y[rows].tolist(), "score": shorten(model.predict_proba(x.iloc[rows]), 3)})
    return {"classes": names, "parts": parts}


def regression(rng):
    frame, x = lending_club()
    y = frame["revol_bal"].to_numpy(float)
    x = x.drop(columns=["revol_bal", "max_bal_bc"])
    part = part_of(len(frame), rng)
    model = HistGradientBoostingRegressor(max_iter=80, random_state=0).fit(x[part == "train"], y[part == "train"])
    parts = []
    for name, n in {"train": 800, "valid": 800, "test": 1200}.items():
        rows = np.flatnonzero(part == name)[:n]
        parts.append({"name": name, "target": y[rows].tolist(), "score": shorten(model.predict(x.iloc[rows]), 6)})
    return {"parts": parts}


def main():
    rng = np.random.default_rng(7)
    sample = {"binary": binary(rng), "multiclass": multiclass(rng), "regression": regression(rng)}
    (HERE / "sample.json").write_text(json.dumps(sample, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
