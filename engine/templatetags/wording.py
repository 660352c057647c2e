"""Authored text in templates: sanitised HTML for pages and mails, plain text for the text part."""

from decimal import Decimal

import nh3
from django import template
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe

from engine import sentences, wording
from paths import markdown

MOST_DIGITS = 15  # of a float that are to be trusted

register = template.Library()
register.filter("ai_rule", wording.ai_rule)
register.filter("day", wording.day)
register.filter("full_day", wording.full_day)
register.filter("is_allowed_link", markdown.is_allowed_link)
register.filter("moment", sentences.moment)


@register.filter
def html(text: str) -> SafeString:
    """Render authored Markdown; what comes out went through the sanitiser."""
    return mark_safe(markdown.render(text))  # noqa: S308


@register.filter
def inline(text: str) -> SafeString:
    """Render authored Markdown for the inside of a label or a link: no blocks, no links of its own."""
    lines = markdown.render(text).strip().replace("</p>\n<p>", "<br>")
    return mark_safe(nh3.clean(lines, tags={"br", "code", "em", "strong"}, attributes={}))  # noqa: S308


@register.filter
def plain(text: str) -> SafeString:
    return mark_safe(markdown.plain(text))  # noqa: S308


@register.filter
def indented(text: str, width: int) -> SafeString:
    """Move every line but the first to the right."""
    return mark_safe(text.replace("\n", "\n" + " " * width))  # noqa: S308


@register.filter
def number(value: float) -> str:
    """Write a number as the reader's language does, without the noise of binary fractions."""
    digits = Decimal(f"{value:.{MOST_DIGITS}g}")
    if digits.adjusted() >= MOST_DIGITS or digits.adjusted() < -MOST_DIGITS:
        return str(digits)
    whole_or_not = f"{digits:f}".rstrip("0").rstrip(".") if "." in f"{digits:f}" else f"{digits:f}"
    return formats.number_format(whole_or_not, use_l10n=True, force_grouping=True)
