"""What needs doing, on the first page of the admin: each group sees its own, in a few queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine import health, practice
from engine.admin.on_ramps import without_learners
from engine.admin.onramps.requests import only_guardians_decide
from engine.admin.onramps.tasks import unmatched
from engine.admin.onramps.teams import long_observed
from engine.admin.paths import is_idle, review_is_due
from engine.admin.people_filters import (
    NOT_STARTED,
    REFUSED,
    UNPLACED,
    out_of_reach,
    unreadable_calendars,
)
from engine.models import Alert, Emergency, Mail, Relay, Remark, Request, Task, TeamRules
from engine.onramps.requesting import NOBODY_DECIDES
from paths.models import OnRamp, Path
from people.models import Organisation, Person

SOON = timedelta(hours=24)  # as far ahead as mails are queued


@dataclass(frozen=True, kw_only=True)
class Card:
    """One thing to do: how many, what of it, and where to do it."""

    number: int
    sentence: str
    url: str
    link: str
    is_news: bool = False  # good to know, and nothing to do


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the three that bring a new organisation to its first mails."""

    title: str
    sentence: str
    url: str
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    """What one reader finds there; while there are steps to take, they stand instead of L&D's cards."""

    steps: list[Step]
    cards: list[Card]
    paused_since: datetime | None
    mails_to_console: bool

    @property
    def to_do(self) -> list[Card]:
        return [card for card in self.cards if not card.is_news]

    @property
    def news(self) -> list[Card]:
        return [card for card in self.cards if card.is_news]


def board_for(request: HttpRequest, *, now: datetime, real_now: datetime) -> Board:
    """Gather what this reader may act on; leases and the heartbeat live on the real clock."""
    today = timezone.localdate(now)
    cards: list[Card] = []
    steps: list[Step] = []
    paused_since = None
    if request.user.has_perm("people.change_person") and request.user.has_perm("paths.change_path"):
        people, paths = _people_counted(), _paths_counted(today)
        steps = _first_steps(people, paths)
        paused_since = Organisation.get().paused_at
        if not steps:
            cards += [*_of_people(people), *_of_paths(paths)]
            cards += [] if paused_since else _of_mails(today, now=now)
            cards += _of_learning_work(now=now)
    if request.user.has_perm("engine.change_emergency"):
        cards += _of_guarding(now=now)
    if request.user.has_perm("engine.view_alert"):
        cards += _of_operation(now=now, real_now=real_now)
    return Board(
        steps=steps,
        cards=[card for card in cards if card.number],
        paused_since=paused_since,
        mails_to_console=health.mails_to_console(),
    )


def _people_counted() -> dict[str, int]:
    count = {
        "placed": Q(kind=Person.Kind.PERSON, is_active=True, role__isnull=False),
        "ever_started": Q(started_on__isnull=False),
        "not_started": NOT_STARTED,
        "refused": REFUSED,
        "unplaced": UNPLACED,
        "out_of_reach": out_of_reach(),
    }
    return Person.objects.aggregate(**{name: Count("pk", filter=which) for name, which in count.items()})


def _paths_counted(today: date) -> dict[str, int]:
    count = {
        "active": Q(status=Path.Status.ACTIVE, current__isnull=False),
        "written": ~Q(draft="") | Q(current__isnull=False),
        "drafts": ~Q(draft=""),
        "due": review_is_due(today),
        "idle": is_idle(),
    }
    return Path.objects.aggregate(**{name: Count("pk", filter=which) for name, which in count.items()})


def _first_steps(people: dict[str, int], paths: dict[str, int]) -> list[Step]:
    """The way to the first mails; none once somebody was started."""
    if people["ever_started"]:
        return []
    page = "changelist" if paths["written"] else "add"
    fits = practice.with_path().exists()
    what_it_is = _("What a role practises at a level. You see its mails before anybody gets one.")
    is_idle = _(
        "A path is published, but it is for nobody here yet: its audience has to name somebody’s role and "
        "level. Import your people and say that their titles mean its role, or change its audience."
    )
    return [
        Step(
            title=_("Import a roster"),
            sentence=_("Who is here, in which role, at which level, in which team. An import mails nobody."),
            url=reverse("admin:people_person_roster"),
            is_done=people["placed"] > 0,
        ),
        Step(
            title=_("Publish a path"),
            sentence=is_idle if paths["active"] and not fits else what_it_is,
            url=reverse(f"admin:paths_path_{page}"),
            is_done=fits,
        ),
        Step(
            title=_("Start a pilot"),
            sentence=_("Choose one team first. You see what comes tomorrow, and then press Start."),
            url=reverse("admin:people_person_start"),
            is_done=False,
        ),
    ]


