"""What the tests of checks share: see `tests.checks.nets`."""

from __future__ import annotations

from tests.checks.nets import findings as reported
from tests.checks.nets import image, layer

__all__ = ["image", "layer", "reported"]
