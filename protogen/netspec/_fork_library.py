"""The ``model_libs.py`` of a fork of SSD, for the scripts in the tree of that fork."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

from protogen.netspec import python2 as python2_scripts

__all__ = ["install"]

#: Where a Caffe keeps it.
_PLACE = Path("python", "caffe", "model_libs.py")

_NAME = "caffe.model_libs"

#: The functions of SSD's, which are also ours.
_SSD = frozenset(
    (
        "check_if_exist",
        "make_if_not_exist",
        "UnpackVariable",
        "ConvBNLayer",
        "ResBody",
        "InceptionTower",
        "CreateAnnotatedDataLayer",
        "ZFNetBody",
        "VGGNetBody",
        "ResNet101Body",
        "ResNet152Body",
        "InceptionV3Body",
        "CreateMultiBoxHead",
    )
)


def install(script: str, python2: bool) -> None:
    """Let a script import the ``caffe.model_libs`` of its own tree, if that has more functions.

    A fork that adds functions may also have changed others: RefineDet's ConvBNLayer leaves out what
    SSD's writes. Without such a file, the module is ours.
    """
    file = _file_of(script)
    if file is None:
        return
    source = file.read_bytes()
    functions = re.findall(rb"^def (\w+)", source, re.MULTILINE)
    if _SSD.issuperset(name.decode() for name in functions):
        return
    module = ModuleType(_NAME)
    module.__file__ = str(file)
    if python2:
        python2_scripts.execute(source, str(file), module)
    else:
        exec(compile(source, str(file), "exec"), vars(module))
    sys.modules[_NAME] = module
    vars(sys.modules["caffe"])["model_libs"] = module


def _file_of(script: str) -> Path | None:
    for folder in Path(script).resolve().parents:
        file = folder / _PLACE
        # A script that is this file itself imports ours.
        if file.is_file() and file != Path(script).resolve():
            return file
    return None
