"""Rules of solvers, by the checks of Caffe's ``solver.cpp`` and ``solvers/``."""

from __future__ import annotations

from pathlib import Path

import pytest

from protogen import ProtogenError, proto
from protogen.checks import check_solver
from protogen.text import read

GOOD = """net: "train_val.prototxt"
test_iter: 100
test_interval: 500
base_lr: 0.01
max_iter: 1000
lr_policy: "fixed"
snapshot_prefix: "lenet"
"""


@pytest.fixture(autouse=True)
def net(in_folder: Path) -> None:
    """The net the solver names is there."""
    (in_folder / "train_val.prototxt").write_text("")


def told(text: str, *codes: str) -> list[str]:
    document = read(text, proto.SolverParameter, "solver.prototxt")
    report = check_solver(document, select=codes, notes=True)
    return [str(diagnostic) for diagnostic in report.diagnostics]


def with_policy(fields: str) -> str:
    return GOOD.replace('lr_policy: "fixed"', fields)


def test_a_good_solver() -> None:
    assert told(GOOD) == []


def test_a_solver_by_its_path(in_folder: Path) -> None:
    (in_folder / "solver.prototxt").write_text(GOOD.replace("train_val", "trainval"))
    (found,) = check_solver("solver.prototxt").diagnostics
    assert str(found) == (
        'solver.prototxt:1:1: error[V102] net "trainval.prototxt" is not there, neither from here'
        " nor from the solver's folder or one above it\n"
        "  why:   Caffe opens the path as seen from the folder it is run in\n"
        '  hint:  did you mean "train_val.prototxt"?'
    )


def test_a_path_from_a_folder_above(in_folder: Path) -> None:
    folder = in_folder / "models" / "lenet"
    folder.mkdir(parents=True)
    (folder / "train_val.prototxt").write_text("")
    text = GOOD.replace("train_val", "models/lenet/train_val")
    (folder / "solver.prototxt").write_text(text)
    assert check_solver(folder / "solver.prototxt").ok


def test_a_solver_that_cannot_be_read() -> None:
    with pytest.raises(ProtogenError, match="cannot be read: No such file"):
        check_solver("nowhere.prototxt")


def test_bad_text_is_told_alone() -> None:
    (text,) = told("base_lr: x")
    assert text.startswith("solver.prototxt:1:10: error[T107] ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'base_lr: 1 max_iter: 1 lr_policy: "fixed"',
            "solver.prototxt: error[V101] names no net to train; Caffe wants one of net, net_param,"
            ' train_net, train_net_param\n  hint:  net: "train_val.prototxt"',
        ),
        (
            GOOD + 'train_net: "train_val.prototxt"',
            "solver.prototxt:8:1: error[V101] names 2 nets to train: net and train_net\n"
            "  hint:  keep one; net is the first",
        ),
    ],
)
def test_solver_nets(text: str, said: str) -> None:
    assert told(text, "V101") == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("net:", "train_net:"),
            "solver.prototxt:2:1: error[V103] test_iter is given once for 0 test nets\n"
            "  why:   each test net wants one; more of them test net, which is not given",
        ),
        (
            GOOD.replace("test_iter: 100\n", 'test_net: "train_val.prototxt"\n'),
            "solver.prototxt: error[V103] test_iter is given 0 times for 1 test net\n"
            "  why:   each test net wants one",
        ),
        (
            GOOD.replace("test_interval: 500\n", ""),
            "solver.prototxt: error[V103] test_interval is 0; Caffe wants it above 0 to test\n"
            "  hint:  test_interval: 1000",
        ),
        (
            GOOD + "test_state { } test_state { }",
            "solver.prototxt:8:1: error[V103] test_state is given 2 times for 1 tested net;"
            " give it for each, or not at all",
        ),
        (
            GOOD.replace("test_iter: 100\n", ""),
            "solver.prototxt:2:1: warning[V103] never tests: test_interval is 500, but no test_iter"
            " is given\n  hint:  test_iter: 100",
        ),
    ],
)
def test_solver_tests(text: str, said: str) -> None:
    assert told(text, "V103") == [said]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('lr_policy: "stpe"', 'error[V104] lr_policy "stpe" is not known\n  hint:  did you mean'),
        (
            'lr_policy: "step" gamma: 0.1',
            'error[V104] lr_policy "step" wants a stepsize above 0, not 0',
        ),
        ('lr_policy: "exp" gamma: -1', "error[V104] gamma is -1, below 0"),
        (
            'lr_policy: "step" stepsize: 7',
            'warning[V104] lr_policy "step" has no gamma: the learning rate is 0 from iteration 7',
        ),
        (
            'lr_policy: "multistep" gamma: 0.1',
            'warning[V104] lr_policy "multistep" has no stepvalue: the learning rate never falls',
        ),
        (
            'lr_policy: "multistep" gamma: 0.1 stepvalue: 9 stepvalue: 5',
            "warning[V104] stepvalue does not ascend: 9, 5",
        ),
        (
            'lr_policy: "poly"',
            'warning[V104] lr_policy "poly" has no power: the learning rate never falls',
        ),
    ],
)
def test_learning_rate_policy(fields: str, said: str) -> None:
    (text,) = told(with_policy(fields), "V104")
    assert text.partition(": ")[2].startswith(said)


