"""A real OpenVINO, asked what it does with nets: run by CPython 3.10 with openvino-dev 2023.3.

Weights and values are those that `caffe_child` has left in the folder.
"""

import sys
from pathlib import Path

import numpy as np
from answering import answer_jobs, difference, has_values, inputs_of, outputs_of

# Model Optimizer reports its use to a server if it finds this package.
sys.modules["openvino_telemetry"] = None

import openvino  # noqa: E402
from openvino.tools.mo import convert_model  # noqa: E402

CORE = openvino.Core()


def compared(model, values):
    """The largest difference of each output to Caffe's."""
    # The default may compute with half the bits.
    compiled = CORE.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = inputs_of(values)
    given = {}
    for each in compiled.inputs:
        name = next(name for name in each.get_names() if name in inputs)
        given[each] = inputs[name]
    results = {}
    for output, result in compiled(given).items():
        for name in output.get_names():
            results[name] = result
    found = {}
    for name in outputs_of(values):
        if name in results:
            found[name] = difference(values["blob:" + name], results[name])
    return found


def ask(job, base):
    if not has_values(base):
        return {"step": "builds"}
    prototxt = Path(base + ".mo.prototxt")
    prototxt.write_text(job["text"], encoding="utf-8")
    try:
        model = convert_model(
            framework="caffe",
            input_model=base + ".caffemodel",
            input_proto=str(prototxt),
            silent=True,
        )
    except BaseException as error:  # its own errors are no Exception
        return {"step": "refused", "error": str(error)[-300:]}
    try:
        return {"step": "runs", "differences": compared(model, np.load(base + ".npz"))}
    except RuntimeError as error:
        return {"step": "fails later", "error": str(error)[-300:]}


answer_jobs(ask)
