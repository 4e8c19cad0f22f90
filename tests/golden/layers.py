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


def attention_parameters(u, part, width, memory):
    shapes = {"query": (width, width), "key": (memory, width), "value": (memory, width), "output": (width, width)}
    return {f"{part}{k}.{kind}": u(*(s if kind == "weight" else s[1:])) * np.float32(0.7)
            for k, s in shapes.items() for kind in ("weight", "bias")}


def block_parameters(u, width, hidden, attentions):
    out = {}
    for name, memory in attentions:
        out |= attention_parameters(u, name + ".", width, memory)
        out |= {f"{name}_norm.gain": 1 + u(width) / np.float32(4), f"{name}_norm.bias": u(width)}
    return out | {"feed_forward.first.weight": u(width, hidden), "feed_forward.first.bias": u(hidden),
                  "feed_forward.second.weight": u(hidden, width), "feed_forward.second.bias": u(width),
                  "feed_forward_norm.gain": 1 + u(width) / np.float32(4), "feed_forward_norm.bias": u(width)}


def attention_of_torch(p, part, name):
    """Our query, key, value and output of `part` as the parameters of a torch.nn.MultiheadAttention."""
    get = lambda k, kind: p[f"{part}{k}.{kind}"]
    out = {"out_proj.weight": get("output", "weight").T, "out_proj.bias": get("output", "bias"),
           "in_proj_bias": torch.cat([get(k, "bias") for k in ("query", "key", "value")])}
    weights = [get(k, "weight").T for k in ("query", "key", "value")]
    if weights[0].shape == weights[1].shape:
        out["in_proj_weight"] = torch.cat(weights)
    else:
        out |= dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), weights))
    return {name + k: v for k, v in out.items()}


def block_of_torch(p, attentions):
    out = {}
    for i, (part, name) in enumerate(attentions, 1):
        out |= attention_of_torch(p, part + ".", name)
        out |= {f"norm{i}.weight": p[f"{part}_norm.gain"], f"norm{i}.bias": p[f"{part}_norm.bias"]}
    last = f"norm{len(attentions) + 1}"
    for i, part in ((1, "first"), (2, "second")):
        out |= {f"linear{i}.weight": p[f"feed_forward.{part}.weight"].T, f"linear{i}.bias": p[f"feed_forward.{part}.bias"]}
    return out | {f"{last}.weight": p["feed_forward_norm.gain"], f"{last}.bias": p["feed_forward_norm.bias"]}


def hidden_keys(lengths, n):
    """True where PyTorch must not look."""
    return torch.arange(n)[None, :] >= lengths[:, None]


