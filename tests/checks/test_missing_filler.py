from __future__ import annotations

import protogen
from protogen.checks import check
from tests.checks.nets import DATA, LOSS, fc, findings

XAVIER = 'num_output: 8 weight_filler { type: "xavier" }'


def test_the_whole_message() -> None:
    net = DATA + fc("a", "data", XAVIER) + fc("b", "a", XAVIER) + fc("fc", "b") + LOSS
    assert findings(net, "W101", phases=("TRAIN",)) == [
        'net.prototxt:16:3: warning[W101] layer "fc" (InnerProduct): its weights start at 0:'
        " weight_filler is missing\n"
        "  why:   Caffe fills weights with 0 by default, and only weights that are loaded from a"
        " file replace them\n"
        '  hint:  add weight_filler { type: "xavier" }'
    ]


def test_a_filler_of_0() -> None:
    zero = fc("fc", "b", 'num_output: 8 weight_filler { type: "constant" }')
    net = DATA + fc("a", "data", XAVIER) + fc("b", "a", XAVIER) + zero + LOSS
    (text,) = findings(net, "W101", phases=("TRAIN",))
    assert "its weights start at 0: weight_filler is constant 0" in text


def test_a_net_without_fillers_is_intended_for_a_caffemodel() -> None:
    net = protogen.loads(DATA + fc("a", "data") + fc("fc", "a") + LOSS)
    report = check(net, phases=["TRAIN"], select=["W101"])
    assert [each.severity for each in report.diagnostics] == ["note", "note"]


def test_weights_that_come_from_elsewhere() -> None:
    frozen = fc("a", "data").replace('top: "a"', 'top: "a" param { lr_mult: 0 }')
    shared = fc("b", "a").replace('top: "b"', 'top: "b" param { name: "w" }')
    net = DATA + frozen + shared + fc("fc", "b", XAVIER) + LOSS
    assert findings(net, "W101", phases=("TRAIN",)) == []
    assert findings(net, "W101", phases=("TEST",)) == []


def test_the_first_layers_are_those_of_a_caffemodel() -> None:
    """As in the published training nets of RAS and of Cascade R-CNN, which start from VGG-16."""
    net = DATA + fc("a", "data") + fc("b", "a")
    for name, bottom in (("c", "b"), ("d", "c"), ("e", "d")):
        net += fc(name, bottom, XAVIER)
    texts = findings(net + fc("fc", "e", XAVIER) + LOSS, "W101", phases=("TRAIN",))
    assert [text.split()[1] for text in texts] == ["note[W101]", "note[W101]"]
    first = DATA + fc("a", "data") + fc("b", "a", XAVIER) + fc("fc", "b", XAVIER) + LOSS
    (text,) = findings(first, "W101", phases=("TRAIN",))
    assert " warning[W101] " in text
