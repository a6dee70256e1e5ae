"""VideoData: the SSD fork's reads frames, C3D's and video-caffe's read clips.

yjxiong's has its batch_size in video_data_param, as video-caffe's.
"""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_frames() -> None:
    text = (
        'type: "VideoData" data_param { batch_size: 1 }'
        ' video_data_param { video_type: VIDEO video_file: "a.mp4" }'
    )
    assert infer(text, tops=2).tops == ((1, None, None, None), (1,))


def test_clips_of_another_fork_are_unknown() -> None:
    text = 'type: "VideoData" video_data_param { batch_size: 1 }'
    assert infer(text, tops=2).tops == (None, None)


def test_clips_of_c3d_and_video_caffe() -> None:
    """C3D-v1.1 and chuckcho/video-caffe: src/caffe/layers/video_data_layer.cpp."""
    param = "batch_size: 30 new_length: 16 new_height: 128 new_width: 171"
    text = f'type: "VideoData" video_data_param {{ {param} }}'
    assert infer(text, tops=2).tops == ((30, 3, 16, 128, 171), (30,))
    cropped = f"{text} transform_param {{ crop_size: 112 }}"
    assert infer(cropped, tops=2).tops == ((30, 3, 16, 112, 112), (30,))
    gray = text.replace("new_height: 128 new_width: 171", "is_color: false")
    assert infer(gray, tops=2).tops == ((30, 1, 16, None, None), (30,))


def test_clips_of_c3ds_first_version() -> None:
    """C3D-v1.0: its video_data_layer.cpp reads image_data_param."""
    param = "batch_size: 50 new_length: 16 new_height: 128 new_width: 171 crop_size: 112"
    text = f'type: "VideoData" image_data_param {{ {param} }}'
    assert infer(text, tops=2).tops == ((50, None, 16, 112, 112), (50, 1, 1, 1, 1))


def test_segments_of_yjxiong_are_unknown() -> None:
    param = 'batch_size: 32 new_length: 1 num_segments: 3 name_pattern: "img_%05d.jpg"'
    text = f'type: "VideoData" video_data_param {{ {param} }}'
    assert infer(text, tops=2).tops == (None, None)


def test_faults() -> None:
    text = 'type: "VideoData" data_param { batch_size: 2 } video_data_param { video_type: VIDEO }'
    check_fault("video_file is missing", "video_data_param.video_file", text, tops=2)
    check_fault("batch_size is missing", "data_param.batch_size", 'type: "VideoData"')
