"""My memory, my weeks, my data: for one person's eyes, light enough for a phone, and never empty-handed."""

import json
from datetime import timedelta
from uuid import uuid4

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engine import practice
from engine.models import Answer, Mail, Memory, Remark, Rep, Review, Workout
from engine.practice import remembering
from engine.practice.own_data import HELD
from engine.rules.memory import Rating
from paths.models import Skill
from tests.engine_factories import TODAY, EnrolmentFactory, ExerciseFactory, RepFactory, WorkoutFactory
from tests.every_page import OWN_NUMBER, SECRET, build_world
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.shown import text
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

OWN = ["memory", "weeks", "data", "data_export"]
PAGES = ["today", "memory", "weeks", "preferences", "data"]
MOST_BYTES = 100_000


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def home(client, person):
    client.force_login(person)
    return lambda route, **query: client.get(reverse(route), query)


def practised(person, slug, *ratings, every=7, source=Review.Source.WORK):
    """Review a skill so often, the last time so many days ago."""
    for number, rating in enumerate(ratings):
        then = MONDAY - timedelta(days=every * (len(ratings) - number))
        remembering.record(
            person,
            skill_id=Skill.objects.get(slug=slug).pk,
            rating=rating,
            source=source,
            now=then,
            on=then.date(),
        )


def enrolled(skills, **options):
    published(path_text(skills=skills, **options))
    practice.reconcile(now=MONDAY)


# The way around


@pytest.mark.parametrize("route", PAGES)
def test_every_page_leads_to_every_other_and_says_where_one_is(home, route):
    page = text(home(route))

    assert [other for other in PAGES if f'<a href="{reverse(other)}"' not in page] == []
    assert f'<a href="{reverse(route)}" aria-current="page">' in page
    assert page.count("aria-current") == 1


@pytest.mark.parametrize("route", PAGES)
def test_a_page_needs_no_script_and_no_style_of_its_own(home, person, route):
    enrolled(["fan-out"])
    practised(person, "fan-out", Rating.GOOD)

    response = home(route)

    assert "<script" not in text(response)
    assert "style=" not in text(response)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("route", ["memory", "weeks", "data"])
def test_a_page_is_sound_html(home, person, route):
    enrolled(["fan-out", "grain"])
    practised(person, "fan-out", Rating.AGAIN, Rating.EASY)
    RepFactory(workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=3)))

    html5lib.HTMLParser(strict=True).parse(text(home(route)))


@pytest.mark.parametrize("route", OWN)
def test_a_page_of_ones_own_needs_a_sign_in(visitor, route):
    assert visitor.get(reverse(route)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("route", OWN)
def test_nobody_else_sees_what_is_a_persons_own(client, route):
    world = build_world()
    others = [person for role, person in world.people.items() if role != "employee"]

    pages = []
    for other in others:
        client.force_login(other)
        pages.append(text(client.get(reverse(route))))

    assert [page for page in pages if SECRET in page or str(OWN_NUMBER) in page] == []
    assert [page for page in pages if world.employee.email in page] == []


# My memory


def test_my_memory_says_in_words_what_is_believed_and_when_a_skill_comes_again(home, person):
    enrolled(["fan-out", "grain", "denominator"])
    practised(person, "fan-out", Rating.GOOD, Rating.GOOD)

    page = text(home("memory"))

    assert "You very likely know it today: about 96\N{NO-BREAK SPACE}%." in page
    assert "It could come again around 7\N{NO-BREAK SPACE}December." in page
    assert "2 more skills wait on this path." in page
    assert "a model of memory, and never a judgement. Nobody else sees this page." in page


def test_a_curve_has_the_same_in_words_and_its_reviews_in_a_table(home, person):
    enrolled(["fan-out"])
    practised(person, "fan-out", Rating.AGAIN, Rating.EASY)

    page = text(home("memory"))

    assert "<title" in page
    assert "Forgetting curve: Notice fan-out" in page
    assert "It rises to 100 % at each of 2 reviews and falls after each." in page
    assert "<td>16 Nov 2026</td><td>no help</td><td>signed-off work</td>" in page
    assert '<use class="cross"' in page
    assert '<use class="star"' in page


def test_a_skill_that_has_faded_could_come_any_day_and_is_not_overdue(home, person):
    enrolled(["fan-out"])
    practised(person, "fan-out", Rating.AGAIN, every=60)

    page = text(home("memory"))

    assert "It has probably faded by now" in page
    assert "It could come with one of your next workouts." in page
    assert "overdue" not in page


def test_a_skill_on_none_of_the_persons_paths_does_not_come_again(home, person):
    published(path_text(skills=["fan-out"]))
    practised(person, "fan-out", Rating.GOOD)

    page = text(home("memory"))

    assert "On none of your paths now" in page
    assert "It does not come again by itself." in page


def test_an_empty_memory_says_what_to_do_next_and_what_is_to_come(home):
    enrolled(["fan-out", "grain"])

    page = text(home("memory"))

    assert "Your first rep lays the first trace." in page
    assert f'<a href="{reverse("today")}">To today’s workout</a>' in page
    assert "Trust no number: 2 skills wait" in page


def many_skills(person, many, *, reviews):
    slugs = [f"skill-{uuid4()}" for _ in range(many)]
    enrolled(slugs)
    ids = dict(Skill.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    Review.objects.bulk_create(
        Review(
            person=person,
            skill_id=ids[slug],
            rating=1 + number % 4,
            reviewed_on=TODAY - timedelta(days=reviews - number),
            reviewed_at=MONDAY,
            source=Review.Source.REP,
        )
        for slug in slugs
        for number in range(reviews)
    )
    for skill in ids.values():
        remembering.rebuild_one(person.pk, skill)


def test_sixty_skills_of_sixty_reviews_stay_light_and_are_all_there(home, person):
    many_skills(person, 60, reviews=60)

    pages = [home("memory", page=number) for number in (1, 2, 3, 4)]

    assert max(len(page.content) for page in pages) < MOST_BYTES
    assert sum(text(page).count("<h3") for page in pages) == 60
    assert "Skills 16 to 30 of 60" in text(pages[1])
    assert "50 earlier reviews are in your export." in text(pages[0])


def test_a_path_that_goes_on_overleaf_counts_what_waits_only_at_its_end(home, person):
    many_skills(person, 20, reviews=1)
    slugs = list(Skill.objects.values_list("slug", flat=True))
    published(path_text(skills=[*slugs, "yet-to-meet"]))

    assert "wait" not in text(home("memory"))
    assert "1 more skill waits on this path." in text(home("memory", page=2))


# My weeks


def test_my_weeks_show_what_was_practised_without_a_streak(home, person):
    for days_ago, is_answered in ((3, True), (4, False), (5, True)):
        rep = RepFactory(workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=days_ago)))
        if is_answered:
            Answer.objects.create(
                rep=rep, attempt=1, exercise=rep.exercise, given={}, rating=3, answered_at=MONDAY
            )

    page = text(home("weeks"))

    assert "you practised on 2 of the 3 workdays that brought you a workout" in page
    assert page.count('<circle class="practised" cx') == 2
    assert page.count('<circle class="left-out" cx') == 1
    assert '<th scope="row">16 Nov</th><td>3</td><td>2</td>' in page
    assert "streak" not in page.lower()


