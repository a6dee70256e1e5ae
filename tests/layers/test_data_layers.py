"""Data layers, whose databases are not at hand: what their parameters alone decide."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, proto
from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

RESIZED = "mean_value: 104 mean_value: 117 mean_value: 123 resize_param { height: 300 width: 200 }"


@pytest.mark.parametrize(
    ("text", "tops"),
    [
        ('type: "Data" data_param { batch_size: 64 }', [(64, None, None, None), (64,)]),
        (
            'type: "Data" data_param { batch_size: 64 } transform_param { crop_size: 227 }',
            [(64, None, 227, 227), (64,)],
        ),
        (
            f'type: "Data" data_param {{ batch_size: 2 }} transform_param {{ {RESIZED} }}',
            [(2, 3, 300, 200), (2,)],
        ),
        ('type: "ImageData" image_data_param { batch_size: 4 }', [(4, 3, None, None), (4,)]),
        (
            'type: "ImageData"'
            " image_data_param { batch_size: 4 new_height: 32 new_width: 48 is_color: false }",
            [(4, 1, 32, 48), (4,)],
        ),
        (
            'type: "WindowData" window_data_param { batch_size: 128 }'
            " transform_param { crop_size: 227 }",
            [(128, None, 227, 227), (128,)],
        ),
        (
            'type: "MemoryData" memory_data_param { batch_size: 2 channels: 3 height: 4 width: 5 }',
            [(2, 3, 4, 5), (2,)],
        ),
        ('type: "HDF5Data" hdf5_data_param { batch_size: 8 }', [None, None]),
        (
            'type: "AnnotatedData" data_param { batch_size: 32 }'
            f" annotated_data_param {{ anno_type: BBOX }} transform_param {{ {RESIZED} }}",
            [(32, 3, 300, 200), (1, 1, None, 8)],
        ),
        (
            'type: "AnnotatedData" data_param { batch_size: 32 }',
            [(32, None, None, None), (None, 1, None, None)],
        ),
        (
            'type: "VideoData" data_param { batch_size: 1 }'
            ' video_data_param { video_type: VIDEO video_file: "a.mp4" }',
            [(1, None, None, None), (1,)],
        ),
        ('type: "VideoData" video_data_param { batch_size: 1 }', [None, None]),
    ],
)
def test_tops(text: str, tops: list[Shape]) -> None:
    facts = infer(text, tops=2)
    assert list(facts.tops) == tops
    assert (facts.blobs, facts.macs) == ((), 0)


def test_images_of_which_one_of_two_sizes_is_picked_are_of_no_known_size() -> None:
    two = " ".join(f"resize_param {{ height: {s} width: {s} }}" for s in (300, 512))
    text = f'type: "Data" data_param {{ batch_size: 1 }} transform_param {{ {two} }}'
    assert infer(text).tops == ((1, None, None, None),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('type: "Data" data_param { source: "x" }', "batch_size is missing or 0"),
        (
            'type: "Data" data_param { batch_size: 1 }'
            ' transform_param { mean_file: "m" mean_value: 1 }',
            "both mean_file and mean_value",
        ),
        (
            'type: "ImageData" image_data_param { new_height: 32 new_width: 32 }'
            " transform_param { crop_size: 33 }",
            "cannot crop 33x33 out of images of 32x32",
        ),
        (
            'type: "ImageData" transform_param { mean_value: 1 mean_value: 2 }',
            "mean_value is given 2 times for 3 channels",
        ),
        ('type: "ImageData" image_data_param { new_height: 32 }', "give both, or neither"),
        ('type: "WindowData" window_data_param { batch_size: 1 }', "crop_size is missing"),
        ('type: "MemoryData" memory_data_param { batch_size: 1 }', "channels is missing or 0"),
        ('type: "HDF5Data" transform_param { }', "cannot transform what it reads"),
        (
            'type: "AnnotatedData" data_param { batch_size: 2 } transform_param {'
            " resize_param { resize_mode: FIT_SMALL_SIZE height: 9 width: 9 } }",
            "needs batch_size 1",
        ),
        (
            'type: "Data" data_param { batch_size: 2 } transform_param { resize_param { } }',
            "resize to 0x0",
        ),
        (
            'type: "VideoData" data_param { batch_size: 2 } video_data_param { video_type: VIDEO }',
            "video_file is missing",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(Fault, match=message):
        infer(text, tops=2)


def test_the_caller_knows_what_is_in_the_database() -> None:
    text = 'layer { name: "d" type: "Data" top: "x" top: "y" data_param { batch_size: 64 } }'
    net = text_format.Parse(text, proto.NetParameter())
    assert infer_shapes(net).blobs == {"x": (64, None, None, None), "y": (64,)}
    assert infer_shapes(net, inputs={"x": (4, 3, 9, 9)}).blobs == {"x": (4, 3, 9, 9), "y": (64,)}


def test_hdf5_output_takes_two_and_makes_nothing() -> None:
    text = 'type: "HDF5Output" hdf5_output_param { file_name: "out.h5" }'
    assert infer(text, (2, 3), (2,), tops=0).tops == ()
    with pytest.raises(Fault, match="file_name is missing"):
        infer('type: "HDF5Output"', (2, 3), (2,), tops=0)
    with pytest.raises(Fault, match="makes no tops, but has 1"):
        infer(text, (2, 3), (2,))


def dummy(text: str, tops: int = 2) -> tuple[Shape, ...]:
    return infer(f'type: "DummyData" dummy_data_param {{ {text} }}', tops=tops).tops


def test_dummy_data_has_shapes_for_all_or_for_each() -> None:
    assert dummy("shape { dim: 2 dim: 3 }") == ((2, 3), (2, 3))
    assert dummy("shape { dim: 2 } shape { }") == ((2,), ())
    assert dummy("num: 1 num: 2 channels: 3 height: 4 width: 5 width: 6") == (
        (1, 3, 4, 5),
        (2, 3, 4, 6),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "shape is given 0 times for 2 tops"),
        ("num: 1 channels: 1 height: 1", "width is given 0 times"),
        ("num: 1 shape { dim: 1 }", "both shape and num"),
        ("shape { dim: 1 } " + "data_filler { } " * 3, "data_filler is given 3 times"),
        ('shape { dim: 1 } data_filler { type: "gausian" }', 'did you mean "gaussian"'),
        ("shape { dim: 0 }", "nothing to fill"),
    ],
)
def test_dummy_data_faults(text: str, message: str) -> None:
    with pytest.raises(Fault, match=message):
        dummy(text)


def test_only_constant_fillers_run_at_set_up() -> None:
    assert dummy('shape { dim: 0 } data_filler { type: "gaussian" std: 0 }', 1) == ((0,),)


def test_python_layers_say_for_themselves() -> None:
    text = 'type: "Python" python_param { module: "rpn" layer: "Proposals" }'
    facts = infer(text, (1, 2), tops=2)
    assert (facts.tops, facts.macs) == ((None, None), None)
    with pytest.raises(Fault, match="module is missing"):
        infer('type: "Python" python_param { layer: "Proposals" }', tops=0)