def _of_people(people: dict[str, int]) -> Iterator[Card]:
    yield Card(
        number=people["refused"],
        sentence=ngettext(
            "person gets no mail: their address refuses it.",
            "people get no mail: their addresses refuse it.",
            people["refused"],
        ),
        url=_list("people_person", address="refused"),
        link=_("Correct the addresses"),
    )
    without_path = practice.without_path().count()
    yield Card(
        number=without_path,
        sentence=ngettext(
            "person has a role and level that no path is for.",
            "people have a role and level that no path is for.",
            without_path,
        ),
        url=_list("people_person", path="none-fits"),
        link=_("See who"),
    )
    yield Card(
        number=people["unplaced"],
        sentence=ngettext(
            "person practises without a role or level, so no path finds them.",
            "people practise without a role or level, so no path finds them.",
            people["unplaced"],
        ),
        url=_list("people_person", missing="work"),
        link=_("Complete them"),
    )
    yield Card(
        number=people["not_started"],
        sentence=ngettext(
            "person has not been started: no mail goes to them before.",
            "people have not been started: no mail goes to them before.",
            people["not_started"],
        ),
        url=_list("people_person", practice="not-started"),
        link=_("Choose who starts"),
    )
    unreadable = unreadable_calendars().count()
    yield Card(
        number=unreadable,
        sentence=ngettext(
            "calendar of absences cannot be read, so mail may come on days off.",
            "calendars of absences cannot be read, so mail may come on days off.",
            unreadable,
        ),
        url=_list("people_person", calendar="unreadable"),
        link=_("See whose"),
    )
    yield Card(
        number=people["out_of_reach"],
        sentence=ngettext(
            "person has no team, or no manager and nobody to lead.",
            "people have no team, or no manager and nobody to lead.",
            people["out_of_reach"],
        ),
        url=_list("people_person", missing="lead"),
        link=_("Complete them"),
    )


def _of_paths(paths: dict[str, int]) -> Iterator[Card]:
    mistakes = Remark.objects.open_mistakes().count()
    yield Card(
        number=mistakes,
        sentence=ngettext(
            "reported mistake waits for somebody to look.",
            "reported mistakes wait for somebody to look.",
            mistakes,
        ),
        url=_list("engine_remark", settled="no"),
        link=_("Read what was said"),
    )
    yield Card(
        number=paths["due"],
        sentence=ngettext("path is past its review date.", "paths are past their review date.", paths["due"]),
        url=_list("paths_path", review="due"),
        link=_("Look it over"),
    )
    yield Card(
        number=paths["drafts"],
        sentence=ngettext(
            "path has a draft that is not published.",
            "paths have drafts that are not published.",
            paths["drafts"],
        ),
        url=_list("paths_path", draft="yes"),
        link=_("Go on writing"),
    )
    drafts = OnRamp.objects.exclude(draft="").count()
    yield Card(
        number=drafts,
        sentence=ngettext(
            "on-ramp has a draft that is not published.",
            "on-ramps have drafts that are not published.",
            drafts,
        ),
        url=_list("paths_onramp", draft="yes"),
        link=_("Go on writing"),
    )
    yield Card(
        number=paths["idle"],
        sentence=ngettext(
            "path is published, and nobody is on it.",
            "paths are published, and nobody is on them.",
            paths["idle"],
        ),
        url=_list("paths_path", people="none"),
        link=_("See whom it is for"),
    )


def _of_learning_work(*, now: datetime) -> Iterator[Card]:
    observing = TeamRules.objects.filter(long_observed(now=now)).count()
    yield Card(
        number=observing,
        sentence=ngettext(
            "team has observed for four weeks: decide with its manager how to go on.",
            "teams have observed for four weeks: decide with their managers how to go on.",
            observing,
        ),
        url=_list("engine_teamrules", mode="observed"),
        link=_("See which"),
    )
    idle = len(without_learners())
    yield Card(
        number=idle,
        sentence=ngettext(
            "on-ramp is active and for nobody here: no task is kept by it.",
            "on-ramps are active and for nobody here: no task is kept by them.",
            idle,
        ),
        url=_list("paths_onramp", learners="none"),
        link=_("See whom they are for"),
    )
    unknown = Task.objects.filter(unmatched()).count()
    yield Card(
        number=unknown,
        sentence=ngettext(
            "open task has labels that no on-ramp knows.",
            "open tasks have labels that no on-ramp knows.",
            unknown,
        ),
        url=_list("engine_task", kind="-unmatched"),
        link=_("See which labels"),
    )


