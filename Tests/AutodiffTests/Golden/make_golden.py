"""Writes golden.json: small cases computed by JAX in float64, to be reached from Swift.

    pip install jax numpy
    python make_golden.py

Inputs are float32 numbers. GoldenTests.swift builds the same expressions.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy

jax.config.update("jax_enable_x64", True)
random = numpy.random.default_rng(2024)


def draw(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(numpy.float32).astype(numpy.float64)


def tensor(array):
    array = numpy.asarray(array, dtype=numpy.float64)
    return {"shape": list(array.shape), "elements": [float(f"{x:.12g}") for x in array.ravel()]}


def exact(array):
    array = numpy.asarray(array, dtype=numpy.float64)
    return {"shape": list(array.shape), "elements": [float(x) for x in array.ravel()]}


def case(inputs, results, **numbers):
    return {
        "inputs": {name: exact(value) for name, value in inputs.items()},
        "results": {name: tensor(value) for name, value in results.items()},
        "numbers": numbers,
    }


def convolve(x, w, stride, padding):
    return jax.lax.conv_general_dilated(
        x, w, stride, padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))


def pool(x):
    return jax.lax.reduce_window(
        x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def cross_entropy(logits, labels):
    return -jax.nn.log_softmax(logits)[jnp.arange(len(labels)), labels]


def convolution_case():
    x, w = draw(2, 7, 6, 3), draw(3, 2, 3, 4)
    stride, padding = (2, 1), ((1, 0), (2, 1))
    forward = lambda x, w: convolve(x, w, stride, padding)
    y, pullback = jax.vjp(forward, x, w)
    cotangent = draw(*y.shape)
    dx, dw = pullback(cotangent)
    return case({"x": x, "w": w, "cotangent": cotangent}, {"y": y, "dx": dx, "dw": dw})


def pool_case():
    x = random.integers(0, 3, (2, 6, 4, 2)).astype(numpy.float64)
    y, pullback = jax.vjp(pool, jnp.asarray(x))
    cotangent = draw(*y.shape)
    return case({"x": x, "cotangent": cotangent}, {"y": y, "dx": pullback(cotangent)[0]})


def cross_entropy_case():
    logits, labels = draw(5, 7, low=-9, high=9), random.integers(0, 7, 5)
    total = lambda logits: cross_entropy(logits, labels).sum()
    return case(
        {"logits": logits, "labels": labels},
        {"loss": cross_entropy(logits, labels), "gradient": jax.grad(total)(logits),
         "softmax": jax.nn.softmax(logits)})


def product_case():
    a, b = draw(5, 13), draw(13, 9)
    y, pullback = jax.vjp(jnp.matmul, a, b)
    cotangent = draw(5, 9)
    da, db = pullback(cotangent)
    return case({"a": a, "b": b, "cotangent": cotangent}, {"y": y, "da": da, "db": db})


def step_case():
    """One Adam step of an FGSM-mixed objective, alpha = 0.5."""
    epsilon, alpha, rate, beta1, beta2, small = 0.125, 0.5, 0.01, 0.9, 0.999, 1e-8
    x, labels = draw(4, 6, 6, 1, low=0), random.integers(0, 3, 4)
    parameters = {
        "w1": draw(3, 3, 1, 4), "b1": draw(4), "w2": draw(36, 5, low=-0.5, high=0.5),
        "b2": draw(5), "w3": draw(5, 3), "b3": draw(3),
    }

    def losses(p, x):
        h = pool(jax.nn.relu(convolve(x, p["w1"], (1, 1), ((1, 1), (1, 1))) + p["b1"]))
        h = jax.nn.relu(h.reshape(len(x), -1) @ p["w2"] + p["b2"])
        return cross_entropy(h @ p["w3"] + p["b3"], labels)

    gradient = jax.grad(lambda x: losses(parameters, x).sum())(jnp.asarray(x))
    # An attack must not depend on the sign of a number near 0.
    nonzero = jnp.abs(gradient)[gradient != 0]
    assert float(nonzero.min()) > 1e-6, float(nonzero.min())
    attacked = jnp.clip(x + epsilon * jnp.sign(gradient), 0, 1)
    objective = lambda p: (
        alpha * losses(p, x).mean() + (1 - alpha) * losses(p, attacked).mean())
    gradients = jax.grad(objective)(parameters)
    updated = {}
    for name, g in gradients.items():
        m, v = (1 - beta1) * g / (1 - beta1), (1 - beta2) * g * g / (1 - beta2)
        updated[f"{name} after"] = parameters[name] - rate * m / (jnp.sqrt(v) + small)
    return case(
        {"x": x, "labels": labels, **parameters},
        {"attacked": attacked, "loss": objective(parameters),
         **{f"{name} gradient": g for name, g in gradients.items()}, **updated},
        epsilon=epsilon, alpha=alpha, rate=rate, beta1=beta1, beta2=beta2, small=small)


cases = {
    "convolution": convolution_case(),
    "pool": pool_case(),
    "cross-entropy": cross_entropy_case(),
    "product": product_case(),
    "step": step_case(),
}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(cases) + "\n")
