"""What the tick writes down about on-ramps; all of it is derived from `now`, and twice changes nothing."""

from dataclasses import asdict, dataclass
from datetime import datetime

from engine.onramps.deciding import settle
from engine.onramps.holding import recompute
from engine.onramps.lapsing import lapse
from engine.onramps.leases import release_silent, remind_silent
from engine.onramps.modes import begin_observing
from engine.onramps.offering import offer_due
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
    return Kept(
        standings=note_standings(now=now),
        managers=remember_managers(),
        recurred=create_recurring(now=now),
        released=release_silent(now=now),
        reminded=remind_silent(now=now),
        requests=settle(now=now) + look_after_requests(now=now),
        lapsed=lapse(now=now),
        held=recompute(now=now),
        observing=begin_observing(now=now),
        offered=offer_due(now=now),
    )