@pytest.mark.parametrize(
    "fields",
    [
        'lr_policy: "step" gamma: 0.1 stepsize: 7',
        'lr_policy: "multistep" gamma: 0.1 stepvalue: 5 stepvalue: 9',
        'lr_policy: "inv" gamma: 0.1 power: 0.75',
        'lr_policy: "sigmoid" gamma: 0.1 stepsize: 7',
        'lr_policy: "poly" power: 1',
        'lr_policy: "plateau" gamma: 0.1',
    ],
)
def test_policies_with_all_they_need(fields: str) -> None:
    assert told(with_policy(fields)) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            'type: "Adma"',
            'solver.prototxt:8:1: error[V105] type "Adma" is not known\n'
            '  hint:  did you mean "Adam"?',
        ),
        (
            'type: "RMSProp" momentum: 0.9',
            "solver.prototxt:8:17: error[V105] RMSProp takes no momentum, and 0.9 is given\n"
            "  hint:  leave momentum out",
        ),
        (
            'type: "RMSProp" rms_decay: 1',
            "solver.prototxt:8:17: error[V105] rms_decay is 1; it has to be at least 0 and below 1",
        ),
        (
            "solver_type: ADAGRAD momentum: 0.9",
            "solver.prototxt:8:22: error[V105] AdaGrad takes no momentum, and 0.9 is given\n"
            "  hint:  leave momentum out",
        ),
    ],
)
def test_solver_type(fields: str, said: str) -> None:
    assert told(GOOD + fields, "V105") == [said]


def test_idle_solver_field() -> None:
    assert told(GOOD + "momentum2: 0.999\ndelta: 1e-6\nstepsize: 100") == [
        "solver.prototxt:8:1: warning[V106] SGD does not read momentum2; Adam does",
        "solver.prototxt:9:1: warning[V106] SGD does not read delta; AdaGrad, RMSProp, AdaDelta and"
        " Adam do",
        'solver.prototxt:10:1: note[V106] lr_policy "fixed" does not read stepsize; "step" and'
        ' "sigmoid" do',
    ]
    assert told(GOOD + 'type: "Adam" momentum: 0.9 momentum2: 0.999 delta: 1e-8') == []


@pytest.mark.parametrize(
    ("more", "when"), [("snapshot: 10", "at the start"), ("", "when training is over")]
)
def test_snapshot_prefix(more: str, when: str) -> None:
    assert told(GOOD.replace("lenet", "snapshots/lenet") + more) == [
        f'solver.prototxt:7:1: error[V107] the folder "snapshots" is not there; Caffe dies of it'
        f" {when}\n  hint:  mkdir -p snapshots"
    ]


def test_no_snapshot_needs_no_folder(in_folder: Path) -> None:
    elsewhere = GOOD.replace("lenet", "snapshots/lenet")
    assert told(elsewhere + "snapshot_after_train: false") == []
    (in_folder / "snapshots").mkdir()
    assert told(elsewhere) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "average_loss: 0", "error[V108] average_loss is 0; it has to be at least 1"),
        (GOOD + "iter_size: 0", "error[V108] iter_size is 0; it has to be at least 1"),
        (
            GOOD + 'weight_decay: 1 regularization_type: "l2"',
            'error[V108] regularization_type "l2" is not known\n  hint:  did you mean "L2"?',
        ),
        (
            GOOD.replace("max_iter: 1000\n", ""),
            "warning[V108] max_iter is not given, and so 0: no iteration is run",
        ),
        (
            GOOD.replace("base_lr: 0.01", "base_lr: 0"),
            "warning[V108] base_lr is 0: nothing is learnt",
        ),
    ],
)
def test_solver_value(text: str, said: str) -> None:
    (found,) = told(text, "V108")
    assert found.partition(": ")[2] == said
