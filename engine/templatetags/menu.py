"""What the menu of employees' pages offers about tasks."""

from django import template

from engine.onramps.belonging import Uses, uses_of
from people.models import Person

register = template.Library()


@register.simple_tag
def uses(person: Person) -> Uses:
    return uses_of(person)
