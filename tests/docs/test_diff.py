"""The program on the page about comparing nets runs, and does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from protogen.differences import NetDifferences, WeightsFit
from tests.conftest import ROOT
from tests.differences.test_weights import DEPLOY, TRAINED

PAGE = (ROOT / "docs" / "diff.md").read_text("utf-8")
(PROGRAM,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_program_of_the_page(in_folder: Path) -> None:
    Path("train_val.prototxt").write_text(TRAINED)
    Path("deploy.prototxt").write_text(DEPLOY)
    names: dict[str, object] = {}
    exec(PROGRAM, names)
    found, fit = names["found"], names["fit"]
    assert isinstance(found, NetDifferences)
    assert isinstance(fit, WeightsFit)
    assert not found.same
    assert found.pairs == [(1, 1), (2, 2)]
    assert fit.complete
