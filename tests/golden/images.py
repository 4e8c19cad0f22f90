"""Convolutions and pooling, images as [B, H, W, C]: PyTorch, and Keras where it has its own way ("same" padding)."""
import os

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import torch
import torch.nn.functional as F

from golden import Random, case, value

B = 33  # for sums over the batch: more than one shard, the last one short


def first(x):
    """[B, H, W, C] as PyTorch has it: [B, C, H, W]."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def conv2d(x, w, padding=(0, 0, 0, 0), **options):
    top, bottom, left, right = padding
    return last(F.conv2d(F.pad(first(x), (left, right, top, bottom)), w.permute(3, 2, 0, 1), **options))


def average_pool(x, kernel, stride, padding, order):
    """As Keras over TensorFlow: padding does not count. (Over PyTorch Keras repeats the edge.)"""
    missing = [max((-(-n // stride) - 1) * stride + kernel - n, 0) if padding == "same" else 0 for n in x.shape[1:3]]
    around = (missing[1] // 2, missing[1] - missing[1] // 2, missing[0] // 2, missing[0] - missing[0] // 2)
    total, pixels = (F.avg_pool2d(F.pad(first(a), around), kernel, stride) for a in (x, torch.ones_like(x)))
    return last(total / pixels)


def options(args):
    """PyTorch's options of those of a case."""
    return {"padding": args.get("padding", [0] * 4), "stride": (args.get("stride_h", 1), args.get("stride_w", 1)),
            "dilation": (args.get("dilation_h", 1), args.get("dilation_w", 1)), "groups": args.get("groups", 1)}


def ops():
    r = Random(11)
    out = []

    def conv(name, x, w, args):
        out.append(case(name, "conv2d", lambda a, b: conv2d(a, b, **options(args)),
                        [value("x", r.uniform(-1, 1, *x), 1), value("w", r.uniform(-1, 1, *w), 0)], r, args, 4e-6, 4e-5))

    conv("conv2d", (B, 3, 4, 2), (3, 3, 2, 3), {})
    conv("conv2d_padded", (3, 4, 3, 2), (3, 3, 2, 3), {"padding": [2, 1, 0, 3]})
    conv("conv2d_strides", (3, 7, 6, 2), (3, 2, 2, 3), {"stride_h": 2, "stride_w": 3, "padding": [1, 1, 1, 1]})
    conv("conv2d_dilation", (3, 7, 6, 2), (3, 2, 2, 3), {"dilation_h": 2, "dilation_w": 3})
    conv("conv2d_groups", (3, 4, 3, 4), (3, 3, 2, 6), {"groups": 2, "padding": [1, 1, 1, 1]})
    conv("conv2d_depthwise", (3, 5, 4, 3), (3, 3, 1, 6), {"groups": 3, "stride_h": 2, "stride_w": 2})
    conv("conv2d_long", (2, 2, 2, 70), (2, 2, 70, 3), {"padding": [0, 1, 0, 1]})

    def transpose(name, x, w, size, args):
        o = options(args)
        top, bottom, left, right = o.pop("padding")

        def function(a, b):
            y = last(F.conv_transpose2d(first(a), b.permute(3, 2, 0, 1), **o))
            y = F.pad(y, (0, 0, 0, max(0, size[1] + left - y.shape[2]), 0, max(0, size[0] + top - y.shape[1])))
            return y[:, top:top + size[0], left:left + size[1]]

        out.append(case(name, "conv2d_transpose", function, [value("x", r.uniform(-1, 1, *x), 1),
                                                             value("w", r.uniform(-1, 1, *w), 0)], r,
                        {**args, "height": size[0], "width": size[1]}, 4e-6, 4e-5))

    transpose("conv2d_transpose", (B, 2, 1, 2), (2, 3, 2, 2), (3, 3), {})
    transpose("conv2d_transpose_strides", (3, 3, 3, 4), (3, 3, 2, 4), (6, 9),
              {"stride_h": 2, "stride_w": 3, "padding": [1, 1, 0, 0]})
    transpose("conv2d_transpose_groups", (3, 3, 3, 4), (3, 3, 2, 4), (5, 5),
              {"stride_h": 2, "dilation_w": 2, "groups": 2, "padding": [1, 1, 1, 1]})
    for name, function in (("max_pool2d", F.max_pool2d),
                           ("average_pool2d", lambda *a: F.avg_pool2d(*a, count_include_pad=False))):
        for kind, size, kernel, stride, pad in (("", (2, 7, 6, 3), (2, 2), (2, 2), (0, 0)),
                                                ("_overlap", (2, 7, 6, 3), (3, 2), (1, 2), (1, 1))):
            out.append(case(name + kind, name,
                            lambda a, f=function, k=kernel, s=stride, p=pad: last(f(first(a), k, s, p)),
                            [value("x", r.uniform(-1, 1, *size), 1)], r,
                            {"kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0],
                             "stride_w": stride[1], "padding": [pad[0], pad[0], pad[1], pad[1]]}))
    for name, size in (("larger", (8, 9)), ("smaller", (2, 2))):
        out.append(case("resize_bilinear_" + name, "resize_bilinear",
                        lambda a, s=size: last(F.interpolate(first(a), s, mode="bilinear", align_corners=False)),
                        [value("x", r.uniform(-1, 1, 2, 4, 3, 2), 1)], r, {"height": size[0], "width": size[1]}))
    out.append(case("zero_pad2d", "zero_pad2d", lambda a: F.pad(a, (0, 0, 2, 0, 0, 1)),
                    [value("x", r.uniform(-1, 1, 2, 2, 3, 2), 1)], r, {"padding": [0, 1, 2, 0]}, tolerance=0))
    x, gain, bias = r.uniform(-2, 3, B, 2, 1, 3), r.uniform(0.5, 1.5, 3), r.uniform(-1, 1, 3)
    out.append(case("batch_norm_images", "batch_norm",
                    lambda v, g, b: last(F.batch_norm(first(v), None, None, g, b, True, 0.0, 1e-5)),
                    [value("x", x, 1), value("gain", gain, 0), value("bias", bias, 0)], r,
                    {"epsilon": 1e-5, "training": 1}, tolerance=4e-6, gradient_tolerance=4e-5))
    return out


