"""Fetch a page from an address that a person gave: from the open internet only, little, and not for long.

Whoever gives an address could mean a machine inside our own network. So it must be https, its name is
looked up once, every IP address it has must be public, and the connection goes to one that was checked: a
second look-up could find another. What the page says is the caller's to judge.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import AddressRefused, CalendarNotRead

SECONDS = 10.0  # of everything: look-up, redirects, the last byte
SECONDS_TO_CONNECT = 4.0
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
LONGEST = 500  # characters of an address
KEPT = "%/?:@!$&'()*+,;=~-._[]"  # of a path and its query
HEADERS = {
    "User-Agent": "Rampart (reads days away)",
    "Accept": "text/calendar, */*;q=0.1",
    "Accept-Encoding": "identity",  # what is compressed may be far larger than it looks
    "Connection": "close",
}
# Ranges that carry an IPv4 address inside, so that a private one could hide there.
CARRIERS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
NOT_PUBLIC = gettext_lazy("The address leads to a place that is not on the open internet.")


def checked(address: str) -> str:
    """Return an address as it will be fetched; raise AddressRefused with what is wrong with it."""
    address = address.strip()
    if address.lower().startswith("webcal://"):  # what calendar programs write for https
        address = "https" + address[len("webcal") :]
    _split, host, _port = _parts(address)
    if _is_inside(host):
        raise AddressRefused(str(NOT_PUBLIC))
    return address


def _parts(address: str) -> tuple[SplitResult, str, int]:
    """Return the parts of an https address, its host in ASCII, and its port."""
    if len(address) > LONGEST or not address.isprintable() or " " in address:
        raise AddressRefused(_("That is no address. Copy it from your calendar once more."))
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port or 443
    except (UnicodeError, ValueError):
        raise AddressRefused(_("That is no address. Copy it from your calendar once more.")) from None
    if parts.scheme.lower() != "https":
        raise AddressRefused(_("The address must begin with https://, so that nobody can read along."))
    if not host:
        raise AddressRefused(_("That is no address. Copy it from your calendar once more."))
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(_("Leave out the name and password before the @; they would be stored here."))
    return parts, host, port


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in carrier for carrier in CARRIERS) or ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _is_inside(host: str) -> bool:
    """Whether a host is written as an IP address, in any way a look-up reads, that is not public."""
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        pass
    try:
        return not is_public(host)
    except ValueError:
        return False  # a name, which is looked up when it is fetched


def look_up(host: str, port: int) -> list[str]:
    """Return every IP address that a name has."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, kw_only=True)
class Web:
    """How the outside is reached; tests bring one of their own."""

    look_up: Callable[[str, int], Sequence[str]] = look_up
    is_allowed: Callable[[str], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = SECONDS


WEB = Web()


@dataclass(kw_only=True)
class _Fetch:
    """One fetch in a thread of its own, since a look-up and a slow header know no time limit."""

    web: Web
    answer: SimpleQueue[bytes | Exception] = field(default_factory=SimpleQueue)
    line: socket.socket | None = None  # a second hold on the connection, to break it by
    is_given_up: bool = False

    def run(self, address: str) -> None:
        try:
            self.answer.put(self._follow(address))
        except Exception as error:  # whatever it was, the caller hears of it
            self.answer.put(error)

    def give_up(self) -> None:
        """Let the thread end: whatever it waits for on the line breaks."""
        self.is_given_up = True
        if self.line is not None:
            with suppress(OSError):  # it is closed already
                self.line.shutdown(socket.SHUT_RDWR)

    def _follow(self, address: str) -> bytes:
        for _hop in range(MOST_REDIRECTS + 1):
            page = self._get(address)
            if isinstance(page, bytes):
                return page
            address = urljoin(address, page)
        raise CalendarNotRead(_("The address leads on to another more than three times."))

    def _get(self, address: str) -> bytes | str:
        """Return the page, or the address that it leads on to."""
        parts, host, port = _parts(address)
        connection = http.client.HTTPConnection(host, port)
        connection.default_port = 443
        target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=KEPT)
        try:
            connection.sock = self._connect(host, port)
            connection.request("GET", target, headers=HEADERS)
            response = connection.getresponse()
            location = response.getheader("Location")
            if response.status in REDIRECTS and location:
                return location
            return self._page(response)
        finally:
            connection.close()
            if self.line is not None:
                self.line.close()

    def _connect(self, host: str, port: int) -> ssl.SSLSocket:
        found = list(dict.fromkeys(self.web.look_up(host, port)))
        if not found or not all(self.web.is_allowed(one) for one in found):
            raise CalendarNotRead(str(NOT_PUBLIC))
        plain = self._call(found, port)
        self.line = plain.dup()
        if self.is_given_up:
            plain.close()
            raise TimeoutError
        try:
            return self.web.tls().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _call(self, found: Sequence[str], port: int) -> socket.socket:
        """Connect to the first of these that answers."""
        refused: OSError = TimeoutError()
        for one in found:
            try:
                return socket.create_connection((one, port), timeout=SECONDS_TO_CONNECT)
            except OSError as error:
                refused = error
        raise refused

    def _page(self, response: http.client.HTTPResponse) -> bytes:
        if response.status != 200:
            raise CalendarNotRead(
                _("The calendar answered with code %(code)d. Is the address still the right one?")
                % {"code": response.status}
            )
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise CalendarNotRead(_("The calendar comes compressed, which is not read here."))
        page = response.read(MOST_BYTES + 1)
        if len(page) > MOST_BYTES:
            raise CalendarNotRead(_("The calendar is larger than 1 MB, and too large to be read."))
        return page


def fetch(address: str, *, web: Web = WEB) -> bytes:
    """Return what is at an https address; raise CalendarNotRead or AddressRefused with the reason."""
    under_way = _Fetch(web=web)
    run = copy_context().run  # in the same language
    threading.Thread(target=run, args=[under_way.run, address], daemon=True).start()
    try:
        found = under_way.answer.get(timeout=web.seconds)
    except Empty:
        under_way.give_up()
        raise CalendarNotRead(
            _("The calendar took longer than %(seconds)d seconds.") % {"seconds": web.seconds}
        ) from None
    if isinstance(found, bytes):
        return found
    raise _reason(found) from None


def _reason(error: Exception) -> Exception:
    """Return what to tell the person: never what the other side said, and never the address."""
    match error:
        case CalendarNotRead() | AddressRefused():
            return error
        case ssl.SSLCertVerificationError():
            return CalendarNotRead(_("The calendar's certificate is not valid."))
        case socket.gaierror():
            return CalendarNotRead(_("There is no such place on the internet. Is the address right?"))
        case OSError() | http.client.HTTPException():
            return CalendarNotRead(_("The calendar could not be reached."))
    return error
