"""What a press on the page of a task does: each answers what happened, or leaves a form with mistakes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from engine import onramps, sentences
from engine.errors import AlreadyAsked, LostRace, NotAllowed, NotTheTime
from engine.models import Claim, Offer, Request, Task
from engine.pages.absences import is_key
from engine.pages.task_choices import Choices
from engine.pages.task_forms import AskForm, DueForm, EmergencyForm, InviteForm, RevokeForm, TakeForm
from engine.rules.onramp import Role
from people.models import Person


@dataclass(kw_only=True)
class Forms:
    """The forms on the page, filled in as far as somebody did."""

    take: TakeForm
    invite: InviteForm
    ask: AskForm
    emergency: EmergencyForm
    due: DueForm
    revoke: RevokeForm

    @classmethod
    def of(cls, task: Task, person: Person) -> "Forms":
        return cls(
            take=TakeForm(team=task.team, person=person),
            invite=InviteForm(team=task.team, person=person),
            ask=AskForm(),
            emergency=EmergencyForm(),
            due=DueForm.of(task.due_at, person=person),
            revoke=RevokeForm(),
        )

    @property
    def mistaken(self) -> str:
        """The name of the form that was not understood, if one was sent."""
        return next((name for name, form in vars(self).items() if form.errors), "")


@dataclass(frozen=True, kw_only=True)
class Press:
    """Who pressed what about which task."""

    person: Person
    task: Task
    data: QueryDict
    forms: Forms
    now: datetime

    @property
    def choices(self) -> Choices:
        """The task as it is now, and not as it was when the page was shown."""
        return Choices(person=self.person, task=self.task, now=self.now)

    def claim(self) -> Claim | None:
        return self.choices.mine


def _take(press: Press) -> str | None:
    form = press.forms.take = TakeForm(press.data, team=press.task.team, person=press.person)
    if not form.is_valid():
        return None
    if press.claim() is not None:
        return _said_of(press)
    try:
        onramps.take(press.person, press.task, now=press.now, **form.cleaned_data)
    except LostRace:
        if press.claim() is None:
            raise
    return _said_of(press)


def _said_of(press: Press) -> str:
    claim = press.claim()
    if claim is None or claim.role == Claim.Role.LEAD:
        return _("You lead this task now.")
    return _("You support this task now.")


def _support(press: Press) -> str:
    if press.claim() is None:
        onramps.take(press.person, press.task, role=Role.SUPPORT, now=press.now)
    return _said_of(press)


def _invite(press: Press) -> str | None:
    form = press.forms.invite = InviteForm(press.data, team=press.task.team, person=press.person)
    if not form.is_valid():
        return None
    learner = form.cleaned_data["learner"]
    try:
        begun = onramps.invite(press.person, press.task, learner=learner, now=press.now)
    except LostRace:
        raise
    except NotAllowed as refused:  # why is the other's business
        said = _("With %(name)s it cannot begin now. Choose somebody else, or another way below.")
        raise NotTheTime(said % {"name": learner.name}) from refused
    if isinstance(begun, Claim):
        return _said_of(press)
    return _(
        "%(name)s is invited, and can accept until %(until)s. The two of you begin when they do; "
        "until then the task stays as it is."
    ) % {"name": learner.name, "until": sentences.moment(begun.ends_at, press.person)}


def _ask(press: Press) -> str | None:
    form = press.forms.ask = AskForm(press.data)
    if not form.is_valid():
        return None
    try:
        onramps.ask(press.task, by=press.person, reason=form.cleaned_data["reason"], now=press.now)
    except AlreadyAsked:
        if not press.choices.is_asked:
            raise
    return _("Your request is sent. You get a mail when a manager has decided, or when it has expired.")


def _withdraw(press: Press) -> str:
    pressed = press.data.get("request", "")
    own = press.task.requests.filter(owner=press.person)
    asked = own.filter(pk=int(pressed)).first() if is_key(pressed) else None
    if asked is None:
        raise NotTheTime(_("This request is settled; there is nothing to withdraw."))
    if asked.status != Request.Status.WITHDRAWN:
        onramps.withdraw(asked, by=press.person, now=press.now)
    return _("Your request is withdrawn.")


def _revoke(press: Press) -> str | None:
    form = press.forms.revoke = RevokeForm(press.data)
    if not form.is_valid():
        return None
    claim = press.task.claims.filter(pk=form.cleaned_data["claim"]).first()
    if claim is None:
        raise NotTheTime(_("This claim has ended already."))
    if claim.ending != Claim.Ending.REVOKED:
        onramps.revoke(claim, by=press.person, because=form.cleaned_data["reason"], now=press.now)
    return _("It is taken back: the task is open again, and who had it is told why.")


def _hand_back(press: Press) -> str:
    claim = press.claim()
    if claim is not None:
        onramps.hand_back(claim, by=press.person, now=press.now)
    return _("You handed it back; nothing is held against you.")


def _supervise(press: Press) -> str:
    lead = press.choices.lead
    if lead is None:
        raise NotTheTime(_("Nobody leads this task any more."))
    onramps.supervise(lead, by=press.person, now=press.now)
    return _("You supervise it now. %(name)s turns to you, and you can sign it off.") % {
        "name": lead.person.name
    }


def _close(press: Press) -> str:
    onramps.close(press.task, by=press.person, now=press.now, is_cancelled=True)
    return _("The task is cancelled: nobody needs to do it any more.")


def _declare(press: Press) -> str | None:
    form = press.forms.emergency = EmergencyForm(press.data)
    if not form.is_valid():
        return None
    if press.claim() is None:
        onramps.take_in_emergency(press.person, press.task, now=press.now, **form.cleaned_data)
    return _("You lead this task now. Somebody else will look at the emergency afterwards.")


def _release(press: Press) -> str:
    if press.task.waived_at is None:
        onramps.release(press.task, by=press.person, now=press.now)
    return _("Released: anybody may take it now.")


def _change_due_date(press: Press) -> str | None:
    form = press.forms.due = DueForm(press.data, person=press.person)
    if not form.is_valid():
        return None
    onramps.set_due_date(press.task, form.due_at, by=press.person, now=press.now)
    return _("The due date is changed.")


def _accept(press: Press) -> str:
    if press.claim() is None:
        onramps.accept(_offer(press), now=press.now)
    return _said_of(press)


def _decline(press: Press) -> str:
    offer = _offer(press)
    if offer.status != Offer.Status.DECLINED:
        onramps.decline(offer, now=press.now)
    return _("You let it pass, and nobody is told. While nobody else takes it, it is still yours to take.")


def _offer(press: Press) -> Offer:
    """The offer that was pressed; one of somebody else's is as good as none."""
    pressed = press.data.get("offer", "")
    own = press.task.offers.filter(person=press.person).select_related("task", "person", "invited_by")
    offer = own.filter(pk=int(pressed)).first() if is_key(pressed) else None
    if offer is None:
        raise NotTheTime(_("This offer is over; nothing was changed."))
    return offer


type Act = Callable[[Press], str | None]

ACTS: dict[str, Act] = {
    "take": _take,
    "accept": _accept,
    "decline": _decline,
    "support": _support,
    "invite": _invite,
    "hand-back": _hand_back,
    "supervise": _supervise,
    "close": _close,
    "ask": _ask,
    "withdraw": _withdraw,
    "emergency": _declare,
    "release": _release,
    "revoke": _revoke,
    "due": _change_due_date,
}
LEAVE = {"decline"}  # after these there is nothing to see on the task's page
