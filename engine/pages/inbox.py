"""The demo's inbox: every mail that was sent, as its reader sees it. Outside a demo it does not exist."""

import re
from datetime import datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from engine import demo
from engine.framing import AS_A_MAIL_PROGRAM
from engine.models import Answer, Mail
from people.clock import present
from people.models import Person

PAGE = 50  # mails
SENT = [Mail.Status.SENT, Mail.Status.UNCERTAIN]

# The demo may have been lived under another port than it is served on now.
THIS_MACHINE = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    is_open = _is_open(now=present())
    mails = _sent().defer("text", "html").annotate(is_open=is_open)
    direct = [(mail, _of_today(mail.text)) for mail in demo.direct_mails()]
    to_try = mails.filter(is_open, person__email=demo.EMPLOYEE.email).first()
    chosen = request.GET.get("person", "")
    if chosen.isdecimal():
        mails = mails.filter(person=int(chosen))
    context = {
        "page": Paginator(mails, PAGE).get_page(request.GET.get("page")),
        "people": Person.objects.filter(mails__status__in=SENT).distinct().order_by("name"),
        "chosen": chosen,
        "direct": direct,
        "to_try": to_try,
    }
    return render(request, "pages/inbox.html", context)


@never_cache
@require_safe
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail = get_object_or_404(_sent().defer("html"), pk=mail_id)
    return render(request, "pages/inbox_mail.html", {"mail": mail, "text": _of_today(mail.text)})


@never_cache
@require_safe
@csp_override(AS_A_MAIL_PROGRAM)
def mail_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show the HTML part alone, for the frame; its links open beside the inbox."""
    html = _of_today(get_object_or_404(_sent().defer("text"), pk=mail_id).html)
    return HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))


def _sent() -> QuerySet[Mail]:
    return Mail.objects.filter(status__in=SENT).select_related("person").order_by("-sent_at", "-pk")


def _is_open(*, now: datetime) -> Q:
    """Whether all reps of a mail still wait for their answer."""
    answered = Answer.objects.filter(rep__workout=OuterRef("workout"), undone_at=None)
    can_be_answered = Q(workout__size__gt=0, workout__planned_at__gt=now - settings.LINK_LIFE)
    return can_be_answered & Q(person__is_active=True) & ~Q(Exists(answered))


def _of_today(text: str) -> str:
    return THIS_MACHINE.sub(settings.BASE_URL, text)


PAGES = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/<int:mail_id>/", mail, name="inbox_mail"),
    path("inbox/<int:mail_id>/html/", mail_html, name="inbox_html"),
]
urlpatterns = PAGES if settings.DEMO else []
