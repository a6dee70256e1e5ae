"""Why inference found what it found: where sizes come from, and repairs that were verified.

Both `protogen.check` and composing show these explanations. Every equation in them is verified with
its numbers before it is printed, and every repair by inference.
"""

from protogen.explanations.mismatches import Explanation, explanations

__all__ = ["Explanation", "explanations"]
