"""The benchmark's tasks in PyTorch, as someone who knows it well would write them.

The clean pass serves the attack and the loss; Adam is the fused one; the CNN is the expert's of
`torch_model`. `--compiled` puts the gradients of a step into one compiled graph.
"""
import torch
from torch import nn
from torch.nn import functional as F

import timing
import torch_model

task, model_name, batch, compiled = timing.arguments("--compiled")
torch.manual_seed(0)
torch.set_num_threads(timing.threads())
# Moments of weights that no image reaches fade away; subnormal numbers are slow.
torch.set_flush_denormal(True)

if model_name == "mlp":
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    shape = (784,)
else:
    model = torch_model.cnn()
    shape = (1, 28, 28)

images, labels = timing.images(2048)
images = torch.from_numpy(images).reshape(-1, *shape)
labels = torch.from_numpy(labels)
parameters = dict(model.named_parameters())
fixed = {name: value.detach() for name, value in parameters.items()}
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, fused=True)


def loss_of(weights, x, y):
    return F.cross_entropy(torch.func.functional_call(model, weights, (x,)), y)


def moved(x, gradient, step):
    return (x + step * gradient.sign()).clamp(0, 1)


def compiled_gradients(weights, x, y):
    if task == "clean":
        return torch.func.grad(loss_of)(weights, x, y)
    clean, slope = torch.func.grad(loss_of, argnums=(0, 1))(weights, x, y)
    hard = torch.func.grad(loss_of)(weights, moved(x, slope, 0.1), y)
    return {name: 0.5 * clean[name] + 0.5 * hard[name] for name in clean}


def eager_step(x, y):
    optimizer.zero_grad(set_to_none=True)
    if task == "clean":
        F.cross_entropy(model(x), y).backward()
    else:
        x.requires_grad_(True)
        (0.5 * F.cross_entropy(model(x), y)).backward()
        hard = moved(x.detach(), x.grad, 0.1)
        (0.5 * F.cross_entropy(model(hard), y)).backward()
    optimizer.step()


if compiled:
    gradients = torch.compile(compiled_gradients, dynamic=False)


def compiled_step(x, y):
    for name, gradient in gradients(fixed, x, y).items():
        parameters[name].grad = gradient
    optimizer.step()


def slope_at(x, y):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(F.cross_entropy(model(x), y), x)[0]


if compiled:
    compiled_slope = torch.compile(torch.func.grad(loss_of, argnums=1), dynamic=False)

    def slope_at(x, y):
        return compiled_slope(fixed, x, y)


def attack(x, y):
    if task == "fgsm-eval":
        return moved(x, slope_at(x, y), 0.1)
    return torch_model.pgd(slope_at, x, y, 0.1, 40, 0.01)


def evaluate(x, y):
    z = attack(x, y)
    with torch.no_grad():
        return (model(z).argmax(1) == y).sum().item()


def batch_at(index):
    # A random order, as training has it.
    places = order[timing.batch_range(index, batch, 2048)]
    return images[places], labels[places]


order = torch.randperm(2048)
if timing.is_training(task):
    run = compiled_step if compiled else eager_step
else:
    for value in parameters.values():
        value.requires_grad_(False)
    run = evaluate
timing.measure(lambda index: run(*batch_at(index)), batch)
