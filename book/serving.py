"""Serve a folder to the browser of this machine."""

import functools
import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: What servers compress on the way.
_TEXT = (".html", ".js", ".css", ".svg", ".json")


@functools.lru_cache(maxsize=256)
def _compressed(path: Path, _changed: float) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6)


class _Handler(SimpleHTTPRequestHandler):
    """Sends text compressed, and to be kept a while, as the servers of published pages do."""

    protocol_version = "HTTP/1.1"
    #: Without it a body waits 40 ms for the receipt of its headers, file by file.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in _TEXT or not path.is_file():
            super().do_GET()
            return
        content = _compressed(path, path.stat().st_mtime)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        """End the headers with how long a browser may keep the answer."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that goes on before all is sent."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine, and hand over its address."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
