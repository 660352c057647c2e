"""GitHub: issues that are tasks, and what is said and undone there. The tick sends, the webhook receives."""

from engine.github.comments import queue_comments
from engine.github.events import receive
from engine.github.sending import send_due
from engine.github.signature import is_genuine
from engine.github.switching import switch_off, switch_on

__all__ = ["is_genuine", "queue_comments", "receive", "send_due", "switch_off", "switch_on"]
