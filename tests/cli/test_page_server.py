"""The editor of view --serve: for this machine, and for its own page only."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from protogen.cli import commands
from protogen.cli._page_server import Editor, PageServer
from tests.pictures.nets import INPUT, convolution

TEXT = INPUT + "\n" + convolution("c", "data")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    file = tmp_path / "net.prototxt"
    file.write_text(TEXT)
    found = PageServer(Editor("net.prototxt", TEXT, file, lambda net: net.analysis()), 0)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def ask(
    server: PageServer, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_it_binds_the_loopback_address(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_has_an_editor_and_may_ask_its_server(server: PageServer) -> None:
    status, text = ask(server, "GET", "/")
    assert status == 200
    assert '<textarea id="editor"' in text
    assert "connect-src 'self'" in text


def test_a_text_is_drawn(server: PageServer) -> None:
    bad = INPUT + convolution("<b>", "dat")
    status, text = ask(server, "POST", "/draw", bad)
    assert status == 200
    found: dict[str, Any] = json.loads(text)
    assert [box["title"] for box in found["data"]["boxes"]] == ["data", "<b>"]
    assert "reads blob" in found["data"]["findings"][1]["text"]
    assert "&lt;b&gt;" in found["layers"]
    assert "<b>" not in found["layers"]


@pytest.mark.parametrize(
    "text", ["", "layer {", "\x00", "layer { name: 'x' type: 'ReLU' bottom: 'x' top: 'x' }"]
)
def test_whatever_is_typed_has_an_answer(server: PageServer, text: str) -> None:
    status, answer = ask(server, "POST", "/draw", text)
    assert status == 200
    assert json.loads(answer)["data"]["groups"]


def test_the_page_sees_that_the_file_changes(server: PageServer) -> None:
    before = json.loads(ask(server, "GET", "/version")[1])["version"]
    assert server.editor.file is not None
    server.editor.file.write_text(INPUT)
    after = json.loads(ask(server, "GET", "/text")[1])
    assert after["text"] == INPUT
    assert after["version"] != before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/text"), ("GET", "/"), ("POST", "/draw")])
def test_others_are_rejected(
    server: PageServer, headers: dict[str, str], method: str, path: str
) -> None:
    port = str(server.server_port)
    sent = {name: value.replace("{port}", port) for name, value in headers.items()}
    status, text = ask(server, method, path, "x" if method == "POST" else None, **sent)
    assert status == 403
    assert "data" not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_itself_is_not(server: PageServer, host: str) -> None:
    own = f"{host}:{server.server_port}"
    assert ask(server, "POST", "/draw", TEXT, Host=own, Origin=f"http://{own}")[0] == 200


def test_no_other_path_and_no_endless_text(server: PageServer) -> None:
    assert ask(server, "GET", "/../../etc/passwd")[0] == 404
    assert ask(server, "POST", "/", "x")[0] == 404
    assert ask(server, "POST", "/draw", "x", **{"Content-Length": "99999999999"})[0] == 413


def test_wrong_options() -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(commands, ["view", *arguments])

    assert "give a FILE, or --serve" in run().stderr
    assert "give either --serve or -o" in run("x", "--serve", "-o", "x.html").stderr


def test_a_port_in_use(server: PageServer) -> None:
    arguments = ["view", "--serve", "--port", str(server.server_port)]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 2
    assert f"port {server.server_port} cannot be served" in result.stderr
