"""VideoData of the SSD fork; that of yjxiong's has its batch_size in video_data_param."""

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


def test_faults() -> None:
    text = 'type: "VideoData" data_param { batch_size: 2 } video_data_param { video_type: VIDEO }'
    check_fault("video_file is missing", "video_data_param.video_file", text, tops=2)
    check_fault("batch_size is missing", "data_param.batch_size", 'type: "VideoData"')
