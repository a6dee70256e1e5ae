"""A real ncnn, asked what it does with nets: run by CPython 3.8 or later with ncnn 1.0.

Beside its Python there is ``caffe2ncnn``, built from the source of ncnn. Weights and values are
those that `caffe_child` has left in the folder.
"""

import subprocess
import sys
from pathlib import Path

import ncnn
import numpy as np
from answering import answer_jobs, difference, in_child, inputs_of, model_of, outputs_of

CONVERTER = Path(sys.executable).parent / "caffe2ncnn"


def in_place_names(lines):
    """The name of each blob behind the layers in place, which ncnn names after both."""
    found = {}
    for line in lines:
        name, bottoms, tops, *blobs = line.split()[1:]
        if (bottoms, tops) == ("1", "1"):
            new = blobs[1].split("_splitncnn_")[0]
            if new.endswith("_" + name):
                found[new[: -len(name) - 1]] = new
    return found


def load(base):
    net = ncnn.Net()
    # The defaults compute with half the bits.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = net.opt.use_packing_layout = False
    net.opt.num_threads = 1
    if net.load_param(base + ".param") or net.load_model(base + ".bin"):
        raise ValueError("not loaded")
    return net


def run(base):
    """The largest difference of each output to Caffe's. ncnn runs one image at a time."""
    values = np.load(base + ".npz")
    lines = Path(base + ".param").read_text(encoding="utf-8").splitlines()[2:]
    renamed, net = in_place_names(lines), load(base)
    inputs = inputs_of(values)
    batch = len(next(iter(inputs.values()))) if inputs else 0
    every = [values["blob:" + name] for name in (*inputs, *outputs_of(values))]
    if not inputs or any(value.shape[:1] != (batch,) for value in every):
        return {"step": "builds"}
    found = {}
    for number in range(batch):
        extractor = net.create_extractor()
        for name, value in inputs.items():
            image = np.ascontiguousarray(value[number])
            extractor.input(name, ncnn.Mat(image).clone())
        for name in outputs_of(values):
            status, result = extractor.extract(renamed.get(name, name))
            if status:
                return {"step": "fails later", "error": f"status {status}"}
            apart = difference(values["blob:" + name][number], np.array(result))
            found[name] = max(apart, found.get(name, 0))
    return {"step": "runs", "differences": found}


def ask(job, base):
    prototxt = Path(base + ".ncnn.prototxt")
    prototxt.write_text(job["text"], encoding="utf-8")
    written = [base + ".param", base + ".bin"]
    command = [CONVERTER, prototxt, model_of(job, base), *written]
    result = subprocess.run(command, capture_output=True)
    if result.returncode:
        return {"step": "refused", "error": result.stderr.decode()[-300:]}
    # It ends the process for some nets, and crashes on others.
    answer = in_child(run, base)
    return dict(answer, step="fails later") if answer["step"] == "crashed" else answer


answer_jobs(ask)
