"""A real OpenCV, asked what it does with nets: run by any Python with opencv-python-headless<5.

Weights come from the folder if `caffe_child` has left some there, and then the values are compared
with those of Caffe; else they are ones.
"""

import json
from pathlib import Path

import cv2
import numpy as np
from answering import answer_jobs, caffemodel, difference, inputs_of

cv2.setNumThreads(1)


def ones(weights):
    """Blobs of ones with the shapes that a job has for them."""
    return {name: [np.ones(shape) for shape in shapes] for name, shapes in weights.items()}


def compared(net, values):
    """The largest difference of each blob to Caffe's."""
    for name, value in inputs_of(values).items():
        net.setInput(value, name)
    names = set(net.getLayerNames())
    found = {}
    # OpenCV computes layers together and reuses their memory, so only what no layer reads is sure.
    ends = set(net.getUnconnectedOutLayersNames())
    for layer, tops in json.loads(str(values["tops"])).items():
        outputs = None
        for number, top in enumerate(tops):
            alone = top if top in names and layer not in names else layer
            if alone not in ends:
                continue
            if outputs is None or alone == top:
                outputs = net.forwardAndRetrieve([alone])[0]
            output = outputs[0 if alone == top else number]
            found[top] = difference(values["blob:" + top], output)
    return found


def ask(job, base):
    weights, values = Path(base + ".caffemodel"), Path(base + ".npz")
    model = weights.read_bytes() if weights.exists() else caffemodel(ones(job["weights"]))
    data = [job["text"].encode(), model] if model else [job["text"].encode()]
    step = "refused"
    try:
        net = cv2.dnn.readNetFromCaffe(*[np.frombuffer(each, np.uint8) for each in data])
        step = "fails later"
        net.getLayersShapes(job["inputs"])
        if values.exists():
            return {"step": "runs", "differences": compared(net, np.load(values))}
        return {"step": "builds"}
    except cv2.error as error:
        return {"step": step, "error": str(error)[-200:]}


answer_jobs(ask)
