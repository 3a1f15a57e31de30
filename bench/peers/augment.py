"""Records what the libraries of the field make of a small image, for tests/augment/recorded/pixels.json.

    pip install numpy==1.26.4 albumentations==1.3.1 opencv-python-headless==4.10.0.84 pillow==11.3.0 scikit-image==0.22.0
    python3 bench/peers/augment.py > tests/augment/recorded/pixels.json

albumentations 1.3 is what DRCT pins; torchvision's operations on PIL images are Pillow's, and stand here as such. A line
a case: what was done with which options, the size that came of it and the pixels in base64.
"""
import base64
import io
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import albumentations
import albumentations.augmentations.functional as F
import albumentations.augmentations.crops.functional as C
import albumentations.augmentations.geometric.functional as G
import cv2
import numpy as np
import PIL
import scipy
import skimage
from albumentations.augmentations.dropout.grid_dropout import GridDropout
from PIL import Image, ImageEnhance
from scipy.ndimage import gaussian_filter
from skimage.util import random_noise

WIDTH, HEIGHT = 30, 20


def picture():
    """Slopes that wrap at white, with a little noise of x ← 1664525 x + 1013904223 mod 2³² on them."""
    state, values = 1, []
    for y in range(HEIGHT):
        for x in range(WIDTH):
            for c in range(3):
                state = (1664525 * state + 1013904223) % 2**32
                values.append((x * 9 + y * (5 + 3 * c) + c * 40 + (state >> 28)) % 256)
    return np.array(values, np.uint8).reshape(HEIGHT, WIDTH, 3)


image = picture()
pil = Image.fromarray(image)
cases = []


def record(name, made, **options):
    pixels = np.ascontiguousarray(np.asarray(made, np.uint8))
    height, width = pixels.shape[:2]
    cases.append({
        "name": name, "options": options, "width": width, "height": height,
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    })


def jpeg_opencv(pixels, quality):
    """AlignedForensics's way: channels in OpenCV's order, and back."""
    done, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, 1)[:, :, ::-1]


def saved_by_pillow(quality, format):
    data = io.BytesIO()
    pil.save(data, format=format, quality=quality)
    return np.array(Image.open(data))


for quality in (30, 61, 75, 90, 100):
    assert (jpeg_opencv(image, quality) == saved_by_pillow(quality, "jpeg")).all()
    record("jpeg", jpeg_opencv(image, quality), quality=quality)
    record("jpeg bgr", F.image_compression(image, quality, ".jpg"), quality=quality)
