"""One pass forward of each family of series, with weights of given numbers, by PyTorch in float64: writes series.json.

    python tests/golden/series.py

The weights have the names and the layouts of the family; the windows, their lengths and the codes of their last rows are
those of a batch. No dropout. The score is the raw answer through a sigmoid or softmax, or as it is.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch.func import functional_call

from golden import HERE, Random, number
from layers import above_diagonal, block_of_torch, hidden_keys

B, T, C, LEVELS = 6, 8, 3, 4
LENGTHS = np.array([8, 1, 5, 8, 3, 7], dtype=np.int32)


def dense(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def pool(x, kind, lengths):
    """[B, T, C] -> [B, C] over the steps before each length."""
    rows = [x[i, : int(n)] for i, n in enumerate(lengths)]
    return torch.stack([{"last": r[-1], "mean": r.mean(0), "max": r.max(0)[0]}[kind] for r in rows])


def answer(p, o, x, codes):
    x = torch.cat([x, F.one_hot(codes, LEVELS).double()], 1)
    if o.get("hidden", 0) > 0:
        x = F.relu(dense(p, "hidden", x))
    return dense(p, "output", x)


def rnn(p, o, x, lengths):
    """Row by row, so that no padding is there to be read."""
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[o["cell"]]
    module = kind(C, o["units"], o["layers"], batch_first=True).double()
    weights = {}
    for i in range(o["layers"]):
        weights[f"weight_ih_l{i}"] = p[f"rnn.{i}.input_weight"].T
        weights[f"weight_hh_l{i}"] = p[f"rnn.{i}.recurrent_weight"].T
        weights[f"bias_ih_l{i}"] = p[f"rnn.{i}.bias"]
        weights[f"bias_hh_l{i}"] = p.get(f"rnn.{i}.recurrent_bias", torch.zeros_like(p[f"rnn.{i}.bias"]))
    out = []
    for i, n in enumerate(lengths):
        y = functional_call(module, weights, (x[i : i + 1, : int(n)],))[0]
        out.append(pool(y, o["pool"], [n]))
    return torch.cat(out)


def rnn_shapes(o):
    gates, shapes = {"lstm": 4, "gru": 3}[o["cell"]], {}
    for i in range(o["layers"]):
        shapes[f"rnn.{i}.input_weight"] = (C if i == 0 else o["units"], gates * o["units"])
        shapes[f"rnn.{i}.recurrent_weight"] = (o["units"], gates * o["units"])
        shapes[f"rnn.{i}.bias"] = (gates * o["units"],)
        if o["cell"] == "gru":
            shapes[f"rnn.{i}.recurrent_bias"] = (gates * o["units"],)
    return shapes, o["units"]


def tcn(p, o, x, lengths):
    x = x.transpose(1, 2)
    for i in range(o["blocks"]):
        y = x
        for part in ("first", "second"):
            name, dilation = f"block{i}.{part}", 2**i
            y = F.pad(y, ((o["kernel"] - 1) * dilation, 0))
            y = F.relu(F.conv1d(y, p[f"{name}.weight"].permute(2, 1, 0), p[f"{name}.bias"], dilation=dilation))
        if i == 0:
            x = dense(p, "skip", x.transpose(1, 2)).transpose(1, 2)
        x = F.relu(x + y)
    return pool(x.transpose(1, 2), o["pool"], lengths)


def tcn_shapes(o):
    shapes, width = {"skip.weight": (C, o["channels"]), "skip.bias": (o["channels"],)}, C
    for i in range(o["blocks"]):
        for part in ("first", "second"):
            shapes[f"block{i}.{part}.weight"] = (o["kernel"], width, o["channels"])
            shapes[f"block{i}.{part}.bias"] = (o["channels"],)
            width = o["channels"]
    return shapes, o["channels"]


def transformer(p, o, x, lengths):
    steps, width = T // o["patch"], o["dimension"]
    x = dense(p, "input", x.reshape(B, steps, C * o["patch"])) + p["positions.weight"]
    hidden = hidden_keys(torch.tensor(lengths), T) if o["patch"] == 1 else None
    for i in range(o["layers"]):
        block = {k.removeprefix(f"block{i}."): v for k, v in p.items() if k.startswith(f"block{i}.")}
        module = torch.nn.TransformerEncoderLayer(width, o["heads"], o["feed_forward"], 0.0, "gelu", batch_first=True,
                                                  norm_first=True).double()
        mask = above_diagonal(steps) if o["causal"] else None
        x = functional_call(module, block_of_torch(block, [("attention", "self_attn.")]), (x,),
                            {"src_mask": mask, "src_key_padding_mask": hidden})
    x = F.layer_norm(x, (width,), p["norm.gain"], p["norm.bias"], 1e-5)
    return pool(x, o["pool"], lengths if o["patch"] == 1 else [steps] * B)


def transformer_shapes(o):
    width, hidden = o["dimension"], o["feed_forward"]
    shapes = {"input.weight": (C * o["patch"], width), "input.bias": (width,),
              "positions.weight": (T // o["patch"], width), "norm.gain": (width,), "norm.bias": (width,)}
    for i in range(o["layers"]):
        for part in ("query", "key", "value", "output"):
            shapes[f"block{i}.attention.{part}.weight"] = (width, width)
            shapes[f"block{i}.attention.{part}.bias"] = (width,)
        for part in ("attention_norm", "feed_forward_norm"):
            shapes[f"block{i}.{part}.gain"] = shapes[f"block{i}.{part}.bias"] = (width,)
        shapes |= {f"block{i}.feed_forward.first.weight": (width, hidden), f"block{i}.feed_forward.first.bias": (hidden,),
                   f"block{i}.feed_forward.second.weight": (hidden, width),
                   f"block{i}.feed_forward.second.bias": (width,)}
    return shapes, width


FAMILIES = {"series_rnn": (rnn, rnn_shapes), "series_tcn": (tcn, tcn_shapes),
            "series_transformer": (transformer, transformer_shapes)}


def make(random, family, task, padded, options):
    run, shapes_of = FAMILIES[family]
    outputs = 3 if task == "multiclass" else 1
    shapes, width = shapes_of(options)
    width += LEVELS
    if options.get("hidden", 0) > 0:
        shapes |= {"hidden.weight": (width, options["hidden"]), "hidden.bias": (options["hidden"],)}
        width = options["hidden"]
    shapes |= {"output.weight": (width, outputs), "output.bias": (outputs,)}
    weights = {name: random.uniform(-0.6, 0.6, *shape) for name, shape in shapes.items()}
    numbers, codes = random.uniform(-1.5, 1.5, B, T, C), random.integers(LEVELS - 1, B) + 1
    lengths = LENGTHS if padded else np.full(B, T, dtype=np.int32)
    p = {name: torch.tensor(value).double() for name, value in weights.items()}
    x = torch.tensor(numbers).double()
    raw = answer(p, options, run(p, options, x, lengths), torch.tensor(codes).long())
    score = {"binary": torch.sigmoid, "multiclass": lambda v: torch.softmax(v, 1), "regression": lambda v: v}[task](raw)
    flat = lambda values: [number(v) for v in np.asarray(values).reshape(-1)]
    return {"family": family, "task": task, "options": options, "padded": padded,
            "numbers": flat(numbers), "codes": codes.tolist(), "lengths": lengths.tolist(),
            "weights": {name: flat(value) for name, value in weights.items()}, "score": flat(score.detach())}


def main():
    random = Random(20260208)
    lstm = {"cell": "lstm", "units": 4, "layers": 2, "pool": "last", "hidden": 5}
    block = {"dimension": 4, "layers": 2, "heads": 2, "feed_forward": 6, "patch": 1, "causal": False, "pool": "mean"}
    cases = [
        make(random, "series_rnn", "binary", False, lstm),
        make(random, "series_rnn", "regression", True, lstm),
        make(random, "series_rnn", "multiclass", True, {"cell": "gru", "units": 3, "layers": 1, "pool": "mean"}),
        make(random, "series_tcn", "regression", False, {"channels": 4, "kernel": 3, "blocks": 2, "pool": "last"}),
        make(random, "series_tcn", "multiclass", True, {"channels": 3, "kernel": 2, "blocks": 3, "pool": "last"}),
        make(random, "series_tcn", "binary", True, {"channels": 3, "kernel": 2, "blocks": 1, "pool": "max", "hidden": 4}),
        make(random, "series_transformer", "binary", True, block),
        make(random, "series_transformer", "regression", True, block | {"causal": True, "pool": "last"}),
        make(random, "series_transformer", "multiclass", False, block | {"patch": 2, "pool": "last", "hidden": 4}),
    ]
    with open(os.path.join(HERE, "series.json"), "w") as f:
        f.write('{"made_with": "PyTorch %s", "cases": [\n' % torch.__version__.split("+")[0])
        f.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
