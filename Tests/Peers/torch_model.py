"""A `defend` checkpoint as a PyTorch module and the other way round, and `cnn` as a new one.

PyTorch has images as `[N, C, H, W]`, convolutions as `[out, in, KH, KW]` and products as
`[out, in]`; `defend` has `[N, H, W, C]`, `[KH, KW, in, out]` and `[in, out]`. Flattening keeps
`defend`'s order, so the products after it need nothing but a transpose.
"""
import json
import struct

import torch
from torch import nn
from torch.nn import functional as F

import checkpoints
from programs import ROOT

MODELS = ROOT / "configs" / "models"


class Flatten(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1) if x.ndim == 4 else x


class Crop(nn.Module):
    def forward(self, x):
        return x[:, :, :27, :27]


class MaxPool(nn.Module):
    def __init__(self, window, stride, padding):
        super().__init__()
        self.window, self.stride = window, stride
        self.edges = (padding[1], padding[1], padding[0], padding[0])

    def forward(self, x):
        # PyTorch's own padding is at most half a window.
        if any(self.edges):
            x = F.pad(x, self.edges, value=-torch.inf)
        return F.max_pool2d(x, self.window, self.stride)


def parts(index, layer, values):
    """The modules of a layer, its activation last."""
    kind = layer["type"]
    known = {"type"}
    if kind == "flatten":
        yield Flatten()
    elif kind == "max-pool":
        known |= {"window", "stride", "padding"}
        stride = layer.get("stride", layer["window"])
        yield MaxPool(layer["window"], stride, layer.get("padding", [0, 0]))
    elif kind in ("convolution", "dense"):
        known |= {"activation", "filters", "kernel", "stride", "padding", "units"}
        weights, biases = (values.pop(f"layers.{index}.{name}") for name in ("weights", "biases"))
        if kind == "dense":
            module, order = nn.Linear(*weights.shape), (1, 0)
        else:
            module, order = nn.Conv2d(
                weights.shape[2], weights.shape[3], layer["kernel"],
                stride=layer.get("stride", [1, 1]), padding=layer.get("padding", [0, 0])), (3, 2, 0, 1)
        module.weight.data = weights.permute(order).contiguous()
        module.bias.data = biases
        yield module
        activation = layer.get("activation", "none")
        if activation == "relu":
            yield nn.ReLU()
        elif activation != "none":
            raise SystemExit(f"layers[{index}]: the activation {activation} is not known here")
    else:
        raise SystemExit(f"layers[{index}]: the layer {kind} is not known here")
    if not layer.keys() <= known:
        raise SystemExit(f"layers[{index}]: {sorted(layer.keys() - known)} is not known here")


def load(path):
    """The model of a checkpoint, fixed, for images `[N, C, H, W]`."""
    values, metadata = checkpoints.arrays(path)
    values = {name: torch.from_numpy(array.copy()) for name, array in values.items()}
    layers = checkpoints.layers(path, metadata)
    modules = [part for index, layer in enumerate(layers) for part in parts(index, layer, values)]
    if values:
        raise SystemExit(f"{path}: {sorted(values)} belong to no layer")
    # Maximum and ReLU may change places, and pooling first leaves less to do.
    for index in range(1, len(modules)):
        if isinstance(modules[index - 1], nn.ReLU) and isinstance(modules[index], MaxPool):
            modules[index - 1:index + 1] = modules[index], modules[index - 1]
    model = nn.Sequential(*modules).to(memory_format=torch.channels_last).eval()
    return model.requires_grad_(False)


def cnn(tuned=True):
    """The bundled `cnn` with new weights, as an expert has it or as most write it.

    The expert's is channels-last, also where it flattens, since that copies nothing; it pools
    before its ReLU and leaves out the row and column that pooling drops.
    """
    head = (nn.Linear(4608, 128), nn.ReLU(), nn.Linear(128, 10))
    if not tuned:
        return nn.Sequential(nn.Conv2d(1, 32, 4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), *head)
    model = nn.Sequential(Crop(), nn.Conv2d(1, 32, 4), nn.MaxPool2d(2), nn.ReLU(), Flatten(), *head)
    return model.to(memory_format=torch.channels_last)


def pgd(slope_at, x, y, epsilon, steps, step, start=None):
    """Projected gradient descent in the largest change of a pixel; `slope_at` is the gradient."""
    low, high = (x - epsilon).clamp(0, 1), (x + epsilon).clamp(0, 1)
    z = x if start is None else torch.minimum(torch.maximum(start, low), high)
    for _ in range(steps):
        z = torch.minimum(torch.maximum(z + step * slope_at(z, y).sign(), low), high)
    return z


def defends_order(module, channels):
    """The weights of a module as `defend` has them, `channels` of images PyTorch flattened."""
    weight = module.weight.detach()
    if isinstance(module, nn.Conv2d):
        return weight.permute(2, 3, 1, 0)
    if channels:
        side = round((weight.shape[1] / channels) ** 0.5)
        weight = weight.unflatten(1, (channels, side, side)).permute(0, 2, 3, 1).flatten(1)
    return weight.T


def save(path, model, name, dataset):
    """Writes the trained `cnn` of PyTorch as a checkpoint of the bundled model `name`."""
    specification = json.loads((MODELS / f"{name}.json").read_text())
    places = [
        index for index, layer in enumerate(specification["layers"])
        if layer["type"] in ("convolution", "dense")]
    modules = [part for part in model if isinstance(part, (nn.Conv2d, nn.Linear))]
    # PyTorch's own flattening has the channels first.
    channels_first = any(isinstance(part, nn.Flatten) for part in model)
    header, body, channels = {}, b"", None
    for index, module in zip(places, modules, strict=True):
        pairs = {"biases": module.bias.detach(), "weights": defends_order(module, channels)}
        is_image = channels_first and isinstance(module, nn.Conv2d)
        channels = module.out_channels if is_image else None
        for kind, value in pairs.items():
            data = value.contiguous().numpy().astype("<f4").tobytes()
            header[f"layers.{index}.{kind}"] = {
                "dtype": "F32", "shape": list(value.shape),
                "data_offsets": [len(body), len(body) + len(data)]}
            body += data
    generator = f"PyTorch {torch.__version__}"
    training = {"recipe": {"generator": generator}, "epoch": 1, "trainedOn": []}
    header["__metadata__"] = {
        "defend.format": "1", "defend.model": json.dumps(specification),
        "defend.training": json.dumps(training), "defend.history": "[]",
        "defend.dataset.name": dataset, "defend.dataset.digest": "", "defend.seed": "0",
        "defend.generator": generator}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
