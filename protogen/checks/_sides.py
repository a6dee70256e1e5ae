"""The sides of an image in words: its height, its width, or both if they are alike."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Sides"]

#: What lies across a side: an image is as high as it has rows.
_LINES = {"height": "row", "width": "column"}


class Sides(NamedTuple):
    """The sides that one message is about: "height", "width", or both."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        """``height and width``."""
        return " and ".join(self.names)

    @property
    def are_both(self) -> bool:
        """Whether the height and the width are alike."""
        return len(self.names) > 1

    @property
    def become(self) -> str:
        """The verb, for the number of sides."""
        return "become" if self.are_both else "becomes"

    @property
    def direction(self) -> str:
        """``in each direction``, or ``along the height``."""
        return "in each direction" if self.are_both else f"along the {self.names[0]}"

    def lines(self, number: int) -> str:
        """``1 row and column``, or ``2 rows``: what lies across these sides."""
        return f"{number} {self._lines(number)}"

    def last_lines(self, number: int) -> str:
        """``the last row is``, or ``the last 2 rows and columns are``."""
        if number > 1:
            return f"the last {self.lines(number)} are"
        verb = "are" if self.are_both else "is"
        return f"the last {self._lines(1)} {verb}"

    def _lines(self, number: int) -> str:
        # "2 rows and columns" are 2 rows and 2 columns.
        ending = "s" if number > 1 else ""
        return " and ".join(_LINES[name] + ending for name in self.names)