for quality in (30, 75, 95):
    done, data = cv2.imencode(".webp", image[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    assert (cv2.imdecode(data, 1)[:, :, ::-1] == saved_by_pillow(quality, "webp")).all()
    record("webp", saved_by_pillow(quality, "webp"), quality=quality)

for slope, shift in ((0.8, 0.2), (1.13, -0.07), (1.2, 0.05)):
    record("tones", F.brightness_contrast_adjust(image, slope, shift, True), slope=slope, shift=shift)
for hue, saturation, value in ((12.4, -21.3, 7.9), (-18.2, 24.6, -15.5), (0.3, 0.2, -0.4)):
    made = F.shift_hsv(image, hue, saturation, value)
    record("hsv", made, hue=hue, saturation=saturation, value=value)
record("grey", F.to_gray(image), by="opencv")
record("grey", pil.convert("L").convert("RGB"), by="pillow")

eigh = np.linalg.eigh


def pointed(matrix):
    """Axes whose largest component is positive: LAPACK leaves their direction open, and it differs by machine."""
    values, vectors = eigh(matrix)
    largest = vectors[np.abs(vectors).argmax(axis=0), range(3)]
    return values, vectors * np.sign(largest)


np.linalg.eigh = pointed
for strength in (0.13, -0.21):
    record("fancy pca", F.fancy_pca(image, strength), strength=strength, transposed=True)
    values, vectors = pointed(np.cov((image / 255).reshape(-1, 3), rowvar=False))
    made = np.clip(image + 255 * strength * (vectors @ values), 0, 255)
    record("fancy pca", made, strength=strength, transposed=False)

for factor in (0.6, 0.93, 1.4):
    record("brightness", ImageEnhance.Brightness(pil).enhance(factor), factor=factor)
    record("contrast", ImageEnhance.Contrast(pil).enhance(factor), factor=factor)
    record("saturation", ImageEnhance.Color(pil).enhance(factor), factor=factor)
for share in (-0.1, -0.03, 0.07, 0.1):
    hue, saturation, value = pil.convert("HSV").split()
    turned = np.array(hue) + np.int32(share * 255).astype(np.uint8)
    made = Image.merge("HSV", (Image.fromarray(turned.astype(np.uint8), "L"), saturation, value)).convert("RGB")
    record("hue", made, share=share)

for sigma in (0.2, 0.8, 1.7, 3.0):
    record("blur scipy", np.stack([gaussian_filter(image[..., c], sigma=sigma) for c in range(3)], -1), sigma=sigma)
for size in (3, 5, 7):
    record("blur kernel", cv2.GaussianBlur(image, (size, size), sigmaX=0), size=size)

holes = GridDropout(always_apply=True).get_params_dependent_on_targets({"image": image})["holes"]
record("grid", GridDropout().apply(image, holes=holes))
for angle, scale, right, down in ((7.5, 1.15, 0.06, -0.09), (-10, 0.8, -0.1, 0.1), (90, 1, 0, 0), (0, 1, 0.1, 0)):
    record("move", G.shift_scale_rotate(image, angle, scale, right, down, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT, None),
           angle=angle, scale=scale, right=right, down=down)
for turns in (1, 2, 3):
    record("turn", np.rot90(image, turns), turns=turns, flip=False)
    turned = pil.rotate(90 * turns, expand=True)
    record("turn", turned.transpose(Image.FLIP_TOP_BOTTOM), turns=turns, flip=True)
for axis, code in (("horizontal", 1), ("vertical", 0), ("both", -1)):
    record("flip", cv2.flip(image, code), axis=axis)

small = image[:11, :17]
for pad, border in (("reflect", cv2.BORDER_REFLECT_101), ("black", cv2.BORDER_CONSTANT)):
    padded = cv2.copyMakeBorder(small, 10, 11, 7, 8, border)
    record("pad", padded, pad=pad)
record("pad", np.pad(small, ((10, 11), (7, 8), (0, 0)), "symmetric"), pad="symmetric")
for width in (13, 18):
    record("center", C.center_crop(image, width, width), size=width)

# torchvision's sides and centre: int(15 · 30 / 20) = 22, round(7 / 2) = 4
record("short side", pil.resize((22, 15), Image.BICUBIC).crop((4, 0, 19, 15)), size=15)
record("square", pil.resize((24, 24), Image.BICUBIC), size=24)
long = G.longest_max_size(image, 24, cv2.INTER_LINEAR)
top = (24 - long.shape[0]) // 2
record("long side", cv2.copyMakeBorder(long, top, 24 - long.shape[0] - top, 0, 0, cv2.BORDER_CONSTANT), size=24)
record("rescale", G.scale(image, 0.73), scale=0.73)
record("rescale", G.scale(image, 1.31), scale=1.31)

# of noise only its moments can be the same: mean and deviation of what is added, in levels, over 8 middle greys
grey = np.full((256, 256, 3), 128, np.uint8)
rng = np.random.default_rng(1)
moments = []
for variance in (10, 50):
    added = F.gauss_noise(grey, rng.normal(0, variance**0.5, grey.shape)).astype(float) - 128
    peer = random_noise(grey, var=variance / 255**2, rng=1) * 255 - 128
    moments.append({
        "variance": variance, "mean": added.mean(), "deviation": added.std(),
        "skimage": {"mean": peer.mean(), "deviation": peer.std()},
    })

versions = {
    "albumentations": albumentations.__version__, "opencv": cv2.__version__, "pillow": PIL.__version__,
    "scikit-image": skimage.__version__, "scipy": scipy.__version__, "numpy": np.__version__,
}
lines = ",\n".join(json.dumps(case) for case in cases)
sys.stdout.write(
    f'{{"versions": {json.dumps(versions)}, "width": {WIDTH}, "height": {HEIGHT}, '
    f'"noise": {json.dumps(moments)}, "cases": [\n{lines}\n]}}\n'
)
