"""Calendars as people's programs write them."""


def event(*lines: str, uid: str = "1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Kumquat surgery", *lines, "END:VEVENT", ""])


def calendar(*events: str) -> bytes:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x\r\n" + "".join(events) + "END:VCALENDAR\r\n"
    ).encode()


def all_day(first: str, end: str = "", *, uid: str = "1") -> str:
    """An event of whole days, the end exclusive, both as 20261207."""
    lines = [f"DTSTART;VALUE=DATE:{first}", *([f"DTEND;VALUE=DATE:{end}"] if end else [])]
    return event(*lines, uid=uid)
