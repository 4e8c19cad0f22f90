"""Golden values of resizing: Pillow's BILINEAR.

    python3 tests/golden/resize.py > tests/golden/resize.json
"""
import json

import numpy as np
from PIL import Image

state = 12345
cases = []


def draw(n):
    """Bytes of a generator of our own, so that no library's version changes the inputs."""
    global state
    out = []
    for _ in range(n):
        state = (1103515245 * state + 12345) % 2147483648
        out.append(state >> 8 & 255)
    return out


for height, width, channels, to_height, to_width in [(7, 5, 1, 3, 2), (5, 9, 3, 8, 4), (4, 4, 3, 4, 11), (16, 12, 1, 5, 5)]:
    values = draw(height * width * channels)
    image = np.array(values, dtype=np.uint8).reshape(height, width, channels)
    resized = Image.fromarray(image if channels == 3 else image[:, :, 0]).resize((to_width, to_height), Image.BILINEAR)
    cases.append({"in": [height, width, channels], "to": [to_height, to_width], "values": values,
                  "out": np.asarray(resized).reshape(-1).tolist()})
print(json.dumps({"resize": cases}))
