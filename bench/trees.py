"""The peers' side of the cases of trees, for peers.py: tables, fits, scores."""
import os
import sys
import time

import numpy as np

peer, case, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])

TABLES = {"cards": ("uci-default-credit/UCI_Credit_Card.csv.gz", "Y", ["ID"]),
          "credit": ("give-me-some-credit/cs-training.csv.gz", "SeriousDlqin2yrs", ["Unnamed: 0"])}


def make_table():
    """Four fifths of a public table, or a million rows of 28 numbers whose truth has turns and products."""
    name = case.rpartition("-")[2]
    if name == "made":
        rng = np.random.default_rng(5)
        x = rng.normal(size=(1000000, 28)).astype("f4")
        z = (x[:, 0] * x[:, 1] + 0.7 * np.abs(x[:, 2]) - 0.5 * x[:, 3] * x[:, 4] + 0.4 * np.sin(3 * x[:, 5])
             + 0.3 * x[:, 6] * x[:, 7] * x[:, 8] + 0.2 * x[:, 9:15].sum(1) - 0.3)
        y = (rng.random(len(x)) < 1 / (1 + np.exp(-z))).astype("f8")
    else:
        import pandas as pd

        source, target, left_out = TABLES[name]
        table = pd.read_csv(os.path.join(os.environ["BENCH_DATA"], source))
        table = table.iloc[: len(table) * 4 // 5]
        x = table.drop(columns=left_out + [target]).to_numpy("f4")
        y = table[target].to_numpy("f8")
    with open(os.environ["BENCH_TEXT"], "wb") as out:
        np.array(x.shape, "i8").tofile(out)
        np.ascontiguousarray(x).tofile(out)
        y.tofile(out)
    return 0


def read_table():
    with open(os.environ["BENCH_TEXT"], "rb") as table:
        rows, columns = np.fromfile(table, "i8", 2)
        return np.fromfile(table, "f4", rows * columns).reshape(rows, columns), np.fromfile(table, "f8", rows)


def fit_trees(x, y):
    """200 rounds at rate 0.1 with binning; answers the model and the seconds."""
    begin = time.perf_counter()
    if peer.startswith("lightgbm"):
        import lightgbm

        begin = time.perf_counter()
        options = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 63, "lambda_l2": 1.0, "verbose": -1,
                   "min_sum_hessian_in_leaf": 1.0, "min_data_in_leaf": 1, "num_threads": threads,
                   "use_quantized_grad": peer.endswith("quantised")}
        model = lightgbm.train(options, lightgbm.Dataset(x, y, params=options), 200)
    elif peer == "xgboost":
        import xgboost

        begin = time.perf_counter()
        options = {"objective": "binary:logistic", "eta": 0.1, "max_depth": 6, "lambda": 1.0, "tree_method": "hist",
                   "nthread": threads}
        model = xgboost.train(options, xgboost.QuantileDMatrix(x, y, nthread=threads), 200)
    else:
        import catboost

        begin = time.perf_counter()
        model = catboost.CatBoostClassifier(iterations=200, learning_rate=0.1, depth=6, l2_leaf_reg=1.0, verbose=0,
                                            thread_count=threads, allow_writing_files=False).fit(x, y)
    return model, time.perf_counter() - begin


def trees():
    return fit_trees(*read_table())[1]


def score_trees():
    """One row after the other, by the fastest call that Python has."""
    x, y = read_table()
    model, _ = fit_trees(x, y)
    rows = [x[i : i + 1].copy() for i in range(2000)]
    if peer == "xgboost":
        model.set_param({"nthread": 1})
    score = model.inplace_predict if peer == "xgboost" else model.predict
    begin = time.perf_counter()
    for row in rows:
        score(row)
    return (time.perf_counter() - begin) / len(rows)


def explain_trees():
    """Shapley values by the ways of the training rows, of many rows at once: seconds a row."""
    x, y = read_table()
    model, _ = fit_trees(x, y)
    rows = x[:2000]
    if peer == "xgboost":
        import xgboost

        rows = xgboost.DMatrix(rows)
    begin = time.perf_counter()
    if peer == "xgboost":
        model.predict(rows, pred_contribs=True)
    else:
        model.predict(rows, pred_contrib=True, num_threads=threads)
    return (time.perf_counter() - begin) / 2000
