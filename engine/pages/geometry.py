"""From values to the lines and places of a picture; plain numbers, no database and no framework."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.rules.curves import Curve
from engine.rules.memory import Rating
from engine.rules.weeks import Day, Week

WIDTH, HEIGHT = 320, 128
UPPER_HALF = 0.5
FINEST = 2  # units between two points of a line
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 10, 20  # room for words around the picture


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A review in the picture: its place, and a shape for how it ended."""

    x: float
    y: float
    shape: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A forgetting curve in a field of WIDTH by HEIGHT units, whose y grows downwards."""

    past: str  # path data: what was believed up to today
    ahead: str  # what is expected from today on
    drops: str  # the jumps, from before a review to after it
    marks: Sequence[Mark]
    today: float
    retention: float  # where the line lies at which the skill comes again
    top: float
    floor: float
    lowest: float  # the chance at the floor
    left: float = LEFT
    right: float = WIDTH - RIGHT
    width: int = WIDTH
    height: int = HEIGHT


def picture(curve: Curve, *, today: date, retention: float) -> Picture:
    days = max((curve.ends_on - curve.starts_on).days, 1)
    now = float((today - curve.starts_on).days)
    lowest = _lowest(curve)

    def x(day: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(day / days, 0), 1), 1)

    def y(chance: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - chance) / (1 - lowest), 1)

    runs = [[(x(day), y(chance)) for day, chance in stretch] for stretch in curve.stretches]
    before, after = _cut(runs[-1], at=x(now))
    jumps = [
        ((x((jump.on - curve.starts_on).days), y(jump.before)), run[0])
        for jump, run in zip(curve.jumps, runs, strict=True)
        if jump.before is not None
    ]
    return Picture(
        past="".join(_line(run) for run in (*runs[:-1], before)),
        ahead=_line(after),
        drops="".join(_line(jump) for jump in jumps),
        marks=[
            Mark(x=run[0][0], y=y(1.0 if jump.before is None else jump.before), shape=shape_of(jump.rating))
            for jump, run in zip(curve.jumps, runs, strict=True)
        ],
        today=x(now),
        retention=y(retention),
        top=y(1),
        floor=y(lowest),
        lowest=lowest,
    )


def _lowest(curve: Curve) -> float:
    """Curves mostly keep to the upper half; only one that leaves it is shown down to nothing."""
    chances = [chance for stretch in curve.stretches for _day, chance in stretch]
    return UPPER_HALF if min(chances) >= UPPER_HALF else 0.0


def shape_of(rating: Rating) -> str:
    """Each way to end has a shape of its own, so that no colour need be told apart."""
    return {Rating.AGAIN: "cross", Rating.HARD: "diamond", Rating.GOOD: "dot", Rating.EASY: "star"}[rating]


def _cut(
    run: Sequence[tuple[float, float]], *, at: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Cut a line in two at an x within it; the point of the cut belongs to both."""
    before = [point for point in run if point[0] <= at]
    after = [point for point in run if point[0] > at]
    if not before or not after:
        return before, after
    (x0, y0), (x1, y1) = before[-1], after[0]
    cut = (at, round(y0 + (y1 - y0) * (at - x0) / (x1 - x0), 1))
    return [*before, cut], [cut, *after]


def _line(points: Sequence[tuple[float, float]]) -> str:
    """Path data through these points, but for those that nobody could tell from the one before."""
    kept: list[tuple[float, float]] = []
    for at, point in enumerate(points):
        is_end = at in (0, len(points) - 1)
        if is_end or max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= FINEST:
            kept.append(point)
    steps = [f"{x:g} {y:g}" for x, y in dict.fromkeys(kept)]
    return f"M{'L'.join(steps)}" if len(steps) > 1 else ""


CELL = 22  # units from one day to the next
NAMES = 26  # room for the days' names
DATES = 16  # room for what the first and the last week are called


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A day in the picture of weeks."""

    x: float
    y: float
    day: Day


def size_of_weeks(weeks: int) -> tuple[int, int]:
    return NAMES + weeks * CELL, 7 * CELL + DATES


def row(weekday: int) -> float:
    return (weekday + 0.5) * CELL


def cells(weeks: Sequence[Week]) -> list[Cell]:
    """A column for each week and a row for each weekday; days that do not count stay empty."""
    return [
        Cell(x=NAMES + (column + 0.5) * CELL, y=row(weekday), day=day)
        for column, week in enumerate(weeks)
        for weekday, day in enumerate(week.days)
        if day is not Day.UNCOUNTED
    ]


BAR, GAP = 16, 6  # units of a week's bar, and to the next one
TASK = 12  # units of height for one task, until many of them share the height
BARS_HIGH = 96
BESIDE, BELOW = 22, 18  # room for the numbers at the left, and the dates below


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One week: two heights on one another, of the tasks that learners led and that others led."""

    x: float
    by_learners: float
    learners_from: float
    by_others: float
    others_from: float


@dataclass(frozen=True, kw_only=True)
class Bars:
    bars: Sequence[Bar]
    width: int
    height: int
    floor: float
    most: int  # tasks in one week
    top: float  # of the tallest bar
    bar: int = BAR
    left: float = BESIDE

    @property
    def beside(self) -> float:
        """Where the number beside the tallest bar ends."""
        return self.left - GAP

    @property
    def dates(self) -> float:
        """The line of the dates below the bars."""
        return self.height - BELOW / 2 + 2


def bars(counts: Sequence[tuple[int, int]]) -> Bars:
    """Draw the tasks of each week that (learners, others) led; learners stand on the floor."""
    most = max((sum(pair) for pair in counts), default=0)
    each = min(TASK, BARS_HIGH / most) if most else 0.0
    floor = TOP + most * each

    def bar(number: int, learners: int, others: int) -> Bar:
        return Bar(
            x=BESIDE + number * (BAR + GAP),
            by_learners=round(learners * each, 1),
            learners_from=round(floor - learners * each, 1),
            by_others=round(others * each, 1),
            others_from=round(floor - (learners + others) * each, 1),
        )

    return Bars(
        bars=[bar(number, *pair) for number, pair in enumerate(counts)],
        width=BESIDE + len(counts) * (BAR + GAP),
        height=round(floor) + BELOW,
        floor=floor,
        most=most,
        top=TOP,
    )
