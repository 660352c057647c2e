"""What each page of the demo costs a browser that sees it for the first time, against a page of one line."""

import argparse
from statistics import median

from bench.databases import lived_demo
from bench.machine import machine

MOST_KILOBYTES = 100
MOST_MILLISECONDS = 500  # until something is to be read


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench pages", description=__doc__)
    parser.add_argument("--days", type=int, default=90, help="that the demo lived through (%(default)s)")
    parser.add_argument("--loads", type=int, default=3, help="of each page (%(default)s)")
    options = parser.parse_args(argv)
    print(f"gunicorn and Chromium on this machine, nothing cached; {machine()}")
    with lived_demo(days=options.days) as demo:
        pages = demo.run("pages", loads=options.loads, environment={"DEMO": "true"})
    limits = f"(at most {MOST_KILOBYTES}) KB, (goal {MOST_MILLISECONDS}) ms, no other host"
    print(f"\n{'':<24} {'KB':>7} {'paint':>9} {'queries':>8}   {limits}")
    for page in pages:
        report(page)
    ours = [page for page in pages if page["queries"] is not None]
    heaviest = max(page["bytes"] for page in ours) / 1024
    slowest = max(median(page["paints"]) for page in ours)
    elsewhere = sum(len(page["elsewhere"]) for page in ours)
    print(f"\nheaviest page {heaviest:>9,.1f} KB (at most {MOST_KILOBYTES})")
    print(f"slowest page  {slowest:>9,.0f} ms to the first paint (goal {MOST_MILLISECONDS})")
    print(f"other hosts   {elsewhere:>9} requests (at most 0)")


def report(page: dict[str, object]) -> None:
    paint = median(page["paints"])
    queries = "" if page["queries"] is None else f"{page['queries']}"
    too_much = page["bytes"] > MOST_KILOBYTES * 1024 or paint > MOST_MILLISECONDS or page["elsewhere"]
    print(
        f"{page['name']:<24} {page['bytes'] / 1024:>7,.1f} {paint:>6,.0f} ms {queries:>8}"
        f"{'   TOO MUCH' if too_much else ''}"
    )
