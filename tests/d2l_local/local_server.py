"""An HTTP server for tests, whose answers are written down beforehand."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class LocalServer(ThreadingHTTPServer):
    """Gives the answers of a path in turn, the last one for ever, and notes what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []  # "/path" or "/path bytes=5-"

    def put(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: LocalServer

    def do_GET(self) -> None:
        self.server.asked.append(" ".join(filter(None, [self.path, self.headers["Range"]])))
        answers = self.server.answers.get(self.path, [status(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving() -> Iterator[LocalServer]:
    with LocalServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def status(code: int) -> Answer:
    return lambda handler: _send(handler, code, b"", {})


def whole(content: bytes, etag: str | None = None, *, cut: int | None = None) -> Answer:
    """All of `content`, whatever range was asked for; the connection breaks after `cut` bytes."""
    return lambda handler: _send(handler, 200, content, {"ETag": etag}, cut)


def ranges(content: bytes, etag: str, *, heeds_if_range: bool = True) -> Answer:
    """The part of `content` that was asked for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        headers: dict[str, str | None] = {"ETag": etag}
        asked = handler.headers["Range"]
        if not asked or (heeds_if_range and handler.headers["If-Range"] != etag):
            return _send(handler, 200, content, headers)
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            return _send(handler, 416, b"", {"Content-Range": f"bytes */{len(content)}"})
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return _send(handler, 206, content[start:], headers)

    return answer


def _send(
    handler: BaseHTTPRequestHandler,
    code: int,
    body: bytes,
    headers: dict[str, str | None],
    cut: int | None = None,
) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        if value is not None:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[:cut])
