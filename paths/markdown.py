"""The one Markdown that paths are written in: CommonMark and tables, without HTML, headings and images."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
RELATION = "noopener noreferrer nofollow"


class Flaw(StrEnum):
    RAW_HTML = "raw HTML"
    LINK = "a link that is neither https nor mailto"
    IMAGE = "an image"
    IMAGE_WITHOUT_ALT = "an image without alternative text"


@dataclass(frozen=True)
class Finding:
    flaw: Flaw
    excerpt: str


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html}).enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # judged here, on the tokens
    return parser


_PARSER = _parser(html=False)
_STRICT_PARSER = _parser(html=True)


def is_allowed_link(url: str) -> bool:
    """Say whether a mail may carry it: https to a host, or mailto to somebody."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if re.search(r"[\s\x00-\x1f\\]", url):
        return False
    return bool(parts.scheme == "https" and parts.hostname) or bool(parts.scheme == "mailto" and parts.path)


@lru_cache(maxsize=2_048)
def render(text: str) -> str:
    """Markdown to HTML that is safe in a mail and on a page."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"
        if token.children:
            token.children = list(_tame(token.children))
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        html,
        tags=TAGS | TABLE_TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "mailto"},
        link_rel=RELATION,
    )


def _tame(tokens: Sequence[Token]) -> Iterator[Token]:
    """Images become their alternative text, and links that may not stay become theirs."""
    kept: list[bool] = []
    for token in tokens:
        if token.type == "image":
            yield Token("text", "", 0, content=token.content)
        elif token.type == "link_open":
            kept.append(is_allowed_link(str(token.attrGet("href"))))
            if kept[-1]:
                yield token
        elif token.type != "link_close" or kept.pop():
            yield token


def findings(text: str) -> list[Finding]:
    """What a path must not carry, in the order of the text."""
    if not re.search(r"[<\[]", text):
        return []
    return [
        finding
        for token in _STRICT_PARSER.parse(text)
        for part in [token, *(token.children or [])]
        for finding in _judge(part)
    ]


def _judge(token: Token) -> Iterator[Finding]:
    if token.type in {"html_block", "html_inline"}:
        yield Finding(Flaw.RAW_HTML, token.content.strip())
    elif token.type == "link_open" and not is_allowed_link(str(token.attrGet("href"))):
        yield Finding(Flaw.LINK, str(token.attrGet("href")))
    elif token.type == "image":
        flaw = Flaw.IMAGE if token.content.strip() else Flaw.IMAGE_WITHOUT_ALT
        yield Finding(flaw, str(token.attrGet("src")))


@lru_cache(maxsize=2_048)
def plain(text: str) -> str:
    """Markdown as the text part of a mail shows it, without trailing line break."""
    return _blocks(iter(_PARSER.parse(text))).strip("\n")


def _blocks(tokens: Iterator[Token], *, end: str = "") -> str:
    """The blocks up to the closing token `end`, a blank line between them."""
    blocks: list[str] = []
    is_tight = False
    for token in tokens:
        if token.type == end:
            break
        if token.type == "paragraph_open":
            is_tight = is_tight or token.hidden
        if block := _block(token, tokens):
            blocks.append(block)
    return ("\n" if is_tight else "\n\n").join(blocks)


def _block(token: Token, tokens: Iterator[Token]) -> str:
    match token.type:
        case "inline":
            return _line(token.children or [])
        case "fence" | "code_block":
            return _indent(token.content.rstrip("\n"), "    ")
        case "blockquote_open":
            return _indent(_blocks(tokens, end="blockquote_close"), "> ")
        case "bullet_list_open":
            return _list(tokens, end="bullet_list_close")
        case "ordered_list_open":
            return _list(tokens, end="ordered_list_close", first=int(token.attrGet("start") or 1))
        case "table_open":
            return _table(tokens)
        case "hr":
            return "----"
    return ""


def _list(tokens: Iterator[Token], *, end: str, first: int | None = None) -> str:
    items: list[str] = []
    for token in tokens:
        if token.type == end:
            break
        bullet = "- " if first is None else f"{first + len(items)}. "
        item = _blocks(tokens, end="list_item_close")
        items.append(bullet + _indent(item, " " * len(bullet)).lstrip(" "))
    return "\n".join(items)


def _table(tokens: Iterator[Token]) -> str:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_line(token.children or []))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    rule = "-+-".join("-" * width for width in widths)
    return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:]])


def _line(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type == "link_open":
            links.append((str(token.attrGet("href")), len(parts)))
        elif token.type == "link_close":
            url, start = links.pop()
            label = "".join(parts[start:])
            if is_allowed_link(url):
                parts[start:] = [
                    f"<{url}>" if label in {url, url.removeprefix("mailto:")} else f"{label} <{url}>"
                ]
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
        else:
            parts.append(token.content)
    return "".join(parts)


def _indent(text: str, prefix: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))
