"""What there is to look at in a demo: one table, from which pictures are made and pages are measured.

A page of employees that needs nothing but a sign-in is in it by itself; any other gets a line here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import URLPattern, reverse

from engine import links
from engine.demo.organisation import EMPLOYEE, LEARNING, SIGN_INS
from engine.links import Purpose
from engine.models import Claim, Mail, Offer, Record, Rep
from paths.models import OnRamp, Path
from people.models import Person, Team

EVERYBODY, STAFF, MAIL = "everybody", "staff", "mail"
SHOW_NOTHING = {"start", "data_export", "logbook_csv", "logbook_json"}  # they lead on, or are files
FOR_MANAGERS = {"decisions", "team", "import_tasks"}  # pages that others do not have
KINDS = ("choice", "judge", "estimate", "recall", "do")
CHANGELISTS = (
    *("people_person", "people_absence", "paths_path", "paths_onramp", "engine_enrolment", "engine_remark"),
    *("engine_task", "engine_teamrules", "engine_graduate", "engine_offer", "engine_claim", "engine_signoff"),
    "engine_credit",
)
FOR_GUARDIANS = ("engine_emergency", "engine_request", "engine_decision", "engine_record")
FOR_OPERATORS = ("engine_mail",)


@dataclass(frozen=True, kw_only=True)
class Look:
    """One page as one person sees it; `email` is who signed in, if anybody."""

    name: str
    address: str
    of: str = EVERYBODY
    email: str = ""


def looks(pages: list[URLPattern], *, now: datetime) -> list[Look]:
    """Return all there is to see; what this demo does not hold, such as a mail of some kind, is left out."""
    return [
        *_sign_in(),
        *_signed_in(pages, now),
        *_reps(now),
        *_links(now),
        *_tasks(now),
        *_mails(),
        *_admin(),
    ]


def _sign_in() -> Iterator[Look]:
    yield Look(name="sign-in", address=reverse("account_login"))
    yield Look(name="sign-in-by-code", address=reverse("account_request_login_code"))
    yield Look(name="sign-out", address=reverse("account_logout"), email=EMPLOYEE.email)


def _signed_in(pages: list[URLPattern], now: datetime) -> Iterator[Look]:
    for page in pages:
        if not page.pattern.regex.groupindex and page.name not in SHOW_NOTHING:
            email = _sign_in_of("manager") if page.name in FOR_MANAGERS else EMPLOYEE.email
            yield Look(name=str(page.name), address=reverse(str(page.name)), email=email)
    others: dict[str, QuerySet[Person]] = {
        "today-stopped": Person.objects.filter(stopped_at__isnull=False),
        "today-paused": Person.objects.filter(paused_until__gt=now.date(), stopped_at=None),
        "today-not-started": Person.objects.filter(started_on=None, kind=Person.Kind.PERSON),
    }
    for name, people in others.items():
        if person := people.filter(is_active=True).order_by("pk").first():
            yield Look(name=name, address=reverse("today"), email=person.email)


def _reps(now: datetime) -> Iterator[Look]:
    reps = Rep.objects.filter(workout__planned_at__lte=now, person__is_active=True).order_by("-pk")
    for kind in KINDS:
        of_kind = reps.filter(exercise__kind=kind)
        faces = {
            f"rep-{kind}": of_kind.filter(answers=None, retrievability__isnull=kind == "choice"),
            f"feedback-{kind}": of_kind.filter(answers__attempt=1, answers__undone_at=None, attempt=1),
        }
        for name, found in faces.items():
            if rep := found.select_related("workout").first():
                if name.startswith("rep") and rep.workout.expires_at() <= now:
                    continue
                yield Look(name=name, address=_behind("rep", Purpose.ANSWER, rep.pk))


def _links(now: datetime) -> Iterator[Look]:
    mail = Mail.objects.filter(person__email=EMPLOYEE.email, not_before__lte=now).order_by("-pk").first()
    if mail is not None:
        yield Look(name="mail-settings", address=_behind("mail_settings", Purpose.SETTINGS, mail.pk))
        yield Look(name="stop", address=_behind("stop", Purpose.STOP, mail.pk))
    if old := Rep.objects.filter(answers=None).order_by("pk").first():
        yield Look(name="expired", address=_behind("rep", Purpose.ANSWER, old.pk))
    yield Look(name="bad-link", address=reverse("rep", args=["cut-off"]))


def _tasks(now: datetime) -> Iterator[Look]:
    """The pages of learning work, as those see them whom they concern."""
    learner, manager, senior = (_sign_in_of(who) for who in ("employee", "manager", "senior"))
    live = Offer.objects.live(now).order_by("-pk")
    if offer := live.filter(person__email=learner).first() or live.first():
        yield Look(name="offer", address=_behind("offer", Purpose.OFFER, offer.pk))
        address = reverse("task", args=[offer.task_id])
        for who, email in (("learner", learner), ("senior", senior), ("manager", manager)):
            yield Look(name=f"task-{who}", address=address, email=email)
    yield Look(name="tasks-senior", address=reverse("tasks"), email=senior)
    yield Look(name="tokens-senior", address=reverse("tokens"), email=senior)
    yield from _teams()
    claims = Claim.objects.select_related("person", "task__team__manager").order_by("-pk")
    if running := claims.in_progress().filter(by_learner=True).first():
        address = reverse("claim", args=[running.pk])
        yield Look(name="claim", address=address, email=running.person.email)
    if signed := claims.filter(by_learner=True, ending=Claim.Ending.SIGNED).first():
        address = reverse("claim", args=[signed.pk])
        yield Look(name="claim-signed", address=address, email=signed.person.email)
    waiting = claims.running().filter(by_learner=True, submitted_at__isnull=False).first()
    if waiting is not None and waiting.task.team.manager is not None:
        address = reverse("sign_off", args=[waiting.pk])
        yield Look(name="sign-off", address=address, email=waiting.task.team.manager.email)


def _teams() -> Iterator[Look]:
    """The teams that have learning work, and the letter of one that looked on for four weeks."""
    managed = Team.objects.filter(rules__isnull=False, manager__isnull=False).select_related("manager")
    for team in managed.order_by("pk"):
        if team.manager is not None and team.tasks.of_a_kind().exists():
            address = reverse("team_of", args=[team.slug])
            yield Look(name=f"team-{team.slug}", address=address, email=team.manager.email)
    letter = Record.objects.filter(kind=Record.Kind.LETTER, team__in=managed).order_by("pk")
    if (told := letter.select_related("team__manager").first()) and told.team and told.team.manager:
        address = reverse("team_letter", args=[told.team.slug])
        yield Look(name="team-letter", address=address, email=told.team.manager.email)


def _sign_in_of(who: str) -> str:
    return next(one.email for one in SIGN_INS if one.who == who)


def _behind(route: str, purpose: Purpose, row_id: int) -> str:
    return reverse(route, args=[links.token(purpose, row_id)])


def _mails() -> Iterator[Look]:
    sent = Mail.objects.exclude(html="").order_by("-workout__size", "-pk")
    for kind in Mail.Kind:
        if mail := sent.filter(kind=kind).first():
            yield Look(name=f"mail-{kind}", address=reverse("inbox_html", args=[mail.pk]), of=MAIL)


def _admin() -> Iterator[Look]:
    yield _staff("admin", "index")
    for model in CHANGELISTS:
        yield _staff(f"admin-{model.partition('_')[2]}-list", f"{model}_changelist")
    yield _staff("admin-roster", "people_person_roster")
    start = reverse("admin:people_person_start", query={"who": "everyone"})
    yield Look(name="admin-start", address=start, of=STAFF, email=LEARNING.email)
    yield _staff("admin-practice-for-everyone", "people_organisation_changelist")
    person = Person.objects.get(email=EMPLOYEE.email)
    yield _staff("admin-person", "people_person_change", person.pk)
    if path := Path.objects.order_by("pk").first():
        for page in ("change", "edit", "preview"):
            yield _staff(f"admin-path-{page}", f"paths_path_{page}", path.pk)
    yield _staff("admin-pace", "engine_paceline_changelist")
    yield _staff("admin-beliefs", "engine_belief_changelist")
    if on_ramp := OnRamp.objects.order_by("pk").first():
        for page in ("change", "edit"):
            yield _staff(f"admin-on-ramp-{page}", f"paths_onramp_{page}", on_ramp.pk)
    guardian = next(one.email for one in SIGN_INS if one.group == "guardian")
    for model in FOR_GUARDIANS:
        name = f"admin-{model.partition('_')[2]}-list"
        yield _staff(name, f"{model}_changelist", email=guardian)
    operator = next(one.email for one in SIGN_INS if one.group == "operator")
    for model in FOR_OPERATORS:
        name = f"admin-{model.partition('_')[2]}-list"
        yield _staff(name, f"{model}_changelist", email=operator)


def _staff(name: str, page: str, *arguments: object, email: str = LEARNING.email) -> Look:
    return Look(name=name, address=reverse(f"admin:{page}", args=arguments), of=STAFF, email=email)
