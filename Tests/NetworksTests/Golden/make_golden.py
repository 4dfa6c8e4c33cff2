"""Writes golden.json: optimizers, schedules, clipping and averages of PyTorch in float64, to be
reached from Swift.

    pip install torch
    python make_golden.py

Inputs are float32 numbers. GoldenTests.swift reads the settings as a recipe would.
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_default_dtype(torch.float64)
random = torch.Generator().manual_seed(2024)


def draw(*shape, low=-2.0, high=2.0):
    uniform = torch.rand(*shape, generator=random)
    return (low + (high - low) * uniform).float().double()


def numbers(values):
    return [float(f"{x:.15g}") for x in values]


STEPS = 5
# What a schedule might multiply the rates by: exact in binary.
FACTORS = [0.5, 1.0, 1.0, 0.75, 0.25]


def optimizer_case(kind, settings, make):
    """Two parameters, `[2, 3]` and `[3]`, under given gradients."""
    first = [draw(2, 3), draw(3)]
    parameters = [torch.nn.Parameter(x.clone()) for x in first]
    optimizer = make(parameters)
    rates = [group["lr"] for group in optimizer.param_groups]
    gradients, after = [], []
    for factor in FACTORS:
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * factor
        gradients.append([draw(*p.shape) for p in parameters])
        for parameter, gradient in zip(parameters, gradients[-1]):
            parameter.grad = gradient.clone()
        optimizer.step()
        after.append([numbers(p.detach().ravel()) for p in parameters])
    return {
        "type": kind, "settings": json.dumps(settings), "factors": FACTORS,
        "first": [numbers(x.ravel()) for x in first],
        "gradients": [[numbers(g.ravel()) for g in step] for step in gradients], "after": after,
    }


def sgd(rate, momentum, nesterov=False, decay=0.0):
    settings = {
        "learningRate": rate, "momentum": momentum, "nesterov": nesterov, "weightDecay": decay}
    return optimizer_case("sgd", settings, lambda p: torch.optim.SGD(
        p, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay))


def adam(kind, make, rate, beta1, beta2, epsilon, decay):
    settings = {
        "learningRate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon,
        "weightDecay": decay}
    return optimizer_case(kind, settings, lambda p: make(
        p, lr=rate, betas=(beta1, beta2), eps=epsilon, weight_decay=decay))


def schedule_case(configuration, count, make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(draw(1))], lr=1.0)
    scheduler = make(optimizer)
    factors = []
    for _ in range(count):
        factors.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return {"configuration": json.dumps(configuration), "factors": numbers(factors)}


def warmed(optimizer, warmup, scheduler):
    ramp = lr_scheduler.LinearLR(
        optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
    return lr_scheduler.SequentialLR(optimizer, [ramp, scheduler], milestones=[warmup])


def one_cycle(optimizer, count, **settings):
    # One step more than is asked for would be an error of the scheduler, so it is not taken.
    scheduler = lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=count, cycle_momentum=False, **settings)
    step = scheduler.step
    scheduler.step = lambda: step() if scheduler.last_epoch + 1 < count else None
    return scheduler


schedules = [
    schedule_case("constant", 4, lambda o: lr_scheduler.LambdaLR(o, lambda _: 1.0)),
    schedule_case(
        "linear", 7, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=7)),
    schedule_case("cosine", 23, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=23)),
    schedule_case(
        {"type": "cosine", "warmup": 0.2}, 20,
        lambda o: warmed(o, 4, lr_scheduler.CosineAnnealingLR(o, T_max=16))),
    schedule_case(
        {"type": "linear", "warmup": 0.25}, 12,
        lambda o: warmed(o, 3, lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=9))),
    schedule_case(
        {"type": "step", "milestones": [0.5, 0.75], "factor": 0.1}, 20,
        lambda o: lr_scheduler.MultiStepLR(o, [10, 15], gamma=0.1)),
    schedule_case(
        {"type": "step", "milestones": [0.07, 0.3, 0.9], "factor": 0.3}, 100,
        lambda o: lr_scheduler.MultiStepLR(o, [7, 30, 90], gamma=0.3)),
    schedule_case(
        "one-cycle", 31, lambda o: one_cycle(o, 31)),
    schedule_case(
        {"type": "one-cycle", "peak": 0.45, "phase": "linear", "divisor": 10,
         "finalDivisor": 100}, 24,
        lambda o: one_cycle(
            o, 24, pct_start=0.45, anneal_strategy="linear", div_factor=10,
            final_div_factor=100)),
]


def clipping_case(limit, scale):
    gradients = [scale * draw(2, 3), scale * draw(3), scale * draw(1)]
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    return {
        "limit": limit, "norm": float(norm),
        "gradients": [numbers(g.ravel()) for g in gradients],
        "clipped": [numbers(p.grad.ravel()) for p in parameters],
    }


def average_case(decay):
    model = torch.nn.Linear(3, 1, bias=False)
    first = draw(1, 3)
    model.weight.data = first.clone()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    # The first call copies: the averages begin as the initial weights.
    average.update_parameters(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    gradients, averages = [], []
    for _ in range(STEPS):
        gradients.append(draw(1, 3))
        model.weight.grad = gradients[-1].clone()
        optimizer.step()
        average.update_parameters(model)
        averages.append(numbers(average.module.weight.detach().ravel()))
    return {
        "decay": decay, "rate": 0.25, "first": numbers(first.ravel()),
        "gradients": [numbers(g.ravel()) for g in gradients], "averages": averages,
    }


cases = {
    "optimizers": [
        sgd(0.05, 0.0),
        sgd(0.05, 0.9),
        sgd(0.05, 0.0, decay=0.125),
        sgd(0.05, 0.9, decay=0.125),
        sgd(0.05, 0.9, nesterov=True),
        sgd(0.05, 0.8, nesterov=True, decay=0.125),
        adam("adam", torch.optim.Adam, 0.1, 0.9, 0.999, 1e-8, 0.0),
        adam("adam", torch.optim.Adam, 0.1, 0.8, 0.95, 1e-3, 0.125),
        adam("adamw", torch.optim.AdamW, 0.1, 0.9, 0.999, 1e-8, 0.01),
        adam("adamw", torch.optim.AdamW, 0.1, 0.8, 0.95, 1e-3, 0.5),
    ],
    "schedules": schedules,
    "clippings": [clipping_case(1.0, 1.0), clipping_case(1.0, 1 / 64), clipping_case(0.5, 1024)],
    "averages": [average_case(0.75), average_case(0.999)],
}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(cases) + "\n")
