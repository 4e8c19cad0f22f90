"""Recurrent layers with the weights of PyTorch's and Keras' own layers, in float64: all steps, the last, lengths, two
directions, stacks, first and last states; and means and maxima over the steps before a length.

How weights of theirs become ours (from_torch, from_keras), in the order of directions within layers:

    ours                     PyTorch                                     Keras
    input_weight             weight_ih transposed                        kernel
    recurrent_weight         weight_hh transposed                        recurrent_kernel
    bias                     lstm, rnn: bias_ih + bias_hh; gru: bias_ih  bias; gru (reset_after): bias[0]
    recurrent_bias           gru: bias_hh                                gru (reset_after): bias[1]
    gates of lstm            i, f, g, o as they are                      i, f, c, o as they are
    gates of gru             r, z, n as they are                         z, r, h: the first two change places
"""
import os

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import torch
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import Random, case, value, write

B, T, F, H = 5, 4, 3, 2
TORCH = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}
KERAS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}
keras.config.set_floatx("float64")


def parts(kind):
    return ["input_weight", "recurrent_weight", "bias"] + (["recurrent_bias"] if kind == "gru" else [])


def places(layers, directions):
    """(our prefix, PyTorch's ending) of every layer in every direction."""
    return [(f"{l}.reverse." if d else f"{l}.", f"l{l}_reverse" if d else f"l{l}")
            for l in range(layers) for d in range(directions)]


def from_torch(kind, module):
    """The parameters of a torch.nn.LSTM, GRU or RNN as ours: name -> array."""
    out = {}
    state = {k: v.detach() for k, v in module.state_dict().items()}
    for prefix, end in places(module.num_layers, 2 if module.bidirectional else 1):
        out[prefix + "input_weight"] = state[f"weight_ih_{end}"].T
        out[prefix + "recurrent_weight"] = state[f"weight_hh_{end}"].T
        if kind == "gru":
            out[prefix + "bias"], out[prefix + "recurrent_bias"] = state[f"bias_ih_{end}"], state[f"bias_hh_{end}"]
        else:
            out[prefix + "bias"] = state[f"bias_ih_{end}"] + state[f"bias_hh_{end}"]
    return out


def to_torch(kind, ours, layers, directions):
    out, at = {}, iter(ours)
    for _, end in places(layers, directions):
        out[f"weight_ih_{end}"], out[f"weight_hh_{end}"] = next(at).T, next(at).T
        out[f"bias_ih_{end}"] = next(at)
        out[f"bias_hh_{end}"] = next(at) if kind == "gru" else torch.zeros_like(out[f"bias_ih_{end}"])
    return out


def exchange(kind, x):
    """The first two of GRU's gates change places; its own inverse."""
    if kind != "gru":
        return x
    a, b, c = (x[..., i * H:(i + 1) * H] for i in range(3))
    return torch.cat([b, a, c], -1)


