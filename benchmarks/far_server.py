"""An HTTP server on loopback as far away as asked: each answer waits, each connection has its rate.

Loopback itself has no latency and no limit, so that block sizes would not matter there.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PIECE = 256 * 1024


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(200, 0, self.server.size)

    def do_GET(self) -> None:
        if self.path.endswith("/"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(self.server.page)))
            self.end_headers()
            self.wfile.write(self.server.page)
            return
        given = self.headers.get("Range", "")
        if not given or not self.server.ranges:
            self.send(0, self.answer(200, 0, self.server.size))
            return
        start, end = given.removeprefix("bytes=").split("-")
        self.send(int(start), self.answer(206, int(start), int(end) + 1))

    def answer(self, status: int, start: int, end: int) -> int:
        time.sleep(self.server.latency)
        end = min(end, self.server.size)
        self.server.requests.append((self.command, start, end))
        self.send_response(status)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        return end

    def send(self, start: int, end: int) -> None:
        begin, sent = time.monotonic(), 0
        end = min(end, self.server.cut)
        try:
            while start + sent < end:
                piece = self.server.data(start + sent, min(start + sent + PIECE, end))
                self.wfile.write(piece)
                sent += len(piece)
                time.sleep(max(0, begin + sent / self.server.rate - time.monotonic()))
        except ConnectionError:  # who reads has seen enough
            self.close_connection = True
        self.close_connection |= end == self.server.cut < self.server.size

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(data, size: int, **how) -> Iterator[ThreadingHTTPServer]:
    """Serve `size` bytes by any name, of which `data` gives those from start to end.

    A name with a slash at its end is a page; `cut` is where the bytes end all the same.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    defaults = {"latency": 0, "rate": 1e12, "ranges": True, "cut": size, "page": b""}
    server.data, server.size, server.requests = data, size, []
    vars(server).update(defaults | how)
    server.daemon_threads = True
    server.url = f"http://127.0.0.1:{server.server_port}/a.pcap"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def serving_bytes(data: bytes, **how) -> AbstractContextManager[ThreadingHTTPServer]:
    """Serve these bytes by any name."""
    return serving(lambda start, end: data[start:end], len(data), **how)
