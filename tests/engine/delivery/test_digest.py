"""The owner's digest: once a week, only with something to say, never who said it, and not lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engine import delivery
from engine.delivery import digest_mail
from engine.models import Mail, Remark, Workout
from paths.models import Path
from people.models import Holiday
from tests.engine.delivery.post import MINUTE, fresh, send, tick
from tests.engine_factories import (
    ExerciseFactory,
    PathFactory,
    PathVersionFactory,
    RemarkFactory,
    RepFactory,
    SkillFactory,
    WorkoutFactory,
)
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

OWNER = "owner@example.org"
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
TODAY = MONDAY.date()


def owned_path(owner: str = OWNER, **fields) -> Path:
    path = PathFactory(owner=owner, **fields)
    Path.objects.filter(pk=path.pk).update(current=PathVersionFactory(path=path))
    return path


def exercise_of(path: Path, **fields):
    return ExerciseFactory(skill=SkillFactory(path=path, title="Notice a fan-out"), **fields)


def mistake(path: Path, **fields) -> Remark:
    rep = RepFactory(exercise=exercise_of(path, slug="which-total"))
    return RemarkFactory(rep=rep, **{"made_at": MONDAY - DAY, **fields})


def met(exercise, *, people: int, not_useful: int, day: date = TODAY - DAY) -> None:
    for number in range(people):
        rep = RepFactory(workout=WorkoutFactory(day=day), exercise=exercise)
        if number < not_useful:
            said_at = min(MONDAY - DAY, MONDAY - (TODAY - day))
            RemarkFactory(rep=rep, kind=Remark.Kind.NOT_USEFUL, text="", made_at=said_at)


def queue(now: datetime = MONDAY) -> int:
    return delivery.queue_digests(now=now)


def digests() -> list[Mail]:
    return list(Mail.objects.filter(kind=Mail.Kind.DIGEST).order_by("pk"))


def told() -> list[digest_mail.PathNews]:
    queue()
    [mail] = digests()
    return digest_mail.contents(mail)["news"]


class TestWhen:
    def test_it_comes_on_monday_at_nine_in_the_organisations_zone(self):
        mistake(owned_path())

        assert queue(MONDAY - MINUTE) == 0
        assert queue(MONDAY) == 1
        assert queue(MONDAY + MINUTE) == 0
        [mail] = digests()
        assert (mail.address, mail.person, mail.key) == (OWNER, None, f"{OWNER}:2026-W48")
        assert (mail.not_before, mail.expires_at) == (MONDAY, datetime(2026, 11, 23, 17, tzinfo=UTC))

    def test_on_a_holiday_of_the_organisation_it_comes_on_the_next_working_day(self):
        mistake(owned_path())
        for day in (TODAY, TODAY + DAY):
            Holiday.objects.create(day=day, name="Works outing")
        Holiday.objects.create(day=TODAY + 2 * DAY, country="FR", name="Elsewhere")

        assert [queue(MONDAY + days * DAY) for days in range(5)] == [0, 0, 1, 0, 0]

    def test_in_a_week_of_holidays_none_comes(self):
        mistake(owned_path())
        for number in range(5):
            Holiday.objects.create(day=TODAY + number * DAY, name="Closed")

        assert [queue(MONDAY + days * DAY) for days in range(7)] == [0] * 7

    @pytest.mark.parametrize("moment", [MONDAY + timedelta(hours=9), MONDAY + DAY, MONDAY + 6 * DAY])
    def test_what_could_not_go_in_its_hours_is_not_caught_up_that_week(self, moment):
        mistake(owned_path())

        assert queue(moment) == 0
        assert queue(MONDAY + WEEK) == 1

    def test_in_summer_nine_is_still_nine(self):
        mistake(owned_path())

        assert queue(datetime(2027, 6, 7, 6, 59, tzinfo=UTC)) == 0
        assert queue(datetime(2027, 6, 7, 7, 0, tzinfo=UTC)) == 1


class TestWho:
    def test_an_owner_of_several_paths_gets_one(self):
        mistake(owned_path(OWNER))
        mistake(owned_path(OWNER.upper()))

        assert len(told()) == 2

    def test_each_owner_hears_of_their_own_paths(self):
        first, second = owned_path(), owned_path("other@example.org")
        mistake(first)
        mistake(second)

        assert queue() == 2
        assert {
            mail.address: [one.path for one in digest_mail.contents(mail)["news"]] for mail in digests()
        } == {OWNER: [first], "other@example.org": [second]}

    @pytest.mark.parametrize(
        "owner", ["", "nobody", "ünï@example.org", "a b@example.org", "x@" + "y" * 64 + ".org"]
    )
    def test_what_is_no_address_gets_none_and_holds_up_nobody(self, owner):
        mistake(owned_path(owner))
        mistake(owned_path())

        assert queue() == 1

    @pytest.mark.parametrize("changes", [{"gone": True}, {"mail_refused_at": MONDAY}])
    def test_an_owner_who_left_or_whose_address_refuses_mail_gets_none(self, changes):
        PersonFactory(email=OWNER, **changes)
        mistake(owned_path())

        assert queue() == 0

    def test_an_owner_who_does_not_practise_gets_theirs(self):
        PersonFactory(email=OWNER, new=True)
        mistake(owned_path())

        assert queue() == 1

    def test_a_draft_and_a_path_without_a_version_say_nothing(self):
        mistake(owned_path(status=Path.Status.DRAFT))
        mistake(PathFactory(owner=OWNER))

        assert queue() == 0

    def test_the_longest_address_has_a_key_too(self):
        long = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".org"
        mistake(owned_path(long))

        assert queue() == 1
        assert queue() == 0


class TestWhat:
    def test_without_anything_to_say_there_is_none(self):
        exercise_of(owned_path(review_by=TODAY))

        assert queue() == 0

    @pytest.mark.parametrize("field", ["settled_at", "withdrawn_at"])
    def test_a_mistake_that_was_settled_or_taken_back_is_not_told(self, field):
        mistake(owned_path(), **{field: MONDAY})

        assert queue() == 0

    def test_a_review_date_that_passed_is_told(self):
        owned_path(review_by=TODAY - DAY)

        [news] = told()
        assert news.review_passed_on == TODAY - DAY

    def test_what_was_told_before_is_only_counted_and_alone_makes_no_mail(self):
        path = owned_path()
        mistake(path)
        queue()
        Mail.objects.update(status="sent", sent_at=MONDAY)

        assert queue(MONDAY + WEEK) == 0

        mistake(path, made_at=MONDAY + WEEK)
        assert queue(MONDAY + 2 * WEEK) == 1
        [news] = digest_mail.contents(digests()[-1])["news"]
        assert (len(news.mistakes), news.older) == (1, 1)

    def test_a_digest_that_never_went_out_told_nothing(self):
        mistake(owned_path())
        queue()
        Mail.objects.update(status="expired")

        assert queue(MONDAY + WEEK) == 1

    @pytest.mark.parametrize(
        ("people", "not_useful", "words"),
        [(4, 4, None), (5, 1, None), (5, 2, "about half"), (8, 2, "about a quarter"), (5, 5, "most")],
    )
    def test_what_is_not_useful_is_told_from_five_people_on_and_in_steps(self, people, not_useful, words):
        met(exercise_of(owned_path()), people=people, not_useful=not_useful)

        if words is None:
            assert queue() == 0
        else:
            [news] = told()
            assert [words in one.words for one in news.not_useful] == [True]

    def test_people_are_counted_not_reps(self):
        exercise = exercise_of(owned_path())
        person = PersonFactory()
        for days in range(9):
            workout = WorkoutFactory(person=person, day=TODAY - (days + 1) * DAY)
            RepFactory(workout=workout, exercise=exercise)
        met(exercise, people=3, not_useful=3)

        assert queue() == 0

    def test_only_the_last_ninety_days_and_the_present_wording_count(self):
        path = owned_path()
        met(exercise_of(path), people=6, not_useful=5, day=TODAY - 91 * DAY)
        met(exercise_of(path, is_current=False), people=6, not_useful=5)

        assert queue() == 0

    def test_more_than_fits_is_counted(self):
        path = owned_path()
        for _ in range(23):
            mistake(path)

        [news] = told()

        assert (len(news.mistakes), news.more) == (20, 3)

    def test_what_there_is_to_say_costs_the_same_queries_for_one_path_and_for_many(self):
        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                queue(MONDAY)
            Mail.objects.all().delete()
            return len(asked)

        path = owned_path(review_by=TODAY - DAY)
        mistake(path)
        met(exercise_of(path), people=5, not_useful=3)
        few = queries()
        for number in range(12):
            path = owned_path(f"owner{number}@example.org")
            mistake(path)
            met(exercise_of(path), people=5, not_useful=3)

        assert queries() == few


class TestMail:
    def test_it_quotes_what_was_said_and_never_who(self, post_to, settings):
        settings.BASE_URL = "https://rampart.example.com"
        sink, path = post_to(), owned_path(title="Trust no number", review_by=TODAY - DAY)
        remark = mistake(path, text="The key is <b>400</b> & not 350.")
        met(exercise_of(path, slug="row-count"), people=5, not_useful=2)
        queue()

        send()

        [received] = sink.received()
        assert received.recipients == [OWNER]
        assert received.message["To"].addresses[0].addr_spec == OWNER
        assert (
            received.message["Subject"]
            == "Your paths: 1 mistake reported, 1 exercise of little use, 1 review date passed"
        )
        for part in ("plain", "html"):
            text = received.part(part)
            for said in ("Trust no number", "which-total", "row-count", "about half", "22 Nov 2026"):
                assert said in text
            assert f"https://rampart.example.com/admin/paths/path/{path.pk}/change/" in text
            for person in (remark.person, *(workout.person for workout in Workout.objects.all())):
                assert person.name not in text
                assert person.email not in text
        assert "The key is <b>400</b> & not 350." in received.part("plain")
        assert "&lt;b&gt;400&lt;/b&gt; &amp; not 350." in received.part("html")

    def test_it_is_no_practice_mail_and_says_how_it_ends(self, post_to):
        sink = post_to()
        mistake(owned_path())
        queue()

        send()

        [received] = sink.received()
        assert "List-Unsubscribe" not in received.message
        assert received.message["Auto-Submitted"] == "auto-generated"
        for part in ("plain", "html"):
            assert "owner” is taken out of the path’s text" in received.part(part)
            assert "/stop/" not in received.part(part)
            assert "/mail/" not in received.part(part)

    def test_the_same_now_again_sends_nothing_more(self, post_to):
        sink = post_to()
        published(path_text())
        Path.objects.update(owner=OWNER, review_by=TODAY - DAY)

        first, second = tick(MONDAY), tick(MONDAY)

        assert (first["digests"], first["tried"]) == (1, 1)
        assert (second["digests"], second["tried"]) == (0, 0)
        assert len(sink.received()) == 1

    @pytest.mark.parametrize("mend", ["settle", "disown"])
    def test_what_was_mended_before_it_went_is_not_told(self, post_to, mend):
        sink, path = post_to(), owned_path()
        mistake(path)
        queue()
        if mend == "settle":
            Remark.objects.update(settled_at=MONDAY)
        else:
            Path.objects.update(owner="")

        send()

        [mail] = digests()
        assert (mail.status, mail.because) == (
            "cancelled",
            "There was nothing left to say about the owner's paths.",
        )
        assert sink.received() == []


class TestDoubt:
    """Like A25, but a digest may come twice, as the same message, and must not be lost."""

    @pytest.fixture
    def mail(self):
        mistake(owned_path())
        queue()
        [mail] = digests()
        return mail

    def test_a_break_after_the_final_dot_sends_it_once_more_as_the_same_message(self, post_to, mail):
        sink = post_to({"message": 1, "at": "dot", "drop": True})

        for minute in range(0, 60, 10):
            send(MONDAY + minute * MINUTE)

        assert fresh(mail).status == Mail.Status.SENT
        first, second = sink.received()
        assert first.message_id == second.message_id == mail.message_id
        assert first.message["Date"] == second.message["Date"]

    def test_it_is_never_sent_a_third_time(self, post_to, mail):
        sink = post_to({"at": "dot", "drop": True})

        for minute in range(0, 60, 10):
            send(MONDAY + minute * MINUTE)

        assert fresh(mail).status == Mail.Status.UNCERTAIN
        assert len(sink.received()) == 2

    def test_a_refusal_between_the_two_does_not_make_it_three(self, post_to, mail):
        sink = post_to(
            {"message": 1, "at": "dot", "drop": True},
            {"message": 2, "at": "rcpt", "reply": "451 4.7.1 Later"},
            {"message": 3, "at": "dot", "drop": True},
        )

        for minute in range(0, 120, 5):
            send(MONDAY + minute * MINUTE)

        assert fresh(mail).status == Mail.Status.UNCERTAIN
        assert len(sink.received()) == 2

    def test_a_worker_killed_while_it_was_sent_sends_it_once_more(self, post_to, mail):
        sink = post_to()
        for attempt in (1, 2):
            Mail.objects.update(
                status="sending", attempts=attempt, dated_at=MONDAY, claimed_until=timezone.now() - MINUTE
            )
            delivery.expire(now=MONDAY, real_now=timezone.now())

            again = fresh(mail)
            assert again.status == ("queued" if attempt == 1 else "uncertain")
            assert again.because == "The worker stopped while it was being sent."

        assert sink.received() == []

    def test_what_was_left_behind_past_its_hours_is_uncertain_and_not_late(self, mail):
        Mail.objects.update(status="sending", claimed_until=timezone.now() - MINUTE)

        delivery.expire(now=mail.expires_at, real_now=timezone.now())

        assert fresh(mail).status == Mail.Status.UNCERTAIN
