"""Records what Pillow's and OpenCV's changes of size make of a few images, for tests/image/recorded/resize.json.

    pip install pillow==13.0.0 opencv-python-headless==5.0.0 numpy
    python3 bench/peers/resize.py > tests/image/recorded/resize.json && deno fmt tests/image/recorded

For each change the size before and after, who did it, and the pixels in base64. The images are noise that the test
makes again by the same small recurrence.
"""
import base64
import json
import sys

import cv2
import numpy as np
import PIL
from PIL import Image

SIZES = [
    ((23, 17), (40, 31)), ((40, 31), (23, 17)), ((64, 48), (9, 7)), ((32, 24), (16, 12)), ((32, 24), (16, 24)),
    ((33, 5), (3, 20)), ((7, 7), (1, 1)), ((1, 3), (5, 5)), ((24, 16), (24, 16)), ((48, 48), (47, 49)),
]
PILLOW = {
    "box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS,
}


def noise(width, height):
    """Values of x ← 1664525 x + 1013904223 mod 2³², their highest byte; every fourth of them white, to overshoot."""
    state, values = 1, []
    for i in range(width * height * 3):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(255 if i % 4 == 0 else state >> 24)
    return np.array(values, np.uint8).reshape(height, width, 3)


cases = []
for before, after in SIZES:
    image = noise(*before)
    made = {
        f"pillow-{name}": np.asarray(Image.fromarray(image).resize(after, filter)) for name, filter in PILLOW.items()
    }
    made["opencv-linear"] = cv2.resize(image, after, interpolation=cv2.INTER_LINEAR)
    for by, pixels in made.items():
        cases.append({"before": before, "after": after, "by": by, "pixels": base64.b64encode(pixels.tobytes()).decode()})

versions = {"pillow": PIL.__version__, "opencv": cv2.__version__, "numpy": np.__version__}
lines = ",\n".join(json.dumps(case) for case in cases)
sys.stdout.write(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')
