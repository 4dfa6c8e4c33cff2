"""Writes golden.json: attacks by other means, in float64, to be reached from Swift.

    pip install numpy
    python make_golden.py

The attacks follow their papers' text and know nothing of the Swift sources. Images are rows.
Auto-PGD on an example ends where a comparison that steers it would hang on rounding.
"""

import collections
import json
import math
import pathlib

import numpy

random = numpy.random.default_rng(9)
SHAPE, HIDDEN, CLASSES, COUNT = (4, 3, 1), 8, 5, 4
PIXELS = math.prod(SHAPE)
# Losses closer than this, and not equal, might be in another order elsewhere.
LIMIT = 1e-11


def single(array):
    """Numbers that float32 holds exactly."""
    return numpy.asarray(array, dtype=numpy.float32).astype(numpy.float64)


W1, b1 = single(random.normal(0, 1, (PIXELS, HIDDEN))), single(random.normal(1, 0.3, HIDDEN))
W2, b2 = single(random.normal(0, 1, (HIDDEN, CLASSES))), single(random.normal(0, 0.3, CLASSES))
ORIGINALS = single(random.uniform(0, 1, (COUNT, PIXELS)))
LABELS = random.integers(0, CLASSES, COUNT)
TARGETS = (LABELS + random.integers(1, CLASSES, COUNT)) % CLASSES
NOISE = single(random.uniform(-1, 1, (COUNT, PIXELS)))


# The losses of one row of logits, with their gradients.


def cross_entropy(z, label):
    probabilities = numpy.exp(z - z.max())
    probabilities /= probabilities.sum()
    slope = probabilities.copy()
    slope[label] -= 1
    return -math.log(probabilities[label]), slope


def minus_cross_entropy(z, target):
    value, slope = cross_entropy(z, target)
    return -value, -slope


def ratio(z, above, below):
    """The quotient of two linear functions of the logits, given as weights."""
    a, b = float(above @ z), float(below @ z)
    return a / b, above / b - a * below / b**2


def unit(*places):
    weights = numpy.zeros(CLASSES)
    for place, weight in places:
        weights[place] += weight
    return weights


def dlr(z, label):
    order = numpy.argsort(-z, kind="stable")
    other = order[1] if order[0] == label else order[0]
    return ratio(z, unit((other, 1), (label, -1)), unit((order[0], 1), (order[2], -1)))


def targeted_dlr(z, label, target):
    order = numpy.argsort(-z, kind="stable")
    return ratio(
        z, unit((target, 1), (label, -1)),
        unit((order[0], 1), (order[2], -0.5), (order[3], -0.5)))


def look(x, row, loss):
    """The loss of one image and its gradient."""
    hidden = x @ W1 + b1
    value, slope = loss(numpy.maximum(hidden, 0) @ W2 + b2, row)
    return value, W1 @ ((W2 @ slope) * (hidden > 0))


LOSSES = {
    "cross-entropy": lambda z, row: cross_entropy(z, LABELS[row]),
    "cross-entropy, targeted": lambda z, row: minus_cross_entropy(z, TARGETS[row]),
    "ratio": lambda z, row: dlr(z, LABELS[row]),
    "ratio, targeted": lambda z, row: targeted_dlr(z, LABELS[row], TARGETS[row]),
}


# The geometry.


def project(x, center, epsilon, norm):
    # The balls in Swift are a hair smaller, so that no rounding leaves them.
    if norm == "linf":
        lower, upper = (center - epsilon) * (1 + 2**-23), (center + epsilon) * (1 - 2**-23)
        x = numpy.minimum(numpy.maximum(x, lower), upper)
    else:
        radius = epsilon * (1 - 2**-15) - math.sqrt(PIXELS) * 2**-24
        length = numpy.linalg.norm(x - center)
        x = center + (x - center) * (radius / length) if length > radius else x
    return numpy.clip(x, 0, 1)


def ascent(gradient, norm):
    # The ratio of logits is flat where the true class is the third.
    if norm == "linf" or not numpy.any(gradient):
        return numpy.sign(gradient)
    return gradient / numpy.linalg.norm(gradient)


