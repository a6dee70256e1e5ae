"""Solvers made of keywords, presets and epochs. Their numbers are computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest

from protogen import ComposeError, Solver, proto
from protogen.proto import forks_of
from protogen.solvers import PRESETS
from protogen.solvers._fields import SolverFields

FIXED: dict[str, Any] = {"base_lr": 0.01, "lr_policy": "fixed", "max_iter": 100}


def test_keywords_become_fields(in_folder: Path) -> None:
    made = Solver(net="net.prototxt", test_iter=10, test_interval=5, solver_mode="CPU", **FIXED)
    made.save("solver.prototxt")
    assert Path("solver.prototxt").read_text() == (
        "test_iter: 10\ntest_interval: 5\nbase_lr: 0.01\nmax_iter: 100\n"
        'lr_policy: "fixed"\nsolver_mode: CPU\nnet: "net.prototxt"\n'
    )
    assert [found.name for found in made.check("solver.prototxt")] == ["missing-net-file"]
    Path("net.prototxt").touch()
    assert made.check("solver.prototxt") == []
    assert made.learning_rate(99) == pytest.approx(0.01)


def test_the_keywords_are_those_of_caffe() -> None:
    fields = [f.name for f in proto.SolverParameter.DESCRIPTOR.fields if not forks_of(f)]
    assert sorted(fields) == sorted(get_type_hints(SolverFields))


def test_a_mistake_is_raised_at_the_line_of_the_user() -> None:
    line = test_a_mistake_is_raised_at_the_line_of_the_user.__code__.co_firstlineno + 3
    with pytest.raises(ComposeError, match=f"test_solver.py:{line}: error.V108. a solver has no"):
        Solver(base_lrr=0.1)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"max_iter": "many"}, "max_iter must be an integer, got 'many'"),
        ({"lr_policy": "stepp"}, 'unknown lr_policy "stepp"\n  hint:  did you mean "step"'),
        ({"lr_policy": "step", "stepsize": 10}, "without gamma: the learning rate is 0 from"),
        ({"lr_policy": "step", "gamma": 0.1, "stepsize": 100}, "the learning rate never steps"),
        ({"type": "AdaGrad", "momentum": 0.9}, "AdaGrad does not accept momentum, got 0.9"),
        ({"test_iter": 10, "test_interval": 0}, "test_interval must be greater than 0, got 0"),
        ({"test_interval": 10}, "never tests: test_interval is 10, but test_iter is missing"),
        ({"train_net": "a", "net": "b"}, "names 2 nets to train"),
        ({"preset": "resnot"}, 'unknown preset "resnot"\n  hint:  did you mean "resnet"'),
        ({"epochs": 2}, "epochs needs images and batch"),
        (
            {"epochs": 2, "images": 5, "batch": 1, "step_epochs": [3]},
            "between 0 and 2 epochs",
        ),
        ({"step_epochs": [1]}, "step_epochs needs epochs"),
        ({"images": -1}, "images must be greater than 0, got -1"),
        ({"test_images": 10}, "test_images and test_batch go together"),
        (
            {"test_images": 100, "test_batch": 10, "test_iter": 11},
            "tests 110 images, but there are 100; test_iter 10 tests each once",
        ),
    ],
)
def test_mistakes(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ComposeError) as caught:
        Solver(**{**FIXED, **fields})
    assert message in str(caught.value)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_clean(name: str, in_folder: Path) -> None:
    Path("train_val.prototxt").touch()
    tested = Solver(name, test_images=50000, test_batch=50)
    assert tested.check() == []
    assert Solver(name).check() == []
    assert list(tested.message.test_iter) == [1000]
    assert PRESETS[name].source


def test_a_preset_with_other_fields() -> None:
    made = Solver("alexnet", base_lr=0.02, lr_policy="poly", power=2.0)
    message = made.message
    assert (message.lr_policy, message.power, message.momentum) == ("poly", 2.0, pytest.approx(0.9))
    assert not message.HasField("stepsize")
    assert message.max_iter == 450000


def test_epochs_become_iterations() -> None:
    """90 epochs of 1,281,167 images in batches of 256: 450,410.3 iterations.

    The preset steps every 100,000 of 450,000 iterations.
    """
    made = Solver("alexnet", epochs=90, images=1281167, batch=256, test_images=50000, test_batch=64)
    message = made.message
    assert (message.max_iter, message.stepsize) == (450411, 100091)
    assert (list(message.test_iter), message.test_interval) == ([781], 5005)
    assert made.notes == [
        "90 epochs of 1281167 images in batches of 256 are 450410.27 iterations; max_iter is"
        " rounded up to 450411",
        "50000 test images are 781.25 batches of 64; test_iter is 781, which leaves out 16 of them."
        " A test batch of 50 reads each of them once",
    ]


def test_a_schedule_in_epochs_and_with_iter_size() -> None:
    """50,000 images in batches of 100 times 5 are 100 iterations an epoch."""
    made = Solver("densenet-cifar", epochs=30, images=50000, batch=100, iter_size=5)
    assert (made.message.max_iter, list(made.message.stepvalue)) == (3000, [1500, 2250])
    steps = Solver("sgd", epochs=10, images=1000, batch=10, step_epochs=[5, 8], gamma=0.2)
    assert (steps.message.lr_policy, list(steps.message.stepvalue)) == ("multistep", [500, 800])
    assert steps.learning_rate(799) == pytest.approx(0.002)
    assert steps.notes == []
