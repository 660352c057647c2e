"""Erase a person: what must stay goes on under a random key, and the rest is gone for good."""

from datetime import datetime
from secrets import token_hex

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from engine.models import (
    Answer,
    ApiToken,
    Asked,
    BounceEvent,
    Claim,
    Decision,
    Emergency,
    Enrolment,
    GitHubAccount,
    GitHubCall,
    GitHubIssue,
    Graduate,
    Mail,
    Memory,
    OfferPause,
    Remark,
    Rep,
    Replay,
    Request,
    Review,
    SignOff,
    Standing,
    Workout,
)
from people.models import Absence, AbsenceCalendar, Person, Team

GONE = "erased"  # where a column must say something
NOWHERE = "erased.invalid"

# Foreign keys to a person whose rows go, in an order in which none of them protects another.
REMOVED: dict[str, type[Model]] = {
    "engine.Remark.person": Remark,
    "engine.Mail.person": Mail,
    "engine.Rep.person": Rep,
    "engine.Workout.person": Workout,
    "engine.Memory.person": Memory,
    "engine.Enrolment.person": Enrolment,
    "engine.OfferPause.person": OfferPause,
    "engine.Graduate.person": Graduate,
    "engine.Standing.person": Standing,
    "engine.ApiToken.person": ApiToken,
    "engine.Replay.person": Replay,
    "engine.GitHubAccount.person": GitHubAccount,
    "people.Absence.person": Absence,
    "people.AbsenceCalendar.person": AbsenceCalendar,
    "account.EmailAddress.user": EmailAddress,
}
# Those whose rows stay under the key: evidence, the work of others, decisions, what the organisation made.
STAYS = {
    *("people.Organisation.paused_by", "people.Person.owner"),
    *("paths.Path.drafted_by", "paths.PathVersion.author", "paths.OnRamp.drafted_by"),
    *("paths.OnRampVersion.author", "admin.LogEntry.user", "engine.Remark.settled_by", "engine.Mail.sender"),
    *("engine.Review.person", "engine.Offer.person", "engine.Offer.invited_by", "engine.Claim.person"),
    *("engine.Claim.supervisor", "engine.Emergency.person", "engine.Emergency.reviewed_by"),
    *("engine.Loss.person", "engine.SignOff.by", "engine.Credit.person", "engine.Credit.voided_by"),
    *("engine.Request.by", "engine.Request.owner", "engine.Decision.by", "engine.Decision.acting_for"),
    *("engine.Decision.learner", "engine.Asked.person", "engine.Asked.acting_for", "engine.Record.by"),
    *("engine.Record.person", "engine.Task.created_by", "engine.Task.waived_by", "engine.Bound.by"),
    *("engine.Change.by", "engine.Graduate.noted_by", "engine.TeamRules.last_manager"),
    "engine.ApiToken.made_by",
}
# Those that point at somebody who is here no more.
CLEARED = {"people.Person.manager", "people.Person.deputy", "people.Team.manager"}


@transaction.atomic
def erase(person: Person, *, now: datetime) -> str:
    """End a person and remove what is theirs; return the random key that what stays goes by.

    The audit is left as it is: it holds no names.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    key = token_hex(8)
    _forget_words(person)
    for account in person.github_accounts.all():
        _forget_on_github(account.login)
    _remove(person)
    Person.objects.filter(manager=person).update(manager=None)
    Person.objects.filter(deputy=person).update(deputy=None)
    Team.objects.filter(manager=person).update(manager=None)
    Person.objects.filter(owner=person).update(is_active=False)
    of_person = ContentType.objects.get_for_model(Person)
    LogEntry.objects.filter(content_type=of_person, object_id=str(person.pk)).update(object_repr=key)
    _rename(person, key, now=now)
    return key


def _forget_words(person: Person) -> None:
    """Clear what they wrote and what was written of them; the outcome of each stays."""
    mine = Claim.objects.filter(person=person)
    mine.update(note="", with_ai_because="", said_ai="")
    SignOff.objects.filter(claim__person=person).update(note="", contested_because="")
    Emergency.objects.filter(person=person).update(reason=GONE)
    asked = Request.objects.asked_by(person)
    asked.update(reason=GONE)
    Decision.objects.filter(request__owner=person).update(reason="")
    _telling_of(person).update(subject="", text="", html="", note="")


def _forget_on_github(login: str) -> None:
    """Forget what is known of a login; the next comment on its issues is written without it."""
    GitHubCall.objects.filter(login__iexact=login).delete()
    for issue in GitHubIssue.objects.filter(assignees__icontains=login):
        issue.assignees = [one for one in issue.assignees if one.lower() != login.lower()]
        issue.save(update_fields=["assignees"])
    GitHubIssue.objects.filter(Q(said__icontains=login) | Q(answer__icontains=login)).update(
        said="", answer={}
    )


def _telling_of(person: Person) -> QuerySet[Mail]:
    """Mails to others that name this person."""
    return Mail.objects.exclude(person=person).filter(
        Q(sender=person)
        | Q(about__person=person)
        | Q(offer__person=person)
        | Q(offer__invited_by=person)
        | Q(request__owner=person)
    )


def _remove(person: Person) -> None:
    Review.objects.filter(person=person).update(answer=None)
    Answer.objects.filter(rep__person=person).delete()
    Remark.objects.filter(rep__person=person).delete()
    BounceEvent.objects.filter(mail__person=person).update(mail=None)
    Asked.objects.filter(mail__person=person).update(mail=None)
    for name, model in REMOVED.items():
        model._default_manager.filter(**{name.rpartition(".")[2]: person}).delete()


def _rename(person: Person, key: str, *, now: datetime) -> None:
    kept = {"pk", "id", "kind", "owner", "zone", "joined_at"}
    for field in Person._meta.concrete_fields:
        if field.name not in kept:
            setattr(person, field.attname, field.get_default())
    person.email, person.name = f"{key}@{NOWHERE}", key
    person.is_active, person.left_on = False, person.today(now)
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
