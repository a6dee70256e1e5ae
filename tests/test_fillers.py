"""Fillers, and which of them Caffe rejects: each verdict here is that of a real Caffe."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import fillers, proto
from protogen.fillers import filler_problem
from protogen.shapes import UNKNOWN, InternalShape

#: The weights of a Convolution and of an InnerProduct with 4 outputs, and a scalar.
CONVOLUTION, INNER_PRODUCT, SCALAR = (4, 3, 3, 3), (4, 108), ()


def parse(text: str) -> proto.FillerParameter:
    return text_format.Parse(text, proto.FillerParameter())


@pytest.mark.parametrize(
    ("filler", "text"),
    [
        (fillers.constant(3), 'type: "constant" value: 3'),
        (fillers.uniform(-1, 2), 'type: "uniform" min: -1 max: 2'),
        (fillers.gaussian(std=0.01), 'type: "gaussian" mean: 0 std: 0.01'),
        (fillers.gaussian(sparse=15), 'type: "gaussian" mean: 0 std: 1 sparse: 15'),
        (fillers.positive_unitball(), 'type: "positive_unitball"'),
        (fillers.xavier(), 'type: "xavier"'),
        (fillers.xavier("AVERAGE"), 'type: "xavier" variance_norm: AVERAGE'),
        (fillers.msra("FAN_OUT"), 'type: "msra" variance_norm: FAN_OUT'),
        (fillers.bilinear(), 'type: "bilinear"'),
    ],
)
def test_a_function_for_each_filler(filler: proto.FillerParameter, text: str) -> None:
    assert filler == parse(text)


def test_names_that_do_not_exist() -> None:
    with pytest.raises(ValueError, match='unknown variance_norm "FANIN"; did you mean "FAN_IN"'):
        fillers.xavier("FANIN")
    with pytest.raises(AttributeError, match='unknown filler "gausian"; did you mean "gaussian"'):
        fillers.gausian  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match='unknown filler "he"; Caffe has constant, gaussian,'):
        fillers.he  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ('type: "constant" value: 3', (CONVOLUTION, INNER_PRODUCT, SCALAR)),
        ('type: "uniform" min: 1 max: 1', (CONVOLUTION, INNER_PRODUCT, SCALAR)),
        ('type: "gaussian"', (CONVOLUTION, INNER_PRODUCT, SCALAR)),
        ('type: "gaussian" sparse: 0', (CONVOLUTION, INNER_PRODUCT)),
        ('type: "gaussian" sparse: 4', (CONVOLUTION, INNER_PRODUCT)),
        ('type: "positive_unitball"', (CONVOLUTION, INNER_PRODUCT)),
        ('type: "msra" variance_norm: AVERAGE', (CONVOLUTION, INNER_PRODUCT)),
        ('type: "bilinear"', ((4, 1, 4, 4),)),
    ],
)
def test_what_caffe_accepts(text: str, shapes: tuple[InternalShape, ...]) -> None:
    for shape in shapes:
        assert filler_problem(parse(text), shape) is None


@pytest.mark.parametrize(
    ("text", "shape", "message", "field"),
    [
        # Caffe: filler.hpp:294] Check failed: false Unknown filler name: gausian
        (
            'type: "gausian"',
            SCALAR,
            'unknown filler type "gausian"; did you mean "gaussian"?',
            "type",
        ),
        # math_functions.cpp:259] Check failed: a <= b (1 vs. 0.5), and (nan vs. 1)
        (
            'type: "uniform" min: 1 max: 0.5',
            CONVOLUTION,
            "min must be at most max, got 1 and 0.5",
            "min",
        ),
        (
            'type: "uniform" min: nan max: 1',
            CONVOLUTION,
            "min must be at most max, got nan and 1",
            "min",
        ),
        # math_functions.cpp:281] Check failed: sigma > 0 (0 vs. 0), and (nan vs. 0)
        (
            'type: "gaussian" std: 0',
            INNER_PRODUCT,
            "std must be greater than 0, got 0",
            "std",
        ),
        (
            'type: "gaussian" std: nan',
            INNER_PRODUCT,
            "std must be greater than 0, got nan",
            "std",
        ),
        # filler.hpp:75] Check failed: sparse >= -1 (-2 vs. -1)
        (
            'type: "gaussian" sparse: -2',
            CONVOLUTION,
            "sparse must be -1 (off) or greater, got -2",
            "sparse",
        ),
        # math_functions.cpp:303] Check failed: p <= 1 (1.25 vs. 1)
        (
            'type: "gaussian" sparse: 5',
            CONVOLUTION,
            "sparse 5 is greater than the 4 outputs",
            "sparse",
        ),
        # filler.hpp:81] Check failed: blob->num_axes() >= 1 (0 vs. 1)
        (
            'type: "gaussian" sparse: 4',
            SCALAR,
            "sparse needs a blob with at least 1 axis, got a scalar",
            "sparse",
        ),
        # filler.hpp:43] Check failed: this->filler_param_.sparse() == -1 (0 vs. -1)
        (
            'type: "constant" sparse: 0',
            CONVOLUTION,
            'filler "constant" does not support sparse',
            "sparse",
        ),
        # blob.hpp:122] Check failed: axis_index < num_axes() (0 vs. 0)
        (
            'type: "msra"',
            SCALAR,
            'filler "msra" needs a blob with at least 1 axis, got a scalar',
            "type",
        ),
        # filler.hpp:255] Check failed: blob->num_axes() == 4 (2 vs. 4) Blob must be 4 dim.
        (
            'type: "bilinear"',
            INNER_PRODUCT,
            'filler "bilinear" needs a blob with 4 axes, got 4x108',
            "type",
        ),
        # filler.hpp:256] Check failed: blob->width() == blob->height() (3 vs. 4)
        (
            'type: "bilinear"',
            (4, 1, 4, 3),
            'filler "bilinear" needs a square kernel, got 4x3',
            "type",
        ),
        # filler.hpp: CHECK(count)
        ('type: "constant"', (0, 3), "a blob of 0x3 has no elements to fill", ""),
    ],
)
def test_what_caffe_rejects(text: str, shape: InternalShape, message: str, field: str) -> None:
    assert filler_problem(parse(text), shape) == (message, field)


def test_nothing_is_known_about_an_unknown_shape_but_the_type() -> None:
    assert filler_problem(parse('type: "bilinear"'), (4, UNKNOWN)) is None
    assert filler_problem(parse('type: "gausian"'), (4, UNKNOWN)) is not None


def test_fillers_of_forks() -> None:
    """`filler.hpp` of daerduoCarey/SpatialTransformerLayer, intel/caffe and NVIDIA/caffe."""
    for name in ("file", "gabor", "msrastatic"):
        assert filler_problem(parse(f'type: "{name}"'), (4, 1, 3, 3)) is None
