"""The attacks of Foolbox and torchattacks, with the settings of the papers.

Each takes a model, images `[N, C, H, W]`, labels, ε and a seed, and gives adversarial images. The
settings are spelt out: torchattacks' own defaults, also within its AutoAttack, are 10 steps of APGD.
"""
import dataclasses
from collections.abc import Callable
from importlib.metadata import version

import foolbox
import torch
import torchattacks
from torch import nn


class Watched(nn.Module):
    """A model that remembers which examples it ever misclassified; asked for whole batches only."""

    def __init__(self, model, labels):
        super().__init__()
        self.model, self.labels = model, labels
        self.fooled = torch.zeros_like(labels, dtype=torch.bool)
        # torchattacks asks the first parameter for its device.
        self.place = nn.Parameter(torch.zeros(()), requires_grad=False)
        self.eval()

    def forward(self, x):
        logits = self.model(x)
        self.fooled |= logits.detach().argmax(1) != self.labels
        return logits


def foolbox_pgd(model, images, labels, epsilon, seed):
    torch.manual_seed(seed)
    attack = foolbox.attacks.LinfPGD(abs_stepsize=0.01, steps=40, random_start=True)
    bounded = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    return attack(bounded, images, labels, epsilons=epsilon)[1]


def torchattacks_pgd(model, images, labels, epsilon, seed):
    torch.manual_seed(seed)
    attack = torchattacks.PGD(model, eps=epsilon, alpha=0.01, steps=40, random_start=True)
    return attack(images, labels)


def fgsm(model, images, labels, epsilon, seed):
    return torchattacks.FGSM(model, eps=epsilon)(images, labels)


def apgd(model, images, labels, epsilon, seed):
    attack = torchattacks.APGD(model, eps=epsilon, steps=100, n_restarts=1, loss="ce", seed=seed)
    return attack(images, labels)


def apgd_targeted(model, images, labels, epsilon, seed):
    # As AutoAttack has it: every wrong class, or the nine most likely ones.
    classes = min(model(images[:1]).shape[1], 10)
    attack = torchattacks.APGDT(
        model, eps=epsilon, steps=100, n_restarts=1, n_classes=classes, seed=seed)
    return attack(images, labels)


def square(model, images, labels, epsilon, seed):
    attack = torchattacks.Square(
        model, eps=epsilon, n_queries=5000, n_restarts=1, p_init=0.8, loss="margin", seed=seed)
    return attack(images, labels)


@dataclasses.dataclass(frozen=True)
class Reference:
    name: str
    settings: str
    attack: Callable
    # Whether the attack gives its last iterate, whatever the earlier ones did.
    keeps_last: bool = False

    @property
    def title(self):
        return f"{self.name}, {self.settings}"


FOOLBOX = f"Foolbox {version('foolbox')}"
TORCHATTACKS = f"torchattacks {version('torchattacks')}"

# By the name that `defend eval --attack` takes.
REFERENCES = {
    "fgsm": [Reference(f"{TORCHATTACKS} FGSM", "1 step", fgsm)],
    "pgd:steps=40,step-size=0.01": [
        Reference(f"{FOOLBOX} LinfPGD", "40 steps of 0.01", foolbox_pgd, keeps_last=True),
        Reference(f"{TORCHATTACKS} PGD", "40 steps of 0.01", torchattacks_pgd, keeps_last=True)],
    "apgd-ce": [Reference(f"{TORCHATTACKS} APGD", "100 steps", apgd)],
    "apgd-t": [Reference(f"{TORCHATTACKS} APGDT", "9 targets, 100 steps", apgd_targeted)],
    "square": [Reference(f"{TORCHATTACKS} Square", "5000 queries", square)],
}


def outcome(reference, model, images, labels, epsilon, seed):
    """What an attack did to every example, as a list of 0 and 1 under each name.

    `robust`: right as it is, and no adversarial image that is inside the ball and the pixel range
    is misclassified in a pass of its own. `robustThroughout`: neither was any iterate.
    """
    with torch.no_grad():
        correct = model(images).argmax(1) == labels
    watched = Watched(model, labels) if reference.keeps_last else model
    adversarial = reference.attack(watched, images, labels, epsilon, seed).detach()
    with torch.no_grad():
        fooled = model(adversarial).argmax(1) != labels
    # The libraries round x ± ε to float32 as it comes.
    distance = (adversarial.double() - images.double()).abs().flatten(1).amax(1)
    inside = distance <= epsilon + 1e-6
    inside &= ((adversarial >= 0) & (adversarial <= 1)).flatten(1).all(1)
    found = {"correct": correct, "inside": inside, "robust": correct & ~(fooled & inside)}
    if reference.keeps_last:
        found["robustThroughout"] = found["robust"] & ~watched.fooled
    return {name: values.int().tolist() for name, values in found.items()}
