"""What a member of each group may do, in one table; the tests hold every URL to it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

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
        "people.holiday": ALL,
        "paths.path": EDIT,
        "paths.pathversion": VIEW,
        "engine.enrolment": EDIT,
    },
    GUARDIAN: {},
    OPERATOR: {"engine.mail": VIEW, "engine.alert": VIEW, "engine.heartbeat": VIEW},
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


class GroupBackend(ModelBackend):
    """Passwords as Django checks them; permissions from the table above."""

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_group_permissions"):
            names = user_obj.groups.values_list("name", flat=True)
            user_obj._group_permissions = set().union(*(permissions_of(name) for name in names))
        return user_obj._group_permissions

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_active and user_obj.is_superuser and obj is None:
            return super().get_all_permissions(user_obj, obj)
        return self.get_group_permissions(user_obj, obj)


class ClosedSignup(DefaultAccountAdapter):
    """People come by the roster, not by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
