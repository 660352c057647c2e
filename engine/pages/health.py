"""What an operator's tools ask: is it sound, and what are the figures."""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from engine import health, metrics
from people.clock import present


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    checked = health.checks(now=present(), real_now=timezone.now())
    is_sound = health.is_sound(checked)
    body = {"ok": is_sound, "checks": {name: asdict(check) for name, check in checked.items()}}
    return JsonResponse(body, status=200 if is_sound else 503)


@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    if not (_has_token(request) or request.user.has_perm("engine.view_heartbeat")):
        return HttpResponse(
            "Send METRICS_TOKEN as a bearer token, or sign in as an operator.\n",
            status=403,
            content_type="text/plain",
        )
    return HttpResponse(metrics.exposition(real_now=timezone.now()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, expected)


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", show_metrics, name="metrics"),
]
