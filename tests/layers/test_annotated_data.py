"""AnnotatedData of the SSD fork: 8 numbers per box (annotated_data_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "AnnotatedData" data_param { batch_size: 32 }'
RESIZED = "mean_value: 104 mean_value: 117 mean_value: 123 resize_param { height: 300 width: 200 }"


def test_boxes_have_8_numbers() -> None:
    text = f"{TEXT} annotated_data_param {{ anno_type: BBOX }} transform_param {{ {RESIZED} }}"
    assert infer(text, tops=2).tops == ((32, 3, 300, 200), (1, 1, None, 8))


def test_without_a_type_the_labels_are_unknown() -> None:
    assert infer(TEXT, tops=2).tops == ((32, None, None, None), (None, 1, None, None))


def test_eric612s_third_top_has_a_map_for_each_class() -> None:
    """annotated_data_layer.cpp of eric612/MobileNet-YOLO. By default there is one class."""
    text = f"{TEXT} transform_param {{ {RESIZED} }} annotated_data_param"
    # 300 / 8 and 200 / 8, rounded down
    assert infer(f"{text} {{ }}", tops=3).tops[2] == (32, 1, 37, 25)
    scaled = infer(f"{text} {{ seg_scales: 4 single_class: false }}", tops=3)
    assert scaled.tops[2] == (32, None, 75, 50)
    # The fork swaps the two: seg_label_shape[2] = seg_resize_width_.
    sized = infer(f"{text} {{ seg_resize_width: 40 seg_resize_height: 30 }}", tops=3)
    assert sized.tops[2] == (32, 1, 40, 30)
    assert infer(TEXT, tops=3).tops[2] == (32, 1, None, None)
    assert infer(f"{text} {{ has_seg_label: true }}", tops=3).tops[2] is None


def test_eric612s_boxes_for_yolo() -> None:
    text = f"{TEXT} annotated_data_param {{ anno_type: BBOX yolo_data_type: 1 }}"
    assert infer(text, tops=2).tops[1] == (32, 1, 300, 5)
    text = f"{TEXT} annotated_data_param {{ yolo_data_type: 1 }}"
    assert infer(text, tops=2).tops[1] == (32, 1, None, None)


def test_images_of_different_sizes_make_no_batch() -> None:
    resize = "resize_param { resize_mode: FIT_SMALL_SIZE height: 9 width: 9 }"
    why = "resize_mode FIT_SMALL_SIZE produces images of different sizes, so batch_size must be 1"
    text = f"{TEXT} transform_param {{ {resize} }}"
    check_fault(why, "transform_param.resize_param[0].resize_mode", text, tops=2)
    one = text.replace("batch_size: 32", "batch_size: 1")
    assert infer(one).tops == ((1, None, None, None),)
