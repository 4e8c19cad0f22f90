"""What the makers of golden files share: float32 inputs, float64 truth, one JSON case a line."""
import json
import os

import numpy as np
import torch

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))


class Random:
    """Numbers that do not depend on the version of NumPy or PyTorch: a linear congruential generator."""

    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def uniform(self, low, high, *shape):
        n = int(np.prod(shape)) if shape else 1
        values = [low + (high - low) * self.word() / 2**31 for _ in range(n)]
        return np.array(values, dtype=np.float32).reshape(shape)

    def integers(self, high, *shape):
        n = int(np.prod(shape))
        return np.array([self.word() % high for _ in range(n)], dtype=np.int32).reshape(shape)


def number(value):
    return float(f"{float(value):.9g}")


def tensor(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": [number(v) for v in array.reshape(-1)]}


def write(name, cases):
    path = os.path.join(HERE, name)
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
    print(f"{path}: {len(cases)} cases, {os.path.getsize(path)} bytes")


def value(name, array, batch):
    """An input of a case. batch: its first dimension is the batch; else it is a parameter."""
    return {"name": name, "array": array, "batch": batch}


def case(name, op, function, inputs, rng, args=None, tolerance=2e-6, gradient_tolerance=4e-6, no_gradient=()):
    """
    Runs function(*inputs) in float64 and keeps its value and the gradients of sum(y * dy).
    Tolerances are relative to max(1, |expected|).
    """
    leaves = []
    for entry in inputs:
        leaf = torch.tensor(entry["array"])
        if leaf.dtype == torch.float32:
            leaf = leaf.double().requires_grad_(entry["name"] not in no_gradient)
        else:
            leaf = leaf.long()
        leaves.append(leaf)
    y = function(*leaves)
    dy = rng.uniform(-1, 1, *y.shape)
    out = {"name": name, "op": op, "args": args or {}, "tolerance": tolerance,
           "gradient_tolerance": gradient_tolerance, "inputs": [], "y": tensor(y.detach().numpy()), "dy": tensor(dy)}
    if y.requires_grad:
        (y * torch.tensor(dy).double()).sum().backward()
    for entry, leaf in zip(inputs, leaves):
        described = {"name": entry["name"], "batch": int(entry["batch"]),
                     "type": "i32" if entry["array"].dtype == np.int32 else "f32", **tensor(entry["array"])}
        if leaf.grad is not None:
            described["gradient"] = [number(v) for v in leaf.grad.numpy().reshape(-1)]
        out["inputs"].append(described)
    return out
