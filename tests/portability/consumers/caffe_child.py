"""A real Caffe, asked for the values of nets.

Run by CPython 3.8 with the package kendryte-caffe (BVLC), or by 3.10 with tpu-mlir (Sophgo's fork).
For each job it writes weights, inputs and every blob of a forward pass to files; all are drawn from
the identifier of the job. A net on which Caffe aborts leaves nothing there.
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
from answering import answer_jobs, caffemodel

try:
    import caffe
except ImportError:
    import tpu_mlir

    sys.path.insert(0, str(Path(tpu_mlir.__file__).parent / "python"))
    import caffe


def randomized(rng, kind, index, shape):
    """Values for a learnable blob: those of BatchNorm are means, variances and a factor."""
    if kind == "BatchNorm" and index == 1:
        return rng.uniform(0.5, 2, shape)
    if kind == "BatchNorm" and index == 2:
        return np.ones(shape)
    if kind in ("Convolution", "ConvolutionDepthwise", "InnerProduct") and index == 0:
        # Such weights keep the size of values through many layers.
        fan_in = np.prod(shape[1:])
        return rng.uniform(-1, 1, shape) * np.sqrt(6 / max(fan_in, 24))
    return rng.uniform(-0.5, 0.5, shape) if shape else rng.uniform(0.1, 0.5)


def ask(job, base):
    Path(base + ".prototxt").write_text(job["text"], encoding="utf-8")
    net = caffe.Net(base + ".prototxt", getattr(caffe, job["phase"]))
    shapes = {name: list(blob.data.shape) for name, blob in net.blobs.items()}
    if job.get("shapes only"):
        return {"step": "loads", "shapes": shapes}
    rng = np.random.RandomState(zlib.crc32(job["id"].encode()))
    weights = {}
    for name, layer in zip(net._layer_names, net.layers):
        weights[name] = []
        for index, blob in enumerate(layer.blobs):
            blob.data[...] = randomized(rng, layer.type, index, blob.data.shape)
            weights[name].append(blob.data)
    Path(base + ".caffemodel").write_bytes(caffemodel(weights))
    values = {}
    for number, layer in enumerate(net.layers):
        for top in net._top_ids(number) if layer.type == "Input" else ():
            name = net._blob_names[top]
            net.blobs[name].data[...] = rng.uniform(-1, 1, net.blobs[name].data.shape)
            values["input:" + name] = net.blobs[name].data.copy()
    net.forward()
    tops = {}
    for number, layer in enumerate(net.layers):
        if layer.type not in ("Input", "Split"):
            names = [net._blob_names[top] for top in net._top_ids(number)]
            tops[net._layer_names[number]] = names
    for name, blob in net.blobs.items():
        values["blob:" + name] = blob.data.copy()
    np.savez(base + ".npz", tops=json.dumps(tops), outputs=json.dumps(net.outputs), **values)
    return {"step": "runs", "shapes": shapes}


answer_jobs(ask)
