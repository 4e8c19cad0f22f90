"""Every layer with parameters of given numbers, its value and gradients, by PyTorch in float64."""
import numpy as np
import torch
import torch.nn.functional as F
from torch.func import functional_call

import images
from golden import Random, case, value, write

B = 33


def parameter(name, array):
    return value(name, array, 0)


def batch_norm(v, gain, bias):
    return F.batch_norm(v, None, None, gain, bias, True, 0.0, 1e-5)


def sequences(layer, u):
    """Layers over steps; all else about the recurrent ones is in recurrent.py."""
    tokens = (np.arange(12) % 5).astype("int32").reshape(4, 3)
    layer("token_embedding", lambda c, t: F.embedding(c, t, padding_idx=0) * (c > 0)[..., None], tokens,
          {"weight": u(5, 2)}, {"units": 2, "sizes": [5]})
    layer("mean_over_steps", lambda x: x.mean(1), u(4, 3, 2), {}, {})
    layer("max_over_steps", lambda x: x.max(1)[0], u(4, 3, 2), {}, {})
    two = (3, 2, 2)  # rows, steps, width
    ends = [f"{part}_l0" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def run(module, x, w, v, b, c):
        return functional_call(module.double(), dict(zip(ends, (w.T, v.T, b, c))), (x,))[0]

    def without(kind, module, width, args):
        layer(kind, lambda x, w, v, b: run(module, x, w, v, b, torch.zeros_like(b)), u(*two),
              {"0.input_weight": u(2, width), "0.recurrent_weight": u(2, width), "0.bias": u(width)},
              {"units": 2, **args})

    without("lstm", torch.nn.LSTM(2, 2, batch_first=True), 8, {})
    layer("gru", lambda x, w, v, b, c: run(torch.nn.GRU(2, 2, batch_first=True), x, w, v, b, c), u(*two),
          {"0.input_weight": u(2, 6), "0.recurrent_weight": u(2, 6), "0.bias": u(6), "0.recurrent_bias": u(6)},
          {"units": 2})
    without("simple_rnn", torch.nn.RNN(2, 2, batch_first=True), 2, {})


def main():
    r = Random(3)
    u = lambda *s: r.uniform(-1, 1, *s)
    cases = []

    def layer(name, function, x, parameters, args, tolerance=4e-6, gradient_tolerance=2e-5, no_gradient=(), op=None):
        inputs = [value("x", x, 1)] + [parameter(f"layer.{k}", v) for k, v in parameters.items()]
        cases.append(case(name, op or name, function, inputs, r, args, tolerance, gradient_tolerance,
                          [f"layer.{n}" for n in no_gradient]))

    layer("dense", lambda x, w, b: F.relu(x @ w + b), u(B, 3), {"weight": u(3, 4), "bias": u(4)},
          {"units": 4, "activation": "relu"})
    layer("activation", torch.tanh, u(6, 3), {}, {"activation": "tanh"})
    layer("softmax", lambda x: F.softmax(x, -1), u(6, 3), {}, {})
    layer("layer_norm", lambda x, g, b: F.layer_norm(x, (4,), g, b, 1e-5), u(B, 4),
          {"gain": r.uniform(0.5, 1.5, 4), "bias": u(4)}, {})
    layer("batch_norm", batch_norm, u(B, 3), {"gain": r.uniform(0.5, 1.5, 3), "bias": u(3)}, {"training": 1})
    layer("residual",
          lambda x, g, b, w1, b1, w2, b2: x + F.relu(F.layer_norm(x, (3,), g, b, 1e-5) @ w1 + b1) @ w2 + b2, u(B, 3),
          {"norm.gain": r.uniform(0.5, 1.5, 3), "norm.bias": u(3), "first.weight": u(3, 5), "first.bias": u(5),
           "second.weight": u(5, 3), "second.bias": u(3)}, {"units": 5, "activation": "relu"})
    codes = (r.integers(6, B, 2) % [3, 4]).astype("int32")
    layer("embedding", lambda c, t: torch.stack([t[c[:, 0]], t[3 + c[:, 1]]], 1), codes, {"weight": u(7, 2)},
          {"units": 2, "sizes": [3, 4]})
    layer("periodic_embedding",
          lambda x, c, w, b: torch.einsum(
              "bfk,fkd->bfd", torch.cat([torch.cos(2 * torch.pi * x[:, :, None] * c),
                                         torch.sin(2 * torch.pi * x[:, :, None] * c)], 2), w) + b,
          u(B, 2), {"frequencies": u(2, 3), "weight": u(2, 6, 2), "bias": u(2, 2)}, {"units": 2, "bins": 3},
          tolerance=1e-5, gradient_tolerance=1e-4)
    edges = torch.tensor([[-1.0, -0.5, 0.5, 1.0], [-1.0, 0.0, 0.25, 1.0]])

    def piecewise(x, w, b):
        e = edges.double()
        part = (x[:, :, None] - e[:, :-1]) / (e[:, 1:] - e[:, :-1])
        low = torch.tensor([-1e9, 0.0, 0.0]).double()
        high = torch.tensor([1.0, 1.0, 1e9]).double()
        return torch.einsum("bft,ftd->bfd", torch.minimum(torch.maximum(part, low), high), w) + b

    layer("piecewise_embedding", piecewise, r.uniform(-1.5, 1.5, B, 2), {"weight": u(2, 3, 2), "bias": u(2, 2)},
          {"units": 2, "bins": 3, "edges": [float(v) for v in edges.reshape(-1)]})
    layer("batch_ensemble", lambda x, rr, w, s, b: F.relu(((x * rr) @ w) * s + b), u(B, 2, 3),
          {"input_scale": u(2, 3), "weight": u(3, 2), "output_scale": u(2, 2), "bias": u(2, 2)},
          {"units": 2, "activation": "relu"})
    layer("dense_heads", lambda x, w, b: torch.einsum("bhk,hkn->bhn", x, w) + b, u(B, 2, 3),
          {"weight": u(2, 3, 2), "bias": u(2, 2)}, {"units": 2})

    losses = []
    n = 6
    target, labels, weight = r.integers(2, n).astype("float32"), r.integers(3, n), r.uniform(0, 0.3, n)
    real = r.uniform(-2, 2, n)
    heads = lambda t: t[:, None]

    def loss(name, op, function, prediction, wanted, args):
        losses.append(case(name, op, function, [value("prediction", prediction, 1), value("target", wanted, 1),
                                                value("weight", weight, 1)], r, args,
                           no_gradient=("target", "weight")))

    smooth = lambda t, s: t * (1 - s) + s / 2
    bce = lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none")
    loss("binary", "binary_cross_entropy", lambda z, t, w: (bce(z[:, 0], t) * w).sum(), u(n, 1), target, {})
    loss("binary_smooth", "binary_cross_entropy", lambda z, t, w: (bce(z[:, 0], smooth(t, 0.2)) * w).sum(), u(n, 1),
         target, {"smoothing": 0.2})
    loss("binary_heads", "binary_cross_entropy",
         lambda z, t, w: (bce(z[:, :, 0], heads(t).expand(n, 3)).mean(1) * w).sum(), u(n, 3, 1), target, {})
    loss("classes", "cross_entropy", lambda z, t, w: (F.cross_entropy(z, t, reduction="none") * w).sum(), u(n, 3),
         labels, {})
    loss("classes_heads", "cross_entropy",
         lambda z, t, w: (torch.stack([F.cross_entropy(z[:, h], t, reduction="none") for h in range(2)], 1).mean(1)
                          * w).sum(), u(n, 2, 3), labels, {})
    loss("mse", "mse", lambda z, t, w: ((z[:, 0] - t) ** 2 * w).sum(), u(n, 1), real, {})
    loss("mse_heads", "mse", lambda z, t, w: (((z[:, :, 0] - heads(t)) ** 2).mean(1) * w).sum(), u(n, 3, 1), real, {})
    loss("mae", "mae", lambda z, t, w: ((z[:, 0] - t).abs() * w).sum(), u(n, 1), real, {})
    loss("huber", "huber", lambda z, t, w: (F.huber_loss(z[:, 0], t, reduction="none", delta=0.7) * w).sum(), u(n, 1),
         real, {"delta": 0.7})
    write("losses.json", losses)
    sequences(layer, u)
    write("layers.json", cases + images.layers())


if __name__ == "__main__":
    main()
