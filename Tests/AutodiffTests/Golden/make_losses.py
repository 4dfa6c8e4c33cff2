"""Writes losses.json: losses and their gradients computed by PyTorch in float64.

    pip install torch
    python make_losses.py

Inputs are float32 numbers. LossTests.swift builds the same expressions.
"""

import json
import pathlib

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
random = torch.Generator().manual_seed(2024)


def draw(*shape, low, high):
    uniform = torch.rand(*shape, generator=random)
    return (low + (high - low) * uniform).float().double()


def exact(values):
    values = torch.as_tensor(values).detach()
    return {"shape": list(values.shape), "elements": [float(x) for x in values.ravel()]}


def case(inputs, loss, differentiated, **settings):
    """The losses of all examples, and the gradients of their sum."""
    for name in differentiated:
        inputs[name].requires_grad_()
    losses = loss(**inputs)
    gradients = torch.autograd.grad(losses.sum(), [inputs[name] for name in differentiated])
    results = {"loss": losses}
    results.update({f"d{name}": g for name, g in zip(differentiated, gradients)})
    return {
        "inputs": {name: exact(value) for name, value in inputs.items()},
        "results": {name: exact(value) for name, value in results.items()},
        "numbers": settings,
    }


def logits(spread, count=6, classes=7):
    return draw(count, classes, low=-spread, high=spread)


def labels(count=6, classes=7):
    return torch.randint(0, classes, (count,), generator=random)


def smoothed(spread, smoothing):
    return case(
        {"logits": logits(spread), "labels": labels()},
        lambda logits, labels: functional.cross_entropy(
            logits, labels, label_smoothing=smoothing, reduction="none"),
        ["logits"], smoothing=smoothing)


def soft():
    return case(
        {"logits": logits(9), "probabilities": logits(3).softmax(1).float().double()},
        lambda logits, probabilities: functional.cross_entropy(
            logits, probabilities, reduction="none"),
        ["logits", "probabilities"])


def log_softmax(spread):
    weights = draw(6, 7, low=-1, high=1)
    return case(
        {"logits": logits(spread), "weights": weights},
        lambda logits, weights: (functional.log_softmax(logits, 1) * weights).sum(1), ["logits"])


def divergence(p, q):
    return case(
        {"p": p, "q": q},
        lambda p, q: functional.kl_div(
            functional.log_softmax(q, 1), functional.log_softmax(p, 1), reduction="none",
            log_target=True).sum(1),
        ["p", "q"])


near = logits(4)
cases = {
    "smoothed 0.125": smoothed(9, 0.125),
    "smoothed 0.5": smoothed(3, 0.5),
    "smoothed 1": smoothed(3, 1.0),
    "smoothed 0.125, far apart": smoothed(400, 0.125),
    "soft": soft(),
    "log-softmax": log_softmax(9),
    "log-softmax, far apart": log_softmax(400),
    "divergence": divergence(logits(6), logits(6)),
    "divergence, near": divergence(
        near, (near + draw(6, 7, low=-0.01, high=0.01)).float().double()),
    "divergence, far apart": divergence(logits(300), logits(300)),
}
path = pathlib.Path(__file__).parent / "losses.json"
path.write_text(json.dumps(cases) + "\n")
