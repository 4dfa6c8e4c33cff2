"""Writes reference.safetensors with the format's reference implementation.

    pip install safetensors numpy
    python make_golden.py

The content is known to SafetensorsGoldenTests.swift. One key of metadata only: the reference
implementation writes several in no fixed order.
"""

import pathlib

import numpy
from safetensors.numpy import save_file

tensors = {
    "layers.0.weight": (numpy.arange(6, dtype=numpy.float32) / 4 - 1).reshape(2, 3),
    "layers.0.bias": numpy.array([1e-45, 3.4e38, -0.0], dtype=numpy.float32),
    "empty": numpy.zeros((0, 5), dtype=numpy.float32),
    "labels": numpy.array([-(2**31), 0, 2**31 - 1], dtype=numpy.int32),
    "step": numpy.array(7, dtype=numpy.int32),
    "pixels \"größe\" / 图\t": numpy.array([[0, 127, 255]], dtype=numpy.uint8),
}
path = pathlib.Path(__file__).parent / "reference.safetensors"
save_file(tensors, path, metadata={"a \"quote\", a \\ and a\nline": "\x1f ünï / \x7f 😀"})
