"""Pause, go on, change the hour, stop: behind the link in every mail, and for whoever signed in."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine import links, practice
from engine.errors import LinkExpired
from engine.links import Purpose
from engine.models import Mail
from engine.pages.absences import DaysAway
from engine.pages.coming import next_mail_day
from engine.pages.doors import SeeOther, opened_by, signed_in
from engine.pages.preference_forms import HourForm, PauseForm, lead_to_first_mistake
from people.calendar import DAY, local_date
from people.models import Organisation, Person

MAILS: QuerySet[Mail] = Mail.objects.select_related("person")

COMES_OR_CAME = [Mail.Status.QUEUED, Mail.Status.SENDING, Mail.Status.SENT, Mail.Status.UNCERTAIN]

NOT_UNDERSTOOD = 422


class Change(StrEnum):
    """What a form on the page asks for, in its field `do`."""

    PAUSE = "pause"
    GO_ON = "go-on"
    HOUR = "hour"
    STOP = "stop"


@dataclass(kw_only=True)
class Forms:
    """The two forms that can be filled in wrongly."""

    pause: PauseForm
    hour: HourForm


@opened_by(Purpose.SETTINGS, MAILS)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: HttpRequest, mail: Mail, *, now: datetime) -> HttpResponse:
    if settings_link_is_over(mail, now=now):
        raise LinkExpired(_("This link is from an older mail. The links in your latest one work."))
    here = settings_address(mail)
    return _page(request, mail.reader, now=now, template="pages/mail_settings.html", here=here)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    template, here = "pages/preferences.html", reverse("preferences")
    return _page(request, person, now=now, template=template, here=here, is_signed_in=True)


@opened_by(Purpose.STOP, MAILS)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, mail: Mail, *, now: datetime) -> HttpResponse:
    """Stop by one POST, as mail programs send it (RFC 8058): no cookie, no redirect, as often as it comes."""
    if request.method == "POST":
        practice.stop(mail.reader, now=now)
    context = {
        "person": mail.reader,
        "here": reverse("stop", args=[links.token(Purpose.STOP, mail.pk)]),
        "settings_here": "" if settings_link_is_over(mail, now=now) else settings_address(mail),
    }
    return render(request, "pages/stop.html", context)


def settings_link_is_over(mail: Mail, *, now: datetime) -> bool:
    return now >= mail.not_before + settings.SETTINGS_LINK_LIFE


def settings_address(mail: Mail) -> str:
    return reverse("mail_settings", args=[links.token(Purpose.SETTINGS, mail.pk)])


def _page(
    request: HttpRequest,
    person: Person,
    *,
    now: datetime,
    template: str,
    here: str,
    is_signed_in: bool = False,
) -> HttpResponse:
    today = local_date(now, zone=person.zone)
    forms = Forms(pause=PauseForm(today=today), hour=HourForm.of(person))
    days_away = DaysAway(person=person, today=today, has_calendar_form=is_signed_in)
    if request.method == "POST":
        done = _change(person, request.POST, forms, now=now) or days_away.change(request.POST, now=now)
        if done:
            return SeeOther(f"{here}?done={done}")
        for form in (forms.pause, forms.hour, days_away.away, days_away.calendar_form):
            if form.is_bound:
                lead_to_first_mistake(form)
    context = {
        "person": person,
        "here": here,
        "forms": forms,
        "days_away": days_away,
        "is_paused": person.is_paused(today),
        "is_paused_for_everyone": Organisation.get().paused_at is not None,
        "has_path": person.enrolments.active().exists(),
        "has_mail_today": person.mails.filter(day=today, status__in=COMES_OR_CAME).exists(),
        "window_ends": _window_ends(person),
        "coming": next_mail_day(person, now=now),
        "today": today,
        "done": request.GET.get("done", ""),
        "is_refused": request.method == "POST",
    }
    return render(request, template, context, status=NOT_UNDERSTOOD if request.method == "POST" else 200)


def _window_ends(person: Person) -> time:
    """Return until when, by the wall clock, the mail of a day comes; midnight ends every day."""
    opens = datetime.combine(date.min, person.send_time)
    return min(opens + timedelta(minutes=person.window), datetime.combine(date.min + DAY, time())).time()


def _change(person: Person, data: QueryDict, forms: Forms, *, now: datetime) -> Change | None:
    """Do what one of the page's forms asks; None leaves its mistakes in `forms`."""
    match data.get("do"):
        case Change.PAUSE:
            forms.pause = PauseForm(data, today=forms.pause.today)
            if not forms.pause.is_valid():
                return None
            practice.pause(person, until=forms.pause.cleaned_data["until"], now=now)
            return Change.PAUSE
        case Change.HOUR:
            forms.hour = HourForm(data)
            if not forms.hour.is_valid():
                return None
            practice.change_hour(person, **forms.hour.cleaned_data, now=now)
            return Change.HOUR
        case Change.GO_ON:
            practice.go_on(person, now=now)
            return Change.GO_ON
        case Change.STOP:
            practice.stop(person, now=now)
            return Change.STOP
    return None