def from_keras(kind, weights):
    """The weights of a Keras LSTM, GRU (reset_after) or SimpleRNN, or of the two of a Bidirectional, as ours."""
    out, at = {}, iter(torch.tensor(np.asarray(w)) for w in weights)
    for prefix, _ in places(1, len(weights) // 3):
        out[prefix + "input_weight"] = exchange(kind, next(at))
        out[prefix + "recurrent_weight"] = exchange(kind, next(at))
        bias = exchange(kind, next(at))
        out[prefix + "bias"] = bias[0] if kind == "gru" else bias
        if kind == "gru":
            out[prefix + "recurrent_bias"] = bias[1]
    return out


def to_keras(kind, ours):
    out, at = [], iter(ours)
    for first in at:
        out += [exchange(kind, first), exchange(kind, next(at))]
        bias = next(at)
        out.append(exchange(kind, torch.stack([bias, next(at)]) if kind == "gru" else bias))
    return out


def fill(r, shapes):
    return [torch.tensor(r.uniform(-0.8, 0.8, *shape)).double() for shape in shapes]


class Cases:
    def __init__(self):
        self.r = Random(17)
        self.out = []

    def add(self, name, kind, ours, function, args, lengths=None, states=()):
        inputs = [value("x", self.r.uniform(-1, 1, B, T, F), 1)]
        if lengths is not None:
            inputs.append(value("lengths", lengths, 1))
        inputs += [value(f"state{i}", s, 1) for i, s in enumerate(states)]
        first = len(inputs) - len(states)
        inputs += [value("layer." + k, v.numpy().astype("float32"), 0) for k, v in ours.items()]
        args = {"units": H, "lengths": int(lengths is not None), "states": len(states), **args}
        self.out.append(case(name, kind, lambda x, *rest: function(x, rest[:first - 1], rest[first - 1:]), inputs,
                             self.r, args, tolerance=4e-6, gradient_tolerance=2e-5))

    def torch(self, name, kind, layers=1, directions=1, lengths=None, last=0, final=0, states=(), **options):
        module = TORCH[kind](F, H, layers, batch_first=True, bidirectional=directions == 2, **options).double()
        shapes = {k: v.shape for k, v in module.state_dict().items()}
        module.load_state_dict(dict(zip(shapes, fill(self.r, shapes.values()))))
        ours = from_torch(kind, module)
        x = torch.tensor(self.r.uniform(-1, 1, B, T, F)).double()
        again = functional_call(module, to_torch(kind, ours.values(), layers, directions), (x,))
        assert torch.allclose(module(x)[0], again[0], atol=1e-12)

        def split(states):
            stack = torch.stack(states)
            return (stack[..., :H].contiguous(), stack[..., H:].contiguous()) if kind == "lstm" else stack

        def run(x, more, rest):
            weights = to_torch(kind, rest[len(states):], layers, directions)
            inputs = (pack_padded_sequence(x, more[0], True, False) if lengths is not None else x,)
            if states:
                inputs += (split(rest[:len(states)]),)
            y, end = functional_call(module, weights, inputs)
            if lengths is not None:
                y, _ = pad_packed_sequence(y, True, total_length=T)
            if final:
                ends = torch.cat(end, -1) if kind == "lstm" else end
                return torch.cat(list(ends), -1)
            if last:
                h = end[0] if kind == "lstm" else end
                return torch.cat(list(h[-directions:]), -1)
            return y

        self.add(f"torch_{name}", kind, ours, run,
                 {"layers": layers, "bidirectional": int(directions == 2), "last": last, "final": final,
                  "activation": options.get("nonlinearity", "linear")}, lengths, states)

    def keras(self, name, kind, directions=1, lengths=None, last=0):
        layer = KERAS[kind](H, return_sequences=not last)
        if directions == 2:
            layer = keras.layers.Bidirectional(layer)
        layer.build((B, T, F))
        shapes = [tuple(v.shape) for v in layer.trainable_variables]
        weights = fill(self.r, shapes)
        ours = from_keras(kind, weights)
        assert all(torch.equal(a, b) for a, b in zip(weights, to_keras(kind, ours.values())))
        others = [v.value for v in layer.non_trainable_variables]

        def run(x, more, rest):
            mask = None if lengths is None else torch.arange(T)[None, :] < more[0][:, None]
            y, _ = layer.stateless_call(to_keras(kind, rest), others, x, mask=mask)
            return y

        self.add(f"keras_{name}", kind, ours, run, {"bidirectional": int(directions == 2), "last": last, "keep": 1},
                 lengths)


def main():
    c = Cases()
    u = lambda *s: c.r.uniform(-1, 1, *s)
    lengths = 1 + c.r.integers(T, B)
    for kind in TORCH:
        width = H * (2 if kind == "lstm" else 1)
        c.torch(kind, kind)
        c.torch(f"{kind}_lengths", kind, lengths=lengths, states=[u(B, width)])
        c.torch(f"{kind}_stack", kind, layers=2, directions=2, lengths=lengths, last=1)
        c.torch(f"{kind}_final", kind, directions=2, lengths=lengths, final=1, states=[u(B, width), u(B, width)])
        c.keras(kind, kind)
        c.keras(f"{kind}_lengths", kind, lengths=lengths)
        c.keras(f"{kind}_two", kind, directions=2, lengths=lengths, last=1)
    lengths[0] = 0

    def masked(x, more, without):
        mask = torch.arange(T)[None, :, None] < more[0][:, None, None]
        return torch.where(mask, x, torch.tensor(without).double()), mask.sum(1)

    def mean(x, more, rest):
        kept, n = masked(x, more, 0.0)
        return kept.sum(1) / n.clamp(min=1)

    def greatest(x, more, rest):
        kept, n = masked(x, more, -1e9)
        return torch.where(n > 0, kept.max(1)[0], 0.0)

    c.add("mean_over_steps", "mean_over_steps", {}, mean, {}, lengths)
    c.add("max_over_steps", "max_over_steps", {}, greatest, {}, lengths)
    c.torch("simple_rnn_relu", "simple_rnn", nonlinearity="relu")
    write("recurrent.json", c.out)


if __name__ == "__main__":
    main()
