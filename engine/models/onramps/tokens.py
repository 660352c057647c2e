"""How programs come in: a token for each, and what they asked before under the same key."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.claims import Claim
from engine.models.onramps.requests import Request
from people.models import Person


class ApiToken(models.Model):
    """A key to the API: acts for one person or agent, within its scopes. Only its hash is stored."""

    class Scope(models.TextChoices):
        VERDICTS = "verdicts", _("ask for verdicts")
        TASKS = "tasks", _("read and send tasks")
        CLAIMS = "claims", _("take tasks and hand them in")
        REQUESTS = "requests", _("ask managers, and withdraw that")
        SIGN_OFF = "sign-off", _("sign off others’ work")
        LOGBOOK = "logbook", _("read the own logbook")
        TEAM = "team", _("read how a team’s on-ramps are")

    # What no agent ever does, whatever its token says.
    FOR_PEOPLE = (Scope.SIGN_OFF, Scope.TEAM)

    name = models.CharField(_("name"), max_length=100, help_text=_("What uses it, such as “my editor”."))
    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens", verbose_name=_("acts for"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("made by"))
    scopes = models.JSONField(_("scopes"), default=list)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(_("ends in"), max_length=4, help_text=_("The last letters, to tell it by."))
    made_at = models.DateTimeField(_("made"))
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"

    @property
    def scope_names(self) -> list[str]:
        return [str(ApiToken.Scope(one).label) for one in self.scopes]


class Replay(models.Model):
    """What one Idempotency-Key was answered, so that the same question again does nothing twice."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="Of the task and the body.")
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(default=dict)
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_replay_per_person_and_key")
        ]
