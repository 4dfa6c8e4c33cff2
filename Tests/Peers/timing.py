"""What the peers share: their arguments, the images of `defend bench` and the clock."""
import argparse
import json
import os
import resource
import statistics
import time

import numpy as np

import idx

TRAINING = ("clean", "fgsm")


def threads():
    return int(os.environ.get("PEER_THREADS", os.cpu_count()))


def is_training(task):
    return task in TRAINING


def arguments(*switches):
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["clean", "fgsm", "fgsm-eval", "pgd-eval"])
    parser.add_argument("model", choices=["mlp", "cnn"])
    parser.add_argument("batch", type=int)
    for switch in switches:
        parser.add_argument(switch, action="store_true")
    values = parser.parse_args()
    return values.task, values.model, values.batch, getattr(values, "compiled", False)


def images(count):
    """The bundled data set's first training images [count, 784] in 0…1, and labels."""
    pixels, labels = idx.pixels("mnist-5k", None, "train")
    pixels = pixels[:count].reshape(count, -1).astype(np.float32) / np.float32(255)
    return pixels, labels[:count].astype(np.int64)


def batch_range(index, batch, count):
    """The places of a batch; whole batches only, so that nothing is compiled twice."""
    start = index % (count // batch) * batch
    return slice(start, start + batch)


def measure(run, batch, finish=lambda: None, runs=5, seconds=0.3):
    """Prints examples a second, the median of some runs after a warm-up, and the memory in use.

    `finish` waits for what `run` may only have begun.
    """
    index = 0

    def several(count):
        nonlocal index
        start = time.perf_counter()
        for _ in range(count):
            run(index)
            index += 1
        finish()
        return time.perf_counter() - start

    for _ in range(3):
        run(index)
        index += 1
    finish()
    count, spent = 1, several(1)
    while spent < seconds / 4:
        count *= 2
        spent = several(count)
    count = max(1, round(count * seconds / spent))
    rates = [count * batch / several(count) for _ in range(runs)]
    print(json.dumps({
        "examplesPerSecond": statistics.median(rates),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))
