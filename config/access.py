"""What a member of each group may do, in one table; the tests hold every URL to it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

LEARNING = "L&D admin"
GUARDIAN = "guardian"
OPERATOR = "operator"

ALL = ("view", "add", "change", "delete")
EDIT = ("view", "add", "change")
VIEW = ("view",)

# group -> model -> actions; people and published things are ended or retired, never deleted
MAY: dict[str, dict[str, tuple[str, ...]]] = {
    LEARNING: {
        "people.person": EDIT,
        "people.role": EDIT,
        "people.level": EDIT,
        "people.team": EDIT,
        "people.absence": ALL,
        "people.absencecalendar": ("view", "add", "delete"),  # an address is replaced, never read
        "people.holiday": ALL,
        "people.organisation": ("view", "change"),
        "paths.path": EDIT,
        "paths.onramp": EDIT,
        "engine.paceline": VIEW,  # to choose a pace; asking for one changes nobody's practice
        "engine.belief": VIEW,  # how all people together forget; nobody's own
        "engine.enrolment": EDIT,
        "engine.remark": ("view", "change"),  # to settle it; who made it is not shown
        "engine.task": EDIT,
        "engine.teamrules": EDIT,
        "engine.graduate": EDIT,
        "engine.offer": VIEW,  # how they fare, and not to whom they were made
        "engine.repository": EDIT,
        "engine.githubaccount": EDIT,
        "admin.logentry": VIEW,
    },
    GUARDIAN: {
        "engine.request": ("view", "change"),  # to withdraw one's own
        "engine.decision": VIEW,
        "engine.emergency": ("view", "change"),  # to review it
        "engine.record": VIEW,
        "engine.task": VIEW,
        "engine.claim": VIEW,
        "engine.signoff": VIEW,
        "engine.credit": VIEW,
        "engine.apitoken": ("view", "change"),  # to revoke one that leaked
    },
    OPERATOR: {
        "engine.mail": VIEW,
        "engine.alert": VIEW,
        "engine.heartbeat": VIEW,
        "engine.relay": VIEW,
        "engine.githubcall": VIEW,
    },
}


def permissions_of(group: str) -> set[str]:
    """Return Django's names (`people.view_person`) of what the group may do."""
    table = MAY.get(group, {})
    return {
        f"{app}.{action}_{model}"
        for label, actions in table.items()
        for app, model in [label.split(".")]
        for action in actions
    }


class GroupBackend(AuthenticationBackend):
    """Sign-in as allauth does it; permissions from the table above, never from rows of the database."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        names = user_obj.groups.values_list("name", flat=True)
        return set().union(*(permissions_of(name) for name in names))


class ClosedSignup(DefaultAccountAdapter):
    """People come by the roster, not by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from BASE_URL: the request may name any host that is allowed."""
        uid, key = key.split("-", 1)
        parts = {"uidb36": uid, "key": key}
        return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=parts)
