"""Models of XGBoost and LightGBM with what they say of the rows of two tables, as bits. Needs xgboost, lightgbm, pandas."""
import json
import os
import shutil

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "import")
COLORS = ["red", "green", "blue", "teal"]
PLAIN = list("abcd") + ["code"]
TRAIN, ROWS = 800, 60
LIGHTGBM = {"num_leaves": 12, "verbose": -1, "seed": 1, "num_threads": 1, "min_data_in_leaf": 10}


def make_table(rng, n):
    """a: amounts with cents that float32 cannot hold; b, c: numbers; d: mostly 0; color, code, flag: categories."""
    x = pd.DataFrame({"a": np.round(rng.lognormal(16, 1, n), 2), "b": rng.normal(size=n), "c": rng.normal(size=n),
                      "d": np.where(rng.random(n) < 0.6, 0.0, np.round(rng.normal(size=n), 1))})
    x = x.mask(rng.random(x.shape) < 0.12)
    x["color"] = pd.Categorical(np.where(rng.random(n) < 0.1, None, rng.choice(COLORS, n)), categories=COLORS)
    x["code"] = pd.Series(np.where(rng.random(n) < 0.1, np.nan, 3.0 * rng.integers(0, 12, n)))
    x["flag"] = pd.Categorical(rng.random(n) < 0.5)
    signal = (np.log(x["a"].fillna(2e6)) - 16 + x["b"].fillna(1) + (x["color"] == "blue") - (x["code"] % 4 == 1)
              + 0.8 * (x["d"].fillna(-2) > 0) + 0.5 * x["flag"].astype(float) + rng.normal(size=n) * 0.5)
    return x, np.asarray(signal)


def with_edges(table, model):
    """Rows on the thresholds of a LightGBM model for column a, and one double above and below."""
    cuts = [t["threshold"] for tree in model.dump_model()["tree_info"] for t in splits(tree["tree_structure"])
            if t["split_feature"] == 0 and t["decision_type"] == "<="][:12]
    values = [v for t in cuts for v in (t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf))]
    more = table.iloc[np.arange(len(values)) % len(table)].copy()
    more["a"] = values
    tiny = table.iloc[:4].copy()
    tiny["d"] = [1e-36, -1e-36, float(np.float32(1e-35)), 2e-35]
    return pd.concat([table, more, tiny], ignore_index=True)


def splits(node):
    if "split_feature" not in node:
        return []
    return [node] + splits(node["left_child"]) + splits(node["right_child"])


def bits(values):
    return np.asarray(values, np.float32).reshape(-1).view(np.uint32).tolist()


class Cases:
    """What every model is trained on and asked; plain: numbers without names, codes as they are."""

    def __init__(self, train, rows, plain_train, plain_rows):
        self.tables = {False: (train, rows), True: (plain_train, plain_rows)}
        self.cases = []

    def add(self, name, ending, is_plain, raw, answer, task):
        raw = np.asarray(raw)
        self.cases.append({"model": name + ending, "table": "plain.csv" if is_plain else "table.csv", "task": task,
                           "rows": len(raw), "raw": bits(raw), "answer": bits(answer)})

    def xgboost(self, name, params, label, task="regression", rounds=4, ending=".ubj", is_plain=False):
        train, rows = [x if is_plain else x.drop(columns="flag") for x in self.tables[is_plain]]  # it takes no such categories
        how = {"feature_types": ["float"] * 4 + ["c"]} if is_plain else {"enable_categorical": True}
        model = xgb.train({"max_depth": 4, "nthread": 1, "seed": 1, **params}, xgb.DMatrix(train, label=label, **how),
                          rounds)
        model.save_model(os.path.join(HERE, name + ending))
        scored = xgb.DMatrix(rows, **how)
        raw = model.predict(scored, output_margin=True)
        if params["objective"] == "multi:softmax":  # it answers with the likeliest class: ours are the probabilities
            model.load_model(bytearray(model.save_raw("json").replace(b"multi:softmax", b"multi:softprob")))
        self.add(name, ending, is_plain, raw, model.predict(scored), task)

    def lightgbm(self, name, params, label, task="regression", rounds=4, is_plain=False, has_codes=True):
        train, rows = self.tables[is_plain]
        how = {"categorical_feature": [4]} if is_plain and has_codes else {}
        model = lgb.train({**LIGHTGBM, **params}, lgb.Dataset(train, label=label, **how), rounds)
        model.save_model(os.path.join(HERE, name + ".txt"))
        self.add(name, ".txt", is_plain, model.predict(rows, raw_score=True), model.predict(rows), task)


