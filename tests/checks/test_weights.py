"""Rules of what is learnt: fillers, shared blobs, multipliers."""

from __future__ import annotations

from tests.checks.conftest import layer, told
from tests.checks.test_wiring import DATA, LOSS, fc


def filled(name: str, bottom: str, filler: str = 'weight_filler { type: "xavier" }') -> str:
    return layer(name, "InnerProduct", bottom, inner_product_param=f"num_output: 8 {filler}")


def test_missing_filler() -> None:
    net = DATA + filled("a", "data") + filled("b", "a") + fc("fc", "b") + LOSS
    assert told(net, "W101", phases=("TRAIN",)) == [
        'net.prototxt:16:3: warning[W101] layer "fc" (InnerProduct): its weights begin at 0:'
        " no filler\n"
        "  why:   Caffe fills with constant 0 unless it is told otherwise; only weights loaded from"
        " a file change that\n"
        '  hint:  weight_filler { type: "xavier" }'
    ]


def test_a_net_without_fillers_is_meant_for_a_caffemodel() -> None:
    texts = told(DATA + fc("a", "data") + fc("fc", "a") + LOSS, "W101", phases=("TRAIN",))
    assert [text.split(":")[3].strip().split("[")[0] for text in texts] == ["note", "note"]


def test_weights_that_begin_elsewhere() -> None:
    frozen = fc("a", "data").replace('top: "a"', 'top: "a" param { lr_mult: 0 }')
    net = DATA + frozen + filled("b", "a") + filled("fc", "b") + LOSS
    assert told(net, "W101", phases=("TRAIN",)) == []
    assert told(net, "W101", phases=("TEST",)) == []


def named(layer_text: str, *names: str) -> str:
    params = " ".join(f'param {{ name: "{name}" }}' for name in names)
    return layer_text.replace("  inner_product_param", f"  {params}\n  inner_product_param")


def test_accidental_sharing() -> None:
    net = DATA + named(fc("a", "data"), "w", "b") + named(fc("b", "data"), "w", "b_b")
    assert told(net, "W102") == [
        'net.prototxt:12:11: warning[W102] layer "b" (InnerProduct): shares 1 of its 2 learnable'
        ' blobs ("w") with layer "a"\n'
        "  why:   params of one name are one blob, in the whole net"
    ]


def test_twins_share_all() -> None:
    net = DATA + named(fc("a", "data"), "w", "b") + named(fc("b", "data"), "w", "b")
    assert told(net, "W102") == []


def test_idle_multiplier() -> None:
    frozen = fc("fc", "data").replace('top: "fc"', 'top: "fc" param { lr_mult: 0 decay_mult: 1 }')
    assert told(DATA + frozen + LOSS, "W103", phases=("TRAIN",)) == [
        'net.prototxt:5:47: note[W103] layer "fc" (InnerProduct): decay_mult 1 does nothing beside'
        " lr_mult 0"
    ]
    still = frozen.replace("decay_mult: 1", "decay_mult: 0")
    assert told(DATA + still + LOSS, "W103", phases=("TRAIN",)) == []


def test_multipliers_of_a_net_without_a_loss_are_told_once() -> None:
    one = fc("a", "data").replace('top: "a"', 'top: "a" param { lr_mult: 1 }')
    two = fc("b", "a").replace('top: "b"', 'top: "b" param { lr_mult: 1 }')
    assert told(DATA + one + two, "W103") == [
        'net.prototxt:5:35: note[W103] layer "a" (InnerProduct): lr_mult does nothing, here and in'
        " 1 more layers: the net has no loss"
    ]
