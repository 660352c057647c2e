"""Practice: enrol, plan workouts, record answers, keep memory; from a path to the next day's plan."""

from engine.practice.answering import answer, check_open, disown, may_disown, standing_answer, swap, undo
from engine.practice.enrolment import audience_of, reconcile, start, without_path
from engine.practice.planning import plan_workouts
from engine.practice.remembering import Difference, rebuild_all
from engine.practice.rhythm import change_hour, go_on, pause, stop
from engine.practice.settling import open_again, settle
from engine.practice.today import open_reps, start_today, todays_workout
from engine.practice.usefulness import NotUseful, Share, not_useful

__all__ = [
    "Difference",
    "NotUseful",
    "Share",
    "answer",
    "audience_of",
    "change_hour",
    "check_open",
    "disown",
    "go_on",
    "may_disown",
    "not_useful",
    "open_again",
    "open_reps",
    "pause",
    "plan_workouts",
    "rebuild_all",
    "reconcile",
    "settle",
    "standing_answer",
    "start",
    "start_today",
    "stop",
    "swap",
    "todays_workout",
    "undo",
    "without_path",
]
