"""What the tests of repaired texts share. A real Caffe rejects each broken text in them, and gives
the repaired one the shapes and learnable blobs of the intended one.
"""

from __future__ import annotations

import protogen
from protogen.diagnostics import Diagnostic
from protogen.text import read
from protogen.transforms import SafeFixes

DATA = (
    'layer { name: "data" type: "Input" top: "data"'
    " input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }\n"
)
CONVOLUTION = (
    'layer { name: "c" type: "Convolution" bottom: "data" top: "c"'
    " convolution_param { num_output: 4 kernel_size: 3 } }\n"
)
POOLING = (
    'layer { name: "p" type: "Pooling" bottom: "data" top: "p"'
    " pooling_param { pool: MAX kernel_size: 3 stride: 2 } }\n"
)
RELU = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n'
NET = DATA + CONVOLUTION


def errors(text: str | bytes) -> list[Diagnostic]:
    return [found for found in read(text).diagnostics if found.severity == "error"]


def only_error(text: str | bytes) -> Diagnostic:
    (found,) = errors(text)
    return found


def fixed(text: str | bytes) -> str:
    """The text that ``protogen check --fix`` writes."""
    return SafeFixes()(protogen.loads(text)).net.text
