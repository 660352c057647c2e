"""The demo: an invented organisation whose days were lived through the engine's own functions."""

from engine.demo.living import live
from engine.demo.organisation import (
    SIGN_INS,
    NotTheDemo,
    SignIn,
    check_ours,
    clear,
    found,
    is_complete,
    let_in,
)

__all__ = [
    "SIGN_INS",
    "NotTheDemo",
    "SignIn",
    "check_ours",
    "clear",
    "found",
    "is_complete",
    "let_in",
    "live",
]
