"""What the child programs have in common: jobs, the bytes of weights, and differences of values.

Each child is run by the Python of another program (CPython 3.7 or later, with numpy), as
``NAME_child.py JOBS FOLDER``. It prints an answer for each job of the file JOBS. A job is asked in
a process of its own, because these programs crash on some nets.
"""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

#: Seconds of a processor for one job; one that takes longer counts as crashed.
PATIENCE = 120


def answer_jobs(ask):
    """Print what ``ask(job, base)`` returns for each job; files of the job begin with ``base``."""
    jobs, folder = sys.argv[1:]
    for line in Path(jobs).read_text(encoding="utf-8").splitlines():
        job = json.loads(line)
        base = str(Path(folder) / job["id"].replace("/", "_"))
        answer = in_child(ask, job, base)
        print(json.dumps(dict(answer, id=job["id"])), flush=True)


def in_child(act, *arguments):
    """What a function returns that is called in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        signal.alarm(10 * PATIENCE)  # for one that waits
        os.close(reading)
        silence()
        try:
            answer = act(*arguments)
        except BaseException as error:
            answer = {"step": "crashed", "error": repr(error)[-300:]}
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else {"step": "crashed", "status": status}


def silence():
    """Send the output of libraries nowhere."""
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


# Weights -----------------------------------------------------------------------------------------


def model_of(job, base):
    """The path of the weights: those of a converted net, if it has others than Caffe was given."""
    return base + job.get("model", ".caffemodel")


def caffemodel(layers):
    """The bytes of a net of layers with weights: the arrays of each layer by its name."""
    net = b""
    for name, blobs in layers.items():
        layer = _field(1, name.encode())
        for blob in blobs:
            dims = _field(1, b"".join(map(_varint, blob.shape)))
            layer += _field(7, _field(7, dims) + _field(5, blob.astype("<f4").tobytes()))
        net += _field(100, layer)
    return net


def _varint(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def _field(number, data):
    """A field of bytes, as protobuf writes it."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


# Values ------------------------------------------------------------------------------------------


def has_values(base):
    """Whether Caffe has run the net of a job; on some that it loads it aborts."""
    return Path(base + ".npz").exists()


def inputs_of(values):
    """The inputs that Caffe was given, by name."""
    return {name[len("input:") :]: values[name] for name in values.files if name[:6] == "input:"}


def outputs_of(values):
    """The names of the blobs that no layer of the net reads, in the order of their layers."""
    return json.loads(str(values["outputs"]))


def difference(ours, theirs):
    """The largest difference, relative to values above 1; infinite if only one is finite."""
    theirs = np.asarray(theirs)
    if ours.size != theirs.size:
        return float("inf")
    a, b = ours.ravel().astype(float), theirs.ravel().astype(float)
    with np.errstate(all="ignore"):
        apart = np.abs(a - b) / np.maximum(1, np.abs(a))
        apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, apart)
    apart = np.where(np.isnan(apart), np.inf, apart)
    return float(apart.max()) if apart.size else 0.0
