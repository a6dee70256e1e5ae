"""Fields that BVLC Caffe would refuse the file for, and forks have."""

from __future__ import annotations

from tests.checks.conftest import image, layer, told


def test_a_field_is_told_once() -> None:
    """As in the pooling of caffe-windows and Caffe of NVIDIA."""
    pool = "kernel_size: 3 stride: 2 ceil_mode: false"
    net = image(3, 9) + layer("a", "Pooling", "data", pooling_param=pool)
    (text,) = told(net + layer("b", "Pooling", "a", pooling_param=pool), "F102")
    assert text.startswith(
        'net.prototxt:5:44: note[F102] layer "a" (Pooling): BVLC Caffe has no field ceil_mode in'
        " PoolingParameter; "
    )


def test_a_word_for_a_value() -> None:
    net = image(3, 9) + layer("sum", "Eltwise", "data", "data", eltwise_param="operation: SORT")
    (text,) = told(net, "F102")
    assert '"sum" (Eltwise): BVLC Caffe has no SORT for operation; ' in text


def test_bvlc_has_these() -> None:
    net = image(3, 9) + layer(
        "a", "Pooling", "data", pooling_param="pool: AVE round_mode: FLOOR global_pooling: true"
    )
    assert told(net, "F102") == []
