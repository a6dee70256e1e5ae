"""Small nets for the tests of checks, and what is found in them, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import protogen
from protogen import proto
from protogen.checks import check, check_solver
from protogen.edits import Fix
from protogen.text import read

BOTH = ("TRAIN", "TEST")


def findings(
    text: str, *codes: str, phases: Sequence[str] = ("TEST",), **more: object
) -> list[str]:
    """The findings of these rules in a net, each with its place, where, why and hint."""
    net = protogen.loads(text, "net.prototxt")
    report = check(net, phases=phases, select=codes, **more)  # type: ignore[arg-type]
    return [str(diagnostic) for diagnostic in report.diagnostics]


def messages(text: str, *codes: str, phases: Sequence[str] = ("TEST",)) -> list[str]:
    """The messages alone."""
    report = check(protogen.loads(text), phases=phases, select=codes)
    return [diagnostic.message for diagnostic in report.diagnostics]


def only_fix(text: str, code: str, phases: Sequence[str] = ("TEST",)) -> Fix:
    """The fix of the only finding of a rule."""
    (found,) = check(protogen.loads(text), phases=phases, select=[code]).diagnostics
    assert found.fix is not None
    return found.fix


def fixed(text: str, code: str, phases: Sequence[str] = ("TEST",)) -> str:
    """The text of a net after the fix of the only finding of a rule."""
    net = protogen.loads(text)
    net.apply(only_fix(text, code, phases).edits)
    return net.text


def image(channels: int, height: int, width: int = 0, name: str = "data") -> str:
    """An Input layer, in one line."""
    dims = " ".join(f"dim: {size}" for size in (1, channels, height, width or height))
    shape = f"input_param {{ shape {{ {dims} }} }}"
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" {shape} }}\n'


def layer(name: str, kind: str, *bottoms: str, **params: str) -> str:
    """A layer in four lines, so that the line of a message shows which field it is about."""
    reads = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
    fields = " ".join(f"{param} {{ {text} }}" for param, text in params.items())
    return f'layer {{\n  name: "{name}" type: "{kind}"\n  {reads} top: "{name}"\n  {fields}\n}}\n'


def in_place(name: str, kind: str, blob: str, **params: str) -> str:
    """A layer that overwrites its bottom."""
    return layer(name, kind, blob, **params).replace(f'top: "{name}"', f'top: "{blob}"')


def in_phase(phase: str, text: str) -> str:
    """The first layer of a text, with an include rule for a phase."""
    return text.replace("top:", f"include {{ phase: {phase} }} top:", 1)


def pooled(size: int, text: str, width: int = 0) -> str:
    """A Pooling of an image."""
    return image(3, size, width) + layer("pool", "Pooling", "data", pooling_param=text)


def convolved(size: int, text: str, channels: int = 4) -> str:
    """A Convolution of an image."""
    return image(channels, size) + layer("conv", "Convolution", "data", convolution_param=text)


def fc(name: str, bottom: str, text: str = "num_output: 8") -> str:
    """An InnerProduct layer."""
    return layer(name, "InnerProduct", bottom, inner_product_param=text)


#: Images and labels.
DATA = (
    'layer { name: "data" type: "Input" top: "data" top: "label"\n'
    "  input_param { shape { dim: 4 dim: 8 dim: 2 dim: 2 } shape { dim: 4 } } }\n"
)
#: A loss of the blob "fc".
LOSS = layer("loss", "SoftmaxWithLoss", "fc", "label")
#: A net with a loss.
TRAINED = DATA + fc("fc", "data") + LOSS
#: A Convolution that learns, after which gradients flow.
FIRST = layer("first", "Convolution", "data", convolution_param="num_output: 8 kernel_size: 1")


#: A solver without findings, if the file train_val.prototxt exists.
SOLVER = """net: "train_val.prototxt"
test_iter: 100
test_interval: 500
base_lr: 0.01
max_iter: 1000
lr_policy: "fixed"
snapshot_prefix: "lenet"
"""


def solver_findings(text: str, *codes: str) -> list[str]:
    """The findings in a solver in the current folder, in which the net of `SOLVER` exists."""
    Path("train_val.prototxt").write_text("")
    document = read(text, proto.SolverParameter, "solver.prototxt")
    report = check_solver(document, select=codes, notes=True)
    return [str(diagnostic) for diagnostic in report.diagnostics]
