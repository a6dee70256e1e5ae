from __future__ import annotations

from tests.checks.nets import findings, image, layer


def test_a_field_is_reported_once() -> None:
    """`scale_filler` of BatchNorm is a field of NVIDIA's Caffe, Xilinx's and happynear's."""
    norm = 'scale_filler { type: "constant" value: 1 }'
    net = image(3, 9) + layer("a", "BatchNorm", "data", batch_norm_param=norm)
    net += layer("b", "BatchNorm", "a", batch_norm_param=norm)
    (text,) = findings(net, "F102")
    assert text.startswith(
        'net.prototxt:5:22: note[F102] layer "a" (BatchNorm): BVLC Caffe does not have the field'
        " scale_filler in BatchNormParameter; "
    )
    assert text.endswith(" have it")


def test_a_value_of_an_enum() -> None:
    net = image(3, 9) + layer("sum", "Eltwise", "data", "data", eltwise_param="operation: SORT")
    (text,) = findings(net, "F102")
    assert '"sum" (Eltwise): BVLC Caffe does not have the value SORT of operation; ' in text


def test_fields_of_bvlc() -> None:
    net = image(3, 9) + layer(
        "a", "Pooling", "data", pooling_param="pool: AVE round_mode: FLOOR global_pooling: true"
    )
    assert findings(net, "F102") == []
