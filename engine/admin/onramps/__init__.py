"""The doors to on-ramps at work: tasks, who may take them, what was decided, and the audit."""

from engine.admin.onramps import (
    claims,
    github,
    graduates,
    records,
    requests,
    signed,
    tasks,
    teams,
    tokens,
)

__all__ = ["claims", "github", "graduates", "records", "requests", "signed", "tasks", "teams", "tokens"]
