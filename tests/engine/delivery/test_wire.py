"""The bytes of a message: read back by Python's own parser, they say what was written."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.wire import BOUNDARY, written

# A mail is text without NUL and lone surrogates; a single CR and CR LF both come back as line ends.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=400)


def read(message: EmailMessage):
    return message_from_bytes(written(message), policy=default)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


@given(text=TEXTS, html=TEXTS)
def test_both_parts_come_back_in_any_script(text, html):
    message = EmailMultiAlternatives("Today", text, "Rampart <rampart@example.org>", ["ann@example.org"])
    message.attach_alternative(html, "text/html")

    plain, other = read(message).iter_parts()

    assert lines(plain.get_content()) == lines(text)
    assert lines(other.get_content()) == lines(html)
    assert written(message).isascii()
    assert max(map(len, written(message).split(b"\r\n"))) <= 76


def test_a_part_may_hold_what_looks_like_the_boundary():
    message = EmailMultiAlternatives("Today", f"--{BOUNDARY}--\n.", "a@example.org", ["b@example.org"])
    message.attach_alternative("<p>--</p>", "text/html")

    plain, _ = read(message).iter_parts()

    assert plain.get_content().splitlines() == [f"--{BOUNDARY}--", "."]


def test_a_plain_message_such_as_a_sign_in_code_gets_its_own_date_and_id():
    message = read(EmailMessage("Código", "Your code: 1234", "Zoë <zoe@höhle.example>", ["b@bücher.example"]))

    assert message.get_content_type() == "text/plain"
    assert message["Subject"] == "Código"
    assert message["From"].addresses[0].display_name == "Zoë"
    assert message["From"].addresses[0].domain == "xn--hhle-5qa.example"
    assert message["To"].addresses[0].domain == "xn--bcher-kva.example"
    assert message["Date"]
    assert message["Message-ID"]


@pytest.mark.parametrize("header", ["subject", "from_email", "to", "extra_headers"])
def test_a_line_break_in_a_header_is_refused(header):
    message = EmailMessage("Today", "Text", "a@example.org", ["b@example.org"])
    evil = "x\r\nBcc: evil@example.org"
    setattr(message, header, {"to": [evil], "extra_headers": {"X-Own": evil}}.get(header, evil))

    with pytest.raises(ValueError, match="line break"):
        written(message)


def test_an_attachment_is_refused_rather_than_left_out():
    message = EmailMessage("Today", "Text", "a@example.org", ["b@example.org"])
    message.attach("a.txt", "text", "text/plain")

    with pytest.raises(ValueError, match="attachments"):
        written(message)
