"""Fetching: https only, little, not for long, and never from inside our own network."""

import socket
import threading
import time

import pytest

from engine.errors import AddressRefused, CalendarNotRead
from engine.practice import fetching
from engine.practice.fetching import MOST_BYTES, Web, checked, fetch, is_public
from tests.web import HOST, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("web")) as pages:
        yield pages


@pytest.fixture
def pages(server):
    server.answers.clear()
    server.asked.clear()
    return server


def refusal(address: str, web: Web) -> str:
    with pytest.raises((CalendarNotRead, AddressRefused)) as refused:
        fetch(address, web=web)
    return str(refused.value)


class TestAddress:
    @pytest.mark.parametrize(
        ("written", "as_fetched"),
        [
            ("https://example.org/a.ics?key=1", "https://example.org/a.ics?key=1"),
            (" https://example.org/a.ics\n", "https://example.org/a.ics"),
            ("webcal://example.org/a.ics", "https://example.org/a.ics"),
            ("HTTPS://bücher.example:8443/a.ics", "HTTPS://bücher.example:8443/a.ics"),
        ],
    )
    def test_it_is_taken_as_calendars_give_it(self, written, as_fetched):
        assert checked(written) == as_fetched

    @pytest.mark.parametrize(
        ("written", "because"),
        [
            ("http://example.org/a.ics", "must begin with https"),
            ("file:///etc/passwd", "must begin with https"),
            ("ftp://example.org/a.ics", "must begin with https"),
            ("example.org/a.ics", "must begin with https"),
            ("https:///a.ics", "no address"),
            ("https://exa mple.org/", "no address"),
            ("https://example.org/\u202ea.ics", "no address"),
            ("https://example.org:99999/", "no address"),
            ("https://[::1/", "no address"),
            ("https://" + "a" * 64 + ".example/", "no address"),
            ("https://example.org/" + "a" * 500, "no address"),
            ("https://ann:secret@example.org/", "Leave out the name and password"),
        ],
    )
    def test_any_other_is_refused_with_what_to_do(self, written, because):
        with pytest.raises(AddressRefused, match=because):
            checked(written)

    @pytest.mark.parametrize(
        "host",
        [
            *("127.0.0.1", "127.0.0.1:8443", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
            *("127.1", "2130706433", "0x7f000001", "017700000001"),
            *("[::1]", "[::1]:8443", "[fd12::1]", "[::ffff:10.0.0.1]", "[fe80::1%25eth0]"),
        ],
    )
    def test_an_ip_address_inside_is_refused_at_once(self, host):
        with pytest.raises(AddressRefused, match="not on the open internet"):
            checked(f"https://{host}/x.ics")

    @pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "10.example.org", "localhost.example"])
    def test_a_public_one_and_a_name_are_taken(self, host):
        assert checked(f"https://{host}/x.ics") == f"https://{host}/x.ics"


class TestPublic:
    @pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
    def test_the_open_internet_is_public(self, address):
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
            *("169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
            *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1"),
            *("2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
            *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::1"),
        ],
    )
    def test_nothing_else_is_not_even_in_disguise(self, address):
        assert not is_public(address)


