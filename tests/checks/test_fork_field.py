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


def test_a_field_of_the_net() -> None:
    """`bn_stats_batch_size` is Intel's; BVLC Caffe cannot parse a net with it."""
    net = "bn_stats_batch_size: 32\n" + image(3, 9)
    (note,) = findings(net, "F102")
    assert note == (
        "net.prototxt:1:1: note[F102] BVLC Caffe does not have the field bn_stats_batch_size in"
        " NetParameter; intel has it"
    )
    (warning,) = findings(net, "F103")
    assert warning.startswith(
        "net.prototxt:1:1: warning[F103] BVLC Caffe rejects this net, because only forks have the"
        " field bn_stats_batch_size in NetParameter"
    )
