"""What the tick writes down about on-ramps; all of it is derived from `now`, and twice changes nothing."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from engine.onramps.deciding import settle
from engine.onramps.holding import match_all, with_tasks_that_wait
from engine.onramps.judging import settle_alerts
from engine.onramps.lapsing import lapse
from engine.onramps.leases import release_silent, remind_silent
from engine.onramps.modes import begin_observing
from engine.onramps.offering import offer_due, teams_that_wait
from engine.onramps.places import allot
from engine.onramps.pools import Pools
from engine.onramps.recurring import create_recurring
from engine.onramps.requesting import keep as look_after_requests
from engine.onramps.standings import note_standings, remember_managers


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What one pass changed."""

    standings: int = 0
    managers: int = 0
    recurred: int = 0
    held: int = 0
    reminded: int = 0
    released: int = 0
    requests: int = 0
    lapsed: int = 0
    observing: int = 0
    offered: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def keep(*, now: datetime) -> Kept:
    """Note who is what, create what recurs, end what is over, hold what may be held, and offer it."""
    kept = Kept(
        standings=note_standings(now=now),
        managers=remember_managers(),
        recurred=create_recurring(now=now),
        released=release_silent(now=now),
        reminded=remind_silent(now=now),
        requests=settle(now=now) + look_after_requests(now=now),
        lapsed=lapse(now=now),
        observing=begin_observing(now=now),
    )
    held, offered = _hold_and_offer(now=now)
    settle_alerts(now=now)
    return replace(kept, held=held, offered=offered)


def _hold_and_offer(*, now: datetime) -> tuple[int, int]:
    """Give away free places, then offer what is held: both look at the same people, who are read once."""
    matched = match_all(now=now)
    teams = teams_that_wait(now=now)
    pools = Pools(teams, now=now) if teams else None
    held = matched + allot(with_tasks_that_wait(now=now), now=now, pools=pools)
    return held, offer_due(now=now, pools=pools)
