"""A real OpenCV, asked what it does with nets: run by any Python with opencv-python-headless<5.

``opencv_child.py JOBS FOLDER``: prints an answer for each {"id", "text", "inputs", "weights"} of
the file JOBS. Each is asked in a child process, because OpenCV can crash. Weights come from FOLDER
if `caffe_child` has left some there, and then the values are compared with those of Caffe.
"""

import json
import os
import signal
import sys
from pathlib import Path

import cv2
import numpy as np

cv2.setNumThreads(1)


def varint(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def field(number, data):
    """A field of bytes, as protobuf writes it."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def caffemodel(weights):
    """The bytes of a net whose layers have blobs of ones."""
    net = b""
    for name, shapes in weights.items():
        layer = field(1, name.encode())
        for shape in shapes:
            dims = field(1, b"".join(map(varint, shape)))
            ones = np.ones(int(np.prod(shape)), "<f4").tobytes()
            layer += field(7, field(7, dims) + field(5, ones))
        net += field(100, layer)
    return net


def difference(ours, theirs):
    """The largest difference, relative to values above 1; infinite if only one is finite."""
    if ours.size != theirs.size:
        return float("inf")
    a, b = ours.ravel().astype(float), np.asarray(theirs).ravel().astype(float)
    with np.errstate(all="ignore"):
        apart = np.abs(a - b) / np.maximum(1, np.abs(a))
        apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, apart)
    apart = np.where(np.isnan(apart), np.inf, apart)
    return float(apart.max()) if apart.size else 0.0


def compared(net, values):
    """The largest difference of each blob to Caffe's."""
    for name in values.files:
        if name.startswith("input:"):
            net.setInput(values[name], name[len("input:") :])
    names = set(net.getLayerNames())
    found = {}
    for layer, tops in json.loads(str(values["tops"])).items():
        outputs = None
        for number, top in enumerate(tops):
            alone = top if top in names and layer not in names else layer
            if outputs is None or alone == top:
                outputs = net.forwardAndRetrieve([alone])[0]
            output = outputs[0 if alone == top else number]
            found[top] = difference(values["blob:" + top], output)
    return found


def ask(job, base):
    weights, values = Path(base + ".caffemodel"), Path(base + ".npz")
    model = weights.read_bytes() if weights.exists() else caffemodel(job["weights"])
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


def asked_in_child(job, base):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # a net that takes longer counts as crashed
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        os.write(writing, json.dumps(ask(job, base)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else {"step": "crashed", "status": status}


def main():
    jobs, folder = sys.argv[1:]
    for line in Path(jobs).read_text().splitlines():
        job = json.loads(line)
        answer = asked_in_child(job, str(Path(folder) / job["id"].replace("/", "_")))
        print(json.dumps({"id": job["id"], **answer}), flush=True)


main()