class TestFetching:
    def test_a_page_comes_as_it_is(self, pages):
        address = pages.say("/a.ics?key=%C3%BC", b"BEGIN:VCALENDAR")

        assert fetch(address, web=pages.web()) == b"BEGIN:VCALENDAR"
        assert fetch(pages.url("/a.ics?key=ü"), web=pages.web()) == b"BEGIN:VCALENDAR"
        [_, (_path, headers)] = pages.asked
        assert headers["Host"] == f"{HOST}:{pages.port}"
        assert "Cookie" not in headers

    @pytest.mark.parametrize(
        "addresses",
        [["127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"], ["8.8.8.8", "192.168.0.1"], ["::1"], []],
    )
    def test_a_name_with_any_address_inside_is_refused_before_anything_is_sent(self, pages, addresses):
        address = pages.say("/a.ics", b"x")

        told = refusal(
            address, Web(look_up=lambda host, port: addresses, tls=lambda: pages.trusted, seconds=5)
        )

        assert "not on the open internet" in told
        assert pages.asked == []

    def test_a_bare_address_inside_is_refused_by_the_real_look_up(self, pages):
        for host in ("127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1"):
            assert "not on the open internet" in refusal(f"https://{host}:{pages.port}/a.ics", Web(seconds=5))

    def test_the_connection_goes_to_the_address_that_was_checked(self, pages, monkeypatch):
        looked_up, called = [], []
        call = socket.create_connection

        def look_up(host, port):
            looked_up.append(host)
            return ["127.0.0.1"]

        def create_connection(address, **options):
            called.append(address[0])
            return call(address, **options)

        monkeypatch.setattr(fetching.socket, "create_connection", create_connection)
        fetch(pages.say("/a.ics", b"x"), web=pages.web(look_up=look_up))

        assert looked_up == [HOST]  # once: a second answer could be another
        assert called == ["127.0.0.1"]

    def test_it_follows_three_redirects_and_checks_each(self, pages):
        for number in range(4):
            pages.say(f"/{number}", b"", status=302, Location=f"/{number + 1}")
        pages.say("/4", b"the end")

        assert fetch(pages.url("/1"), web=pages.web()) == b"the end"
        assert "more than three times" in refusal(pages.url("/0"), pages.web())

    def test_a_redirect_leads_neither_inside_nor_out_of_https(self, pages):
        pages.say("/inside", b"", status=301, Location="https://intranet.example/secret")
        pages.say("/plain", b"", status=301, Location="http://calendar.example.org/a.ics")
        pages.say("/file", b"", status=301, Location="file:///etc/passwd")
        web = pages.web(look_up=lambda host, port: ["127.0.0.1" if host == HOST else "10.0.0.1"])

        assert "not on the open internet" in refusal(pages.url("/inside"), web)
        assert "https" in refusal(pages.url("/plain"), web)
        assert "https" in refusal(pages.url("/file"), web)

    def test_a_page_may_have_a_megabyte_and_not_a_byte_more(self, pages):
        pages.say("/most", b"x" * MOST_BYTES)
        pages.say("/more", b"x" * (MOST_BYTES + 1))

        assert len(fetch(pages.url("/most"), web=pages.web())) == MOST_BYTES
        assert "larger than 1 MB" in refusal(pages.url("/more"), pages.web())

    @pytest.mark.parametrize("status", [204, 401, 404, 500])
    def test_any_other_answer_is_told_by_its_code(self, pages, status):
        assert f"code {status}" in refusal(pages.say("/a.ics", b"", status=status), pages.web())

    def test_what_is_compressed_is_not_unpacked(self, pages):
        address = pages.say("/a.ics", b"\x1f\x8b", Content_Encoding="gzip")

        assert "compressed" in refusal(address, pages.web())

    @pytest.mark.parametrize(
        "first",
        [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"],
        ids=["status", "headers", "body"],
    )
    def test_a_slow_answer_is_given_up_and_its_connection_closed(self, pages, first):
        before = threading.active_count()
        address = pages.drip("/slow", first)

        assert "took longer than" in refusal(address, pages.web(seconds=0.4))

        deadline = time.monotonic() + 10
        while threading.active_count() > before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert threading.active_count() <= before

    def test_a_look_up_that_takes_for_ever_is_given_up(self, pages):
        over = threading.Event()

        told = refusal(
            pages.url("/a.ics"), pages.web(seconds=0.2, look_up=lambda host, port: over.wait(30) and [])
        )
        over.set()

        assert "took longer than" in told

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, pages):
        address = pages.say("/a.ics", b"x")

        assert "certificate" in refusal(address, pages.web(tls=fetching.ssl.create_default_context))
        assert pages.asked == []

    def test_the_certificate_must_be_of_the_name_asked_for(self, pages):
        assert "certificate" in refusal(f"https://other.example:{pages.port}/", pages.web())

    def test_an_address_nobody_answers_at_is_told_so(self, pages):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]

            assert "could not be reached" in refusal(f"https://{HOST}:{port}/", pages.web())

    def test_a_name_that_nobody_has_is_told_so(self, pages):
        def look_up(host, port):
            raise socket.gaierror

        assert "no such place" in refusal(pages.url("/a.ics"), pages.web(look_up=look_up))

    def test_what_is_no_http_is_told_so(self, pages):
        pages.answers["/a.ics"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")

        assert "could not be reached" in refusal(pages.url("/a.ics"), pages.web())
