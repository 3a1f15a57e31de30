"""The pocket detector in PyTorch: one training step a line on stdin, its milliseconds on stdout.

    python3 bench/peers/convnext_step.py [threads]

The same network, batch and optimizer as bench/step_against_pytorch.ts: ConvNeXt with depths 1, 1, 1 and widths
24, 48, 96, kernel 5, stem 4×4 stride 2, GELU between the stages, high-pass
channels, 64 rows of 64×64 pixels, binary cross-entropy, AdamW.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv_dw = nn.Conv2d(width, width, 5, padding=2, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.fc1 = nn.Linear(width, 2 * width)
        self.fc2 = nn.Linear(2 * width, width)
        self.gamma = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, x):
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.gamma * self.fc2(F.gelu(self.fc1(y)))
        return x + y.permute(0, 3, 1, 2)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        kernel = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("blur", (kernel[:, None] * kernel[None] / 16).expand(3, 1, 3, 3).contiguous())
        self.body = nn.Sequential(
            nn.Conv2d(6, 24, 4, 2, 1), ChannelNorm(24, eps=1e-6), nn.GELU(), Block(24),
            ChannelNorm(24, eps=1e-6), nn.Conv2d(24, 48, 2, 2), nn.GELU(), Block(48),
            ChannelNorm(48, eps=1e-6), nn.Conv2d(48, 96, 2, 2), nn.GELU(), Block(96),
        )
        self.norm = nn.LayerNorm(96, eps=1e-6)
        self.embedding = nn.Linear(96, 128)
        self.fc = nn.Linear(128, 1)

    def forward(self, x):
        high = 10 * (x - F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.blur, groups=3))
        y = self.norm(self.body(torch.cat([x, high], 1)).mean((2, 3)))
        return self.fc(F.gelu(self.embedding(y)))


model = Detector().to(memory_format=torch.channels_last)
optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.02, fused=True)
images = torch.rand(64, 3, 64, 64).mul(2).sub(1).to(memory_format=torch.channels_last)
labels = (torch.arange(64) >= 32).float()[:, None]

print("ready", sum(p.numel() for p in model.parameters()), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    loss = F.binary_cross_entropy_with_logits(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    value = loss.item()
    print(f"{1000 * (time.perf_counter() - start):.3f} {value:.6f}", flush=True)
