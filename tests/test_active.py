"""Which net a layer is composed into, with threads, tasks and generators."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

import protogen
from protogen import ComposeError, Net
from protogen import layers as L


def names(net: Net) -> list[str]:
    return [layer.name for layer in net.message.layer]


def two_steps(net: Net, name: str) -> Iterator[None]:
    with net:
        data = L.Input(name=f"{name}1", shape=[1, 2])
        yield
        L.ReLU(data, name=f"{name}2")


def test_a_suspended_generator_takes_no_layers_of_others() -> None:
    own, generators = Net(), Net()
    generator = two_steps(generators, "g")
    with own:
        next(generator)
        L.Input(name="own", shape=[1, 2])
        next(generator, None)
        L.Input(name="later", shape=[1, 2])
    assert names(generators) == ["g1", "g2"]
    assert names(own) == ["own", "later"]


def test_layers_outside_of_a_suspended_generator_have_no_net() -> None:
    generator = two_steps(Net(), "g")
    next(generator)
    with pytest.raises(ComposeError, match="outside of any net"):
        L.Input(shape=[1, 2])
    generator.close()


def test_generators_take_turns() -> None:
    one, two = Net(), Net()
    first, second = two_steps(one, "a"), two_steps(two, "b")
    for generator in (first, second, first, second):
        next(generator, None)
    assert names(one) == ["a1", "a2"]
    assert names(two) == ["b1", "b2"]


def test_the_generator_of_a_context_manager_is_for_the_code_within() -> None:
    @contextlib.contextmanager
    def with_data() -> Iterator[Net]:
        with Net() as net:
            L.Input(name="data", shape=[1, 2])
            yield net

    with with_data() as net:
        L.ReLU(protogen.Blob("data", (1, 2)), name="relu")
    assert names(net) == ["data", "relu"]


def test_an_exit_stack() -> None:
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(Net())
        L.Input(name="data", shape=[1, 2])
    assert names(net) == ["data"]


@pytest.fixture
def net() -> Iterator[Net]:
    with Net() as net:
        yield net


def test_a_net_of_a_fixture(net: Net) -> None:
    L.Input(name="data", shape=[1, 2])
    assert names(net) == ["data"]


def test_statements_that_end_in_another_order() -> None:
    one, two = Net(), Net()
    one.__enter__()
    two.__enter__()
    one.__exit__()
    L.Input(name="data", shape=[1, 2])
    two.__exit__()
    assert (names(one), names(two)) == ([], ["data"])


def test_one_net_in_two_threads() -> None:
    net = Net()
    errors: list[ComposeError] = []

    def compose() -> None:
        try:
            with net:
                L.Input(shape=[1, 2])
        except ComposeError as error:
            errors.append(error)

    with net:
        thread = threading.Thread(target=compose)
        thread.start()
        thread.join()
    (error,) = errors
    assert "another thread or task is composing this net" in str(error)
    assert "hint:  give each its own Net" in str(error)
    compose()
    assert len(net.message.layer) == 1


def test_tasks_with_a_net_each_take_turns_and_one_net_is_refused() -> None:
    async def compose(net: Net, name: str) -> None:
        with net:
            data = L.Input(name=f"{name}1", shape=[1, 2])
            await asyncio.sleep(0)
            L.ReLU(data, name=f"{name}2")

    async def both(one: Net, two: Net) -> None:
        await asyncio.gather(compose(one, "a"), compose(two, "b"))

    one, two = Net(), Net()
    asyncio.run(both(one, two))
    assert (names(one), names(two)) == (["a1", "a2"], ["b1", "b2"])
    with pytest.raises(ComposeError, match="another thread or task is composing this net"):
        asyncio.run(both(net := Net(), net))


def test_an_asynchronous_generator() -> None:
    async def steps(net: Net) -> AsyncIterator[None]:
        with net:
            L.Input(name="g", shape=[1, 2])
            yield

    async def main(own: Net, net: Net) -> None:
        with own:
            async for _ in steps(net):
                L.Input(name="own", shape=[1, 2])

    own, net = Net(), Net()
    asyncio.run(main(own, net))
    assert (names(own), names(net)) == (["own"], ["g"])
