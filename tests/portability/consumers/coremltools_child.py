"""A real coremltools, asked what it does with nets: run by CPython 3.7 with coremltools 3.4.

It converts; Core ML, which computes, runs on macOS only. Weights are those that `caffe_child` has
left in the folder.
"""

from pathlib import Path

from answering import answer_jobs, model_of
from coremltools.converters import caffe


def ask(job, base):
    prototxt = Path(base + ".coreml.prototxt")
    prototxt.write_text(job["text"], encoding="utf-8")
    try:
        caffe.convert((model_of(job, base), str(prototxt)))
    except RuntimeError as error:
        # A net of inputs, or of layers of training alone, has nothing to convert.
        if "one or more outputs" in str(error) or "infer input name" in str(error):
            return {"step": "empty"}
        return {"step": "refused", "error": str(error)[-300:]}
    return {"step": "builds"}


answer_jobs(ask)