def above_diagonal(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


def transformers(u, layer):
    call = torch.func.functional_call
    batch, t, width, hidden, heads = 2, 3, 4, 5, 2
    lengths = np.array([3, 1], dtype=np.int32)
    x, memory = u(batch, t, width), u(batch, 4, 3)

    def attend(parameters, memory_width, with_memory=False, causal=False):
        module = torch.nn.MultiheadAttention(width, heads, batch_first=True, kdim=memory_width, vdim=memory_width).double()

        def function(x, *rest):
            y, n, rest = (rest[0], rest[1], rest[2:]) if with_memory else (x, None, rest)
            p = attention_of_torch(dict(zip(parameters, rest)), "", "")
            return call(module, p, (x, y, y), {"need_weights": False, "attn_mask": above_diagonal(t) if causal else None,
                                               "key_padding_mask": None if n is None else hidden_keys(n, y.shape[1])})[0]
        return function

    own = attention_parameters(u, "", width, width)
    layer("multi_head_attention", attend(own, width), x, own, {"heads": heads})
    layer("multi_head_attention", attend(own, width, causal=True), x, own, {"heads": heads}, op="causal_attention")
    other = attention_parameters(u, "", width, 3)
    layer("memory_attention", attend(other, 3, True), x, other, {"heads": heads},
          more=[value("memory", memory, 1), value("lengths", lengths + np.int32(1), 1)])
    layer("feed_forward", lambda v, w1, b1, w2, b2: F.relu(v @ w1 + b1) @ w2 + b2, x,
          {"first.weight": u(width, hidden), "first.bias": u(hidden), "second.weight": u(hidden, width),
           "second.bias": u(width)}, {"units": hidden, "activation": "relu"})

    options = {"dropout": 0.0, "batch_first": True}
    own = block_parameters(u, width, hidden, [("attention", width)])

    def encode(pre, activation, with_lengths):
        module = torch.nn.TransformerEncoderLayer(width, heads, hidden, activation=activation, norm_first=pre, **options)

        def function(x, *rest):
            n, rest = (rest[0], rest[1:]) if with_lengths else (None, rest)
            p = block_of_torch(dict(zip(own, rest)), [("attention", "self_attn.")])
            return call(module.double(), p, (x,), {"src_key_padding_mask": None if n is None else hidden_keys(n, t)})
        return function

    args = {"units": hidden, "heads": heads, "activation": "relu"}
    layer("encoder_block", encode(False, "relu", False), x, own, args)
    layer("encoder_block_pre", encode(True, "gelu", True), x, own, args | {"activation": "gelu"},
          more=[value("lengths", lengths, 1)])

    def decode(parameters, pre, memory_width):
        module = torch.nn.TransformerDecoderLayer(width, heads, hidden, norm_first=pre, **options).double()
        if memory_width != width:
            module.multihead_attn = torch.nn.MultiheadAttention(width, heads, batch_first=True, kdim=memory_width,
                                                                vdim=memory_width).double()

        def function(x, *rest):
            y, rest = (x, rest) if memory_width == width else (rest[0], rest[1:])
            p = block_of_torch(dict(zip(parameters, rest)),
                               [("attention", "self_attn."), ("memory_attention", "multihead_attn.")])
            return call(module, p, (x, y), {"tgt_mask": above_diagonal(t)})
        return function

    both = block_parameters(u, width, hidden, [("attention", width), ("memory_attention", width)])
    layer("decoder_block", decode(both, False, width), x, both, args)
    both = block_parameters(u, width, hidden, [("attention", width), ("memory_attention", 3)])
    layer("decoder_block_pre", decode(both, True, 3), x, both, args, more=[value("memory", memory, 1)])


def positions(r, u, layer):
    """Small layers of sequences x [B, T, C], and layers of rows over positions."""
    x = u(5, 3, 4)
    layer("dense", lambda v, w, b: torch.tanh(v @ w + b), x, {"weight": u(4, 3), "bias": u(3)},
          {"units": 3, "activation": "tanh"})
    layer("layer_norm", lambda v, g, b: F.layer_norm(v, (4,), g, b, 1e-5), x,
          {"gain": r.uniform(0.5, 1.5, 4), "bias": u(4)}, {})
    layer("rms_norm", lambda v, g: F.rms_norm(v, (4,), g, 1e-5), x, {"gain": r.uniform(0.5, 1.5, 4)}, {})
    layer("dense_tied", lambda v, t, b: torch.tanh(v @ t.T + b), x, {"table": u(5, 4), "bias": u(5)},
          {"units": 5, "activation": "tanh"}, outside=("table",))
    layer("embedding", lambda c, t, b: t[c[:, 0]][:, None] @ t.T + b, r.integers(4, 6, 1),
          {"weight": u(4, 3), "bias": u(4)}, {"units": 3, "sizes": [4]}, op="tied_embedding")
    angle = torch.arange(3)[:, None] / 10000.0 ** (torch.arange(0, 4, 2) / 4.0).double()
    waves = torch.stack([angle.sin(), angle.cos()], 2).reshape(3, 4)
    layer("sinusoidal_positions", lambda v: v + waves, u(2, 3, 4), {}, {})
    layer("learned_positions", torch.add, x, {"weight": u(3, 4)}, {})

    def turn(v):  # [B, T, heads, 4]: the halves of a head are pairs
        t = torch.arange(v.shape[1]).double()[:, None] * 100.0 ** (-torch.arange(2).double() / 2)
        a, b, c, s = v[..., :2], v[..., 2:], t.cos()[:, None], t.sin()[:, None]
        return torch.cat([a * c - b * s, b * c + a * s], 3)

    def attend(v, *p):
        q, k, w = (v @ p[i] + p[i + 1] for i in (0, 2, 4))
        q, k = (turn(z.reshape(2, 3, -1, 4)).transpose(1, 2) for z in (q, k))
        y = F.scaled_dot_product_attention(q, k, w.reshape(2, 3, 1, 4).transpose(1, 2), is_causal=True, enable_gqa=True)
        return y.transpose(1, 2).reshape(2, 3, 8) @ p[6] + p[7]

    shapes = {"query": (3, 8), "key": (3, 4), "value": (3, 4), "output": (8, 3)}
    parameters = {f"{k}.{kind}": u(*(s if kind == "weight" else s[1:])) for k, s in shapes.items()
                  for kind in ("weight", "bias")}
    layer("multi_head_attention", attend, u(2, 3, 3), parameters, {"heads": 2}, op="rotary_attention")


def main():
    r = Random(3)
    u = lambda *s: r.uniform(-1, 1, *s)
    cases = []

    def layer(name, function, x, parameters, args, tolerance=4e-6, gradient_tolerance=2e-5, no_gradient=(), op=None,
              more=(), outside=()):
        inputs = [value("x", x, 1), *more] + [parameter(k if k in outside else f"layer.{k}", v)
                                              for k, v in parameters.items()]
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
    weight = np.array([[0.1, 0.2, 0], [0.3, 0, 0], [0.1, 0.1, 0.2]], dtype=np.float32)
    loss("classes_positions", "cross_entropy",
         lambda z, t, w: (F.cross_entropy(z.transpose(1, 2), t, reduction="none") * w).sum(), u(3, 3, 4),
         r.integers(4, 3, 3), {})
    loss("mse_positions", "mse", lambda z, t, w: ((z[:, :, 0] - t) ** 2 * w).sum(), u(3, 3, 1), u(3, 3), {})
    write("losses.json", losses)
    sequences(layer, u)
    transformers(u, layer)
    positions(r, u, layer)
    write("layers.json", cases + images.layers() + images.residuals())


if __name__ == "__main__":
    main()
