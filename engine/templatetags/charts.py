"""Pictures drawn by the server: SVG with classes alone, as the content security policy asks."""

from django import template

from engine.pages.memory import Believed
from engine.pages.team import Kind
from engine.pages.weeks import Chart

register = template.Library()


@register.inclusion_tag("pages/memory/curve.html")
def forgetting_curve(one: Believed) -> dict[str, object]:
    return {"one": one, "picture": one.picture}


@register.inclusion_tag("pages/weeks/picture.html")
def weeks_picture(chart: Chart) -> dict[str, object]:
    return {"chart": chart}


@register.inclusion_tag("pages/team/picture.html")
def leads_picture(kind: Kind) -> dict[str, object]:
    weeks = kind.picture.weeks
    return {"kind": kind, "chart": kind.chart, "first": weeks[0], "last": weeks[-1]}
