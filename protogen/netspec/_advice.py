"""What to do about an error that ends a script, such as a missing module."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.diagnostics import plural
from protogen.netspec._script import uses_of

__all__ = ["advice"]

#: How many uses of a missing module are listed.
_LISTED = 5


def advice(error: BaseException, source: bytes) -> Iterator[str]:
    """Sentences about an error of a script; none if there is nothing to say."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        yield from _missing_module(error.name, source)


def _missing_module(name: str, source: bytes) -> Iterator[str]:
    if name.startswith("caffe."):
        yield f'the module caffe of protogen has no "{name}"'
        return
    uses = uses_of(name, source)
    listed = ", ".join(f"{use} (line {line})" for use, line in uses[:_LISTED])
    if len(uses) > _LISTED:
        listed += f" and {plural(len(uses) - _LISTED, 'more use')}"
    needs = f"; the script uses {listed}" if listed else ""
    yield f'the module "{name}" is not installed{needs}'
