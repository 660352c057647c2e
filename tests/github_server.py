"""A server of the shape of GitHub's API, on this machine, with the troubles that one may have."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "ghs_for-tests"
SLOW = 0.5  # seconds


@dataclass
class Hub:
    """What stands there, what was asked, and what goes wrong next."""

    url: str = ""
    comments: dict[int, tuple[str, str]] = field(default_factory=dict)  # id -> issue, body
    unassigned: list[tuple[str, str]] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[Any] = field(default_factory=list)  # a status, "slow", "cut", or "lost" once done

    def bodies(self, issue: str = "acme/reports/issues/17") -> list[str]:
        return [body for where, body in self.comments.values() if where == issue]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        where = path.removeprefix("/repos/").split("?")[0].lower()  # as GitHub takes names
        if method == "GET" and where.endswith("/comments"):
            issue = where.removesuffix("/comments")
            return 200, [
                {"id": key, "body": said} for key, (of, said) in self.comments.items() if of == issue
            ]
        if method == "POST" and where.endswith("/comments"):
            key = 800 + len(self.comments)
            self.comments[key] = (where.removesuffix("/comments"), body["body"])
            return 201, {"id": key, "body": body["body"]}
        if method == "PATCH" and (found := re.search(r"/issues/comments/(\d+)$", where)):
            key = int(found[1])
            if key not in self.comments:
                return 404, {"message": "Not Found"}
            self.comments[key] = (self.comments[key][0], body["body"])
            return 200, {"id": key}
        if method == "DELETE" and where.endswith("/assignees"):
            self.unassigned += [(where.removesuffix("/assignees"), login) for login in body["assignees"]]
            return 200, {"assignees": []}
        if method == "PATCH" and body == {"state": "open"}:
            self.reopened.append(where)
            return 200, {"state": "open"}
        return 404, {"message": "Not Found"}


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _all(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "null")
            hub.asked.append((self.command, self.path))
            trouble = hub.troubles.pop(0) if hub.troubles else None
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                trouble = 401
            if trouble == "cut":
                self.close_connection = True
                return
            if trouble == "slow":
                time.sleep(SLOW)
            if isinstance(trouble, int):
                status, told = trouble, {"message": "Trouble"}
            else:
                status, told = hub.answer(self.command, self.path, body)
            if trouble == "lost":  # it was done, and nobody hears of it
                self.close_connection = True
                return
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = do_DELETE = _all  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *arguments: None
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
