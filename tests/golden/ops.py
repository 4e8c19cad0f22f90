"""Every operation of graph.h, its value and gradients, by PyTorch in float64."""
import numpy as np
import torch
import torch.nn.functional as F

import images
from golden import Random, case, value, write

B = 33  # for sums over the batch: more than one shard, the last one short
S = 6


def products(r):
    out = []
    for name, a, b, ta, tb in [("product", (B, 3), (3, 4), 0, 0), ("product_tb", (B, 3), (4, 3), 0, 1),
                               ("product_3d", (B, 2, 3), (3, 2), 0, 0)]:
        out.append(case(name, "product", lambda x, y, tb=tb: x @ (y.T if tb else y),
                        [value("a", r.uniform(-1, 1, *a), 1), value("b", r.uniform(-1, 1, *b), 0)], r,
                        {"transpose_a": ta, "transpose_b": tb}))
    out.append(case("product_ta", "product", lambda x, y: x.T @ y,
                    [value("a", r.uniform(-1, 1, 6, 5), 0), value("b", r.uniform(-1, 1, 6, 4), 0)], r,
                    {"transpose_a": 1, "transpose_b": 0}))
    out.append(case("product_long", "product", lambda x, y: x @ y,
                    [value("a", r.uniform(-1, 1, 2, 600), 1), value("b", r.uniform(-1, 1, 600, 1), 0)], r,
                    {"transpose_a": 0, "transpose_b": 0}, tolerance=4e-6))
    out.append(case("product_heads", "product_heads", lambda x, y: torch.einsum("bhk,hkn->bhn", x, y),
                    [value("a", r.uniform(-1, 1, B, 2, 3), 1), value("b", r.uniform(-1, 1, 2, 3, 2), 0)], r))
    return out


def binaries(r):
    functions = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div,
                 "maximum": torch.maximum, "minimum": torch.minimum}
    shapes = {"same": ((S, 4), 1, (S, 4), 1), "row": ((B, 2), 1, (2,), 0), "heads": ((5, 1, 4), 1, (3, 4), 0),
              "scalar": ((S, 2), 1, (), 0)}
    out = []
    for name, function in functions.items():
        for kind, (a, ba, b, bb) in shapes.items():
            if kind in ("heads", "scalar") and name not in ("add", "multiply"):
                continue
            right = r.uniform(0.5, 2, *b) if name == "divide" else r.uniform(-1, 1, *b)
            out.append(case(f"{name}_{kind}", name, function,
                            [value("a", r.uniform(-1, 1, *a), ba), value("b", right.reshape(b), bb)], r,
                            tolerance=2e-6, gradient_tolerance=1e-5))
    return out


def unaries(r):
    functions = {"negate": (torch.neg, -2, 2), "exp": (torch.exp, -3, 3), "log": (torch.log, 0.2, 5),
                 "sqrt": (torch.sqrt, 0.2, 5), "square": (torch.square, -2, 2), "absolute": (torch.abs, -2, 2),
                 "sin": (torch.sin, -6, 6), "cos": (torch.cos, -6, 6), "erf": (torch.erf, -3, 3)}
    activations = {"relu": F.relu, "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "gelu": F.gelu,
                   "silu": F.silu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus}
    out = [case(name, name, f, [value("x", r.uniform(low, high, S, 5), 1)], r, tolerance=1e-6)
           for name, (f, low, high) in functions.items()]
    out += [case(f"activate_{name}", "activate", f, [value("x", r.uniform(-4, 4, S, 5), 1)], r,
                 {"activation": name}, tolerance=1e-6, gradient_tolerance=2e-6) for name, f in activations.items()]
    return out


def reductions(r):
    out = []
    for name, function in {"sum": torch.sum, "mean": torch.mean}.items():
        for axis, keep in [(0, 0), (1, 0), (1, 1), (-1, 0)]:
            out.append(case(f"{name}_{axis}_{keep}", name, lambda x, f=function: f(x, dim=axis, keepdim=bool(keep)),
                            [value("x", r.uniform(-1, 1, B if axis == 0 else S, 2, 3), 1)], r, {"axis": axis, "keep": keep},
                            tolerance=4e-6))
    for axis in (1, -1):
        out.append(case(f"max_{axis}", "max", lambda x: torch.max(x, dim=axis)[0],
                        [value("x", r.uniform(-1, 1, 5, 4, 3), 1)], r, {"axis": axis, "keep": 0}, tolerance=1e-7))
    out.append(case("softmax", "softmax", lambda x: F.softmax(x, -1), [value("x", r.uniform(-5, 5, S, 6), 1)], r,
                    tolerance=1e-6))
    out.append(case("log_softmax", "log_softmax", lambda x: F.log_softmax(x, -1),
                    [value("x", r.uniform(-5, 5, S, 6), 1)], r))
    return out


