"""What employees can find on their pages: each state of each page, with the rows that bring it about.

tests/every_page.py has every address once; here are the faces of those that have several. A page with a new
state gets a line in `situations`, and is looked at by everything that walks them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.urls import reverse

from engine import links, practice
from engine.links import Purpose
from engine.pages.reps import address
from engine.rules.grading import Given
from engine.rules.memory import Rating
from people.models import Absence, Person
from tests import work_situations
from tests.engine_factories import KINDS, EnrolmentFactory, RepFactory, WorkoutFactory
from tests.factories import AbsenceCalendarFactory, AbsenceFactory
from tests.stage import Situation, Stage

RIGHT = {
    "choice": Given(option="b"),
    "judge": Given(sound=False),
    "estimate": Given(number=11_000),
    "recall": Given(text="one row per thing", self_rating=Rating.GOOD),
    "do": Given(text="see my notes", self_rating=Rating.EASY),
}
WRONG = {
    "choice": Given(option="a"),
    "judge": Given(sound=True),
    "estimate": Given(number=7),
    "recall": Given(self_rating=Rating.AGAIN),
    "do": Given(self_rating=Rating.HARD),
}


def situations(*, now: datetime, language: str = "en") -> list[Situation]:
    stage = Stage(now=now, day=now.date(), language=language)
    return [
        *_todays(stage),
        *_reps(stage),
        *_feedbacks(stage),
        *_links_that_do_not_answer(stage),
        *_settings(stage),
        *_days_away(stage),
        *_own_pages(stage),
        *work_situations.of(stage),
        *_sign_in(stage),
    ]


def _todays(stage: Stage) -> list[Situation]:
    states: dict[str, Callable[[Stage], Person]] = {
        "no path": lambda stage: stage.person(),
        "not started": lambda stage: stage.person(new=True),
        "ready": lambda stage: EnrolmentFactory(person=stage.person()).person,
        "open": _in_the_middle,
        "done": lambda stage: stage.answered(Given(option="b")).person,
        "nothing worth it": lambda stage: WorkoutFactory(person=stage.person(), day=stage.day, size=0).person,
        "paused": _paused,
        "paused in the middle": lambda stage: _pause(stage, _in_the_middle(stage)),
        "stopped": _stopped,
        "day off": lambda stage: (
            AbsenceFactory(person=EnrolmentFactory(person=stage.person()).person, starts_on=stage.day).person
        ),
    }
    return [
        Situation(name=f"today: {state}", address=reverse("today"), who=build(stage))
        for state, build in states.items()
    ]


def _in_the_middle(stage: Stage) -> Person:
    workout = WorkoutFactory(person=stage.person(), day=stage.day, planned_at=stage.now, size=6)
    for kind in KINDS:
        RepFactory(workout=workout, kind=kind)
    for rating in (1, 2, 3, 4, None):
        RepFactory(workout=workout, known=True, last_rating=rating)
    first = workout.reps.first()
    practice.answer(first, Given(option="b"), attempt=1, now=stage.now)
    return workout.person


def _pause(stage: Stage, person: Person) -> Person:
    practice.pause(person, until=stage.day + timedelta(days=3), now=stage.now)
    return person


def _paused(stage: Stage) -> Person:
    return _pause(stage, EnrolmentFactory(person=stage.person()).person)


def _stopped(stage: Stage) -> Person:
    person = stage.person()
    practice.stop(person, now=stage.now)
    return person


def _reps(stage: Stage) -> list[Situation]:
    looks = [
        Situation(name=f"rep: {kind}, {word}", address=address(stage.rep(kind=kind, known=word == "known")))
        for kind in KINDS
        for word in ("new", "known")
    ]
    refused = [
        Situation(name=f"rep: {kind}, refused", address=address(stage.rep(kind=kind)), press={"attempt": 1})
        for kind in KINDS
    ]
    too_old = Situation(name="rep: changed", address=address(stage.rep()), press={"attempt": 2})
    chosen = reverse("rep_chosen", args=[links.token(Purpose.ANSWER, stage.rep().pk), 1, "a"])
    taken_back = stage.answered(Given(option="b"))
    practice.undo(taken_back, now=stage.now)
    return [
        *looks,
        *refused,
        too_old,
        Situation(name="rep: chosen in the mail", address=chosen),
        Situation(name="rep: taken back", address=address(taken_back)),
    ]


def _feedbacks(stage: Stage) -> list[Situation]:
    return [
        Situation(name=f"feedback: {kind}, {word}", address=address(stage.answered(given[kind], kind=kind)))
        for kind in KINDS
        for word, given in (("right", RIGHT), ("wrong", WRONG))
    ]


def _links_that_do_not_answer(stage: Stage) -> list[Situation]:
    old = stage.rep()
    old.workout.planned_at = stage.now - timedelta(days=30)
    old.workout.save(update_fields=["planned_at"])
    return [
        Situation(name="rep: expired", address=address(old)),
        Situation(name="rep: bad link", address=reverse("rep", args=["1.forged"])),
        Situation(name="nothing here", address="/nowhere/"),
        Situation(name="not for you", address=reverse("admin:index"), who=stage.person()),
    ]


def _settings(stage: Stage) -> list[Situation]:
    paused, stopped = _paused(stage), _stopped(stage)
    behind = [
        Situation(name=f"preferences: {state}", address=reverse("preferences"), who=person)
        for state, person in {
            "practising": EnrolmentFactory(person=stage.person()).person,
            "paused": paused,
            "stopped": stopped,
            "no path": stage.person(),
        }.items()
    ]
    mail, mail_of_stopped = stage.mail(), stage.mail(stopped_at=stage.now)
    token = links.token(Purpose.SETTINGS, mail.pk)
    said = [
        Situation(name=f"settings: {word}", address=f"{reverse('mail_settings', args=[token])}?done={word}")
        for word in ("pause", "go-on", "hour", "stop")
    ]
    wrong = [
        Situation(
            name=f"settings: {what}, refused", address=reverse("mail_settings", args=[token]), press=form
        )
        for what, form in {
            "hour": {"do": "hour", "send_time": "soon", "minutes": "0"},
            "pause": {"do": "pause", "until": "2020-01-01"},
            "no date": {"do": "pause"},
        }.items()
    ]
    stops = [
        Situation(name=f"stop: {name}", address=reverse("stop", args=[links.token(Purpose.STOP, one.pk)]))
        for name, one in {"ask": mail, "stopped": mail_of_stopped}.items()
    ]
    return [*behind, *said, *wrong, *stops]


def _days_away(stage: Stage) -> list[Situation]:
    away = EnrolmentFactory(person=stage.person()).person
    for days, (source, _label) in enumerate(Absence.Source.choices, start=1):
        AbsenceFactory(person=away, starts_on=stage.day + timedelta(days=7 * days), source=source)
    failing = AbsenceCalendarFactory(person=stage.person(), tried_at=stage.now, problem="It does not answer.")
    read = AbsenceCalendarFactory(person=stage.person(), tried_at=stage.now, read_at=stage.now)
    found = {"known": away, "calendar fails": failing.person, "calendar read": read.person}
    token = links.token(Purpose.SETTINGS, stage.mail().pk)
    behind_the_link = reverse("mail_settings", args=[token])
    return [
        *[
            Situation(name=f"days away: {name}", address=reverse("preferences"), who=person)
            for name, person in found.items()
        ],
        *[
            Situation(name=f"days away: {word}", address=f"{behind_the_link}?done={word}")
            for word in ("away", "back", "calendar", "no-calendar")
        ],
        *[
            Situation(name=f"days away: {form['do']}, refused", address=behind_the_link, press=form)
            for form in (
                {"do": "away", "starts_on": "2026-12-24", "ends_on": "2026-12-01"},
                {"do": "calendar", "address": "http://calendar.example.org/me.ics"},
            )
        ],
    ]


def _own_pages(stage: Stage) -> list[Situation]:
    """The pages of somebody who practised a while, and of somebody who has yet to begin."""
    practised, new = stage.person(), stage.person()
    for days in (30, 23, 9, 1):
        then = stage.now - timedelta(days=days)
        workout = WorkoutFactory(person=practised, day=then.date(), planned_at=then, size=len(KINDS))
        for kind, given in (RIGHT if days % 2 else WRONG).items():
            rep = RepFactory(workout=workout, kind=kind)
            practice.answer(rep, given, attempt=1, now=then)
    AbsenceFactory(person=practised, starts_on=stage.day - timedelta(days=14))
    said = practised.reps.first()
    practice.call_not_useful(said, attempt=1, now=stage.now - timedelta(days=30))
    practice.report_mistake(said, "The key is wrong.", attempt=1, now=stage.now - timedelta(days=30))
    who = {"after a while": practised, "at first": new}
    return [
        *[
            Situation(name=f"{page}: {when}", address=reverse(page), who=person)
            for page in ("memory", "weeks", "data")
            for when, person in who.items()
        ],
        Situation(name="feedback: remarks made", address=address(said)),
    ]


def _sign_in(stage: Stage) -> list[Situation]:
    nobody = (
        *("account_login", "account_request_login_code", "account_inactive", "account_signup"),
        *("account_reset_password", "account_reset_password_done"),
        "account_reset_password_from_key_done",
    )
    person = stage.person()
    person.set_password("a long enough phrase")
    person.save(update_fields=["password"])
    return [
        *[Situation(name=f"sign-in: {page}", address=reverse(page)) for page in nobody],
        Situation(
            name="sign-in: refused",
            address=reverse("account_login"),
            press={"login": "nobody@example.org", "password": "wrong"},
        ),
        Situation(
            name="sign-in: a code that is on its way",
            address=reverse("account_request_login_code"),
            press={"email": person.email},
        ),
        Situation(
            name="sign-in: an old link",
            address=reverse("account_reset_password_from_key", args=["1", "abc-def"]),
        ),
        Situation(name="sign-out", address=reverse("account_logout"), who=person),
        Situation(name="password: change", address=reverse("account_change_password"), who=person),
        Situation(name="password: choose", address=reverse("account_set_password"), who=stage.person()),
        Situation(
            name="password: refused",
            address=reverse("account_change_password"),
            who=person,
            press={"oldpassword": "wrong", "password1": "a", "password2": "b"},
        ),
    ]
