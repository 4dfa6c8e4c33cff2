"""Losses and gradients of objectives, by PyTorch in float64.

Run it where PyTorch is installed: python3 make_golden.py > golden.json
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)

BATCH, SIDE, FILTERS, CLASSES, EPSILON = 5, 6, 3, 4, 0.1

# In the layouts of the library: [KH, KW, in, out] and [in, out], images [N, H, W, C].
parameters = [
    torch.rand(3, 3, 1, FILTERS) - 0.5,
    torch.rand(FILTERS) - 0.5,
    torch.rand(SIDE // 2 * SIDE // 2 * FILTERS, CLASSES) - 0.5,
    torch.rand(CLASSES) - 0.5,
]
pixels = torch.randint(0, 256, (BATCH, SIDE, SIDE, 1))
labels = torch.randint(0, CLASSES, (BATCH,))
images = pixels / 255
adversarial = (images + EPSILON * torch.sign(torch.rand(images.shape) - 0.5)).clamp(0, 1)
neighbours = images + EPSILON * (2 * torch.rand(images.shape) - 1)


def logits(x, p):
    hidden = F.conv2d(x.permute(0, 3, 1, 2), p[0].permute(3, 2, 0, 1), p[1], padding=1)
    pooled = F.max_pool2d(F.relu(hidden), 2)
    return pooled.permute(0, 2, 3, 1).reshape(len(x), -1) @ p[2] + p[3]


def divergence(clean, other):
    return F.kl_div(
        F.log_softmax(other, 1), F.log_softmax(clean, 1), reduction="none", log_target=True
    ).sum(1)


def trades(p):
    clean, other = logits(images, p), logits(adversarial, p)
    return (F.cross_entropy(clean, labels, reduction="none") + 6 * divergence(clean, other)).mean()


def mart(p):
    clean, other = logits(images, p), logits(adversarial, p)
    found = F.softmax(other, 1)
    own = F.one_hot(labels, CLASSES).bool()
    rival = found.masked_fill(own, -1).max(1).values
    boosted = -torch.log(found[own]) - torch.log(1 - rival)
    weight = 1 - F.softmax(clean, 1)[own]
    return (boosted + 5 * divergence(clean, other) * weight).mean()


def angle(p, both):
    def gradient(at):
        x = at.clone().requires_grad_()
        loss = F.cross_entropy(logits(x, p), labels, reduction="sum")
        return torch.autograd.grad(loss, x, create_graph=True)[0].flatten(1)

    first, second = gradient(images), gradient(neighbours)
    return (1 - F.cosine_similarity(first if both else first.detach(), second, 1)).mean()


def measured(loss):
    p = [value.clone().requires_grad_() for value in parameters]
    value = loss(p)
    return {
        "loss": value.item(),
        "gradients": [g.flatten().tolist() for g in torch.autograd.grad(value, p)],
    }


def free(rate=0.2, steps=4):
    p = [value.clone() for value in parameters]
    delta = torch.zeros_like(images)
    losses = []
    for _ in range(steps):
        p = [value.requires_grad_() for value in p]
        x = (images + delta).clamp(0, 1).requires_grad_()
        loss = F.cross_entropy(logits(x, p), labels)
        gradients = torch.autograd.grad(loss, p + [x])
        delta = (delta + EPSILON * torch.sign(gradients[-1])).clamp(-EPSILON, EPSILON)
        p = [(value - rate * g).detach() for value, g in zip(p, gradients)]
        losses.append(loss.item())
    return {"rate": rate, "losses": losses, "parameters": [v.flatten().tolist() for v in p]}


print(
    json.dumps(
        {
            "epsilon": EPSILON,
            "parameters": [v.flatten().tolist() for v in parameters],
            "pixels": pixels.flatten().tolist(),
            "labels": labels.tolist(),
            "adversarial": adversarial.flatten().tolist(),
            "neighbours": neighbours.flatten().tolist(),
            "trades": measured(trades),
            "mart": measured(mart),
            "angle": measured(lambda p: angle(p, both=False)),
            "angleOfBoth": measured(lambda p: angle(p, both=True)),
            "free": free(),
        }
    )
)
