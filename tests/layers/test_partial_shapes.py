"""What is known of the tops of a layer if nothing is known of some bottom.

The expected shapes follow from the rule of each layer, which its own test file has from a source.
"""

from __future__ import annotations

import pytest

from protogen import layers, proto
from protogen.layers import all_types
from protogen.schema import Fault, LayerSchema
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer, learned

IMAGE = (2, 3, 8, 9)
QUESTION = (None,) * 4


@pytest.mark.parametrize(
    ("text", "bottoms", "top"),
    [
        # Bottoms that have a shape of the same kind each.
        (
            '"ROIPooling" roi_pooling_param { pooled_h: 7 pooled_w: 7 }',
            [IMAGE, None],
            (None, 3, 7, 7),
        ),
        (
            '"ROIPooling" roi_pooling_param { pooled_h: 7 pooled_w: 7 }',
            [None, (300, 5)],
            (300, None, 7, 7),
        ),
        ('"ROIAlign" roi_align_param { pooled_h: 7 pooled_w: 7 }', [IMAGE, None], (None, 3, 7, 7)),
        ('"Eltwise"', [None, IMAGE], IMAGE),
        ('"Eltwise"', [(2, None, 8, None), None, (None, 3, 8, None)], (2, 3, 8, None)),
        ('"Eltwise"', [None, None], None),
        ('"Axpy"', [None, None, IMAGE], IMAGE),
        ('"Concat"', [None, IMAGE], (2, None, 8, 9)),
        ('"Concat" concat_param { axis: -1 }', [IMAGE, None], (2, 3, 8, None)),
        ('"Concat" concat_param { axis: 4 }', [IMAGE, None], None),
        ('"Concat"', [None, None], None),
        # A second bottom that does not matter.
        ('"Scale"', [IMAGE, None], IMAGE),
        ('"Bias"', [IMAGE, None], IMAGE),
        ('"BatchReindex"', [IMAGE, None], (None, 3, 8, 9)),
        ('"BatchReindex"', [None, (5,)], None),
        ('"Filter"', [IMAGE, None], IMAGE),
        ('"Crop"', [IMAGE, None], (2, 3, None, None)),
        ('"Crop" crop_param { axis: -1 }', [IMAGE, None], (2, 3, 8, None)),
        ('"Crop"', [None, IMAGE], None),
        # Tops with a known number of axes.
        ('"Pooling" pooling_param { kernel_size: 2 }', [None], QUESTION),
        ('"Pooling" pooling_param { global_pooling: true }', [None], (None, None, 1, 1)),
        ('"InnerProduct" inner_product_param { num_output: 10 }', [None], (None, 10)),
        ('"InnerProduct" inner_product_param { num_output: 10 axis: 2 }', [None], (None, None, 10)),
        ('"InnerProduct" inner_product_param { num_output: 10 axis: -1 }', [None], None),
        ('"Flatten"', [None], (None, None)),
        ('"Flatten" flatten_param { end_axis: 2 }', [None], None),
        ('"Reshape" reshape_param { shape { dim: 0 dim: -1 dim: 5 } }', [None], (None, None, 5)),
        ('"Reshape" reshape_param { shape { dim: -1 } axis: 1 }', [None], None),
        ('"Reduction"', [None], ()),
        ('"Reduction" reduction_param { axis: 1 }', [None], None),
        ('"LSTM" recurrent_param { num_output: 7 }', [None, (5, 2)], (None, None, 7)),
        ('"LRN"', [None], QUESTION),
        ('"Interp" interp_param { height: 5 width: 6 }', [None], (None, None, 5, 6)),
        ('"PriorBox" prior_box_param { min_size: 1 }', [None, IMAGE], (1, 2, None)),
        ('"Proposal" bottom: "a" proposal_param { ratio: 1 }', [None, IMAGE, (1, 3)], (None, 5)),
        ('"Convolution" convolution_param { num_output: 8 kernel_size: 3 }', [None], None),
        (
            '"Convolution" bottom: "a" convolution_param { num_output: 8 kernel_h: 3 kernel_w: 1 }',
            [None],
            (None, 8, None, None),
        ),
        (
            '"Convolution3D" convolution3d_param { num_output: 8 kernel_size: 3 kernel_depth: 3 }',
            [None],
            (None, 8, None, None, None),
        ),
        ('"Transpose" transpose_param { dim: 1 dim: 0 }', [None], (None, None)),
        ('"SPP" spp_param { pyramid_height: 2 }', [None], (None, None)),
        (
            '"YoloDetection" bottom: "a" yolo_detection_param { keep_topk: 9 }',
            [None, IMAGE],
            (None, 1, 9, 6),
        ),
        # The number of axes is that of the bottom.
        ('"ReLU"', [None], None),
        ('"Permute" permute_param { order: 1 }', [None], None),
    ],
)
def test_what_is_known(text: str, bottoms: list[Shape], top: Shape) -> None:
    assert infer(f"type: {text}", *bottoms).tops == (top,)


def test_what_is_learned() -> None:
    text = 'type: "InnerProduct" inner_product_param { num_output: 10 }'
    facts = infer(text, None)
    assert learned(facts) == {"weights": (10, None), "bias": (10,)}
    assert facts.macs is None


def test_faults_that_no_bottom_decides() -> None:
    text = 'type: "ROIPooling" roi_pooling_param { pooled_h: 7 }'
    check_fault(
        "pooled_w must be greater than 0, got 0", "roi_pooling_param.pooled_w", text, None, IMAGE
    )


@pytest.mark.parametrize("schema", [*all_types(), *layers.other_types()], ids=lambda s: s.type)
def test_unknown_bottoms_raise_no_fault_about_axes(schema: LayerSchema) -> None:
    """An assumed number of axes must be one that the layer accepts."""
    assert rule_of_fault(schema) not in ("axis-count", "bottom-shape-mismatch", "blob-shape")


def rule_of_fault(schema: LayerSchema) -> str:
    """Why the layer is rejected, with as few bottoms and tops as it may have."""
    layer = proto.LayerParameter(type=schema.type)
    bottoms, tops = schema.arity(layer)
    number = bottoms if isinstance(bottoms, int) else bottoms[0]
    layer.bottom.extend(f"b{index}" for index in range(number))
    try:
        schema.infer(layer, (None,) * number, tops if isinstance(tops, int) else tops[0])
    except Fault as fault:
        return fault.rule
    return ""
