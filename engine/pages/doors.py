"""The two ways in: a token that opens one row without sign-in, and a sign-in."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from engine import links, wording
from engine.errors import BadLink, LinkExpired, NotPractising
from engine.links import Purpose
from engine.models import Mail, Offer, Rep
from people.clock import present
from people.models import Person

# The address is the key: it must not travel on, stay behind, or be found.
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}

type Page = Callable[..., HttpResponse]


class AddressKeptSecret:
    """Middleware, and no part of the door: a page that breaks behind a token is answered outside of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match and "token" in request.resolver_match.kwargs:
            for name, value in HEADERS.items():
                response[name] = value
        return response


class SeeOther(HttpResponseRedirect):
    """Go and GET it there, whatever the method was: a reload repeats nothing."""

    status_code = 303


def opened_by[Row: (Rep, Mail, Offer)](purpose: Purpose, rows: QuerySet[Row]) -> Callable[[Page], Page]:
    """Open a page by a token alone: no cookie, no CSRF token; the view gets the row and the now."""

    def decorate(view: Page) -> Page:
        @csrf_exempt
        @wraps(view)
        def page(request: HttpRequest, token: str, **arguments: object) -> HttpResponse:
            try:
                row = find(purpose, token, rows)
                with wording.spoken_to(row.person):
                    return _opened(view, request, row, arguments)
            except (BadLink, NotPractising):  # the person may leave between the look and the press
                return render(request, "pages/bad_link.html", {"error": BadLink()}, status=404)

        return page

    return decorate


def _opened(
    view: Page, request: HttpRequest, row: Rep | Mail | Offer, arguments: dict[str, object]
) -> HttpResponse:
    try:
        return view(request, row, now=present(), **arguments)
    except LinkExpired as error:
        return render(request, "pages/expired.html", {"error": error}, status=410)


def find[Row: (Rep, Mail, Offer)](purpose: Purpose, token: str, rows: QuerySet[Row]) -> Row:
    """Return the row of a token; a link of somebody who left is as bad as a forged one."""
    row = rows.filter(pk=links.row_id(purpose, token)).first()
    if row is None or row.person is None or not row.person.is_active:
        raise BadLink
    return row


def signed_in(view: Page) -> Page:
    """Open a page to whoever signed in; the view gets the person, the now and what the address names."""

    @never_cache
    @login_required
    @wraps(view)
    def page(request: HttpRequest, **arguments: object) -> HttpResponse:
        assert isinstance(request.user, Person)
        with wording.spoken_to(request.user):
            return view(request, request.user, now=present(), **arguments)

    return page
