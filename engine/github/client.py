"""Calls to GitHub's API: a token, a time limit, no redirects, and no surprise about what went wrong."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from engine.errors import GitHubRefused, GitHubUnreachable

SECONDS = 10.0  # for one call
MOST = 4 * 1024 * 1024  # bytes of an answer
PAGE = 100


class _Stay(HTTPRedirectHandler):
    """Follow nothing: the token must not travel to another host."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class Api:
    """GitHub's API, or a server of the same shape."""

    url: str
    token: str
    seconds: float = SECONDS

    @classmethod
    def configured(cls) -> "Api | None":
        return (
            cls(url=settings.GITHUB_API_URL, token=settings.GITHUB_TOKEN) if settings.GITHUB_TOKEN else None
        )

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer's JSON. Raise GitHubRefused for a status from 300 on, else GitHubUnreachable."""
        request = Request(  # noqa: S310  # settings allow https, and http to this machine
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "User-Agent": "rampart",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        ends = time.monotonic() + self.seconds
        try:
            with build_opener(_Stay).open(request, timeout=self.seconds) as response:
                return _json(response, ends)
        except HTTPError as error:
            with error:
                raise GitHubRefused(error.code, retry_after=error.headers.get("Retry-After", "")) from None
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise GitHubUnreachable(f"{type(error).__name__}: {error}") from None

    def find_comment(self, issue: str, beginning: str) -> int | None:
        """Return the comment on an issue that begins so, if there is one."""
        page = 1
        while True:
            found = self.call("GET", f"{issue}/comments?per_page={PAGE}&page={page}")
            for comment in found:
                if str(comment.get("body") or "").startswith(beginning):
                    return int(comment["id"])
            if len(found) < PAGE:
                return None
            page += 1


def _json(response: Any, ends: float) -> Any:
    """Read an answer that comes in time, and is not endless."""
    read = b""
    while piece := response.read1(65_536):
        read += piece
        if time.monotonic() > ends or len(read) > MOST:
            raise GitHubUnreachable("The answer was too slow, or too long.")
    return json.loads(read) if read else None
