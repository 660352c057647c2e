"""Where a mail provider reports what became of mails; django-anymail reads each one's own format."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, path, resolve
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Hand a report to anymail's view of this provider; without a secret, nobody may report anything."""
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    try:
        hook = resolve(f"/{provider}/tracking/", urlconf="anymail.urls")
        return hook.func(request, *hook.args, **hook.kwargs)
    except (Resolver404, ImproperlyConfigured) as error:
        raise Http404 from error


urlpatterns = [path("bounces/<slug:provider>/tracking/", tracking, name="bounces")]
