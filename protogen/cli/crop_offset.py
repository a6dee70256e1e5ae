"""``protogen crop-offset``: the offset of the Crop that aligns two blobs."""

from __future__ import annotations

from typing import Any

import click

from protogen.cli._options import Spec, json_option, proto_option, suited_state_options


@click.command(
    short_help="Compute the offset of the Crop that aligns two blobs.",
    epilog="\b\nExamples:\n  protogen crop-offset fcn.prototxt upscore data\n"
    "  protogen crop-offset unet.prototxt conv1 up1",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.argument("a")
@click.argument("b")
@suited_state_options
@proto_option
@json_option
def command(
    spec: str,
    a: str,
    b: str,
    phase: str | None,
    level: int,
    stages: tuple[str, ...],
    inputs: Any,
    schema: str | None,
    as_json: bool,
) -> None:
    """Print the crop_param with which a Crop of blob A lies on blob B.

    The offset follows from every kernel, stride, pad and offset between the two blobs and a blob
    that both come from. If no Crop aligns them, the reason is printed on standard error, and the
    exit code is 1: they are not connected, have different scales, the offset is negative or not an
    integer, or two paths disagree.
    """
    from protogen.cli._input import read_net_or_exit, shapes_given
    from protogen.coordinates import crop_offset
    from protogen.render.json import dumps

    net, _ = read_net_or_exit(spec, schema=schema)
    shapes = shapes_given(net, inputs)
    axis, offset = crop_offset(net, a, b, phase=phase, level=level, stages=stages, inputs=shapes)
    if as_json:
        click.echo(dumps({"axis": axis, "offset": offset}))
    else:
        # One offset for each axis from the first one on, in a form that can be pasted into a net.
        offsets = " ".join([f"offset: {each}" for each in offset])
        click.echo(f"crop_param {{ axis: {axis} {offsets} }}")
