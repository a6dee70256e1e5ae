from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_it_has_no_tops() -> None:
    text = 'type: "HDF5Output" hdf5_output_param { file_name: "out.h5" }'
    assert infer(text, (2, 3), (2,), tops=0).tops == ()
    check_fault("expected no tops, got 1", "top[0]", text, (2, 3), (2,))
    check_fault("expected 2 bottoms, got 1", "bottom", text, (2, 3), tops=0)


def test_the_file_is_required() -> None:
    text, field = 'type: "HDF5Output"', "hdf5_output_param.file_name"
    check_fault("file_name is missing", field, text, (2, 3), (2,), tops=0)
