"""pycaffe's NetSpec, fetched for one run, on our own message classes.

NetSpec is one Python file of pycaffe. It comes in a wheel for CPython 3.8, but needs nothing of it
save a ``caffe_pb2``; given our messages, it runs in this interpreter on this protobuf.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
import types
import zipfile
from pathlib import Path
from typing import Any

from protogen import proto

WHEEL = "kendryte-caffe==1.0.0.20210829"
_PLATFORM = "--python-version 3.8 --implementation cp --abi cp38 --platform manylinux_2_24_x86_64"


def net_spec() -> Any:
    """The module ``net_spec``; raises `subprocess.CalledProcessError` if it cannot be fetched."""
    with tempfile.TemporaryDirectory() as folder:
        _download(Path(folder))
        package = types.ModuleType("pycaffe")
        package.__path__ = [folder]
        messages = types.ModuleType("pycaffe.proto")
        messages.caffe_pb2 = _caffe_pb2()  # type: ignore[attr-defined]
        sys.modules.update({"pycaffe": package, "pycaffe.proto": messages})
        sys.modules.setdefault("six", _six())
        return importlib.import_module("pycaffe.net_spec")


def _download(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--only-binary=:all:", *_PLATFORM.split(), "--dest", str(folder)]
    subprocess.run([*pip, *options, WHEEL], check=True, stderr=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("caffe/net_spec.py"))
        (folder / "net_spec.py").write_bytes(archive.read(name))


def _caffe_pb2() -> types.ModuleType:
    module = types.ModuleType("pycaffe.proto.caffe_pb2")
    module.LayerParameter = proto.LayerParameter  # type: ignore[attr-defined]
    module.NetParameter = proto.NetParameter  # type: ignore[attr-defined]
    return module


def _six() -> types.ModuleType:
    """Everything that NetSpec imports from six."""
    module = types.ModuleType("six")
    module.iteritems = lambda mapping: iter(mapping.items())  # type: ignore[attr-defined]
    return module
