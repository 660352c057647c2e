"""Load the demo's pages in Chromium: bytes, requests, the first paint; and count their queries."""

from threading import Thread
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Browser, sync_playwright

from bench.inside.looks import all_looks, client_of
from bench.inside.serving import gunicorn
from engine.demo.looks import EVERYBODY
from tests.chromium import ARGUMENTS, CHROMIUM

BARE = b"<!doctype html><html lang=en><title>Bare</title><p>One line."
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def run(*, loads: int) -> list[dict[str, object]]:
    """Return what each page of employees and managers costs, and a bare page last."""
    seen = [look for look in all_looks() if look.of == EVERYBODY]
    queries, sessions = {}, {}
    for look in seen:
        client = client_of(look)
        with CaptureQueriesContext(connection) as captured:
            client.get(look.address)
        queries[look.name] = len(captured)
        sessions[look.name] = client.cookies["sessionid"].value if look.email else ""
    connections.close_all()
    with gunicorn("config.wsgi") as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        url = f"http://127.0.0.1:{port}"
        load(browser, url + seen[0].address, "")  # each worker and the browser get going
        pages = [
            {"name": look.name, "queries": queries[look.name]}
            | measured(browser, url + look.address, sessions[look.name], loads=loads)
            for look in seen
        ]
        pages.append(
            {"name": "a bare page", "queries": None} | measured(browser, bare_page(), "", loads=loads)
        )
        browser.close()
    return pages


def measured(browser: Browser, url: str, session: str, *, loads: int) -> dict[str, object]:
    each = [load(browser, url, session) for _ in range(loads)]
    return {
        "bytes": max(size for size, _, _ in each),
        "paints": [paint for _, paint, _ in each],
        "elsewhere": sorted({host for _, _, hosts in each for host in hosts}),
    }


def load(browser: Browser, url: str, session: str) -> tuple[int, float, list[str]]:
    """Load a page for the first time; return bytes, milliseconds to the first paint, other hosts."""
    context = browser.new_context()
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    sizes: list[float] = []
    hosts: list[str] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: hosts.append(urlsplit(request.url).netloc))
    page.goto(url, wait_until="networkidle")
    page.wait_for_function(PAINTED)
    paint = page.evaluate(PAINT)
    context.close()
    ours = urlsplit(url).netloc
    return int(sum(sizes)), paint, [host for host in hosts if host and host != ours]


class Silent(WSGIRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


def bare_page() -> str:
    """Serve one line of HTML for as long as this process lives; return its address."""

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [BARE]

    server = make_server("127.0.0.1", 0, application, handler_class=Silent)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"