def shapes(r):
    x = lambda *s: value("x", r.uniform(-1, 1, *s), 1)
    return [
        case("reshape", "reshape", lambda v: v.reshape(5, 12), [x(5, 3, 4)], r, {"shape": [-1, 12]}, tolerance=0),
        case("concat", "concat", lambda a, b: torch.cat([a, b], 1),
             [value("a", r.uniform(-1, 1, 5, 3), 1), value("b", r.uniform(-1, 1, 5, 2), 1)], r, {"axis": 1},
             tolerance=0),
        case("concat_last", "concat", lambda a, b: torch.cat([a, b], 2),
             [value("a", r.uniform(-1, 1, 5, 2, 3), 1), value("b", r.uniform(-1, 1, 5, 2, 2), 1)], r, {"axis": 2},
             tolerance=0),
        case("slice", "slice", lambda v: v[:, 1:4], [x(5, 6)], r, {"axis": 1, "begin": 1, "end": 4}, tolerance=0),
        case("transpose", "transpose", lambda v: v.permute(0, 2, 1), [x(5, 3, 4)], r, {"permutation": [0, 2, 1]},
             tolerance=0),
        case("broadcast", "broadcast", lambda v: v.expand(5, 3, 4), [x(5, 1, 4)], r, {"shape": [-1, 3, 4]},
             tolerance=0),
    ]


def tables(r):
    edges = torch.tensor([[-1.0, -0.5, 0.25, 1.0], [0.0, 0.5, 0.5, 0.5]])

    def piecewise(x, e):
        columns = []
        for t in range(e.shape[1] - 1):
            width = e[:, t + 1] - e[:, t]
            part = torch.where(width > 0, (x - e[:, t]) / torch.where(width > 0, width, 1.0), torch.zeros(1).double())
            if t > 0:
                part = torch.clamp(part, min=0.0)
            last = torch.tensor([t == 2, t == 0])
            columns.append(torch.where(last, part, torch.clamp(part, max=1.0)))
        return torch.stack(columns, 2)

    def one_hot(c):  # code 0 is unknown: no 1
        return torch.cat([F.one_hot(c[:, i], n) * (c[:, i:i + 1] > 0) for i, n in enumerate((2, 6))], 1).double()

    codes = r.integers(6, B, 2)
    return [
        case("gather", "gather", lambda t, c: t[c], [value("table", r.uniform(-1, 1, 6, 2), 0),
                                                     value("codes", codes, 1)], r, tolerance=0),
        case("one_hot", "one_hot", one_hot,
             [value("codes", (codes[:, :2] % [2, 6]).astype("int32"), 1)], r, {"sizes": [2, 6]}, tolerance=0),
        case("piecewise_linear", "piecewise_linear", piecewise,
             [value("x", r.uniform(-2, 2, S, 2), 1), value("edges", edges.numpy(), 0)], r, no_gradient=("edges",)),
    ]


def norms(r):
    x = r.uniform(-2, 3, B, 4)
    gain, bias = r.uniform(0.5, 1.5, 4), r.uniform(-1, 1, 4)
    return [
        case("layer_norm", "layer_norm", lambda v, g, b: F.layer_norm(v, (4,), g, b, 1e-5),
             [value("x", x, 1), value("gain", gain, 0), value("bias", bias, 0)], r, {"epsilon": 1e-5},
             tolerance=4e-6, gradient_tolerance=2e-5),
        case("layer_norm_plain", "layer_norm", lambda v: F.layer_norm(v, (4,), None, None, 1e-5), [value("x", x, 1)],
             r, {"epsilon": 1e-5}, tolerance=4e-6, gradient_tolerance=2e-5),
        case("batch_norm", "batch_norm", lambda v, g, b: F.batch_norm(v, None, None, g, b, True, 0.0, 1e-5),
             [value("x", x, 1), value("gain", gain, 0), value("bias", bias, 0)], r,
             {"epsilon": 1e-5, "training": 1}, tolerance=4e-6, gradient_tolerance=2e-5),
    ]


def losses(r):
    logits, target = r.uniform(-3, 3, S), r.integers(2, S).astype("float32")
    many, labels = r.uniform(-3, 3, S, 4), r.integers(4, S)
    heads = r.uniform(-3, 3, S, 3, 4)
    out = []
    for s in (0.0, 0.1):
        out.append(case(f"bce_{s}", "bce_logits",
                        lambda z, t, s=s: F.binary_cross_entropy_with_logits(z, t * (1 - s) + s / 2, reduction="none"),
                        [value("logits", logits, 1), value("target", target, 1)], r, {"smoothing": s},
                        no_gradient=("target",)))
        out.append(case(f"cross_entropy_{s}", "softmax_cross_entropy",
                        lambda z, t, s=s: F.cross_entropy(z, t, reduction="none", label_smoothing=s),
                        [value("logits", many, 1), value("labels", labels, 1)], r, {"smoothing": s}))
        out.append(case(f"cross_entropy_heads_{s}", "softmax_cross_entropy",
                        lambda z, t, s=s: torch.stack([F.cross_entropy(z[:, h], t, reduction="none",
                                                                       label_smoothing=s) for h in range(3)], 1),
                        [value("logits", heads, 1), value("labels", labels, 1)], r, {"smoothing": s}))
    for delta in (0.5, 1.0):
        out.append(case(f"huber_{delta}", "huber", lambda x, t, d=delta: F.huber_loss(x, t, reduction="none", delta=d),
                        [value("x", r.uniform(-3, 3, S), 1), value("target", r.uniform(-1, 1, S), 1)], r,
                        {"delta": delta}, no_gradient=("target",)))
    return out


