"""What may stand in a header: Django refuses line breaks, and lets worse things through."""

import unicodedata
from email.headerregistry import Address

LONGEST_NAME = 80
# Control characters, line separators, and those that turn the reading direction.
UNSAFE = {"Cc", "Cf", "Zl", "Zp", "Cs"}
KEPT_JOINERS = "\u200c\u200d"  # they shape Persian words and join emoji


def clean(text: str) -> str:
    """Return one line without characters that could end a header, hide a part of it, or turn it around."""
    kept = (
        character if character in KEPT_JOINERS or unicodedata.category(character) not in UNSAFE else " "
        for character in text
    )
    return " ".join("".join(kept).split())


def sender_name(name: str) -> str:
    """A name that no mail program takes for a second address."""
    return " ".join(clean(name).translate(str.maketrans("", "", '@:,"<>')).split())[:LONGEST_NAME]


def ascii_domain(domain: str) -> str:
    """Return the domain as mail servers know it: `bücher.example` is `xn--bcher-kva.example`."""
    return domain.encode("idna").decode()


def ascii_address(email: str) -> str:
    local, _, domain = clean(email).rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def is_same_address(one: str, other: str) -> bool:
    """Compare as mail servers do; what is no address is nobody's."""
    try:
        return ascii_address(one).lower() == ascii_address(other).lower()
    except UnicodeError:
        return False


def address(name: str, email: str) -> str:
    """Return `Name <email>`, quoted and encoded as the standard asks, the domain in ASCII."""
    shown = clean(name).replace("=?", "= ?")[:LONGEST_NAME].strip()  # nothing that reads as an encoded word
    return str(Address(display_name=shown, addr_spec=ascii_address(email)))
