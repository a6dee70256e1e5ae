"""The page of a net in a real browser: Debian's Chromium without a window."""

from __future__ import annotations

import importlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protogen import Net, loads
from protogen.cli._page_server import Editor, PageServer
from protogen.graph import State
from protogen.render.page import page
from protogen.zoo import net_of_spec
from tests.pictures.nets import INPUT, chain, convolution, in_place
from tests.render.test_page import HOSTILE


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="the extra [browser] is missing")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium or chromedriver is missing: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(driver)
    driven = webdriver.Chrome(options=options, service=service)
    yield driven
    driven.quit()


def open_page(browser: Any, folder: Path, net: Net) -> None:
    file = folder / "net.html"
    file.write_text(page(net, net.analysis(State("TEST")), "net.prototxt"), "utf-8")
    browser.get(file.as_uri())
    wait = importlib.import_module("selenium.webdriver.support.ui").WebDriverWait(browser, 30)
    wait.until(lambda _: texts(browser, "#totals") not in ([], [""]))


def texts(browser: Any, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def click(browser: Any, selector: str) -> None:
    browser.execute_script(
        "document.querySelector(arguments[0])"
        ".dispatchEvent(new MouseEvent('click', {bubbles: true}))",
        selector,
    )


def write(browser: Any, selector: str, keys: str) -> None:
    browser.find_element("css selector", selector).send_keys(keys)


def is_quiet(browser: Any) -> bool:
    return browser.get_log("browser") == []


def test_it_shows_every_layer_of_googlenet(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, net_of_spec("googlenet", {}))
    assert len(texts(browser, "#scene .box")) == 85
    assert len(texts(browser, "#layers tbody tr")) == 143
    assert texts(browser, "#totals") == ["143 layers in TEST · 6,998,552 parameters · 1.58 G MACs"]
    assert is_quiet(browser)


def test_it_asks_no_server(browser: Any, tmp_path: Path) -> None:
    browser.get_log("performance")
    open_page(browser, tmp_path, net_of_spec("lenet", {}))
    requests = [
        entry["message"]
        for entry in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert all('"url":"file:' in each or '"url":"data:' in each for each in requests)
    assert is_quiet(browser)


def test_groups_fold_and_open(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, net_of_spec("googlenet", {}))
    assert texts(browser, "#scene .group > text")[:3] == ["pool1", "conv2", "inception_3a"]
    click(browser, ".group > .head")
    assert len(texts(browser, "#scene .box")) == 84  # pool1 has 2 boxes
    click(browser, ".folded")
    assert len(texts(browser, "#scene .box")) == 85
    click(browser, "#fold")
    assert len(texts(browser, "#scene .box")) == 19
    click(browser, "#unfold")
    assert len(texts(browser, "#scene .box")) == 85
    assert is_quiet(browser)


def test_search_finds_a_layer_in_a_folded_group(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, net_of_spec("resnet152", {}))
    assert "res4b17_branch2b" not in texts(browser, "#scene .box .title")
    write(browser, "#search", "res4b17_branch2b convolution\n")
    assert texts(browser, "#matches") == ["1 of 1"]
    assert texts(browser, "#scene .chosen .title") == ["res4b17_branch2b"]
    assert texts(browser, "#pane-layer h2") == ["res4b17_branch2b"]
    assert is_quiet(browser)


def test_a_layer_shows_its_text_its_cost_and_its_field(browser: Any, tmp_path: Path) -> None:
    net = loads("\n".join([INPUT, convolution("c", "data"), in_place("r", "ReLU", "c")]))
    open_page(browser, tmp_path, net)
    click(browser, '[data-box="1"]')
    assert texts(browser, "#pane-layer h2") == ["c"]
    facts = dict(zip(texts(browser, "#pane-layer dt"), texts(browser, "#pane-layer dd")))
    assert facts["bottom"] == "data  1x3x9x9"
    assert facts["parameters"] == "12"
    assert texts(browser, "#pane-layer pre.code") == [convolution("c", "data")]
    assert texts(browser, "#field .type") == [
        "The middle element of c sees rows 4 to 4 and columns 4 to 4 of data (9x9)."
    ]
    click(browser, "#tab-source")
    assert texts(browser, "#lines .chosen") == [convolution("c", "data")]
    assert is_quiet(browser)


def test_a_finding_is_shown_and_marked(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, loads("\n".join([INPUT, convolution("c", "dat")])))
    assert 'reads blob "dat"' in texts(browser, "#pane-findings .finding")[1]
    assert texts(browser, "#scene .box.error .title") == ["c"]
    browser.find_elements("css selector", "#pane-findings .link")[1].click()
    assert 'reads blob "dat"' in texts(browser, "#pane-layer .finding")[0]


def test_the_keyboard_goes_from_layer_to_layer(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_page(browser, tmp_path, net_of_spec("googlenet", {}))
    write(browser, "#graph", Keys.ARROW_DOWN)
    assert texts(browser, "#said") == ["data, Input"]
    write(browser, "#graph", Keys.ARROW_DOWN * 3)
    assert texts(browser, "#said") == ["pool1/norm1, LRN"]
    write(browser, "#graph", Keys.ENTER)
    assert texts(browser, "#said") == ["pool1: folded"]
    write(browser, "#graph", Keys.ARROW_DOWN)
    assert texts(browser, "#said") == ["conv2/3x3_reduce, Convolution"]
    assert is_quiet(browser)


def test_hostile_names_are_text(browser: Any, tmp_path: Path) -> None:
    texts_of_layers = [INPUT]
    net = loads("\n".join(texts_of_layers))
    for index, name in enumerate(HOSTILE):
        net.message.layer.add(
            name=name.encode("utf-8", "replace").decode(),
            type="<b>ReLU</b>" if index else "ReLU",
            bottom=["data"],
            top=[f"<i>{index}"],
        )
    open_page(browser, tmp_path, net)
    assert len(texts(browser, "#scene .box")) == 1 + len(HOSTILE)
    assert texts(browser, "img, b b, i i, main script") == []
    for index in range(len(HOSTILE) + 1):
        click(browser, f'[data-layer="{index}"]')
    click(browser, "#tab-source")
    assert is_quiet(browser)


def test_a_long_chain_opens_folded(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, loads(chain(300)))
    assert len(texts(browser, "#scene .box")) == 2
    click(browser, "#unfold")
    assert len(texts(browser, "#scene .box")) == 301
    assert is_quiet(browser)


def test_the_editor_draws_what_is_typed_and_what_is_saved(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    file = tmp_path / "net.prototxt"
    file.write_text("\n".join([INPUT, convolution("c", "data")]))
    editor = Editor("net.prototxt", "", file, lambda net: net.analysis())
    server = PageServer(editor, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    wait = WebDriverWait(browser, 30)
    try:
        browser.get(server.url)
        wait.until(lambda _: texts(browser, "#scene .box .title") == ["data", "c"])
        write(browser, "#editor", convolution("typed", "dat"))
        wait.until(lambda _: "typed" in texts(browser, "#scene .box.error .title"))
        browser.execute_script(
            "const e = document.querySelector('#editor'); e.value = arguments[0];"
            "e.dispatchEvent(new Event('input'))",
            INPUT,
        )
        wait.until(lambda _: texts(browser, "#scene .box .title") == ["data"])
        file.write_text("\n".join([INPUT, convolution("saved", "data")]))
        wait.until(lambda _: texts(browser, "#scene .box .title") == ["data", "saved"])
        assert is_quiet(browser)
        browser.get("about:blank")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
