"""The doors for staff: L&D's people, paths and on-ramps, and what operators see of delivery."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from engine.admin import (
    absences,
    beliefs,
    enrolments,
    history,
    on_ramps,
    onramps,
    organisation,
    outbox,
    pace,
    paths,
    people,
    remarks,
)

__all__ = [
    "absences",
    "beliefs",
    "enrolments",
    "history",
    "on_ramps",
    "onramps",
    "organisation",
    "outbox",
    "pace",
    "paths",
    "people",
    "remarks",
]

# What a group may do stands in config/access.py; boxes for it here would promise what they do not keep.
if isinstance(admin.site.get_model_admin(Group), GroupAdmin):
    admin.site.unregister(Group)
