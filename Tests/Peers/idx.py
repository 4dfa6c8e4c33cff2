"""Images in MNIST's IDX format, as `defend` finds and orders them."""
import gzip
import hashlib
import pathlib
import struct

import numpy as np

BUNDLED = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "BundledData"


def elements(path):
    """The unsigned bytes of an IDX file, in its shape."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    zeros, kind, rank = struct.unpack(">HBB", data[:4])
    if zeros != 0 or kind != 8:
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes")
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def existing(directory, stem, ranks):
    """The first spelling of a file's name that there is."""
    names = [
        f"{stem}{separator}idx{rank}-ubyte{suffix}"
        for rank in ranks for separator in "-." for suffix in ("", ".gz")]
    for name in names:
        if (directory / name).is_file():
            return directory / name
    raise SystemExit(f"{directory}: there is no {names[0]}")


def pixels(dataset, data_dir, part):
    """Images `[N, H, W, C]` and labels `[N]` as bytes; `part` is "train" or "test"."""
    if dataset == "mnist-5k":
        images = elements(BUNDLED / dataset / "images-idx3-ubyte.gz")
        labels = elements(BUNDLED / dataset / "labels-idx1-ubyte.gz")
        places = slice(-1000, None) if part == "test" else slice(-1000)
        images, labels = images[places], labels[places]
    else:
        if data_dir is None:
            raise SystemExit(f"--data-dir must say where the data set '{dataset}' is")
        directory = pathlib.Path(data_dir).resolve()
        if (directory / dataset).is_dir() or directory.name != dataset:
            directory /= dataset
        stem = "t10k" if part == "test" else "train"
        images = elements(existing(directory, f"{stem}-images", (3, 4)))
        labels = elements(existing(directory, f"{stem}-labels", (1,)))
    return images.reshape(*images.shape[:3], -1), labels


def test_part(dataset, data_dir):
    """Images `[N, H, W, C]` in 0…1, labels `[N]` and the SHA-256 of both as bytes."""
    images, labels = pixels(dataset, data_dir, "test")
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    return images.astype(np.float32) / np.float32(255), labels.astype(np.int64), digest
