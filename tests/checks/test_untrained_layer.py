from __future__ import annotations

from tests.checks.nets import BOTH, TRAINED, fc, findings, in_phase

SCORE = fc("score", "data")


def test_the_whole_message() -> None:
    assert findings(TRAINED + in_phase("TEST", SCORE), "G304", phases=BOTH) == [
        'net.prototxt:14:3: warning[G304] layer "score" (InnerProduct): never trained: TRAIN has no'
        " layer with this name\n"
        "  why:   when the solver tests, each layer takes the weights of the layer with the same"
        " name in the training net"
    ]


def test_layers_that_train_trains() -> None:
    assert findings(TRAINED + SCORE, "G304", phases=BOTH) == []
    params = ' param { name: "w" } param { name: "b" }'
    shared = fc("a", "data").replace('top: "a"', f'top: "a"{params}')
    in_test = in_phase("TEST", SCORE.replace('top: "score"', f'top: "score"{params}'))
    assert findings(TRAINED + shared + in_test, "G304", phases=BOTH) == []


def test_many_layers_are_one_finding() -> None:
    net = TRAINED + "".join(in_phase("TEST", fc(f"fc{i}", "data")) for i in range(5))
    (text,) = findings(net, "G304", phases=BOTH)
    fact = "never trained, as are 4 more layers: TRAIN has no layer with their name"
    assert f'layer "fc0" (InnerProduct): {fact}' in text