def _of_guarding(*, now: datetime) -> Iterator[Card]:
    overdue = Emergency.objects.overdue(now).count()
    yield Card(
        number=overdue,
        sentence=ngettext(
            "emergency should have been reviewed by now.",
            "emergencies should have been reviewed by now.",
            overdue,
        ),
        url=_list("engine_emergency", review="overdue"),
        link=_("Review them"),
    )
    waiting = Emergency.objects.unreviewed().count()
    yield Card(
        number=waiting,
        sentence=ngettext(
            "emergency waits for a review; the team’s manager may do it, too.",
            "emergencies wait for a review; the teams’ managers may do it, too.",
            waiting,
        ),
        url=_list("engine_emergency", review="waits"),
        link=_("Read why"),
        is_news=True,
    )
    alone = Request.objects.filter(only_guardians_decide(now=now)).count()
    yield Card(
        number=alone,
        sentence=ngettext(
            "request can be decided by nobody but a guardian.",
            "requests can be decided by nobody but a guardian.",
            alone,
        ),
        url=_list("engine_request", decides="guardian"),
        link=_("Read who asks"),
    )
    lost = Alert.objects.filter(kind__startswith=NOBODY_DECIDES, resolved_at=None).values_list("message")
    sentence = ngettext(
        "question has nobody to decide it.", "questions have nobody to decide them.", len(lost)
    )
    yield Card(
        number=len(lost),
        sentence=" ".join([sentence, *(message for (message,) in lost)]),
        url=reverse("admin:engine_request_changelist"),
        link=_("See the requests"),
    )


def _of_mails(today: date, *, now: datetime) -> Iterator[Card]:
    """How many go out, and to nobody in particular."""
    going = Mail.objects.going().filter(status=Mail.Status.QUEUED)
    at = going.filter(not_before__lte=now + SOON).values_list("not_before")
    days = [timezone.localdate(not_before) for (not_before,) in at]
    mails, today_still = len(days), sum(day <= today for day in days)
    sentence = ngettext(
        "mail goes out within 24 hours, %(today)d of them today.",
        "mails go out within 24 hours, %(today)d of them today.",
        mails,
    )
    yield Card(
        number=mails,
        sentence=sentence % {"today": today_still},
        url=_list("people_person", practice="practising"),
        link=_("Who practises"),
        is_news=True,
    )


def _of_operation(*, now: datetime, real_now: datetime) -> Iterator[Card]:
    checked = health.checks(now=now, real_now=real_now).values()
    wrong = [check.sentence for check in checked if check.state is not health.State.SOUND]
    yield Card(
        number=len(wrong),
        sentence=" ".join([ngettext("check is not well.", "checks are not well.", len(wrong)), *wrong]),
        url=reverse("healthz"),
        link=_("See every check"),
    )
    alerts = Alert.objects.filter(resolved_at=None).count()
    yield Card(
        number=alerts,
        sentence=ngettext("alert is open.", "alerts are open.", alerts),
        url=_list("engine_alert", open="yes"),
        link=_("Read it") if alerts == 1 else _("Read them"),
    )
    paused = Relay.objects.filter(paused_at__isnull=False).values_list("failures", flat=True).first()
    yield Card(
        number=paused or 0,
        sentence=ngettext(
            "time in a row the mail relay refused us; sending is paused and tries again by itself.",
            "times in a row the mail relay refused us; sending is paused and tries again by itself.",
            paused or 0,
        ),
        url=reverse("admin:engine_relay_changelist"),
        link=_("See the relay"),
    )
    waiting = Mail.objects.filter(status=Mail.Status.QUEUED).count()
    yield Card(
        number=waiting,
        sentence=ngettext("mail waits for its hour.", "mails wait for their hour.", waiting),
        url=_list("engine_mail", status__exact="queued"),
        link=_("See the outbox"),
        is_news=True,
    )


def _list(name: str, **filters: str) -> str:
    return reverse(f"admin:{name}_changelist", query=filters)
