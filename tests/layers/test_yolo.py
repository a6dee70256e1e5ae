"""The layers of the YOLO forks that are no losses."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("stride: 2", (1, 64, 26, 26), (1, 256, 13, 13)),
        ("stride: 2", (1, 64, 27, 26), (1, 256, 13, 13)),  # the last row is left out
        ("stride: 2 reverse: true", (1, 256, 13, 13), (1, 64, 26, 26)),
        ("stride: 2", (None, 64, None, 26), (None, 256, None, 13)),
    ],
)
def test_reorg(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "Reorg" reorg_param {{ {param} }}', bottom).tops == (top,)


def test_reorg_needs_a_stride_and_another_top() -> None:
    with pytest.raises(Fault, match="stride is missing or 0"):
        infer('type: "Reorg"', (1, 64, 26, 26))
    with pytest.raises(Fault, match="cannot work in place"):
        infer('type: "Reorg" reorg_param { stride: 2 }', (1, 64, 26, 26), in_place=[0])


@pytest.mark.parametrize(
    ("layer_type", "param"),
    [
        ("Yolov3DetectionOutput", "yolov3_detection_output_param"),
        ("YoloDetectionOutput", "yolo_detection_output_param"),
    ],
)
def test_detections(layer_type: str, param: str) -> None:
    text = f'type: "{layer_type}" {param} {{ num_classes: 20 }}'
    assert infer(text, (1, 75, 13, 13), (1, 75, 26, 26)).tops == ((1, 1, 1, 7),)
    assert infer(text, None).tops == ((1, 1, 1, 7),)
    with pytest.raises(Fault, match="num_classes is missing"):
        infer(f'type: "{layer_type}"', (1, 75, 13, 13))


def test_detections_are_evaluated() -> None:
    text = 'type: "EvalDetection" eval_detection_param { side: 13 num_class: 20 num_object: 5 }'
    # 13 * 13 * 5 boxes of 25 numbers; 20 classes and 4 numbers to each of 845 boxes
    assert infer(text, (4, 125, 13, 13), (4, 150)).tops == ((4, 3400),)
    assert infer(text, None, None).tops == ((None, 3400),)
    with pytest.raises(Fault, match="take 21125 elements per item, not 12675"):
        infer(text, (4, 75, 13, 13), (4, 150))
