"""The part of the settings page that is about days away, and about the calendar they are read from."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from engine.errors import AbsenceRefused, AddressRefused
from engine.practice import absences, calendars
from people.models import Absence, AbsenceCalendar, Person

LONGEST_AGO = timedelta(days=366)  # the first day of an absence that has begun
FARTHEST_AHEAD = timedelta(days=366)


class Change(StrEnum):
    """What a form of this part asks for, in its field `do`."""

    AWAY = "away"
    BACK = "back"
    BACK_IN_PART = "back-in-part"  # what came of it, and no form's
    CALENDAR = "calendar"
    NO_CALENDAR = "no-calendar"


class AwayForm(forms.Form):
    """Days away, both included. Why is nobody's business."""

    starts_on = forms.DateField(
        label=_("First day away"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=dict.fromkeys(["required", "invalid"], _("Choose the first day away.")),
    )
    ends_on = forms.DateField(
        label=_("Last day away"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=dict.fromkeys(["required", "invalid"], _("Choose the last day away.")),
    )

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        earliest, latest = str(today - LONGEST_AGO), str(today + FARTHEST_AHEAD)
        self.fields["starts_on"].widget.attrs |= {"min": earliest, "max": latest}
        self.fields["ends_on"].widget.attrs |= {"min": str(today), "max": latest}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and starts_on < self.today - LONGEST_AGO:
            self.add_error("starts_on", _("That is more than a year ago. Choose a later day."))
        if ends_on and ends_on > self.today + FARTHEST_AHEAD:
            self.add_error("ends_on", _("That is more than a year ahead. Choose an earlier day for now."))
        elif ends_on and ends_on < self.today:
            self.add_error("ends_on", _("That day is over. Choose today or a later one."))
        elif starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("That is before the first day. Choose the same day or a later one."))
        return cleaned


class CalendarForm(forms.Form):
    """Where the person's calendar can be read; the address is a key, and never shown again."""

    address = forms.CharField(
        label=_("Address of your calendar"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Paste the address that your calendar gives you."),
            "max_length": _("That is too long for an address; paste it once more."),
        },
    )

    def clean_address(self) -> str:
        try:
            return calendars.checked(self.cleaned_data["address"])
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from None


@dataclass(kw_only=True)
class DaysAway:
    """What is known of a person's absences to come, and the forms that change it."""

    person: Person
    today: date
    has_calendar_form: bool  # only for who signed in: mails are forwarded, and a calendar's address is a key
    away: AwayForm = field(init=False)
    calendar_form: CalendarForm = field(init=False)

    def __post_init__(self) -> None:
        self.away = AwayForm(today=self.today)
        self.calendar_form = CalendarForm()

    @property
    def known(self) -> list[Absence]:
        """The absences of the coming year, those that have begun included."""
        coming = self.person.absences.filter(
            ends_on__gte=self.today, starts_on__lte=self.today + FARTHEST_AHEAD
        )
        return list(coming.order_by("starts_on", "ends_on"))

    @cached_property
    def calendar(self) -> AbsenceCalendar | None:
        return AbsenceCalendar.objects.filter(person=self.person).first()

    @property
    def read_at(self) -> datetime | None:
        """When the calendar was last read, as the person's clock showed it."""
        read_at = self.calendar.read_at if self.calendar else None
        return read_at.astimezone(self.person.tzinfo).replace(tzinfo=None) if read_at else None

    def change(self, data: QueryDict, *, now: datetime) -> Change | None:
        """Do what one of the forms asks; None for another part's form, and for one with mistakes."""
        match data.get("do"):
            case Change.AWAY:
                return self._note(data, now=now)
            case Change.BACK:
                absence = data.get("absence", "")
                key = int(absence) if _is_key(absence) else 0
                is_back = absences.take_back(self.person, key, now=now)
                return Change.BACK if is_back else Change.BACK_IN_PART
            case Change.CALENDAR if self.has_calendar_form:
                self.calendar_form = CalendarForm(data)
                if not self.calendar_form.is_valid():
                    return None
                calendars.follow(self.person, self.calendar_form.cleaned_data["address"])
                return Change.CALENDAR
            case Change.NO_CALENDAR if self.has_calendar_form:
                calendars.forget(self.person, now=now)
                return Change.NO_CALENDAR
        return None

    def _note(self, data: QueryDict, *, now: datetime) -> Change | None:
        self.away = AwayForm(data, today=self.today)
        if not self.away.is_valid():
            return None
        try:
            absences.note(self.person, **self.away.cleaned_data, now=now)
        except AbsenceRefused as refused:
            self.away.add_error(None, str(refused))
            return None
        return Change.AWAY


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18  # what fits a row id
