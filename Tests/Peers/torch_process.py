"""What `defend eval --attack fgsm` is asked for, of one checkpoint, in PyTorch: the accuracies of a
data set's test part as it is and under FGSM, as one program that reads its files."""
import json
import os
import pathlib
import sys

import torch
from torch.nn import functional as F

import idx
import torch_model

path, dataset, directory, epsilon = sys.argv[1:5]
torch.set_num_threads(int(os.environ.get("PEER_THREADS", os.cpu_count())))
model = torch_model.load(pathlib.Path(path))
images, labels = idx.pixels(dataset, directory or None, "test")
images = torch.from_numpy(images.copy()).permute(0, 3, 1, 2)
labels = torch.from_numpy(labels.astype("int64"))

clean = robust = 0
for pixels, y in zip(images.split(1000), labels.split(1000)):
    x = (pixels.float() / 255).requires_grad_()
    answers = model(x)
    (slope,) = torch.autograd.grad(F.cross_entropy(answers, y, reduction="sum"), x)
    is_right = answers.argmax(1) == y
    with torch.no_grad():
        z = (x + float(epsilon) * slope.sign()).clamp(0, 1)
        robust += int((is_right & (model(z).argmax(1) == y)).sum())
    clean += int(is_right.sum())
print(json.dumps({"clean": clean / len(labels), "robust": robust / len(labels)}))
