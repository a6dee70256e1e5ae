"""An editor in the browser: prototxt on the left, its graph and findings on the right.

It is for the user of this machine only. It binds the loopback address, and rejects what another
site makes a browser send: a ``Host`` or an ``Origin`` that is not its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from protogen.analysis import Analysis
from protogen.net import Net
from protogen.net_files import loads
from protogen.render.page import content, page

__all__ = ["Editor", "PageServer"]

ADDRESS = "127.0.0.1"

#: A text of more bytes is rejected.
_LONGEST = 32 * 2**20


@dataclass
class Editor:
    """What is edited: a text, and the file that it is from, if any.

    ``analyze`` is how it is analyzed, and ``schema`` its ``caffe.proto``, if that is not ours.
    """

    title: str
    text: str
    file: Path | None
    analyze: Callable[[Net], Analysis]
    schema: str | None = None

    def page(self) -> str:
        """The whole page, with the text as it is in the file now."""
        self.text = self.current_text()
        net = loads(self.text, self.title, self.schema)
        return page(net, self.analyze(net), self.title, editor=True)

    def content(self, text: str) -> dict[str, Any]:
        """What the page shows of a text."""
        net = loads(text, self.title, self.schema)
        return content(net, self.analyze(net), self.title)

    def version(self) -> int:
        """A number that changes with the file."""
        if self.file is None:
            return 0
        try:
            return self.file.stat().st_mtime_ns
        # It is being replaced.
        except OSError:
            return 0

    def current_text(self) -> str:
        """The text of the file, or the last one that could be read."""
        if self.file is not None:
            try:
                return self.file.read_text("utf-8", "replace")
            except OSError:
                pass
        return self.text


class PageServer(HTTPServer):
    """Serves one page on the loopback address, one request after the other.

    One after the other, because what `protogen.without_data` says holds for one thread.
    """

    def __init__(self, editor: Editor, port: int) -> None:
        self.editor = editor
        super().__init__((ADDRESS, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Go on: a browser that closes a connection is no concern of the user."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser calls this server."""
        return f"{ADDRESS}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    # A connection that sends nothing would keep all others waiting.
    timeout = 10

    def do_GET(self) -> None:
        editor = self.server.editor
        if not self._is_allowed():
            return
        if self.path == "/":
            self._answer(editor.page().encode("utf-8", "replace"), "text/html; charset=utf-8")
        elif self.path == "/version":
            self._answer_json({"version": editor.version()})
        elif self.path == "/text":
            self._answer_json({"version": editor.version(), "text": editor.current_text()})
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        if not self._is_allowed():
            return
        if self.path != "/draw":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        # int() would take more than digits: a sign, spaces.
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        text = self.rfile.read(int(length)).decode("utf-8", "replace")
        self._answer_json(self.server.editor.content(text))

    def _is_allowed(self) -> bool:
        """Whether the request is from the page itself, or from the address bar."""
        hosts = self.server.hosts
        # A name that another site has pointed at this address is not ours.
        is_ours = self.headers.get("Host") in hosts
        # The address bar sends no origin, and a form of another site its own.
        origin = self.headers.get("Origin")
        if is_ours and (origin is None or origin.removeprefix("http://") in hosts):
            return True
        self.send_error(HTTPStatus.FORBIDDEN, "only this page may ask")
        return False

    def _answer_json(self, data: Any) -> None:
        self._answer(json.dumps(data).encode(), "application/json")

    def _answer(self, data: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the page asks every second."""
