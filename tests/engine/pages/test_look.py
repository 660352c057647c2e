"""The style sheet's promises that arithmetic can hold: contrast in light and dark, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from tests.contrast import contrast

STATIC = Path("engine/static/engine")
CSS = (STATIC / "rampart.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[:2]
)
TEXT_ON = [
    *[
        (text, ground)
        for text in ("ink", "soft", "accent", "accent-deep")
        for ground in ("paper", "sheet", "tint")
    ],
    ("ink", "code"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("right", "paper"),
    ("right", "tint"),
    ("wrong", "paper"),
    ("wrong", "wrong-tint"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(scheme, text, ground):
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet"])
def test_the_edges_of_controls_can_be_seen(scheme, ground):
    assert contrast(scheme["edge"], scheme[ground]) >= 3


def test_every_colour_has_a_name():
    rules = CSS[CSS.index("*,\n::before") :]

    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", rules)


def test_nothing_comes_from_another_host():
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_the_name_in_the_admins_header_stands_out_in_light_and_dark():
    theme = Path("engine/static/admin-theme/theme.css").read_text()
    [grounds] = re.findall(r"--header-bg: light-dark\((#\w{6}), (#\w{6})\);", theme)
    [rule] = re.findall(r"#site-name a:visited \{(.*?)\}", theme, re.S)

    assert "color: var(--header-branding-color);" in rule
    assert "--header-branding-color: #fff;" in theme
    assert min(contrast("#ffffff", ground) for ground in grounds) >= 4.5