def layers():
    r = Random(12)
    u = lambda *s: r.uniform(-1, 1, *s)
    out = []

    def layer(name, op, function, x, parameters, args):
        inputs = [value("x", x, 1)] + [value(f"layer.{k}", v, 0) for k, v in parameters.items()]
        out.append(case(name, op, function, inputs, r, args, 4e-6, 4e-5))

    def conv(name, size, kernel, args):
        layer(name, "conv2d",
              lambda x, w, b: F.relu(keras.ops.conv(x, w, args.get("stride", 1), "same" if "same" in args else "valid",
                                                    "channels_last") + b),
              u(3, *size, 3), {"weight": u(kernel, kernel, 3, 4), "bias": u(4)},
              {"units": 4, "kernel": kernel, "activation": "relu", **args})

    conv("conv2d", (5, 4), 3, {})
    conv("conv2d_same", (5, 4), 2, {"same": 1})
    conv("conv2d_same_strides", (7, 6), 3, {"same": 1, "stride": 2})
    conv("conv2d_same_wide_strides", (7, 6), 2, {"same": 1, "stride": 3})
    layer("conv1d", "conv1d", lambda x, w, b: F.conv1d(F.pad(x.permute(0, 2, 1), (2, 0)), w.permute(2, 1, 0)
                                                       ).permute(0, 2, 1) + b,
          u(B, 4, 2), {"weight": u(3, 2, 3), "bias": u(3)}, {"units": 3, "kernel": 3, "padding": [0, 0, 2, 0]})
    layer("conv1d_same", "conv1d", lambda x, w, b: keras.ops.conv(x, w, 2, "same", "channels_last") + b,
          u(3, 5, 2), {"weight": u(4, 2, 3), "bias": u(3)}, {"units": 3, "kernel": 4, "same": 1, "stride": 2})
    for kind, kernel, stride in (("valid", 3, 2), ("valid", 2, 3), ("same", 3, 2), ("same", 4, 2)):
        layer(f"conv2d_transpose_{kind}_{kernel}_{stride}", "conv2d_transpose",
              lambda x, w, b, k=kind, s=stride: keras.ops.conv_transpose(x, w, s, k, None, "channels_last") + b,
              u(2, 3, 2, 4), {"weight": u(kernel, kernel, 3, 4), "bias": u(3)},
              {"units": 3, "kernel": kernel, "stride": stride, **({"same": 1} if kind == "same" else {})})
    for name, function in (("max_pool2d", keras.ops.max_pool), ("average_pool2d", average_pool)):
        layer(name, name, lambda x, f=function: f(x, 2, 2, "valid", "channels_last"), u(2, 5, 4, 3), {}, {})
        layer(name + "_same", name, lambda x, f=function: f(x, 3, 2, "same", "channels_last"), u(2, 5, 4, 3), {},
              {"kernel": 3, "stride": 2, "same": 1})
    layer("global_average_pool", "global_average_pool", lambda x: x.mean((1, 2)), u(3, 3, 4, 2), {}, {})
    layer("global_max_pool", "global_max_pool", lambda x: x.amax((1, 2)), u(3, 3, 4, 2), {}, {})
    layer("up_sample2d", "up_sample2d", lambda x: last(F.interpolate(first(x), scale_factor=3, mode="nearest")),
          u(2, 3, 2, 2), {}, {"stride": 3})
    layer("zero_padding2d", "zero_padding2d", lambda x: F.pad(x, (0, 0, 0, 1, 2, 0)), u(2, 3, 2, 2), {},
          {"padding": [2, 0, 0, 1]})
    layer("flatten", "flatten", lambda x: x.reshape(2, -1), u(2, 3, 2, 2), {}, {})
    return out


