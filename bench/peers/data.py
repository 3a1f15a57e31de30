"""PyTorch's side of the readings of `deno task bench:peers`: a pass over the images a line on stdin, its milliseconds and a number on stdout.

    python3 bench/peers/data.py jpeg|parquet FOLDER

"jpeg": every .jpg of the folder by a DataLoader of two workers, PIL and albumentations as DRCT's training transforms put
them, in batches of 64 normalised float32. The first pass only cuts the centre: its number is the mean of all values.
"parquet": the images of table.parquet in their order by pyarrow, decoded by PIL; the number is the mean of the bytes.
"""
import io
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import PIL
from PIL import Image

kind, folder = sys.argv[1:]
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def drct(size=224):
    """create_train_transforms of DRCT's code, whose list this follows."""
    import albumentations as A
    import cv2

    return [
        A.ImageCompression(quality_lower=30, quality_upper=100, p=0.5),
        A.RandomScale(scale_limit=(-0.5, 0.5), p=0.2),
        A.HorizontalFlip(),
        A.GaussNoise(p=0.1),
        A.GaussianBlur(p=0.1),
        A.RandomRotate90(),
        A.PadIfNeeded(min_height=size, min_width=size, border_mode=cv2.BORDER_CONSTANT, value=0),
        A.RandomCrop(height=size, width=size),
        A.OneOf([A.RandomBrightnessContrast(), A.FancyPCA(), A.HueSaturationValue()], p=0.5),
        A.OneOf([A.CoarseDropout(), A.GridDropout()], p=0.5),
        A.ToGray(p=0.2),
        A.ShiftScaleRotate(
            shift_limit=0.1, scale_limit=0.2, rotate_limit=10, border_mode=cv2.BORDER_CONSTANT, p=0.5
        ),
    ]


def jpeg():
    import albumentations as A
    import torch
    from pathlib import Path

    if not A.__version__.startswith("1.3."):
        sys.exit(f"Cannot read as DRCT does: albumentations is {A.__version__}, whose options are others; expected 1.3")

    files = sorted(Path(folder).glob("*.jpg"))

    class Images(torch.utils.data.Dataset):
        def __init__(self, steps):
            self.transform = A.Compose(steps + [A.Normalize(mean=MEAN, std=STD)])

        def __len__(self):
            return len(files)

        def __getitem__(self, i):
            image = self.transform(image=np.asarray(Image.open(files[i]).convert("RGB")))["image"]
            return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))  # as ToTensorV2

    def loader(steps):
        images = Images(steps)
        return torch.utils.data.DataLoader(images, batch_size=64, shuffle=True, num_workers=2, persistent_workers=True)

    rest = loader(drct())

    def read(first):
        batches = loader([A.CenterCrop(224, 224)]) if first else rest
        return sum(batch.double().mean().item() * len(batch) for batch in batches) / len(files)

    return read, f"torch {torch.__version__}, albumentations {A.__version__}, Pillow {PIL.__version__}"


def parquet():
    import pyarrow
    import pyarrow.parquet

    def read(_first):
        total = count = 0
        for batch in pyarrow.parquet.ParquetFile(f"{folder}/table.parquet").iter_batches(columns=["image"]):
            for cell in batch.column("image"):
                pixels = np.asarray(Image.open(io.BytesIO(cell["bytes"].as_py())).convert("RGB"))
                total, count = total + pixels[::16, ::16].mean(), count + 1
        return total / count

    return read, f"pyarrow {pyarrow.__version__}, Pillow {PIL.__version__}"


read, versions = jpeg() if kind == "jpeg" else parquet()
print("ready", versions, flush=True)
for turn, _ in enumerate(sys.stdin):
    start = time.perf_counter()
    told = read(turn == 0)
    print(f"{1000 * (time.perf_counter() - start):.3f} {told!r}", flush=True)
