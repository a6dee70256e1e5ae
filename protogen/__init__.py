"""protogen: compose, check and emit Caffe prototxt, with the shapes a real Caffe would compute.

The public names, each imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from protogen._version import __version__

if TYPE_CHECKING:
    from protogen import fillers, layers, netspec, proto, targets, zoo
    from protogen.analysis import Analysis as Inference
    from protogen.checks import Report, check, check_solver
    from protogen.compose import Blob, blocks
    from protogen.coordinates import crop_offset
    from protogen.diagnostics import Diagnostic, Location, ProtogenError, Severity
    from protogen.differences import diff, weights_fit
    from protogen.net import Net, infer_shapes
    from protogen.net_files import load, loads
    from protogen.program import ComposeError
    from protogen.render.program import to_python
    from protogen.reports.receptive_field import receptive_field
    from protogen.reports.summary import summary
    from protogen.solvers import Solver
    from protogen.sources import without_data
    from protogen.text.upgrade import upgrade
    from protogen.transforms.convert import convert
    from protogen.transforms.deploy import deploy

_HOMES = {
    "Blob": "protogen.compose",
    "ComposeError": "protogen.program",
    "Net": "protogen.net",
    "load": "protogen.net_files",
    "loads": "protogen.net_files",
    "Diagnostic": "protogen.diagnostics",
    "Location": "protogen.diagnostics",
    "ProtogenError": "protogen.diagnostics",
    "Severity": "protogen.diagnostics",
    "Solver": "protogen.solvers",
    "Inference": "protogen.analysis:Analysis",
    "infer_shapes": "protogen.net",
    "Report": "protogen.checks",
    "check": "protogen.checks",
    "check_solver": "protogen.checks",
    "convert": "protogen.transforms.convert",
    "crop_offset": "protogen.coordinates",
    "receptive_field": "protogen.reports.receptive_field",
    "deploy": "protogen.transforms.deploy",
    "diff": "protogen.differences",
    "summary": "protogen.reports.summary",
    "to_python": "protogen.render.program",
    "upgrade": "protogen.text.upgrade",
    "weights_fit": "protogen.differences",
    "without_data": "protogen.sources",
}
_MODULES = {
    "blocks": "protogen.compose.blocks",
    "fillers": "protogen.fillers",
    "layers": "protogen.layers",
    "netspec": "protogen.netspec",
    "proto": "protogen.proto",
    "zoo": "protogen.zoo",
    "targets": "protogen.targets",
}

__all__ = [
    "Blob",
    "ComposeError",
    "Diagnostic",
    "Inference",
    "Location",
    "Net",
    "ProtogenError",
    "Report",
    "Severity",
    "Solver",
    "__version__",
    "blocks",
    "check",
    "check_solver",
    "convert",
    "crop_offset",
    "deploy",
    "diff",
    "fillers",
    "infer_shapes",
    "layers",
    "load",
    "loads",
    "netspec",
    "proto",
    "receptive_field",
    "summary",
    "targets",
    "to_python",
    "upgrade",
    "weights_fit",
    "without_data",
    "zoo",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value: Any = importlib.import_module(_MODULES[name])
    elif name in _HOMES:
        module, _, known_as = _HOMES[name].partition(":")
        value = getattr(importlib.import_module(module), known_as or name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
