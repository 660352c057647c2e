"""The doors to on-ramps at work: tasks, who may take them, what was decided, and the audit."""

from engine.admin.onramps import claims, graduates, records, requests, signed, tasks, teams

__all__ = ["claims", "graduates", "records", "requests", "signed", "tasks", "teams"]
