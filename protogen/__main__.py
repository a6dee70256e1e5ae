"""``python -m protogen``: the command line."""

from __future__ import annotations

from protogen.cli import main

if __name__ == "__main__":
    main()