def test_the_picture_of_weeks_says_where_it_begins_and_ends(home, person):
    RepFactory(workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=3)))

    picture = text(home("weeks")).partition('<svg class="curve weeks" viewBox="0 0')[2].partition("</svg>")[0]

    assert ">7 Sep<" in picture
    assert ">this week<" in picture


def test_a_day_practised_although_it_was_off_is_an_extra(home, person):
    rep = RepFactory(workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=2)))
    Answer.objects.create(rep=rep, attempt=1, exercise=rep.exercise, given={}, rating=3, answered_at=MONDAY)

    page = text(home("weeks"))

    assert "You also practised on 1 day off." in page
    assert '<path class="extra"' in page


def test_weeks_without_a_workout_say_that_nothing_was_missed(home):
    page = text(home("weeks"))

    assert "nothing was missed" in page
    assert f'<a href="{reverse("today")}">' in page
    assert "<svg" not in page


# My data


def test_my_data_tells_every_kind_of_row_with_its_count_and_who_sees_it(home, person):
    AbsenceFactory(person=person)

    response = home("data")

    assert {kind.name for kind, _count in response.context["kinds"]} == {*HELD, "reps", "answers"}
    assert 'Absences <span class="count">1 entry</span>' in text(response)
    assert "The text is removed after 30 days." in text(response)
    assert text(response).count("Seen by:") == len(HELD) + 3


def test_the_export_is_one_file_that_nobody_keeps(home, person):
    RepFactory(workout=WorkoutFactory(person=person))

    response = home("data_export")
    told = json.loads(response.content)

    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="rampart-2026-11-23.json"'
    assert "no-store" in response["Cache-Control"]
    assert told["person"]["email"] == person.email
    assert len(told["workouts"][0]["reps"]) == 1


# What it costs


def a_lot(person, many):
    """So many of everything a person's pages list."""
    exercises = [ExerciseFactory() for _ in range(min(many, 30))]
    days = [TODAY - timedelta(days=number) for number in range(1, many + 1)]
    workouts = Workout.objects.bulk_create(
        Workout(person=person, day=day, planned_at=MONDAY, plan=uuid4(), size=1)
        for day in days
        if not person.workouts.filter(day=day).exists()
    )
    reps = Rep.objects.bulk_create(
        Rep(workout=workout, person=person, skill=one.skill, exercise=one, position=0, why="new")
        for number, workout in enumerate(workouts)
        for one in [exercises[number % len(exercises)]]
    )
    answers = Answer.objects.bulk_create(
        Answer(rep=rep, attempt=1, exercise=rep.exercise, given={}, rating=3, answered_at=MONDAY)
        for rep in reps
    )
    Review.objects.bulk_create(
        Review(
            person=person,
            skill_id=answer.rep.skill_id,
            rating=3,
            reviewed_on=TODAY,
            reviewed_at=MONDAY,
            source=Review.Source.REP,
            answer=answer,
        )
        for answer in answers
    )
    for exercise in exercises:
        remembering.rebuild_one(person.pk, exercise.skill_id)
    Remark.objects.bulk_create(
        Remark(
            kind="mistake",
            person=person,
            rep=rep,
            exercise=rep.exercise,
            made_at=MONDAY,
            withdrawn_at=MONDAY,
        )
        for rep in reps
    )
    Mail.objects.bulk_create(
        Mail(
            kind=Mail.Kind.WORKOUT,
            person=person,
            key=f"{person.pk}:{uuid4()}",
            not_before=MONDAY,
            expires_at=MONDAY,
            message_id=str(uuid4()),
        )
        for _ in reps
    )
    for _ in range(3):
        AbsenceFactory(person=person)
        EnrolmentFactory(person=person)


@pytest.mark.parametrize("route", OWN)
def test_a_page_takes_the_same_queries_at_ten_and_at_a_thousand_rows(client, route):
    new, old = PersonFactory(), PersonFactory()
    a_lot(new, 10)
    a_lot(old, 1_000)

    assert queries_of(client, new, route) == queries_of(client, old, route)
    assert Memory.objects.filter(person=old).count() == 30


def queries_of(client, person, route):
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(route))
    return len(queries)
