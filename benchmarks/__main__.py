"""Run every benchmark in this folder: ``python -m benchmarks``, or ``make bench``."""

from __future__ import annotations

import importlib
from pathlib import Path


def main() -> None:
    """Run them one after another, by name."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.stem.startswith("_"):
            importlib.import_module(f"benchmarks.{path.stem}").main()


if __name__ == "__main__":
    main()
