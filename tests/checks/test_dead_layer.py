from __future__ import annotations

from tests.checks.nets import TRAINED, fc, findings, layer


def test_the_last_layer_of_a_chain() -> None:
    net = TRAINED + fc("side1", "fc") + layer("relu", "ReLU", "side1") + fc("side2", "relu")
    assert findings(net, "G2", phases=("TRAIN",)) == [
        'net.prototxt:23:1: warning[G203] layer "side2" (InnerProduct): no loss depends on it, so'
        " its weights are never trained\n"
        '  where: the same is true of the earlier layer "side1"'
    ]


def test_several_earlier_layers() -> None:
    chain = "".join(fc(f"side{i}", f"side{i - 1}" if i else "fc") for i in range(6))
    (text,) = findings(TRAINED + chain, "G203", phases=("TRAIN",))
    assert text.endswith(
        'the same is true of the earlier layers "side0", "side1", "side2" and 2 more'
    )


def test_layers_that_a_loss_depends_on() -> None:
    assert findings(TRAINED, "G203", phases=("TRAIN",)) == []
