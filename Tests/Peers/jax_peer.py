"""The benchmark's tasks in JAX: each of them one compiled function that gives up its old state.

The convolution is written as a product over patches, which XLA runs faster on processors than its
own convolution, for the 24 × 24 places that pooling keeps.
"""
import os

import timing

task, model_name, batch, _ = timing.arguments()
if timing.threads() < os.cpu_count():
    os.sched_setaffinity(0, set(range(timing.threads())))

import jax
import jax.numpy as jnp
import numpy as np
import optax


def dense(key, inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    weight = jax.random.uniform(key, (inputs, outputs), minval=-limit, maxval=limit)
    return {"w": weight, "b": jnp.zeros(outputs)}


keys = jax.random.split(jax.random.PRNGKey(0), 3)
weights = {"out": dense(keys[1], 128, 10)}
if model_name == "mlp":
    weights["hidden"] = dense(keys[0], 784, 128)
else:
    weights["window"] = dense(keys[2], 16, 32)
    weights["hidden"] = dense(keys[0], 4608, 128)


def logits(weights, x):
    if model_name == "cnn":
        plane = x.reshape(-1, 28, 28)
        patches = jnp.stack(
            [plane[:, i : i + 24, j : j + 24] for i in range(4) for j in range(4)], -1)
        maps = patches @ weights["window"]["w"] + weights["window"]["b"]
        x = maps.reshape(-1, 12, 2, 12, 2, 32).max((2, 4))
        x = jax.nn.relu(x).reshape(-1, 4608)
    hidden = jax.nn.relu(x @ weights["hidden"]["w"] + weights["hidden"]["b"])
    return hidden @ weights["out"]["w"] + weights["out"]["b"]


def loss(weights, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(logits(weights, x), y).mean()


def moved(x, slope, step):
    return jnp.clip(x + step * jnp.sign(slope), 0, 1)


adam = optax.adam(5e-3)


def train(state, x, y):
    weights, moments = state
    if task == "clean":
        gradient = jax.grad(loss)(weights, x, y)
    else:
        clean, slope = jax.grad(loss, (0, 1))(weights, x, y)
        hard = jax.grad(loss)(weights, moved(x, slope, 0.1), y)
        gradient = jax.tree.map(lambda a, b: 0.5 * (a + b), clean, hard)
    change, moments = adam.update(gradient, moments, weights)
    return optax.apply_updates(weights, change), moments


def evaluate(weights, x, y):
    if task == "fgsm-eval":
        z = moved(x, jax.grad(loss, 1)(weights, x, y), 0.1)
    else:
        low, high = jnp.clip(x - 0.1, 0, 1), jnp.clip(x + 0.1, 0, 1)

        def step(_, z):
            return jnp.clip(z + 0.01 * jnp.sign(jax.grad(loss, 1)(weights, z, y)), low, high)

        z = jax.lax.fori_loop(0, 40, step, x)
    return (logits(weights, z).argmax(1) == y).sum()


images, labels = timing.images(2048)
labels = labels.astype(np.int32)
order = np.random.default_rng(0).permutation(2048)
state = (weights, adam.init(weights))
train_step = jax.jit(train, donate_argnums=0)
evaluation = jax.jit(evaluate)


def run(index):
    global state
    places = order[timing.batch_range(index, batch, 2048)]
    if timing.is_training(task):
        state = train_step(state, images[places], labels[places])
    else:
        int(evaluation(weights, images[places], labels[places]))


timing.measure(run, batch, finish=lambda: jax.block_until_ready(state))
