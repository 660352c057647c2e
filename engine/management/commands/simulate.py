"""manage.py simulate: a policy against simulated people whose true forgetting it cannot see."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from engine.simulation import POLICIES, WORLDS, NotAWorld, Outcome, Setting, Trial, world_named

MEANINGS = {
    "final": "recall at the end, mean over all skills of the path",
    "mean": "recall, mean over all days",
    "p10": "recall at the end of the weakest tenth of people",
    "after_30_days": "recall thirty days after the end, without a rep",
    "reps_per_person": "reps a person",
    "skills_introduced": "skills introduced, of those of the path",
}


class Command(BaseCommand):
    help = "Let simulated people practise under a policy, and say what they truly recall."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        default = Setting()
        parser.add_argument(
            "--world", default="A", metavar="|".join([*WORLDS, "FILE.py"]), help="How people forget."
        )
        parser.add_argument("--policy", default="rampart", choices=POLICIES, help="Who practises what.")
        for name in ("people", "skills", "workdays"):
            parser.add_argument(f"--{name}", type=int, default=getattr(default, name))
        parser.add_argument("--reps", type=int, default=default.reps, help="A day.")
        parser.add_argument(
            "--attendance", type=float, default=default.attendance, help="The chance that a person answers."
        )
        parser.add_argument(
            "--work-per-day", type=float, default=default.work_per_day, help="Pieces of real work a person."
        )
        parser.add_argument(
            "--work-unseen",
            action="store_true",
            help="Real work happens, and the policy does not hear of it.",
        )
        parser.add_argument("--seed", type=int, default=default.seed)
        parser.add_argument("--json", action="store_true", dest="as_json", help="For machines.")

    def handle(self, *, world: str, policy: str, as_json: bool, **options: Any) -> None:
        setting = _setting(options)
        try:
            trial = Trial(world_named(world), POLICIES[policy], setting)
        except NotAWorld as refused:
            raise CommandError(f"--world {refused}") from None
        for _ in tqdm(
            trial.days(), total=setting.days, unit=" days", desc=f"{world}, {policy}", disable=None
        ):
            pass
        self.stdout.write(_as_json(trial.outcome()) if as_json else _as_table(trial.outcome()))


def _setting(options: dict[str, Any]) -> Setting:
    for name in ("people", "skills", "reps"):
        if options[name] < 1:
            raise CommandError(f"--{name} {options[name]}: give one at least.")
    if options["workdays"] < 0 or options["work_per_day"] < 0 or options["seed"] < 0:
        raise CommandError("--workdays, --work-per-day and --seed: give no less than 0.")
    if not 0 <= options["attendance"] <= 1:
        raise CommandError(f"--attendance {options['attendance']}: give a chance between 0 and 1.")
    names = ("people", "skills", "workdays", "reps", "attendance", "work_per_day", "seed")
    return Setting(is_work_seen=not options["work_unseen"], **{name: options[name] for name in names})


def _as_json(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome))


def _as_table(outcome: Outcome) -> str:
    figures = asdict(outcome)
    return "\n".join(
        f"{name:<18} {figures[name]:>8.{1 if figures[name] > 1 else 3}f}  {meaning}"
        for name, meaning in MEANINGS.items()
    )
