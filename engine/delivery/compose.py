"""Build the message of a mail: subject, text and HTML from three templates side by side, and its headers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import cache

import css_inline
from django.conf import settings
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils import translation

from engine import links, wording
from engine.delivery.headers import address, clean, sender_name
from engine.delivery.wire import OutboxMessage
from engine.errors import CannotCompose
from engine.links import Purpose
from engine.models import Mail, Rep
from paths.catalogue import exercise_spec
from paths.schema import ChoiceSpec, ExerciseSpec, JudgeSpec

# Gmail cuts a message off at 102 KB of HTML.
MOST_HTML = 80_000  # bytes, decoded
MOST_BYTES = 150_000  # of the whole message
MAIL = "mail"  # the key of our Message-ID in events: a provider's own message ids are not known here


@dataclass(frozen=True, kw_only=True)
class Link:
    """One way to answer: its text stands in the mail only once."""

    mark: str
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class RepInMail:
    """A rep as the templates show it."""

    number: int
    rep: Rep
    exercise: ExerciseSpec
    why: str
    links: Sequence[Link]
    page: str

    @property
    def is_new(self) -> bool:
        return self.rep.retrievability is None


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A message ready for the relay, and the parts of it that the outbox keeps."""

    subject: str
    text: str
    html: str
    message: OutboxMessage


def compose(mail: Mail, reps: Sequence[Rep], *, dated_at: datetime) -> Composed:
    """Build the whole message; raise CannotCompose with the reason, so that it fails alone."""
    try:
        with wording.spoken_to(mail.person):
            composed = _compose(mail, reps, dated_at=dated_at)
        _refuse_too_big(composed)
    except (CannotCompose, DatabaseError):  # a database that fails is no fault of the mail's
        raise
    except Exception as error:
        raise CannotCompose(f"cannot be built: {type(error).__name__}: {error}") from error
    return composed


def _compose(mail: Mail, reps: Sequence[Rep], *, dated_at: datetime) -> Composed:
    context = _context(mail, reps)
    subject = clean(render_to_string("mail/workout.subject.txt", context))
    text = render_to_string("mail/workout.txt", context)
    html = _inliner().inline(render_to_string("mail/workout.html", context))
    message = OutboxMessage(
        subject=subject,
        body=text,
        from_email=_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=[address(mail.person.name, mail.person.email)],
        reply_to=[_mailbox(settings.REPLY_TO)] if settings.REPLY_TO else None,
        headers=_headers(mail, dated_at=dated_at),
    )
    message.attach_alternative(html, "text/html")
    message.metadata = {MAIL: mail.message_id}
    return Composed(subject=subject, text=text, html=html, message=message)


def reps_of(workout_ids: Sequence[int | None]) -> dict[int | None, list[Rep]]:
    """Return the reps of workouts, in their order, with what a mail shows of them; in one query."""
    found: dict[int | None, list[Rep]] = defaultdict(list)
    reps = Rep.objects.filter(workout__in=[one for one in workout_ids if one is not None])
    for rep in reps.select_related("exercise", "skill").order_by("workout_id", "position"):
        found[rep.workout_id].append(rep)
    return found


def _context(mail: Mail, reps: Sequence[Rep]) -> dict[str, object]:
    assert mail.day is not None
    return {
        "mail": mail,
        "person": mail.person,
        "reps": [in_mail(rep, today=mail.day) for rep in reps],
        "minutes": sum(rep.exercise.minutes for rep in reps),
        "settings_url": links.url("mail_settings", links.token(Purpose.SETTINGS, mail.pk)),
        "stop_url": _stop_url(mail),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "language": translation.get_language(),
        "subject": wording.subject(reps),
    }


def _stop_url(mail: Mail) -> str:
    return links.url("stop", links.token(Purpose.STOP, mail.pk))


def in_mail(rep: Rep, *, today: date) -> RepInMail:
    """Prepare a rep for the templates, with a link for each way to answer it."""
    exercise = exercise_spec(rep.exercise.content)
    token = links.token(Purpose.ANSWER, rep.pk)
    number = rep.position + 1
    return RepInMail(
        number=number,
        rep=rep,
        exercise=exercise,
        why=wording.why(rep, today=today),
        links=[
            Link(mark=f"{number}{mark}", text=text, url=links.url("rep_chosen", token, rep.attempt, choice))
            for choice, mark, text in choices(exercise)
        ],
        page=links.url("rep", token),
    )


def choices(exercise: ExerciseSpec) -> list[tuple[str, str, str]]:
    """Return (value, mark, text) of each way to answer by picking; none for kinds that cannot be picked."""
    match exercise:
        case ChoiceSpec():
            return [
                (option.id, chr(ord("a") + place), option.text)
                for place, option in enumerate(exercise.options)
            ]
        case JudgeSpec():
            return [
                ("sound", "a", translation.gettext("Sound")),
                ("flawed", "b", translation.gettext("Flawed")),
            ]
    return []


def _mailbox(written: str) -> str:
    """Return an operator's `Name <email>`, or bare address, with a name that cannot pass for an address."""
    name, _, email = written.rpartition("<")
    return address(sender_name(name), email.rstrip("> "))


def _headers(mail: Mail, *, dated_at: datetime) -> dict[str, str]:
    return {
        "Message-ID": mail.message_id,
        "Date": format_datetime(dated_at.astimezone(UTC)),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, NRN, AutoReply, RN",
        "List-Unsubscribe": f"<{_stop_url(mail)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@cache
def _inliner() -> css_inline.CSSInliner:
    # Rules that cannot be inlined (dark mode, narrow screens) stay in the head.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _refuse_too_big(composed: Composed) -> None:
    html_size, whole = len(composed.html.encode()), len(composed.message.written)
    if html_size > MOST_HTML or whole > MOST_BYTES:
        raise CannotCompose(f"too_big: {html_size:,} bytes of HTML, {whole:,} in all; shorten its exercises.")
