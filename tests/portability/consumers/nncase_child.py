"""A real nncase, asked what it does with nets: run by CPython 3.10 with nncase 1.9.

It compiles for a plain processor, with 32-bit floats, and runs the result in its simulator.
Weights and values are those that `caffe_child` has left in the folder.
"""

import os
from pathlib import Path

import nncase
import numpy as np
from answering import answer_jobs, difference, in_child, inputs_of, model_of, outputs_of


def imported(text, model):
    """A compiler that has read a net."""
    options = nncase.CompileOptions()
    options.target = "cpu"
    compiler = nncase.Compiler(options)
    compiler.import_caffe(model, text)
    return compiler


def load(text, model):
    imported(text, model)
    return {"step": "loads"}


def run(text, model, base):
    """The largest difference of each output to Caffe's."""
    compiler = imported(text, model)
    compiler.compile()
    simulator = nncase.Simulator()
    simulator.load_model(compiler.gencode_tobytes())
    values = np.load(base + ".npz")
    for number, value in enumerate(inputs_of(values).values()):
        given = nncase.RuntimeTensor.from_numpy(np.ascontiguousarray(value))
        simulator.set_input_tensor(number, given)
    simulator.run()
    # Its outputs have no names, and the order of Caffe's layers.
    names = outputs_of(values)
    if simulator.outputs_size != len(names):
        return {"step": "fails later", "error": f"{simulator.outputs_size} outputs"}
    found = {}
    for number, name in enumerate(names):
        result = simulator.get_output_tensor(number).to_numpy()
        found[name] = difference(values["blob:" + name], result)
    return {"step": "runs", "differences": found}


def ask(job, base):
    os.chdir(Path(base).parent)  # it leaves a file in the current folder
    data = job["text"].encode(), Path(model_of(job, base)).read_bytes()
    # It crashes on some nets, at either step.
    answer = in_child(load, *data)
    if answer["step"] == "crashed":
        return dict(answer, step="refused")
    answer = in_child(run, *data, base)
    return dict(answer, step="fails later") if answer["step"] == "crashed" else answer


answer_jobs(ask)
