"""A real Caffe, asked for the values of nets: run by CPython 3.8 with the package kendryte-caffe.

``caffe_child.py JOBS FOLDER``: for each {"id", "text", "phase"} of the file JOBS, a child process
writes random weights and a forward pass on random inputs to FOLDER. A net that Caffe dies on leaves
nothing there.
"""

import json
import os
import sys
import zlib
from pathlib import Path

import caffe
import numpy as np


def randomized(rng, kind, index, shape):
    """Values for a learnable blob: those of BatchNorm are means, variances and a factor."""
    if kind == "BatchNorm" and index == 1:
        return rng.uniform(0.5, 2, shape)
    if kind == "BatchNorm" and index == 2:
        return np.ones(shape)
    return rng.uniform(-0.5, 0.5, shape) if shape else rng.uniform(0.1, 0.5)


def run(job, base):
    Path(base + ".prototxt").write_text(job["text"])
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    net = caffe.Net(base + ".prototxt", getattr(caffe, job["phase"]))
    rng = np.random.RandomState(zlib.crc32(job["id"].encode()))
    kinds = dict(zip(net._layer_names, [layer.type for layer in net.layers]))
    for name, blobs in net.params.items():
        for index, blob in enumerate(blobs):
            blob.data[...] = randomized(rng, kinds[name], index, blob.data.shape)
    if net.params:
        net.save(base + ".caffemodel")
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
    np.savez(base + ".npz", tops=json.dumps(tops), **values)


def main():
    jobs, folder = sys.argv[1:]
    for line in Path(jobs).read_text().splitlines():
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                run(job, str(Path(folder) / job["id"].replace("/", "_")))
            finally:
                os._exit(0)
        os.waitpid(child, 0)


main()
