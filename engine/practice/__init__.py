"""Practice: enrol, plan workouts, record answers, keep memory; from a path to the next day's plan."""

from engine.practice.answering import (
    answer,
    check_open,
    disown,
    may_disown,
    may_swap,
    standing_answer,
    swap,
    undo,
)
from engine.practice.believing import build, go_on_believing, reconsider
from engine.practice.consistency import weeks_of
from engine.practice.enrolment import Groups, audience_of, awaited, reconcile, with_path, without_path
from engine.practice.foreseeing import Foreseen, Idle, Rehearsal, foresee, rehearse
from engine.practice.launching import start, startable, take_back_start
from engine.practice.planning import plan_workouts
from engine.practice.recollection import Effect, Remembered, effect_of, recollect
from engine.practice.remarks import Said, call_not_useful, report_mistake, said_of, withdraw
from engine.practice.remembering import Difference, rebuild_all
from engine.practice.rhythm import change_hour, go_on, go_on_with_everyone, pause, pause_everyone, stop
from engine.practice.settling import open_again, settle
from engine.practice.today import open_reps, start_today, todays_workout
from engine.practice.work import Work, record_work, settle_work

__all__ = [
    "Difference",
    "Effect",
    "Foreseen",
    "Groups",
    "Idle",
    "Rehearsal",
    "Remembered",
    "Said",
    "Work",
    "answer",
    "audience_of",
    "awaited",
    "build",
    "call_not_useful",
    "change_hour",
    "check_open",
    "disown",
    "effect_of",
    "foresee",
    "go_on",
    "go_on_believing",
    "go_on_with_everyone",
    "may_disown",
    "may_swap",
    "open_again",
    "open_reps",
    "pause",
    "pause_everyone",
    "plan_workouts",
    "rebuild_all",
    "recollect",
    "reconcile",
    "reconsider",
    "record_work",
    "rehearse",
    "report_mistake",
    "said_of",
    "settle",
    "settle_work",
    "standing_answer",
    "start",
    "start_today",
    "startable",
    "stop",
    "swap",
    "take_back_start",
    "todays_workout",
    "undo",
    "weeks_of",
    "with_path",
    "withdraw",
    "without_path",
]
