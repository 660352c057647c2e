"""Lines of a sheet that name nobody, or an agent."""

import pytest

from people.graduate_sheets import Said
from people.strangers import strangers
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_each_line_that_names_nobody_or_an_agent_is_a_problem_of_its_own():
    ann, bot = PersonFactory(), PersonFactory(kind="agent", owner=PersonFactory(), email="bot@example.org")
    people = {person.email: person for person in (ann, bot)}
    emails = [ann.email, "who@example.org", bot.email]
    said = [Said(line=line, email=email, kind="k1") for line, email in enumerate(emails, start=2)]

    found = list(strangers(said, people, but_agents="never learn"))

    assert [(one.line, one.column, one.message) for one in found] == [
        (3, "email", "'who@example.org' is nobody's address here; correct it, or import the person first."),
        (4, "email", "'bot@example.org' is the address of an agent, and agents never learn."),
    ]
