"""
The image families written out in plain PyTorch, after their papers and torchvision's models, at small widths: scores of
three images. Weights and pixels come from a rule that tests/model/test_image_families.c has too.
"""
import numpy as np
import torch
import torch.nn.functional as F

from golden import number, write

CLASSES = 3


def drawn(name, shape):
    """Numbers in [-0.5, 0.5) by the name of a weight and the place in it."""
    n = int(np.prod(shape))
    start = 2166136261  # FNV-1a
    for byte in name.encode():
        start = (start ^ byte) * 16777619 % 2**32
    word = (np.arange(n, dtype=np.uint64) * 2654435761 + start) % 2**32
    word = (word ^ (word >> np.uint64(15))) * 2246822519 % 2**32
    return torch.tensor((word >> np.uint64(8)).astype(np.float64) / 2**24 - 0.5).reshape(shape)


def weight(name, *shape):
    fan = int(np.prod(shape[:-1]))
    return (drawn(name, shape) * (24.0 / fan) ** 0.5).float().double()


def bias(name, n):
    return drawn(name, (n,)).float().double()


def gain(name, n):
    return (1.0 + drawn(name, (n,))).float().double()


def pixels(n, height, width, channels):
    count = n * height * width * channels
    bytes_ = torch.tensor([i * 37 % 251 for i in range(count)], dtype=torch.float32) / 255
    return bytes_.double().reshape(n, height, width, channels).permute(0, 3, 1, 2)


def conv(x, name, units, kernel, stride=1, padding=0, has_bias=True):
    w = weight(f"{name}.weight", kernel, kernel, x.shape[1], units).permute(3, 2, 0, 1)
    return F.conv2d(x, w, bias(f"{name}.bias", units) if has_bias else None, stride, padding)


def norm(x, name):
    n = x.shape[1]
    return F.batch_norm(x, bias(f"{name}.running_mean", n), gain(f"{name}.running_variance", n), gain(f"{name}.gain", n),
                        bias(f"{name}.bias", n), False, 0.0, 1e-5)


def block(x, prefix, index, units, kernel, stride, padding, batch_norm):
    x = conv(x, f"{prefix}conv{index}", units, kernel, stride, padding, not batch_norm)
    return F.relu(norm(x, f"{prefix}norm{index}") if batch_norm else x)


def dense(x, name, units):
    return x @ weight(f"{name}.weight", x.shape[1], units) + bias(f"{name}.bias", units)


def classifier(x, hidden):
    x = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)  # places, then channels
    for i in range(2):
        x = F.relu(dense(x, f"dense{i}", hidden))
    return dense(x, "output", CLASSES)


def alexnet(x, width, hidden, batch_norm):
    rows = [(1, 11, 4, 2, 1), (3, 5, 1, 2, 1), (6, 3, 1, 1, 0), (4, 3, 1, 1, 0), (4, 3, 1, 1, 1)]
    for i, (times, kernel, stride, padding, pool) in enumerate(rows):
        x = block(x, "", i, times * width, kernel, stride, padding, batch_norm)
        x = F.max_pool2d(x, 3, 2) if pool else x
    return classifier(x, hidden)


def vgg(x, depth, width, hidden, batch_norm):
    convolutions = {"11": (1, 1, 2, 2, 2), "13": (2, 2, 2, 2, 2), "16": (2, 2, 3, 3, 3), "19": (2, 2, 4, 4, 4)}
    for b, count in enumerate(convolutions[depth]):
        for i in range(count):
            x = block(x, f"block{b}.", i, width * 2 ** min(b, 3), 3, 1, 1, batch_norm)
        x = F.max_pool2d(x, 2)
    return classifier(x, hidden)


def image_resnet(x, blocks, width, stem):
    x = block(x, "stem.", 0, width, 7, 2, 3, True) if stem == "large" else block(x, "stem.", 0, width, 3, 1, 1, True)
    if stem == "large":
        x = F.max_pool2d(x, 3, 2, 1)
    for s, count in enumerate(blocks):
        for i in range(count):
            name, units = f"stage{s}.block{i}", width * 2**s
            stride = 2 if s > 0 and i == 0 else 1
            y = F.relu(norm(conv(x, f"{name}.conv0", units, 3, stride, 1, False), f"{name}.norm0"))
            y = norm(conv(y, f"{name}.conv1", units, 3, 1, 1, False), f"{name}.norm1")
            if stride > 1 or x.shape[1] != units:
                x = norm(conv(x, f"{name}.short", units, 1, stride, 0, False), f"{name}.short_norm")
            x = F.relu(x + y)
    return dense(x.mean((2, 3)), "output", CLASSES)


def main():
    cases = []
    for family, network, shape, args in (
            ("alexnet", alexnet, (67, 63, 3), {"width": 2, "hidden": 5, "batch_norm": False}),
            ("alexnet", alexnet, (63, 63, 1), {"width": 2, "hidden": 5, "batch_norm": True}),
            ("vgg", vgg, (32, 35, 3), {"depth": "11", "width": 2, "hidden": 5, "batch_norm": False}),
            ("vgg", vgg, (32, 32, 1), {"depth": "11", "width": 2, "hidden": 5, "batch_norm": True}),
            ("vgg", vgg, (32, 32, 3), {"depth": "16", "width": 2, "hidden": 5, "batch_norm": True}),
            ("image_resnet", image_resnet, (16, 13, 3), {"blocks": [2, 1, 1], "width": 3, "stem": "small"}),
            ("image_resnet", image_resnet, (40, 37, 1), {"blocks": [2, 2, 2, 2], "width": 2, "stem": "large"})):
        scores = F.softmax(network(pixels(3, *shape), **args), -1)
        cases.append({"family": family, "model": args, "shape": list(shape),
                      "scores": [number(v) for v in scores.reshape(-1)]})
    write("image_families.json", cases)


if __name__ == "__main__":
    main()