def attentions(r):
    def case_of(name, t, keys, heads, kv_heads, depth, causal=0, window=0, lengths=None):
        i, j = torch.arange(t)[:, None], torch.arange(keys)[None, :]
        seen = ((j <= i) | (not causal)) & (((i - j).abs() < window) | (window == 0))

        def function(q, k, v, n=None):
            split = lambda x, h: x.reshape(x.shape[0], x.shape[1], h, depth).transpose(1, 2)
            mask = seen[None, None] & (j[None, None] < n[:, None, None, None] if n is not None else torch.tensor(True))
            y = F.scaled_dot_product_attention(split(q, heads), split(k, kv_heads), split(v, kv_heads), mask,
                                               enable_gqa=heads != kv_heads)
            return y.transpose(1, 2).reshape(q.shape)

        inputs = [value("q", r.uniform(-2, 2, 2, t, heads * depth), 1),
                  value("k", r.uniform(-2, 2, 2, keys, kv_heads * depth), 1),
                  value("v", r.uniform(-1, 1, 2, keys, kv_heads * depth), 1)]
        if lengths is not None:
            inputs.append(value("lengths", np.array(lengths, dtype=np.int32), 1))
        return case(name, "attention", function, inputs, r,
                    {"heads": heads, "kv_heads": kv_heads, "causal": causal, "window": window})

    return [case_of("attention", 3, 5, 2, 2, 3), case_of("attention_causal", 5, 5, 2, 2, 2, causal=1),
            case_of("attention_grouped", 4, 4, 4, 2, 2), case_of("attention_lengths", 3, 6, 2, 2, 2, lengths=[6, 2]),
            case_of("attention_window", 6, 6, 1, 1, 3, causal=1, window=3),
            case_of("attention_window_both", 6, 6, 1, 1, 3, window=2),
            case_of("attention_two_blocks", 2, 70, 1, 1, 2)]


def sequences(r):
    def rotary(x):
        t, pairs = x.shape[1], x.shape[2] // 4
        angle = torch.arange(t).double()[:, None] * 10.0 ** (-torch.arange(pairs).double() / pairs)
        z = x.reshape(x.shape[0], t, 2, 2, pairs)
        z = torch.complex(z[:, :, :, 0], z[:, :, :, 1]) * torch.polar(torch.ones_like(angle), angle)[None, :, None]
        return torch.stack([z.real, z.imag], 3).reshape(x.shape)

    x, gain = r.uniform(-2, 3, 4, 3, 4), r.uniform(0.5, 1.5, 4)
    return [
        case("rms_norm", "rms_norm", lambda v, g: F.rms_norm(v, (4,), g, 1e-5),
             [value("x", x, 1), value("gain", gain, 0)], r, {"epsilon": 1e-5}, tolerance=4e-6, gradient_tolerance=2e-5),
        case("rms_norm_plain", "rms_norm", lambda v: F.rms_norm(v, (4,), None, 1e-5), [value("x", x, 1)], r,
             {"epsilon": 1e-5}, tolerance=4e-6, gradient_tolerance=2e-5),
        case("rotary", "rotary", rotary, [value("x", r.uniform(-1, 1, 2, 4, 12), 1)], r, {"heads": 2, "base": 10}),
        case("reverse_gradient", "reverse_gradient", lambda v: 1.5 * v.detach() - 0.5 * v,
             [value("x", r.uniform(-1, 1, S, 3), 1)], r, {"factor": 0.5}),
        case("cross_entropy_positions", "softmax_cross_entropy",
             lambda z, t: F.cross_entropy(z.transpose(1, 2), t, reduction="none", label_smoothing=0.1),
             [value("logits", r.uniform(-3, 3, S, 3, 4), 1), value("labels", r.integers(4, S, 3), 1)], r,
             {"smoothing": 0.1}),
        case("layer_norm_positions", "layer_norm", lambda v, g, b: F.layer_norm(v, (4,), g, b, 1e-5),
             [value("x", x, 1), value("gain", gain, 0), value("bias", r.uniform(-1, 1, 4), 0)], r, {"epsilon": 1e-5},
             tolerance=4e-6, gradient_tolerance=2e-5),
    ]


def main():
    r = Random(1)
    cases = []
    for part in (products, binaries, unaries, reductions, shapes, tables, norms, losses, attentions, sequences):
        cases += part(r)
    write("ops.json", cases + images.ops())


if __name__ == "__main__":
    main()
