"""Writes small files of every kind that decodeImage reads, and what Pillow makes of them.

    pip install pillow==13.0.0 numpy; apt-get install libjpeg-turbo-progs libavif-bin
    python3 bench/peers/formats.py tests/image/recorded && deno fmt tests/image/recorded

FOLDER/formats holds the files, FOLDER/formats.json for each its size and pixels, in base64, after
`ImageOps.exif_transpose(image).convert("RGB")`, which is what users of Pillow expect; null where Pillow refuses it. Grey of
16 bits is recorded as its higher 8 bits: Pillow's own conversion makes everything from 256 on white.
"""
import base64
import io
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps

folder = Path(sys.argv[1]) / "formats"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
W, H = 23, 14  # no whole number of blocks either way, and no square: a turn shows
y, x = np.mgrid[0:H, 0:W]
# smooth with a few edges: colours far apart in every corner, nothing that halved colour would blur beyond telling
rgb = np.stack([x * 255 // (W - 1), y * 255 // (H - 1), 255 - (x + y) * 255 // (W + H - 2)], -1).astype(np.uint8)
rgb[3:6, 4:10] = (250, 20, 20)
rgb[9:12, 14:20] = (16, 200, 240)
picture = Image.fromarray(rgb)
grey = picture.convert("L")
alpha = Image.fromarray(np.where((x + y) % 5 == 0, 0, 40 + 8 * x).astype(np.uint8))
cmyk = Image.merge("CMYK", [*(c.point(lambda v: 255 - v) for c in picture.split()), Image.fromarray((y * 9).astype(np.uint8))])
sixteen = (rgb.astype(np.uint32) * 257 + np.arange(W * H * 3).reshape(H, W, 3) * 31 % 256 - 128).clip(0, 65535)


def save(image, name, **options):
    image.save(folder / name, **options)


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def exif(orientation):
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def segments(jpeg):
    """The segments before the scan of a JPEG as (marker, bytes), and the rest."""
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        length = 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        found.append((jpeg[at + 1], jpeg[at:at + length]))
        at += length
    return found, jpeg[at:]


def joined(found, rest):
    return jpeg_start + b"".join(part for _, part in found) + rest


jpeg_start = b"\xff\xd8"


def png(width, height, depth, colour, rows, before=b"", interlaced=0):
    """A PNG from rows that are packed already; `before` holds chunks to stand before the pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + \
        chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b"")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def adam7(pixels):
    """Rows of an array [H, W, bytes] in the order of PNG's seven passes."""
    for top, left, down, right in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        part = pixels[top::down, left::right]
        if part.size:
            yield from (row.tobytes() for row in part)


def packed(values, bits):
    """Rows of small numbers, `bits` to each, from the high end of a byte."""
    for row in values:
        digits = "".join(format(int(v), f"0{bits}b") for v in row)
        digits += "0" * (-len(digits) % 8)
        yield bytes(int(digits[i:i + 8], 2) for i in range(0, len(digits), 8))


def write(name, data):
    (folder / name).write_bytes(data)


# JPEG
for name, options in {"444": {"subsampling": 0}, "422": {"subsampling": 1}, "420": {"subsampling": 2}}.items():
    save(picture, f"jpeg-{name}.jpg", quality=92, **options)
save(picture, "jpeg-progressive.jpg", quality=92, progressive=True)
save(picture, "jpeg-restarts.jpg", quality=92, restart_marker_blocks=1)
save(picture, "jpeg-coarse.jpg", quality=10)
save(picture, "jpeg-rgb.jpg", quality=92, keep_rgb=True)
save(grey, "jpeg-grey.jpg", quality=92)
for arithmetic, kind in [("-arithmetic", "arithmetic"), ("-arithmetic -progressive", "arithmetic-progressive")]:
    command = ["jpegtran", *arithmetic.split(), str(folder / "jpeg-420.jpg")]
    write(f"jpeg-{kind}.jpg", subprocess.run(command, check=True, capture_output=True).stdout)
save(cmyk, "jpeg-cmyk-adobe.jpg", quality=92)
found, rest = segments(saved(cmyk, "JPEG", quality=92))
write("jpeg-cmyk-plain.jpg", joined([s for s in found if s[0] != 0xEE], rest))
write("jpeg-ycck.jpg", joined([(m, s[:-1] + b"\x02") if m == 0xEE else (m, s) for m, s in found], rest))
for turn in range(1, 9):
    save(picture, f"jpeg-turned-{turn}.jpg", quality=92, subsampling=0, exif=exif(turn))
save(picture, "jpeg-turned-9.jpg", quality=92, subsampling=0, exif=exif(9))
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
save(picture, "jpeg-profile.jpg", quality=92, subsampling=0, icc_profile=profile)
write("jpeg-trailing.jpg", saved(picture, "JPEG", quality=92, subsampling=0) + b"\0 written by a careless program")
write("jpeg-no-end.jpg", saved(picture, "JPEG", quality=92, subsampling=0)[:-2])

# PNG
save(picture, "png-rgb.png")
save(Image.merge("RGBA", [*picture.split(), alpha]), "png-rgba.png")
save(grey, "png-grey.png")
save(Image.merge("LA", [grey, alpha]), "png-grey-alpha.png")
for bits in (1, 2, 4):
    write(f"png-grey-{bits}.png", png(W, H, bits, 0, packed(np.asarray(grey) >> (8 - bits), bits)))
for bits in (1, 2, 4, 8):
    colours = rgb.reshape(-1, 3)[:: max(1, W * H >> bits)][: 1 << bits]
    index = (x + 2 * y) % len(colours)
    rows = list(packed(index, bits))
    write(f"png-palette-{bits}.png", png(W, H, bits, 3, rows, chunk(b"PLTE", colours.tobytes())))
    sheer = chunk(b"PLTE", colours.tobytes()) + chunk(b"tRNS", bytes(range(0, 200, 200 >> bits or 1))[: len(colours)])
    write(f"png-palette-{bits}-sheer.png", png(W, H, bits, 3, rows, sheer))
big = sixteen.astype(">u2")
write("png-16.png", png(W, H, 16, 2, (row.tobytes() for row in big)))
write("png-16-alpha.png", png(W, H, 16, 6, (row.tobytes() for row in np.dstack([big, big[..., :1]]).astype(">u2"))))
write("png-16-grey.png", png(W, H, 16, 0, (row.tobytes() for row in big[..., 0].copy())))
write("png-16-grey-alpha.png", png(W, H, 16, 4, (row.tobytes() for row in big[..., :2].copy())))
write("png-interlaced.png", png(W, H, 8, 2, adam7(rgb), interlaced=1))
write("png-16-interlaced.png", png(W, H, 16, 2, adam7(big.view(np.uint8).reshape(H, W, 6)), interlaced=1))
rows = [row.tobytes() for row in rgb]
write("png-sheer-colour.png", png(W, H, 8, 2, rows, chunk(b"tRNS", struct.pack(">HHH", 250, 20, 20))))
write("png-grey-sheer.png", png(W, H, 8, 0, (row.tobytes() for row in np.asarray(grey)), chunk(b"tRNS", struct.pack(">H", 73))))
write("png-gamma.png", png(W, H, 8, 2, rows, chunk(b"gAMA", struct.pack(">I", 100000))))
save(picture, "png-profile.png", icc_profile=profile)
save(picture, "png-turned-6.png", exif=exif(6))
other = ImageOps.invert(picture)
save(picture, "png-animated.png", save_all=True, append_images=[other], duration=40)

# WebP
save(picture, "webp-lossy.webp", quality=80)
save(picture, "webp-lossless.webp", lossless=True)
sheer = Image.merge("RGBA", [*picture.split(), alpha])
save(sheer, "webp-lossless-alpha.webp", lossless=True, exact=True)
save(sheer, "webp-alpha.webp", quality=90, exact=True)
save(picture, "webp-animated.webp", save_all=True, append_images=[other], lossless=True)
save(sheer, "webp-animated-alpha.webp", save_all=True, append_images=[other.convert("RGBA")], lossless=True, exact=True)
save(picture, "webp-turned-8.webp", lossless=True, exif=exif(8))

# GIF
few = picture.quantize(31)
save(few, "gif.gif")
save(few, "gif-interlaced.gif", interlace=1)
save(grey, "gif-grey.gif")
save(few, "gif-sheer.gif", transparency=5)
save(few, "gif-animated.gif", save_all=True, append_images=[other.quantize(31)], duration=40, loop=0)
save(few, "gif-animated-sheer.gif", save_all=True, append_images=[other.quantize(31)], duration=40, transparency=5, disposal=2)
# a first frame that does not fill its canvas of 29 × 20
whole = saved(few, "GIF")
at = whole.index(b",\0\0\0\0" + struct.pack("<HH", W, H))
# and one that goes beyond a canvas of 9 × 30
write("gif-beyond.gif", whole[:6] + struct.pack("<HH", 9, 30) + whole[10:])
save(Image.fromarray(np.random.default_rng(1).integers(0, 256, (72, 80), np.uint8)), "gif-noise.gif")
# fewer colours in the palette than the indices ask for, and no palette at all
colours = 3 << ((whole[10] & 7) + 1)
write("gif-short-palette.gif", whole[:10] + bytes([whole[10] & 0xF8 | 1]) + whole[11:25] + whole[13 + colours:])
write("gif-no-palette.gif", whole[:10] + bytes([whole[10] & 0x78]) + whole[11:13] + whole[13 + colours:])
write("gif-part.gif", whole[:6] + struct.pack("<HH", 29, 20) + whole[10:at] + b"," + struct.pack("<HH", 4, 3) + whole[at + 5:])

# TIFF
for name, options in {
    "": {}, "-lzw": {"compression": "tiff_lzw"}, "-deflate": {"compression": "tiff_adobe_deflate"},
    "-jpeg": {"compression": "jpeg", "quality": 92}, "-packbits": {"compression": "packbits"},
}.items():
    save(picture, f"tiff{name}.tif", **options)
save(Image.merge("RGBA", [*picture.split(), alpha]), "tiff-rgba.tif")
save(cmyk, "tiff-cmyk.tif")
save(grey, "tiff-grey.tif")
save(Image.merge("LA", [grey, alpha]), "tiff-grey-alpha.tif")
save(Image.fromarray(big[..., 0].astype("<u2")), "tiff-16-grey.tif")
save(few, "tiff-palette.tif")
# Pillow writes no colour of 16 bits: a directory of eight entries behind the header, then the pixels
tags = [(256, W), (257, H), (258, 16), (259, 1), (262, 2), (273, 8 + 2 + 8 * 12 + 4), (277, 3), (279, W * H * 6)]
entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
write("tiff-16.tif", b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + big.astype("<u2").tobytes())
save(grey.convert("1"), "tiff-1.tif")
save(picture, "tiff-pages.tif", save_all=True, append_images=[other])
for turn in (3, 6):
    ordinary = Image.Exif()
    ordinary[0x0112] = turn
    save(picture, f"tiff-turned-{turn}.tif", exif=ordinary)
save(Image.fromarray(np.asarray(grey).astype(np.float32)), "tiff-float.tif")

# AVIF
save(picture, "avif-444.avif", quality=90, subsampling="4:4:4")
# halved colour is brought back otherwise by each decoder: something without edges, so that this is all that differs
v, u = np.mgrid[0:30, 0:41]
soft = np.stack([128 + 90 * np.sin(u / 9), 128 + 90 * np.cos(v / 7), 128 + 60 * np.sin((u + v) / 11)], -1)
save(Image.fromarray(soft.round().astype(np.uint8)), "avif-420.avif", quality=95)
with tempfile.TemporaryDirectory() as temporary:
    picture.save(f"{temporary}/picture.png")
    command = ["avifenc", "-d", "10", "-y", "444", "--min", "0", "--max", "8", f"{temporary}/picture.png", str(folder / "avif-10.avif")]
    subprocess.run(command, check=True, capture_output=True)
save(grey, "avif-grey.avif", quality=90)
save(sheer, "avif-alpha.avif", quality=95, subsampling="4:4:4")
save(picture, "avif-turned-6.avif", quality=90, subsampling="4:4:4", exif=exif(6))
save(picture, "avif-turned-5.avif", quality=90, subsampling="4:4:4", exif=exif(5))
save(picture, "avif-animated.avif", save_all=True, append_images=[other], quality=90, subsampling="4:4:4")

cases = []
for file in sorted(folder.iterdir()):
    try:
        with Image.open(file) as image:
            mode = image.mode
            if mode == "I;16":
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            made = ImageOps.exif_transpose(image).convert("RGB")
        cases.append({
            "file": file.name, "mode": mode, "width": made.width, "height": made.height,
            "pixels": base64.b64encode(made.tobytes()).decode(),
        })
    except Exception as error:
        print(f"Pillow refuses {file.name}: {error}", file=sys.stderr)
        cases.append({"file": file.name, "mode": None, "width": None, "height": None, "pixels": None})
versions = {"pillow": PIL.__version__, "numpy": np.__version__}
lines = ",\n".join(json.dumps(case) for case in cases)
folder.with_suffix(".json").write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')
