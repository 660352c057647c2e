from datetime import date

import pytest
from django.utils import timezone

from engine.admin.impact import ChangedKey, impact_of
from engine.models import Enrolment
from engine.practice import reconcile
from paths.models import Exercise
from paths.publishing import PathDraft, prepare
from tests.engine_factories import AnswerFactory, EnrolmentFactory, RepFactory
from tests.factories import LevelFactory, PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db


def drafted(text: str) -> PathDraft:
    [draft], _ = prepare({"a.yaml": text.encode()})
    return draft


def test_a_first_version_enrols_whom_it_is_for_and_mails_them_on_workdays():
    PersonFactory()
    PersonFactory(workdays="mon,tue")
    PersonFactory(new=True)
    PersonFactory(level=LevelFactory(slug="expert"))

    impact = impact_of(drafted(path_text()))

    assert (impact.enrolled, impact.joining, impact.leaving, impact.waiting) == (0, 2, 0, 1)
    assert (impact.mails_now, impact.mails_then) == (0, 7)


def test_who_left_or_stopped_or_is_no_person_waits_for_no_start():
    PersonFactory(new=True, gone=True)
    PersonFactory(stopped_at=MONDAY)
    PersonFactory(new=True, kind="agent", owner=PersonFactory(role=None))

    assert impact_of(drafted(path_text())).waiting == 0


def test_an_audience_that_moves_on_swaps_people():
    PersonFactory.create_batch(3)
    PersonFactory(level=LevelFactory(slug="expert"), workdays="fri")
    published(path_text())
    reconcile(now=MONDAY)

    impact = impact_of(drafted(path_text(level="expert")))

    assert (impact.enrolled, impact.joining, impact.leaving) == (3, 1, 3)
    assert (impact.mails_now, impact.mails_then) == (15, 1)


def test_who_was_enrolled_by_hand_stays_whatever_the_audience():
    [version] = published(path_text())
    EnrolmentFactory(path=version.path, source=Enrolment.Source.BY_HAND)

    impact = impact_of(drafted(path_text(level="expert")))

    assert (impact.enrolled, impact.leaving, impact.mails_then) == (1, 0, 5)


@pytest.mark.parametrize(("status", "mails_then"), [("draft", 0), ("retired", 5)])
def test_a_path_that_stops_takes_nobody_in_and_a_retired_one_goes_on_for_the_enrolled(status, mails_then):
    PersonFactory()
    published(path_text())
    reconcile(now=MONDAY)
    PersonFactory()
    PersonFactory(new=True)

    impact = impact_of(drafted(path_text(status=status)))

    assert (impact.joining, impact.leaving, impact.waiting) == (0, 0, 0)
    assert (impact.mails_now, impact.mails_then) == (5, mails_then)


def test_an_ended_enrolment_counts_no_more():
    [version] = published(path_text())
    EnrolmentFactory(path=version.path, ended_on=date(2026, 11, 1))

    assert impact_of(drafted(path_text(level="expert"))).enrolled == 0


def test_a_changed_key_names_how_many_people_answered_under_the_old_one():
    published(path_text(body=skill_text("grain")))
    exercise = Exercise.objects.get(slug="first")
    people = PersonFactory.create_batch(2)
    for day, person in enumerate([*people, people[0]], start=1):
        AnswerFactory(
            rep=RepFactory(workout__person=person, exercise=exercise, workout__day=date(2026, 11, day))
        )
    AnswerFactory(rep=RepFactory(exercise=exercise), undone_at=timezone.now())
    text = path_text(body=skill_text("grain").replace("sound: true", "sound: false"))

    impact = impact_of(drafted(text))

    assert impact.keys == (ChangedKey(exercise="grain/first", people=2),)
    assert impact.change == "major"


def test_a_changed_key_is_found_under_the_skills_old_name():
    published(path_text(body=skill_text("grain")))
    AnswerFactory(rep=RepFactory(exercise=Exercise.objects.get(slug="first")))
    renamed = skill_text("row-grain").replace("after:", "was: [grain]\n    after:", 1)

    impact = impact_of(drafted(path_text(body=renamed.replace("sound: true", "sound: false"))))

    assert impact.keys == (ChangedKey(exercise="row-grain/first", people=1),)


def test_wording_changes_no_key():
    published(path_text(body=skill_text("grain")))

    impact = impact_of(drafted(path_text(body=skill_text("grain", prompt="The total is 351. Sound?"))))

    assert (impact.keys, impact.change) == ((), "minor")
