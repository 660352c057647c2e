"""Mails without loss and without doubles: the outbox is the truth, the queue only a clock."""

from engine.delivery.bounces import take_in
from engine.delivery.digests import queue_digests
from engine.delivery.outbox import (
    cancel,
    cancel_day,
    cancel_unwanted,
    expire,
    forget_texts,
    heed_absences,
    hold,
    let_go,
    queue_workouts,
    reopen,
    retime,
)
from engine.delivery.posting import letter, post, post_all
from engine.delivery.sending import Pass, mark_refused, send_due, take
from engine.delivery.welcomes import cancel_welcomes, queue_welcomes, retime_welcomes

__all__ = [
    "Pass",
    "cancel",
    "cancel_day",
    "cancel_unwanted",
    "cancel_welcomes",
    "expire",
    "forget_texts",
    "heed_absences",
    "hold",
    "let_go",
    "letter",
    "mark_refused",
    "post",
    "post_all",
    "queue_digests",
    "queue_welcomes",
    "queue_workouts",
    "reopen",
    "retime",
    "retime_welcomes",
    "send_due",
    "take",
    "take_in",
]
