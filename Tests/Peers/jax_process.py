"""What `defend eval --attack fgsm` is asked for, of one checkpoint of dense layers, in JAX: the
accuracies of a data set's test part as it is and under FGSM, as one program that reads its files."""
import json
import os
import pathlib
import sys

import numpy as np

import checkpoints
import idx

path, dataset, directory, epsilon = sys.argv[1:5]
threads = int(os.environ.get("PEER_THREADS", os.cpu_count()))
if threads < os.cpu_count():
    os.sched_setaffinity(0, set(range(threads)))

import jax
import jax.numpy as jnp

values, metadata = checkpoints.arrays(pathlib.Path(path))
steps = []
for index, layer in enumerate(checkpoints.layers(path, metadata)):
    if layer["type"] == "dense":
        steps.append((layer.get("activation") == "relu", *(
            values[f"layers.{index}.{name}"] for name in ("weights", "biases"))))
    elif layer["type"] != "flatten":
        raise SystemExit(f"layers[{index}]: {layer['type']} is not known here")


def logits(x):
    for is_rectified, weights, biases in steps:
        x = x @ weights + biases
        x = jax.nn.relu(x) if is_rectified else x
    return x


def loss(x, y):
    # A sum: the gradient of each image is its own.
    return -jnp.take_along_axis(jax.nn.log_softmax(logits(x)), y[:, None], 1).sum()


@jax.jit
def correct(pixels, y):
    x = pixels.astype(jnp.float32) / 255
    z = jnp.clip(x + float(epsilon) * jnp.sign(jax.grad(loss)(x, y)), 0, 1)
    is_right = logits(x).argmax(1) == y
    return is_right.sum(), (is_right & (logits(z).argmax(1) == y)).sum()


images, labels = idx.pixels(dataset, directory or None, "test")
counts = correct(images.reshape(len(images), -1), labels.astype(np.int32))
print(json.dumps({
    "clean": int(counts[0]) / len(labels), "robust": int(counts[1]) / len(labels)}))
