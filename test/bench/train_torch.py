"""PyTorch's side of `npm run bench:train`: python train_torch.py DATA_BATCH.bin float32|bfloat16 STEPS

The seed CNN, channels_last, torch.compile, RMSprop, the notebook's augmentation as one grid_sample a batch. Reads commands
(`train`) from stdin and answers each with a JSON line: images a second.
"""
import json, math, resource, sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F

path, precision, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
batch = 64
torch.manual_seed(42)
raw = torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.uint8).reshape(-1, 3073)
labels = raw[:, 0].long()
images = raw[:, 1:].reshape(-1, 3, 32, 32).contiguous()
mean, std = 120.72, 64.16


def augment(x):
    """Rotation 20°, shifts .2, shear .2°, zoom .2, horizontal flip about the centre."""
    n = x.shape[0]
    u = lambda low, high: torch.empty(n).uniform_(low, high)
    a, s = u(-20, 20) * math.pi / 180, u(-0.2, 0.2) * math.pi / 180
    zx, zy, flip = u(0.8, 1.2), u(0.8, 1.2), torch.randint(0, 2, (n,)) * 2 - 1
    theta = torch.stack([
        torch.stack([torch.cos(a) * zx * flip, -torch.sin(a + s) * zy, u(-0.4, 0.4)], 1),
        torch.stack([torch.sin(a) * zx * flip, torch.cos(a + s) * zy, u(-0.4, 0.4)], 1)], 1)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    x = F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def block(cin, cout, rate):
    conv = lambda i, o: [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(o, eps=1e-3, momentum=0.01)]
    return [*conv(cin, cout), *conv(cout, cout), nn.MaxPool2d(2), nn.Dropout(rate)]


net = nn.Sequential(*block(3, 64, 0.2), *block(64, 128, 0.3), *block(128, 256, 0.4), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                    nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)).to(memory_format=torch.channels_last)
optimizer = torch.optim.RMSprop(net.parameters(), lr=5e-4, alpha=0.9, eps=1e-7)
compiled = torch.compile(net)


def run(count):
    order = torch.randperm(len(images))
    total = torch.zeros(())
    for step in range(count):
        rows = order[(step * batch) % (len(images) - batch):][:batch]
        x = augment(images[rows].float())
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = F.cross_entropy(compiled(x), labels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    return float(total)


net.train()
run(3)
print(json.dumps({"ready": f"PyTorch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    if line.strip() != "train":
        break
    started = time.perf_counter()
    run(steps)
    rate = batch * steps / (time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": rate, "peakMB": round(peak)}), flush=True)
