"""The networks of bench/networks.ts in PyTorch, from the same definitions and under the same names of weights."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mlp(nn.Module):
    def __init__(self, width, expansion):
        super().__init__()
        self.fc1 = nn.Linear(width, int(expansion * width))
        self.fc2 = nn.Linear(int(expansion * width), width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class ConvNeXtBlock(nn.Module):
    def __init__(self, width, spec):
        super().__init__()
        kernel = spec["kernel"]
        self.conv_dw = nn.Conv2d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, spec["expansion"])
        self.gamma = None if spec["layerScale"] is None else nn.Parameter(torch.empty(width))

    def forward(self, x):
        y = self.mlp(self.norm(self.conv_dw(x).permute(0, 2, 3, 1)))
        if self.gamma is not None:
            y = self.gamma * y
        return x + y.permute(0, 3, 1, 2)


class ConvNeXtStage(nn.Module):
    def __init__(self, before, width, depth, spec):
        super().__init__()
        self.downsample = None
        if before is not None:
            self.downsample = nn.Sequential(ChannelNorm(before, eps=1e-6), nn.Conv2d(before, width, 2, 2))
        self.bend = F.gelu if spec["transitions"] == "gelu" else nn.Identity()
        self.blocks = nn.Sequential(*(ConvNeXtBlock(width, spec) for _ in range(depth)))

    def forward(self, x):
        if self.downsample is not None:
            x = self.bend(self.downsample(x))
        return self.blocks(x)


class ConvNeXt(nn.Module):
    sizes = {"tiny": ([3, 3, 9, 3], [96, 192, 384, 768])}

    def __init__(self, spec):
        super().__init__()
        depths, widths = self.sizes[spec["size"]] if spec["size"] is not None else (spec["depths"], spec["dims"])
        size, stride = spec["stem"]["size"], spec["stem"]["stride"]
        self.high_pass = spec["highPass"]
        if self.high_pass is not None:
            kernel = torch.tensor([1.0, 2.0, 1.0])
            blur = (kernel[:, None] * kernel[None] / 16).expand(3, 1, 3, 3).contiguous()
            self.register_buffer("blur", blur, persistent=False)
        inputs = 3 if self.high_pass is None else 6
        self.stem = nn.Sequential(
            nn.Conv2d(inputs, widths[0], size, stride, (size - stride) // 2), ChannelNorm(widths[0], eps=1e-6)
        )
        self.bend = F.gelu if spec["transitions"] == "gelu" else nn.Identity()
        before = [None, *widths[:-1]]
        self.stages = nn.Sequential(*(ConvNeXtStage(b, w, d, spec) for b, w, d in zip(before, widths, depths)))
        self.head = nn.ModuleDict({"norm": nn.LayerNorm(widths[-1], eps=1e-6)})
        self.width = widths[-1]

    def forward(self, x):
        if self.high_pass is not None:
            high = x - F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.blur, groups=3)
            x = torch.cat([x, self.high_pass * high], 1)
        return self.head["norm"](self.stages(self.bend(self.stem(x))).mean((2, 3)))


def filters(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1, self.bn1 = filters(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = filters(width, width, 3), nn.BatchNorm2d(width)
        self.downsample = None
        if stride > 1 or inputs != width:
            self.downsample = nn.Sequential(filters(inputs, width, 1, stride), nn.BatchNorm2d(width))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        return F.relu(y.add_(x if self.downsample is None else self.downsample(x)), inplace=True)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1, self.bn1 = filters(inputs, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = filters(width, width, 3, stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = filters(width, 4 * width, 1), nn.BatchNorm2d(4 * width)
        self.downsample = None
        if stride > 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(filters(inputs, 4 * width, 1, stride), nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        return F.relu(y.add_(x if self.downsample is None else self.downsample(x)), inplace=True)


def stage(block, inputs, width, depth, stride):
    first = block(inputs, width, stride)
    return nn.Sequential(first, *(block(width * block.expansion, width, 1) for _ in range(depth - 1)))


class ResNet50(nn.Module):
    def __init__(self, spec):
        super().__init__()
        stride = 2 if spec["downsample"] else 1
        self.conv1, self.bn1 = filters(3, 64, 7, stride), nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride, 1)
        for i, depth in enumerate([3, 4, 6, 3]):
            inputs = 64 if i == 0 else 64 * 2 ** (i - 1) * 4
            self.add_module(f"layer{i + 1}", stage(Bottleneck, inputs, 64 * 2**i, depth, 1 if i == 0 else 2))
        self.width = 2048

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x)), inplace=True))
        return self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3))


class SmallResNet(nn.Module):
    def __init__(self, spec):
        super().__init__()
        widths, depth = spec["widths"], spec["blocks"]
        self.conv, self.bn = filters(spec["inputs"], widths[0], 3), nn.BatchNorm2d(widths[0])
        before = [widths[0], *widths[:-1]]
        for i, (b, w) in enumerate(zip(before, widths)):
            self.add_module(f"layer{i + 1}", stage(BasicBlock, b, w, depth, 1 if i == 0 else 2))
        self.width = widths[-1]

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)), inplace=True)
        return self.layer3(self.layer2(self.layer1(x))).mean((2, 3))


class Head(nn.Module):
    def __init__(self, spec, width):
        super().__init__()
        self.embedding = None if spec["embedding"] is None else nn.Linear(width, spec["embedding"])
        self.bend = F.gelu if spec["activation"] == "gelu" else nn.Identity()
        self.fc = nn.Linear(spec["embedding"] or width, spec["classes"])

    def forward(self, x):
        return self.fc(x if self.embedding is None else self.bend(self.embedding(x)))


class Model(nn.Module):
    kinds = {"convnext": ConvNeXt, "resnet": ResNet50, "smallResnet": SmallResNet}

    def __init__(self, spec):
        super().__init__()
        self.backbone = self.kinds[spec["backbone"]["kind"]](spec["backbone"])
        self.head = Head(spec["head"], self.backbone.width)

    def forward(self, x):
        return self.head(self.backbone(x))
