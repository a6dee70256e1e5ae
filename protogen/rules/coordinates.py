"""Rules about where the elements of a blob come from."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

register(
    # Found while composing, or by `crop_offset`: a net that is read has a number as its offset.
    Rule(
        code="S115",
        name="no-crop-offset",
        severity=Severity.ERROR,
        summary="Two blobs that no Crop can align.",
        what="""
            Computes the offset that a program asks for with `protogen.crop_offset`, or with
            `L.Crop(a, b, offset="aligned")`. It follows from every kernel, stride, pad and offset
            on the way from both blobs back to a blob that they have in common.
            """,
        why="""
            Such a Crop shifts one blob relative to the other. Caffe does not notice, and the net
            learns from pairs of elements that do not belong together.
            """,
        fix="""
            If the offset is negative, add padding to the first layers, as FCN does with `pad: 100`.
            If it is not an integer, use kernels that are all odd, or all even where the stride is
            2. If the scales differ, upsample by the product of all strides.
            """,
        file="net.py",
        # A kernel of 3 without pad takes off one row at each edge, so the offset would be -1.
        bad="""
            import protogen
            from protogen import layers as L

            with protogen.Net("valid") as net:
                data = L.Input(shape=[1, 3, 64, 64], name="data")
                conv = L.Convolution(data, num_output=4, kernel_size=3)
                crop = L.Crop(conv, data, offset="aligned", name="crop")
            """,
        good="""
            import protogen
            from protogen import layers as L

            with protogen.Net("padded") as net:
                data = L.Input(shape=[1, 3, 64, 64], name="data")
                conv = L.Convolution(data, num_output=4, kernel_size=3, pad=5)
                crop = L.Crop(conv, data, offset="aligned", name="crop")
            """,
    ),
    # No Caffe is asked: `protogen.reports.receptive_field` raises it for its own question.
    Rule(
        code="S116",
        name="no-receptive-field",
        severity=Severity.ERROR,
        summary="A blob of which it is not known what it sees of another.",
        what="""
            Follows the elements of a blob back to an input, for `protogen.receptive_field` and
            `protogen receptive-field`. The way ends at a layer that splits an axis into several
            ones, at one that reads elements depending on values, and at a size that is unknown.
            """,
        why="""
            Every layer between the two blobs decides which elements are read. A guess for one of
            them would make all numbers wrong.
            """,
        fix="""
            Ask for a blob before that layer. If a size is unknown, give the shape of the data:
            `inputs={"data": (1, 3, 224, 224)}`, or `--input data=1,3,224,224`.
            """,
        file="net.py",
        # The rows of the image become two axes, so no single axis has their positions.
        bad="""
            import protogen
            from protogen import layers as L

            with protogen.Net("split") as net:
                data = L.Input(shape=[1, 3, 8, 8], name="data")
                rows = L.Reshape(data, shape=[1, 3, 2, 4, 8], name="rows")

            print(protogen.receptive_field(net, rows))
            """,
        good="""
            import protogen
            from protogen import layers as L

            with protogen.Net("merged") as net:
                data = L.Input(shape=[1, 3, 8, 8], name="data")
                pixels = L.Reshape(data, shape=[1, 3, 64], name="pixels")

            print(protogen.receptive_field(net, pixels))
            """,
    ),
)
