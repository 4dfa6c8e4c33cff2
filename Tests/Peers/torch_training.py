"""Adversarial training of `cnn` in PyTorch with PGD (Madry et al. 2018), 7 steps of 2.5 ε / 7 from a
random start, and a loss of half clean and half adversarial.

Writes a checkpoint for `defend eval` and prints the seconds of the training loop as JSON; importing,
loading and a warm-up are not among them. By default it is what an expert would write for a CPU; with
`--plain` what most write: the stock order of layers and memory, a data loader, the stock Adam.
"""
import argparse
import json
import pathlib
import time

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

import idx
import timing
import torch_model

BATCH, RATE, STEPS = 128, 0.005, 7
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("output", type=pathlib.Path)
parser.add_argument("--data-dir", required=True)
parser.add_argument("--eps", type=float, required=True)
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--limit", type=int, help="the first training images")
parser.add_argument("--seconds", type=float, default=float("inf"), help="give up after these")
parser.add_argument("--plain", action="store_true")
options = parser.parse_args()
torch.set_num_threads(timing.threads())

images, labels = idx.pixels("mnist", options.data_dir, "train")
images = torch.tensor(images[:options.limit]).permute(0, 3, 1, 2).contiguous()
labels = torch.tensor(labels[:options.limit]).long()


def expert_batches():
    for places in torch.randperm(len(labels)).split(BATCH):
        yield images[places].float().div_(255), labels[places]


def plain_batches():
    return DataLoader(TensorDataset(images.float() / 255, labels), BATCH, shuffle=True)


def new_model():
    torch.manual_seed(0)
    model = torch_model.cnn(tuned=not options.plain)
    fused = None if options.plain else True
    return model, torch.optim.Adam(model.parameters(), lr=RATE, fused=fused)


def train_step(model, optimizer, x, y):
    def slope_at(z, y):
        z = z.detach().requires_grad_(True)
        return torch.autograd.grad(F.cross_entropy(model(z), y), z)[0]

    start = x + torch.empty_like(x).uniform_(-options.eps, options.eps)
    # The attack needs no gradients of the weights; most leave it to autograd to find out.
    model.requires_grad_(options.plain)
    hard = torch_model.pgd(
        slope_at, x, y, options.eps, STEPS, 2.5 * options.eps / STEPS, start)
    model.requires_grad_(True)
    optimizer.zero_grad(set_to_none=True)
    for batch in (x, hard):
        (0.5 * F.cross_entropy(model(batch), y)).backward()
    optimizer.step()


batches = plain_batches() if options.plain else None
model, optimizer = new_model()
for _, (x, y) in zip(range(3), batches or expert_batches()):
    train_step(model, optimizer, x, y)

model, optimizer = new_model()
total = options.epochs * -(-len(labels) // BATCH)
step, start = 0, time.perf_counter()
for _ in range(options.epochs):
    for x, y in batches or expert_batches():
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / total)
        train_step(model, optimizer, x, y)
        step += 1
        if time.perf_counter() - start > options.seconds:
            break
    else:
        continue
    break
seconds = time.perf_counter() - start
if step == total:
    torch_model.save(options.output, model, "cnn", "mnist")
print(json.dumps({"seconds": seconds, "isFinished": step == total}))
