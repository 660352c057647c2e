"""The one comment on an issue: what the rules say to anyone, and what somebody did there without a claim."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from engine import sentences, wording
from engine.github import queueing
from engine.models import GitHubCall, GitHubIssue, Task, TeamRules
from engine.rules import onramp as rules
from engine.rules.onramp import Alternative, Facts, Hold, Role, Status
from paths.catalogue import on_ramps
from people.models import Person

ANYONE = 0
LED = {Task.Status.LED, Task.Status.SUBMITTED}
INSTEAD = (Alternative.SUPPORT, Alternative.REVIEW, Alternative.WAIT)


def marker(task: Task) -> str:
    """Return what our comment begins with, unseen, so that we find it again."""
    return f"<!-- rampart:task:{task.pk} -->"


def queue_comments(*, now: datetime) -> int:
    """Queue every comment that does not say any more what is so; the same now again queues nothing."""
    if not settings.GITHUB_TOKEN:
        return 0
    return sum(queue(issue, now=now) for issue in list(_issues()))


def _issues() -> QuerySet[GitHubIssue]:
    """Issues whose comment may change: what is over for good is told once."""
    over = Q(task__status__in=[Task.Status.DONE, Task.Status.CANCELLED])
    return (
        GitHubIssue.objects.filter(task__isnull=False, gone_at=None, repository__off_since=None)
        .exclude(over, comment_id=None)
        .select_related("task__team__rules", "repository")
    )


def queue(issue: GitHubIssue, *, now: datetime) -> bool:
    """Queue the comment of one issue where it should say something else."""
    text = text_of(issue, now=now)
    if text is None or text == issue.said:
        return False
    return queueing.queue(issue, GitHubCall.Kind.COMMENT, now=now)


def text_of(issue: GitHubIssue, *, now: datetime) -> str | None:
    """Return what the comment should say now, or None where there should be none."""
    task = issue.task
    if task is None or issue.gone_at is not None:
        return None
    verdict = said_to_anyone(task, now=now)
    is_silent = task.on_ramp_id is None or _observes(task) or task.is_over
    if issue.comment_id is None and is_silent:
        return None
    with wording.spoken_to(None):
        lines = [sentences.sentence(verdict, Person(zone=task.team.zone))]
        if not verdict.is_allowed and not task.is_over:
            lines.append(_instead(verdict.alternatives))
        if issue.answer and _is_to_be_answered(issue, task):
            lines.append(_answered(issue, task))
        lines.append(_("The task: %(link)s") % {"link": address(task)})
        return "\n\n".join([marker(task), *lines])


def address(task: Task) -> str:
    """Return where the task is here; its page has no name that this room could know."""
    return f"{settings.BASE_URL}/tasks/{task.pk}/"


def _observes(task: Task) -> bool:
    mode = task.team.rules.mode if hasattr(task.team, "rules") else TeamRules.Mode.OBSERVE
    return mode == TeamRules.Mode.OBSERVE


def said_to_anyone(task: Task, *, now: datetime) -> rules.Verdict:
    """Return the verdict for somebody of whom nothing is known, from the task as it is written down."""
    kind = on_ramps().get(task.on_ramp_id) if task.on_ramp_id is not None else None
    hold = None
    if kind is not None:
        assert task.held_until is not None
        hold = Hold(
            until=task.held_until, is_too_urgent=task.is_too_urgent, is_waived=task.waived_at is not None
        )
    facts = Facts(
        actor=ANYONE,
        role=Role.LEAD,
        status=Status(task.status),
        is_active=True,
        leader=ANYONE if task.status in LED else None,
        kind=kind,
        observes=_observes(task),
        hold=hold,
        is_needed=task.is_held,
        approvers=(ANYONE,),
    )
    return rules.verdict(facts, now=now)


def _instead(alternatives: Collection[Alternative]) -> str:
    words = [str(sentences.ALTERNATIVES[one]) for one in INSTEAD if one in alternatives]
    return _("Meanwhile you may: %(alternatives)s.") % {"alternatives": "; ".join(words)}


def _is_to_be_answered(issue: GitHubIssue, task: Task) -> bool:
    """Whether it still matters: a claim was made meanwhile, or the task is over."""
    is_done_by_lead = issue.answer["what"] == "closed" and not issue.answer["is_undone"]
    return not task.is_over and is_done_by_lead == (task.status in LED)


def _answered(issue: GitHubIssue, task: Task) -> str:
    names = {"login": f"`{issue.answer['login']}`", "link": address(task)}
    match issue.answer["what"], issue.answer["is_undone"]:
        case "assigned", True:
            said = _("%(login)s was assigned without a claim; that was undone. Ask first: %(link)s")
        case "assigned", False:
            said = _("%(login)s was assigned without a claim. Ask first: %(link)s")
        case "closed", True:
            said = _("%(login)s closed this without a claim; that was undone. Ask first: %(link)s")
        case _:
            said = _("%(login)s closed this. It counts when whoever leads it hands it in: %(link)s")
    return said % names