def residuals():
    """The basic block of He et al., in training, with and without a short cut of its own."""
    r = Random(13)
    u = lambda *s: r.uniform(-1, 1, *s)
    out = []

    def norm(x, gain, bias):
        return F.batch_norm(x, None, None, gain, bias, True, 0.0, 1e-5)

    def block(x, stride, w0, g0, b0, w1, g1, b1, cut=None):
        x = first(x)
        kernel = lambda w: w.permute(3, 2, 0, 1)
        y = F.relu(norm(F.conv2d(x, kernel(w0), stride=stride, padding=1), g0, b0))
        y = norm(F.conv2d(y, kernel(w1), padding=1), g1, b1)
        short = x if cut is None else norm(F.conv2d(x, kernel(cut[0]), stride=stride), cut[1], cut[2])
        return last(F.relu(short + y))

    def layer(name, stride, channels, units, with_cut):
        gains = lambda: (r.uniform(0.5, 1.5, units), u(units))
        parts = [u(3, 3, channels, units), *gains(), u(3, 3, units, units), *gains()]
        names = ["conv0.weight", "norm0.gain", "norm0.bias", "conv1.weight", "norm1.gain", "norm1.bias"]
        if with_cut:
            parts += [u(1, 1, channels, units), *gains()]
            names += ["short.weight", "short_norm.gain", "short_norm.bias"]
        inputs = [value("x", u(3, 5, 4, channels), 1)] + [value(f"layer.{k}", v, 0) for k, v in zip(names, parts)]
        out.append(case(name, "residual2d", lambda x, *p: block(x, stride, *p[:6], p[6:] or None), inputs, r,
                        {"units": units, "stride": stride, "activation": "relu", "training": 1}, 1e-5, 1e-4))

    layer("residual2d", 1, 3, 3, False)
    layer("residual2d_stride", 2, 2, 3, True)
    return out
