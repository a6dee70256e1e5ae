"""The stub of ``protogen.blocks``, for type checkers and editors.

The package finds its blocks in its folder, which only Python sees: the stub imports each by name.
``make docs`` writes it.
"""

from __future__ import annotations

from pathlib import Path

from protogen.compose import blocks
from protogen.files import write_file

TARGET = Path(blocks.__file__).with_suffix(".pyi")


def stub() -> str:
    """The text of the stub."""
    names = blocks.__all__
    imports = [f"from {blocks.__name__}.{name} import {name} as {name}" for name in names]
    exported = ["__all__ = [", *(f'    "{name}",' for name in names), "]"]
    return "\n".join([*imports, "", *exported, ""])


def main() -> None:
    """Write the stub."""
    write_file(TARGET, stub())


if __name__ == "__main__":
    main()
