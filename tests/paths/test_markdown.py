from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paths.markdown import Finding, Flaw, findings, is_allowed_link, plain, render

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\\\nscript:alert(1))",
    "[x](<java script:alert(1)>)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<a href='https://a.example' onclick=alert(1)>x</a>",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](http://evil.example)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](https://tracker.example/pixel.gif)",
    "![x][1]\n\n[1]: https://tracker.example/pixel.gif",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "<style>p{background:url(//evil.example)}</style>",
    "| a |\n|---|\n| [x](javascript:alert(1)) <script> |",
    '[x](https://a.example "\\" onmouseover=alert(1)")',
]
ALLOWED_TAGS = {"a", "p", "br", "em", "strong", "code", "pre", "blockquote", "hr", "ul", "ol", "li"}
ALLOWED_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Survivors(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= set(attrs)


def is_safe(html):
    survivors = Survivors(html)
    links = {value for name, value in survivors.attributes if name == "href"}
    names = {name for name, _ in survivors.attributes}
    return (
        survivors.tags <= ALLOWED_TAGS
        and names <= {"href", "rel", "title", "start"}
        and all(link.startswith(("https://", "mailto:")) for link in links)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_survives_as_html(text):  # A42
    assert is_safe(render(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_image_is_ever_fetched(text):  # A42
    assert "<img" not in render(text)
    assert "tracker.example" not in render(text)


@given(
    st.lists(st.sampled_from([*HOSTILE, "**", "`", "> ", "\n\n", "a", "[", "](", "|"]), max_size=8).map(
        "".join
    )
)
@settings(max_examples=300)
def test_no_mix_of_hostile_texts_survives_as_html(text):
    assert is_safe(render(text))


@given(st.text(max_size=200))
@settings(max_examples=300)
def test_any_text_renders_safely_and_reads_plainly(text):
    assert is_safe(render(text))
    assert isinstance(plain(text), str)
    assert isinstance(findings(text), list)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* and **b**", "<p><em>a</em> and <strong>b</strong></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```sql\nselect 1\n```", "<pre><code>select 1\n</code></pre>"),
        ("    indented", "<pre><code>indented\n</code></pre>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("# a", "<p>a</p>"),
        ("a <b>", "<p>a &lt;b&gt;</p>"),
        ("![a join](https://a.example/j.png)", "<p>a join</p>"),
        ("[x](/local)", "<p>x</p>"),
        (
            "[x](https://a.example)",
            '<p><a href="https://a.example" rel="noopener noreferrer nofollow">x</a></p>',
        ),
    ],
)
def test_markdown_becomes_plain_html(text, html):
    assert render(text).strip() == html


def test_a_table_is_rendered_without_styles():
    html = render("| a | b |\n|--:|---|\n| 1 | 2 |")

    assert "<th>a</th>" in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* and **b** and `c < d`", "a and b and c < d"),
        ("one\ntwo", "one two"),
        ("one  \ntwo", "one\ntwo"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("look:\n\n```sql\nselect 1\n  from t\n```", "look:\n\n    select 1\n      from t"),
        ("- a\n- b", "- a\n- b"),
        ("9. a\n10. b", "9. a\n10. b"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c"),
        ("- a\n\n  more\n- b", "- a\n\n  more\n- b"),
        ("> a\n>\n> b", "> a\n>\n> b"),
        ("[the rows](https://a.example/x?a=1&b=2)", "the rows <https://a.example/x?a=1&b=2>"),
        ("<https://a.example>", "<https://a.example>"),
        ("[ask](mailto:a@b.example)", "ask <mailto:a@b.example>"),
        ("[x](javascript:alert(1))", "x"),
        ("![a join](https://a.example/j.png)", "a join"),
        ("| a | bb |\n|---|---|\n| 11 | 2 |", "a  | bb\n---+---\n11 | 2"),
        ("# Head\n\ntext", "Head\n\ntext"),
        ("a\n\n---\n\nb", "a\n\n----\n\nb"),
        ("", ""),
    ],
)
def test_markdown_becomes_text_for_the_text_part_of_a_mail(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://a.example", True),
        ("HTTPS://a.example/x", True),
        ("mailto:a@b.example", True),
        ("http://a.example", False),
        ("https:a.example", False),
        ("https://", False),
        ("//a.example", False),
        ("/a", False),
        ("#a", False),
        ("", False),
        ("mailto:", False),
        ("https://a.example/\nBcc: x", False),
        ("https://[", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_link_is_https_to_a_host_or_mailto_somebody(url, allowed):
    assert is_allowed_link(url) is allowed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain *text* with 1 < 2 and [brackets]", []),
        ("`<b>` and `[x](http://a.example)`", []),
        ("```\n<script>\n```", []),
        ("[a](https://a.example) <mailto:a@b.example>", []),
        ("a <b>bold</b>", [Finding(Flaw.RAW_HTML, "<b>"), Finding(Flaw.RAW_HTML, "</b>")]),
        ("<div>\nx\n</div>", [Finding(Flaw.RAW_HTML, "<div>\nx\n</div>")]),
        ("[x](http://a.example)", [Finding(Flaw.LINK, "http://a.example")]),
        ("[x](javascript:alert(1))", [Finding(Flaw.LINK, "javascript:alert(1)")]),
        ("![](https://a.example/j.png)", [Finding(Flaw.IMAGE_WITHOUT_ALT, "https://a.example/j.png")]),
        ("![a join](https://a.example/j.png)", [Finding(Flaw.IMAGE, "https://a.example/j.png")]),
    ],
)
def test_findings_name_what_a_path_must_not_carry(text, found):
    assert findings(text) == found
