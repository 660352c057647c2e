"""Where GitHub delivers events: checked by their signature before anything of them is read."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from engine import github
from engine.errors import BadPayload, CannotJudge
from engine.onramps.judging import report
from people.clock import present

MOST = 1024 * 1024  # bytes of a delivery


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a delivery in: 202 when it is new, 200 when it came before."""
    secret = settings.GITHUB_WEBHOOK_SECRET
    if not secret:
        raise Http404
    body = _body(request)
    if body is None:
        return _said(413, "A delivery holds a mebibyte at most.")
    if not github.is_genuine(body, request.headers.get("X-Hub-Signature-256", ""), secret=secret):
        return _said(401, "The signature is not GitHub's.")
    delivery = request.headers.get("X-GitHub-Delivery", "").strip()
    if not delivery:
        return _said(422, "X-GitHub-Delivery is missing.")
    event, now = request.headers.get("X-GitHub-Event", ""), present()
    try:
        is_new = github.receive(delivery, event, body, now=now)
    except BadPayload as error:
        return _said(422, str(error))
    except CannotJudge as error:
        report(error, now=now)
        return _said(503, str(error))
    return _said(202, "Taken in.") if is_new else _said(200, "It came before.")


def _body(request: HttpRequest) -> bytes | None:
    """Return the raw bytes; None when there are too many, without reading them."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > MOST:
        return None
    return request.read(MOST + 1)


def _said(status: int, words: str) -> HttpResponse:
    return HttpResponse(words + "\n", status=status, content_type="text/plain")


urlpatterns = [path("github/", receive, name="github")]
