"""My logbook: the real work somebody did, and what went past them; as a page and as files."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engine import onramps
from engine.onramps.logbook import State
from engine.pages.doors import signed_in
from people.models import Person


@signed_in
@require_safe
def logbook(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    book = onramps.logbook_of(person, now=now)
    context = {
        "person": person,
        "book": book,
        "in_progress": book.of(State.IN_PROGRESS),
        "provisional": book.of(State.PROVISIONAL),
        "credited": book.of(State.CREDITED),
        "taught": sorted(book.taught.items()),
    }
    return render(request, "pages/logbook.html", context)


@signed_in
@require_safe
def as_csv(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    text = onramps.logbook_of(person, now=now).as_csv()
    return _file(HttpResponse(text, content_type="text/csv; charset=utf-8"), person, now, "csv")


@signed_in
@require_safe
def as_json(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    told = onramps.logbook_of(person, now=now).told()
    response = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    return _file(response, person, now, "json")


def _file(response: HttpResponse, person: Person, now: datetime, ending: str) -> HttpResponse:
    name = f"rampart-logbook-{person.today(now)}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