# The attacks on one image: all images after the start.


def pgd(x, row, loss, epsilon, norm, steps):
    center, images = ORIGINALS[row], []
    for _ in range(steps):
        _, gradient = look(x, row, loss)
        x = project(x + 2.5 * epsilon / steps * ascent(gradient, norm), center, epsilon, norm)
        images.append(x)
    return images


def momentum(x, row, loss, epsilon, norm, steps, decay):
    center, images, g = ORIGINALS[row], [], 0
    for _ in range(steps):
        _, gradient = look(x, row, loss)
        g = decay * g + gradient / numpy.abs(gradient).mean()
        x = project(x + epsilon / steps * ascent(g, norm), center, epsilon, norm)
        images.append(x)
    return images


def checkpoints(steps):
    """Section 3.2 as the authors' code reads it: whole steps, intervals that shrink."""
    period, least, shrink = (max(int(share * steps), 1) for share in (0.22, 0.06, 0.03))
    places = [period]
    while places[-1] < steps:
        period = max(period - shrink, least)
        places.append(places[-1] + period)
    return [place for place in places if place < steps]


class Undecided(Exception):
    pass


def decided(a, b):
    """a > b, if that does not hang on rounding."""
    if a != b and abs(a - b) < LIMIT:
        raise Undecided
    return a > b


def auto_pgd(x, row, loss, epsilon, norm, steps):
    """Algorithm 1: x[k] is looked at, at a checkpoint the search may go back, then x[k + 1]."""
    center, eta, judged, places = ORIGINALS[row], 2 * epsilon, 0, checkpoints(steps)
    values, best, best_value, best_gradient = [], None, -math.inf, None
    previous, value_at_judgement, halved_at_judgement = x, None, True
    for k in range(steps):
        value, gradient = look(x, row, loss)
        values.append(value)
        try:
            if best is None or decided(value, best_value):
                best, best_value, best_gradient = x, value, gradient
            if k == 0:
                value_at_judgement = value
            if k in places:
                rises = sum(decided(values[i + 1], values[i]) for i in range(judged, k))
                too_few = rises <= 0.75 * (k - judged)
                stuck = not halved_at_judgement and value_at_judgement == best_value
                halved_at_judgement = too_few or stuck
                value_at_judgement, judged = best_value, k
                seen["halved" if too_few else "stuck" if stuck else "kept"] += 1
                if halved_at_judgement:
                    eta, x, gradient = eta / 2, best, best_gradient
        except Undecided:
            return
        z = project(x + eta * ascent(gradient, norm), center, epsilon, norm)
        alpha = 0.75 if k > 0 else 1
        following = project(
            x + alpha * (z - x) + (1 - alpha) * (x - previous), center, epsilon, norm)
        previous, x = x, following
        yield x


seen = collections.Counter()


def trajectory(attack, loss_name, epsilon, norm, from_noise, **settings):
    results, starts = [], []
    for row in range(COUNT):
        start = ORIGINALS[row]
        if from_noise:
            start = single(project(start + 0.3 * epsilon * NOISE[row], start, epsilon, norm))
        starts.append(start.tolist())
        found = attack(start, row, LOSSES[loss_name], epsilon, norm, **settings)
        results.append([[round(float(pixel), 6) for pixel in image] for image in found])
    if attack is auto_pgd:
        print(loss_name, norm, [len(images) for images in results], dict(seen))
        seen.clear()
    return {
        "loss": loss_name, "epsilon": epsilon, "norm": norm, **settings,
        "starts": starts, "images": results,
    }


# The schedule and the windows of the Square Attack.


