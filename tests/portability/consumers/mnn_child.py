"""A real MNN, asked what it does with nets: run by CPython 3.10 with MNN 3.6.

Its command line installs packages and reports its use; the extension module ``_tools`` does not.
Weights and values are those that `caffe_child` has left in the folder.
"""

import json
from pathlib import Path

import numpy as np
from answering import answer_jobs, difference, has_values, in_child, inputs_of, outputs_of


def convert(base):
    import _tools

    arguments = {
        "-f": "CAFFE",
        "--modelFile": base + ".caffemodel",
        "--prototxt": base + ".mnn.prototxt",
        "--MNNModel": base + ".mnn",
        "--bizCode": "x",
    }
    words = [word for pair in arguments.items() for word in pair]
    _tools.mnnconvert(["mnnconvert", *words])


def output_names(base, values):
    """The name in MNN of each output of Caffe that it kept.

    A layer that is written as several operations of MNN, or in place, loses the name of its top.
    """
    import MNN

    known = MNN.nn.load_module_from_file(base + ".mnn", [], []).get_info()["outputNames"]
    producers = {}
    for layer, tops in json.loads(str(values["tops"])).items():
        for top in tops:
            producers[top] = layer
    found = {}
    for blob in outputs_of(values):
        for name in (producers.get(blob, blob), blob):
            if name in known:
                found[blob] = name
    return found


def run(base):
    """The largest difference of each output to Caffe's."""
    import MNN

    values = np.load(base + ".npz")
    inputs, outputs = inputs_of(values), output_names(base, values)
    net = MNN.nn.load_module_from_file(base + ".mnn", list(inputs), list(outputs.values()))
    given = []
    for value in inputs.values():
        plain = MNN.expr.const(value.ravel().tolist(), list(value.shape), MNN.expr.NCHW)
        given.append(MNN.expr.convert(plain, MNN.expr.NC4HW4) if value.ndim == 4 else plain)
    results = net.forward(given) if outputs else []
    if len(results) < len(outputs):
        return {"step": "fails later", "error": "no results"}
    found = {}
    for blob, result in zip(outputs, results):
        result = MNN.expr.convert(result, MNN.expr.NCHW)
        found[blob] = difference(values["blob:" + blob], np.array(result.read()))
    return {"step": "runs", "differences": found}


def ask(job, base):
    if not has_values(base):
        return {"step": "builds"}
    Path(base + ".mnn.prototxt").write_text(job["text"], encoding="utf-8")
    if Path(base + ".mnn").exists():
        Path(base + ".mnn").unlink()
    # It ends the process for some nets, and crashes on others.
    in_child(convert, base)
    if not Path(base + ".mnn").exists():
        return {"step": "refused"}
    answer = in_child(run, base)
    return dict(answer, step="fails later") if answer["step"] == "crashed" else answer


answer_jobs(ask)
