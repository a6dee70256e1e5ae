from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("MemoryData")


def test_shapes() -> None:
    text = 'type: "MemoryData" memory_data_param { batch_size: 2 channels: 3 height: 4 width: 5 }'
    assert infer(text, tops=2).tops == ((2, 3, 4, 5), (2,))


def test_faults() -> None:
    text = 'type: "MemoryData" memory_data_param { batch_size: 1 }'
    check_fault("channels is missing", "memory_data_param.channels", text, tops=2)
    text = 'type: "MemoryData" memory_data_param { channels: 1 height: 1 width: 1 }'
    check_fault("batch_size is missing", "memory_data_param.batch_size", text, tops=2)
    text = 'type: "MemoryData" memory_data_param { channels: 0 }'
    check_fault("channels must be greater than 0", "memory_data_param.channels", text, tops=2)
