from __future__ import annotations

from tests.checks.nets import DATA, LOSS, fc, findings

FROZEN = fc("fc", "data").replace('top: "fc"', 'top: "fc" param { lr_mult: 0 decay_mult: 1 }')


def test_the_whole_message() -> None:
    assert findings(DATA + FROZEN + LOSS, "W103", phases=("TRAIN",)) == [
        'net.prototxt:5:47: note[W103] layer "fc" (InnerProduct): decay_mult 1 has no effect with'
        " lr_mult 0"
    ]


def test_no_decay() -> None:
    net = DATA + FROZEN.replace("decay_mult: 1", "decay_mult: 0") + LOSS
    assert findings(net, "W103", phases=("TRAIN",)) == []


def test_multipliers_without_a_loss_are_reported_once() -> None:
    one = fc("a", "data").replace('top: "a"', 'top: "a" param { lr_mult: 1 }')
    two = fc("b", "a").replace('top: "b"', 'top: "b" param { lr_mult: 1 }')
    assert findings(DATA + one + two, "W103") == [
        'net.prototxt:5:35: note[W103] layer "a" (InnerProduct): lr_mult has no effect, here and in'
        " 1 more layer, because the net has no loss"
    ]
    assert findings(DATA + one, "W103") == [
        'net.prototxt:5:35: note[W103] layer "a" (InnerProduct): lr_mult has no effect because the'
        " net has no loss"
    ]
