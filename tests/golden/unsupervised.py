"""Golden values of what families that learn without a target say of rows, from PyTorch: writes unsupervised.json.

    python tests/golden/unsupervised.py

Weights are sines that the test makes itself; element i of tensor t (in the order of the model) is
0.4 sin(0.7 i + t + 1). The fixed latent draws of vae are Philox numbers, made here a second time.
"""
import json
import pathlib

import numpy as np
import torch
from scipy.stats import norm
from torch.nn import functional as F

NUMBERS, SIZES, LATENT, LAYER = 3, [3, 4], 2, 5
SIDE = 3


def philox(seed, stream, block):
    mask = 0xFFFFFFFF
    c = [block & mask, block >> 32, stream & mask, stream >> 32]
    k = [seed & mask, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & mask, (a >> 32) ^ c[3] ^ k[1], a & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


def stream_of(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def draws():
    words = [philox(0, stream_of("vae/score"), b)[i] for b in range(1) for i in range(4)][: 2 * LATENT]
    z = norm.ppf((np.array(words) + 0.5) / 2**32).reshape(2, LATENT)
    return torch.tensor(np.stack([z[0], -z[0], z[1], -z[1]]))


class Weights:
    """Tensors in the order in which the model adds them."""

    def __init__(self):
        self.count = 0

    def take(self, *shape):
        t = 0.4 * np.sin(0.7 * np.arange(np.prod(shape)) + self.count + 1)
        self.count += 1
        return torch.tensor(t.astype(np.float32).astype(float)).reshape(shape)

    def dense(self, n_in, n_out):
        w, b = self.take(n_in, n_out), self.take(n_out)
        return lambda x: x @ w + b


def table():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(6, NUMBERS)).astype(np.float32)
    codes = np.stack([rng.integers(0, size, 6) for size in SIZES], 1)
    one = [np.where(codes[:, [k]] > 0, np.eye(size)[codes[:, k]], 0) for k, size in enumerate(SIZES)]
    return x, codes, torch.tensor(np.concatenate([x.astype(float), *one], 1))


def answer(raw):
    parts = torch.split(raw, [NUMBERS, *SIZES], 1)
    return torch.cat([parts[0], *[torch.softmax(p, 1) for p in parts[1:]]], 1)


def autoencoder(row, activate):
    w, width = Weights(), row.shape[1]
    layers = [w.dense(width, LAYER), w.dense(LAYER, LATENT), w.dense(LATENT, LAYER), w.dense(LAYER, width)]
    raw = layers[3](torch.relu(layers[2](layers[1](torch.relu(layers[0](row))))))
    return F.mse_loss(activate(raw), row, reduction="none").mean(1)


def vae(row, nats, numbers):
    w, width = Weights(), row.shape[1]
    encode, code = w.dense(width, LAYER), w.dense(LAYER, 2 * LATENT)
    decode, output = w.dense(LATENT, LAYER), w.dense(LAYER, width)
    log_variance = w.take(numbers) if numbers else None
    mean, log_var = code(torch.relu(encode(row))).chunk(2, 1)
    posterior = torch.distributions.Normal(mean, torch.exp(log_var / 2))
    total = 0
    for eps in draws():
        z = mean + torch.exp(log_var / 2) * eps
        total = total + nats(output(torch.relu(decode(z))), row, log_variance)
    far = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum(1)
    return total / 4 + far


def gan(row, cost):
    """What the generator would pay if it had drawn the row; the model's tensors begin with the generator's."""
    w, width = Weights(), row.shape[1]
    w.dense(LATENT, LAYER), w.dense(LAYER, width)
    hidden, output = w.dense(width, LAYER), w.dense(LAYER, 1)
    return cost(output(F.leaky_relu(hidden(row), 0.01))[:, 0])


GAN_COSTS = {
    "non_saturating": lambda said: F.binary_cross_entropy_with_logits(said, torch.ones_like(said), reduction="none"),
    "least_squares": lambda said: F.mse_loss(said, torch.ones_like(said), reduction="none") / 2,
    "wasserstein": lambda said: -said,
}


def main():
    x, codes, row = table()
    pixels = np.random.default_rng(6).integers(0, 256, (5, SIDE * SIDE))
    image = torch.tensor(pixels.astype(np.float32) / np.float32(255)).double()

    def table_nats(raw, row, log_variance):
        parts = torch.split(raw, [NUMBERS, *SIZES], 1)
        variance = torch.exp(torch.clamp(log_variance, min=-6.0))
        total = -torch.distributions.Normal(parts[0], variance.sqrt()).log_prob(row[:, :NUMBERS]).sum(1)
        for k in range(len(SIZES)):
            total = total + F.cross_entropy(parts[1 + k], torch.tensor(codes[:, k]), reduction="none")
        return total

    def image_nats(raw, row, _):
        return F.binary_cross_entropy_with_logits(raw, row, reduction="none").sum(1)

    out = {
        "made_with": f"PyTorch {torch.__version__.split('+')[0]}",
        "numbers": x.ravel().tolist(),
        "codes": codes.ravel().tolist(),
        "pixels": pixels.ravel().tolist(),
        "autoencoder": {"table": autoencoder(row, answer).tolist(), "images": autoencoder(image, torch.sigmoid).tolist()},
        "vae": {"table": vae(row, table_nats, NUMBERS).tolist(), "images": vae(image, image_nats, 0).tolist()},
    }
    for loss, cost in GAN_COSTS.items():
        out["gan " + loss] = {"table": gan(row, cost).tolist(), "images": gan(image, cost).tolist()}
    path = pathlib.Path(__file__).with_name("unsupervised.json")
    path.write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
