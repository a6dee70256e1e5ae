"""The recipes of CONTRIBUTING.md: the files that they name exist, and a whole example runs."""

from __future__ import annotations

import re
from typing import Any

import pytest

import protogen
from tests.conftest import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

#: The file that the recipe for a transform asks for.
EXAMPLE = "protogen/transforms/silence_removal.py"

NAMED = set(re.findall(r"`((?:protogen|tests|docs|templates)/[\w./]*)`", CONTRIBUTING)) - {EXAMPLE}

SILENCED = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3] } } }
layer { name: "quiet" type: "Silence" bottom: "data" }
layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
"""


@pytest.mark.parametrize("path", sorted(NAMED))
def test_the_files_that_are_named_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_transform_runs() -> None:
    examples = re.findall(r"^```python\n(.*?)^```$", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    (source,) = [example for example in examples if "class SilenceRemoval" in example]
    names: dict[str, Any] = {}
    exec(source, names)
    transform = names["SilenceRemoval"]()

    result = transform(protogen.loads(SILENCED))
    assert [layer.name for layer in result.net.message.layer] == ["data", "relu"]
    assert result.origins == (0, 2)
    assert not transform(result.net).modified
