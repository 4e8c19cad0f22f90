"""A file of the safetensors package with each type that we read."""
import os

import torch
from safetensors.torch import save_file

from golden import HERE, Random


def main():
    r = Random(4)
    tensors = {
        "dense.weight": torch.tensor(r.uniform(-1, 1, 3, 2)),
        "dense.bias": torch.tensor(r.uniform(-1, 1, 2)),
        "codes": torch.tensor(r.integers(100, 4)),
        "scalar": torch.tensor(2.5),
        "half": torch.tensor([1.0, -2.5, 65504.0, 5.9604645e-08, 0.0], dtype=torch.float16),
        "brain": torch.tensor([1.0, -3.0, 1.0e30], dtype=torch.bfloat16),
    }
    save_file(tensors, os.path.join(HERE, "python.safetensors"), metadata={"by": "safetensors"})


if __name__ == "__main__":
    main()
