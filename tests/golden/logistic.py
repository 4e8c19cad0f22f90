"""Linear models by scikit-learn, to compare coefficients."""
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from golden import Random, number, tensor, write

N, F = 60, 4


def main():
    r = Random(6)
    x = r.uniform(-2, 2, N, F)
    noise = r.uniform(-1, 1, N)
    score = x[:, 0] - 0.7 * x[:, 1] + 0.3 * x[:, 2] * x[:, 0] + noise
    binary = (score > 0).astype(int)
    classes = np.digitize(score, [-0.8, 0.9])
    real = (10 + 3 * score).astype(np.float32).astype(float)
    weight = (0.5 + r.uniform(0, 1, N)).astype(np.float32)
    wide = x.astype(float)
    cases = []

    def add(name, task, target, model, l2, l1=0.0, weights=None):
        model.fit(wide, target, sample_weight=weights)
        coefficients = np.atleast_2d(model.coef_)
        cases.append({"name": name, "task": task, "l2": l2, "l1": l1, "x": tensor(x)["data"],
                      "y": [number(v) for v in target], "weight": [] if weights is None else [number(v) for v in weights],
                      "coefficients": [[number(v) for v in row] for row in coefficients],
                      "intercept": [number(v) for v in np.atleast_1d(model.intercept_)]})

    exact = {"tol": 1e-10, "max_iter": 100000}
    add("binary", "binary", binary, LogisticRegression(C=0.5, **exact), 2.0)
    add("binary_weights", "binary", binary, LogisticRegression(C=1.0, **exact), 1.0, weights=weight.astype(float))
    add("binary_l1", "binary", binary, LogisticRegression(C=0.25, penalty="l1", solver="saga", **exact), 0.0, 4.0)
    add("multiclass", "multiclass", classes, LogisticRegression(C=0.5, **exact), 2.0)
    # Ours fits a target of deviation 1: its coefficients and penalty are those of the scaled target.
    scaled = (real - real.mean()) / real.std()
    model = Ridge(alpha=3.0).fit(wide, scaled)
    cases.append({"name": "regression", "task": "regression", "l2": 3.0, "l1": 0.0, "x": tensor(x)["data"],
                  "y": [float(v) for v in real], "weight": [],
                  "coefficients": [[number(v) for v in model.coef_]], "intercept": [number(model.intercept_)]})
    write("logistic.json", cases)


if __name__ == "__main__":
    main()
