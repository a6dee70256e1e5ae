"""The stub of the blocks: up to date, and of use to a type checker."""

from __future__ import annotations

from pathlib import Path

from protogen.render.code.blocks import TARGET, stub
from tests.render.code.test_stub import check_types

PROGRAM = """
from protogen import Blob, Net, blocks

def grow(bottom: Blob) -> None:
    top = blocks.mlpconv(bottom, num_output=(4, 4), kernel_size=3, name=("a", "b"))
    blocks.mlpconv(top, num_output=4, name=("a", "b"))
    reveal_type(top)
"""


def test_the_stub_is_up_to_date() -> None:
    assert TARGET.read_text("utf-8") == stub(), "run `make docs`"


def test_a_type_checker_knows_the_blocks(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    wrong, revealed = [each for each in check_types(program).splitlines() if "program.py" in each]
    assert 'has incompatible type "int"; expected "Sequence[int]"' in wrong
    assert 'Revealed type is "protogen.compose.blob.Blob"' in revealed
