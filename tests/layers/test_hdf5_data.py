from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_the_files_decide_the_shapes() -> None:
    assert infer('type: "HDF5Data" hdf5_data_param { batch_size: 8 }', tops=2).tops == (None, None)


def test_it_does_not_transform() -> None:
    text = 'type: "HDF5Data" transform_param { }'
    check_fault("does not support transform_param", "transform_param", text)
