"""./run pictures: live a demo and take a picture of every page and mail, narrow and wide, light and dark.

What there is to see stands in engine/demo/looks.py. The pictures and docs/pictures.md, which shows them, are
written anew each time; all together they may weigh 9 MB.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.databases import Database, lived_demo
from bench.inside.serving import gunicorn
from tests.chromium import ARGUMENTS, CHROMIUM

FOLDER = Path(__file__).parent
SHOWN_BY = FOLDER.parent / "pictures.md"
WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")
TALLEST = {375: 1_000, 1280: 720}  # what lies further down is cut off
QUALITY = 25
MOST_BYTES = 9 * 1024**2
TITLES = {"everybody": "What everybody meets", "mail": "Mails", "staff": "The admin"}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="run pictures", description=__doc__)
    parser.add_argument("--days", type=int, default=90, help="that the demo lived through (%(default)s)")
    parser.add_argument("--database", help="DATABASE_URL of a demo that was lived already")
    parser.add_argument("--only", nargs="+", metavar="LOOK", help="these, and leave all others as they are")
    parser.add_argument("--into", type=Path, default=FOLDER, help="(%(default)s)")
    options = parser.parse_args(argv)
    if options.database:
        looks = take(Database(name="demo", url=options.database), options.into, only=options.only)
    else:
        print(f"Living through {options.days} days ...")
        with lived_demo(days=options.days) as demo:
            looks = take(demo, options.into, only=options.only)
    if options.into == FOLDER and not options.only:
        SHOWN_BY.write_text(page(looks))
    weight = sum(file.stat().st_size for file in options.into.glob("*.jpg"))
    print(f"{len(looks)} pages and mails, {weight / 1024**2:.1f} MB (at most {MOST_BYTES / 1024**2:.0f})")
    if weight > MOST_BYTES:
        sys.exit("The pictures are too heavy: lower QUALITY or TALLEST.")


def take(demo: Database, into: Path, *, only: Sequence[str] | None) -> list[dict[str, Any]]:
    """Serve the demo and take the pictures; those of earlier times go."""
    looks: list[dict[str, Any]] = demo.run("looks", environment={"DEMO": "true"})
    if only:
        looks = _named(only, looks)
    into.mkdir(parents=True, exist_ok=True)
    for old in into.glob("*.jpg"):
        if not only or old.name.rsplit("-", 2)[0] in only:
            old.unlink()
    with _serving(demo) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for look in looks:
            print(look["name"], flush=True)
            picture(browser, look, url=f"http://127.0.0.1:{port}", into=into)
        browser.close()
    return looks


def _named(names: Sequence[str], looks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if unknown := set(names) - {look["name"] for look in looks}:
        sys.exit(f"There is no {', '.join(sorted(unknown))} in this demo.")
    return [look for look in looks if look["name"] in names]


@contextmanager
def _serving(demo: Database) -> Iterator[int]:
    """Serve it with somewhere to send mails to, as in production; else pages warn that there is not."""
    with TemporaryDirectory(prefix="rampart-mails-") as mails:
        os.environ |= demo.environment(DEMO="true", LOG_LEVEL="WARNING", EMAIL_URL=f"file://{mails}")
        with gunicorn("config.wsgi") as port:
            yield port


def picture(browser: Browser, look: dict[str, Any], *, url: str, into: Path) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
            )
            if look["session"]:
                context.add_cookies([{"name": "sessionid", "value": look["session"], "url": url}])
            page = context.new_page()
            page.goto(url + look["address"], wait_until="load")
            height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[width])
            page.screenshot(
                path=into / f"{look['name']}-{width}-{scheme}.jpg",
                type="jpeg",
                quality=QUALITY,
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": height},
            )
            context.close()


def page(looks: list[dict[str, Any]]) -> str:
    """Write the page that shows all of them in a grid."""
    lines = [
        "# What it looks like",
        "",
        "Made by `./run pictures` from the demo; `engine/demo/looks.py` lists",
    ]
    lines += ["what is shown. Each at 375 and at 1280 px, light and dark.", ""]
    for of, title in TITLES.items():
        lines += [f"## {title}", "", "| | 375, light | 375, dark | 1280, light | 1280, dark |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        lines += [row(look["name"]) for look in looks if look["of"] == of]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def row(name: str) -> str:
    cells = [
        f'<img src="pictures/{name}-{width}-{scheme}.jpg" width="{120 if width < 1_000 else 240}" '
        f'alt="{name} at {width} px, {scheme}">'
        for width in WIDTHS
        for scheme in SCHEMES
    ]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
