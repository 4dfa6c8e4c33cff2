"""A `defend` checkpoint as arrays."""
import json
import struct

import numpy as np


def arrays(path):
    """The float32 tensors of a safetensors file by name, and its metadata."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    values = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}, not F32")
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return values, metadata


def layers(path, metadata):
    """The layers of the model, as its specification has them."""
    if "defend.model" not in metadata:
        raise SystemExit(f"{path}: there is no defend.model in its metadata")
    return json.loads(metadata["defend.model"])["layers"]
