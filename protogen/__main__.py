"""``python -m protogen``: the command line."""

from __future__ import annotations

import sys

__all__ = ["run"]


def run() -> None:
    """Run the command line; an interrupt while its modules are imported has no traceback."""
    if getattr(sys, "frozen", False):  # a program of PyInstaller is also what its processes run
        import multiprocessing

        multiprocessing.freeze_support()
    try:
        from protogen.cli import main
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
