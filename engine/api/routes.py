"""Every route of the API, and the way in to each."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI

from engine import wording
from engine.api import claims, problems, reading, requests, tasks, verdicts, work

api = NinjaAPI(
    title="Rampart",
    version="1",
    description="May I take this task? Who learns on it, who decides, and what came of it.",
    urls_namespace="api",
    docs_url=None,  # its page wants what our content security policy refuses
)
problems.register(api)


def in_their_language(view: Callable[..., Any]) -> Callable[..., Any]:
    """Speak the language of whom the token acts for."""

    @wraps(view)
    def spoken(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        with wording.spoken_to(getattr(request, "auth", None) and request.auth.person):  # type: ignore[attr-defined]
            return view(request, *arguments, **keywords)

    return spoken


api.add_decorator(in_their_language, mode="view")
for room in (verdicts, tasks, claims, requests, work, reading):
    api.add_router("", room.router)
