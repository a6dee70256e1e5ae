"""What ``help(L.Convolution)``, ``L.Convolution?`` and the completion of keywords show.

The signature has the keywords in the order of the stub: BVLC's own first, those of forks later, and
what every layer has last.
"""

from __future__ import annotations

import ast
import inspect
import textwrap

from protogen.render.code.stub import keyword_parameters, meaning
from protogen.schema import Arity, LayerSchema

__all__ = ["doc", "signature"]


class _Annotation(str):
    """The source of an annotation, which is printed without quotes."""

    def __repr__(self) -> str:
        return str(self)


def signature(schema: LayerSchema) -> inspect.Signature:
    """A layer type as a function of its bottoms and keywords."""
    call = keyword_parameters(schema)
    # With one bottom a paired type is like others; help shows the usual call.
    parameters = _bottoms(1 if schema.paired else call.bottoms)
    for each in call.parameters:
        parameters.append(
            inspect.Parameter(
                each.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=ast.literal_eval(each.default),
                annotation=_Annotation(each.annotation),
            )
        )
    return inspect.Signature(parameters)


def _bottoms(bottoms: Arity) -> list[inspect.Parameter]:
    """The bottoms, which are given by position."""
    if not isinstance(bottoms, int):
        return [inspect.Parameter("bottoms", inspect.Parameter.VAR_POSITIONAL)]
    names = [f"bottom{index}" for index in range(bottoms)]
    if bottoms == 1:
        names = ["bottom"]
    # By position only, so that none of the names can clash with a field.
    kind = inspect.Parameter.POSITIONAL_ONLY
    return [inspect.Parameter(name, kind) for name in names]


def doc(schema: LayerSchema) -> str:
    """The docstring of a layer type, the arithmetic of its size, and what each keyword means."""
    description = inspect.getdoc(type(schema)) or ""
    parts = [description]
    if schema.formula:
        parts.append(f"Size: {schema.formula}")
    lines = ["Keywords:"]
    for each in keyword_parameters(schema).parameters:
        if each.comment:
            text = meaning(each.name, each.comment)
            lines.append(textwrap.indent(text, "  "))
    if len(lines) > 1:
        parts.append("\n".join(lines))
    if schema.source:
        parts.append(f"(source: {schema.source})")
    return "\n\n".join(parts)
