"""What PyInstaller asks this package: where its hook is."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """The folders with hooks (entry point ``hook-dirs`` of ``pyinstaller40``)."""
    return [str(Path(__file__).parent)]