def add_xgboost(cases, signal):
    event, classes = (signal > 0.3).astype(int), np.digitize(signal, [-0.4, 0.9])
    add = cases.xgboost
    add("xgb-logistic", {"objective": "binary:logistic", "max_cat_to_onehot": 5}, event, "binary", ending=".json")
    add("xgb-logistic-b", {"objective": "binary:logistic", "max_cat_to_onehot": 5}, event, "binary")
    for name in ("squarederror", "absoluteerror", "pseudohubererror"):
        add("xgb-" + name, {"objective": "reg:" + name}, signal)
    add("xgb-quantile", {"objective": "reg:quantileerror", "quantile_alpha": 0.8}, signal)
    add("xgb-pairwise", {"objective": "rank:pairwise"}, event)
    add("xgb-logitraw", {"objective": "binary:logitraw"}, event)
    add("xgb-reg-logistic", {"objective": "reg:logistic"}, event)
    for name in ("count:poisson", "reg:gamma", "reg:tweedie"):
        add("xgb-" + name.split(":")[1], {"objective": name}, np.exp(signal / 2))
    forest = {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.6}
    add("xgb-softprob", forest, classes, "multiclass", 2)
    dart = {"booster": "dart", "rate_drop": 0.5, "objective": "multi:softmax", "num_class": 2}
    add("xgb-dart", dart, event, "multiclass")
    add("xgb-missing", {"objective": "binary:logistic"}, cases.tables[False][0]["b"].isna().astype(int), "binary", 2)
    add("xgb-numpy", {"objective": "binary:logistic", "base_score": 0.25}, event, "binary", is_plain=True)


def add_lightgbm(cases, signal):
    event, classes = (signal > 0.3).astype(int), np.digitize(signal, [-0.4, 0.9])
    add = cases.lightgbm
    add("lgb-binary", {"objective": "binary", "sigmoid": 0.7}, event, "binary", 8)
    add("lgb-multiclass", {"objective": "multiclass", "num_class": 3}, classes, "multiclass", 3)
    add("lgb-multiclassova", {"objective": "multiclassova", "num_class": 3}, classes, "multiclass", 3)
    for name in ("regression", "regression_l1", "huber", "fair", "quantile", "mape"):
        add("lgb-" + name, {"objective": name}, signal)
    add("lgb-sqrt", {"objective": "regression", "reg_sqrt": True}, signal * 3)
    for name in ("poisson", "gamma", "tweedie"):
        add("lgb-" + name, {"objective": name}, np.exp(signal / 2))
    add("lgb-cross-entropy", {"objective": "cross_entropy"}, 1 / (1 + np.exp(-signal)))
    add("lgb-rf", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, event, "binary")
    add("lgb-dart", {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}, event, "binary")
    add("lgb-zero", {"objective": "binary", "zero_as_missing": True}, event, "binary")
    add("lgb-none", {"objective": "binary", "use_missing": False}, event, "binary")
    add("lgb-missing", {"objective": "binary"}, cases.tables[False][0]["b"].isna().astype(int), "binary", 2)
    add("lgb-numbers", {"objective": "binary", "num_leaves": 5}, event, "binary", 20, is_plain=True, has_codes=False)
    codes = np.isin(cases.tables[True][0][:, 4], [0, 3, 9, 12, 30])
    add("lgb-numpy", {"objective": "binary", "min_data_per_group": 20}, (codes ^ (signal > 1.5)).astype(int), "binary",
        is_plain=True)


def as_categories(table):
    return table.assign(code=pd.Categorical(table["code"], categories=3 * np.arange(12)))


def main():
    rng = np.random.default_rng(7)
    shutil.rmtree(HERE, ignore_errors=True)
    os.makedirs(HERE)
    train, signal = make_table(rng, TRAIN)
    rows, _ = make_table(rng, ROWS)
    probe = lgb.train({**LIGHTGBM, "objective": "binary", "sigmoid": 0.7},
                      lgb.Dataset(as_categories(train), label=(signal > 0.3).astype(int)), 8)
    rows = with_edges(rows, probe)
    plain = rows[PLAIN].copy()
    # unknown ones, and those that round towards 0 to one that is known
    plain.loc[:11, "code"] = [500.0, 7.0, 1e7, 34.0, 2.0, 6.5, -0.5, -1.0, 0.5, 3.9, -2.0, 1e9]
    rows.to_csv(os.path.join(HERE, "table.csv"), index=False)
    columns = {name: plain[column] for i, column in enumerate(PLAIN) for name in (f"f{i}", f"Column_{i}")}
    pd.DataFrame(columns).to_csv(os.path.join(HERE, "plain.csv"), index=False)
    cases = Cases(as_categories(train), as_categories(rows), train[PLAIN].to_numpy(), plain.to_numpy())
    add_xgboost(cases, signal)
    add_lightgbm(cases, signal)
    with open(os.path.join(HERE, "cases.json"), "w", encoding="utf-8") as file:
        json.dump(cases.cases, file)
        file.write("\n")


if __name__ == "__main__":
    main()