def sides(queries, height, width, odd):
    """The runs of one side: the first step of each, and the side."""
    runs = []
    for step in range(queries):
        it = int(step / queries * 10000)
        p = 0.8
        for place in (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000):
            if it > place:
                p /= 2
        side = max(int(math.floor(math.sqrt(p * height * width) + 0.5)), 3 if odd else 1)
        if odd and side % 2 == 0:
            side += 1
        side = min(side, height, width)
        if not runs or runs[-1][1] != side:
            runs.append([step, side])
    return {
        "queries": queries, "height": height, "width": width, "odd": odd,
        "steps": [step for step, _ in runs], "sides": [side for _, side in runs],
    }


def rings(rows, columns):
    """The appendix's figure: square rings around the middle, each 1/k² higher than the last."""
    heights = numpy.zeros((rows, columns))
    for k in range(1, max(rows // 2, columns // 2) + 2):
        for i in range(rows):
            for j in range(columns):
                if max(abs(i - rows // 2), abs(j - columns // 2)) < k:
                    heights[i, j] += 1 / k**2
    return heights / numpy.linalg.norm(heights)


def bumps(side):
    both = numpy.concatenate([rings(side // 2, side), -rings(side - side // 2, side)])
    return {"side": side, "values": (both / numpy.linalg.norm(both)).ravel().tolist()}


def margins():
    """Logits with ties; three and more classes, and fewer, where the ratio is the margin."""
    cases = []
    for logits, label, target in [
        ([3, 1, 2, -1, 0.5], 0, 2), ([3, 1, 2, -1, 0.5], 1, 0), ([2, 2, 1, 0, -1], 0, 1),
        ([2, 2, 1, 0, -1], 1, 4), ([5, 5, 5, 1, 1], 2, 3), ([0.25, -1, 7, 7, 3], 4, 1),
        ([1, 2, 4], 2, 0), ([1, 2, 4], 0, 2), ([2, 2, 0], 0, 1), ([1, -2], 0, 1),
        ([1, -2], 1, 0),
    ]:
        z = sorted(logits, reverse=True)
        other = max(value for place, value in enumerate(logits) if place != label)
        untargeted, targeted = other - logits[label], logits[target] - logits[label]
        case = {"logits": logits, "label": label, "target": target}
        case["margin"], case["targetedMargin"] = untargeted, targeted
        case["ratio"] = untargeted / (z[0] - z[2] + 1e-12) if len(z) > 2 else untargeted
        case["targetedRatio"] = (
            targeted / (z[0] - (z[2] + z[3]) / 2 + 1e-12) if len(z) > 3 else targeted)
        cases.append(case)
    return cases


golden = {
    "shape": SHAPE, "hidden": HIDDEN, "classes": CLASSES, "count": COUNT,
    "parameters": [array.ravel().tolist() for array in (W1, b1, W2, b2)],
    "originals": ORIGINALS.ravel().tolist(),
    "labels": LABELS.tolist(), "targets": TARGETS.tolist(),
    "pgd": [
        trajectory(pgd, loss, epsilon, norm, True, steps=5)
        for norm, epsilon in (("linf", 0.1), ("l2", 0.5))
        for loss in ("cross-entropy", "cross-entropy, targeted")
    ],
    "mifgsm": [
        trajectory(momentum, loss, epsilon, norm, False, steps=4, decay=0.75)
        for norm, epsilon in (("linf", 0.1), ("l2", 0.5))
        for loss in ("cross-entropy", "cross-entropy, targeted")
    ],
    "apgd": [
        trajectory(auto_pgd, loss, epsilon, norm, True, steps=50)
        for norm, epsilon in (("linf", 0.4), ("l2", 1.5))
        for loss in LOSSES
        if norm == "l2" or "targeted" in loss
    ],
    "checkpoints": [
        {"steps": steps, "places": checkpoints(steps)} for steps in (1, 2, 10, 20, 50, 100, 1000)
    ],
    "sides": [
        sides(queries, height, width, odd)
        for queries, height, width in ((5000, 28, 28), (10000, 32, 32), (100, 5, 9), (7, 4, 4))
        for odd in (False, True)
        if not odd or min(height, width) % 2 == 1 or height > 4
    ],
    "bumps": [bumps(side) for side in (3, 5, 7, 11, 25)],
    "losses": margins(),
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
