"""How a page shows a mail: in a frame of its own, as a mail program would, under a policy of its own."""

from django.http import HttpResponse
from django.utils.csp import CSP

# A mail's styles are inlined; whatever else is in it stays without effect. Links open outside the sandbox.
AS_A_MAIL_PROGRAM: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    "frame-ancestors": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
# A mail that nobody got: its links open nothing, not even beside it.
AS_A_PREVIEW: dict[str, list[str]] = AS_A_MAIL_PROGRAM | {"sandbox": [""]}


def framed(html: str) -> HttpResponse:
    """Answer with the HTML of a mail; its links open beside the page that frames it."""
    return HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
