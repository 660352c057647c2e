"""The demo: an invented organisation whose days were lived through the engine's own functions."""

from engine.demo.alone import AnotherDemo, alone, beside
from engine.demo.living import live
from engine.demo.mailbox import DirectMail, direct_mails, forget_direct_mails
from engine.demo.organisation import (
    EMPLOYEE,
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
    "EMPLOYEE",
    "SIGN_INS",
    "AnotherDemo",
    "DirectMail",
    "NotTheDemo",
    "SignIn",
    "alone",
    "beside",
    "check_ours",
    "clear",
    "direct_mails",
    "forget_direct_mails",
    "found",
    "is_complete",
    "let_in",
    "live",
]
