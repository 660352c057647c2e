"""From recall to lines in a picture; plain numbers, no database and no framework."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 193
LEFT, RIGHT, TOP, BOTTOM = 36, 40, 10, 33  # room for words around the picture
BESIDE = 5
OFF_MARK = 8
APART = 12  # units between two figures beside the ends of lines
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MONTH = 365.25 / 12  # days

# The often quoted curve: half gone after a day, nine tenths after six. No source of it is known.
QUOTED_RATE, QUOTED_POWER = 0.55369, -1.57307
# Savings when learning again, means of four data sets: Murre and Dros 2015, PLoS ONE.
MEASURED = ((1, 0.31), (6, 0.23), (31, 0.18))
QUOTED_DAYS = 31
FADING_STEP = 15  # days
FINE = 4  # points of a day, as the curve is steep at first


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A word beside an axis."""

    at: float
    number: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, and the figure at its end, moved up or down where it would cover another."""

    name: str
    path: str
    end: float
    label: float
    percent: int


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the lines stand in."""

    shares: Sequence[Tick]
    times: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    floor: float = HEIGHT - BOTTOM
    beside: float = LEFT - BESIDE
    after: float = WIDTH - RIGHT + BESIDE
    numbers: float = HEIGHT - BOTTOM + 10
    words: float = HEIGHT - OFF_MARK
    middle: float = (LEFT + WIDTH - RIGHT) / 2


@dataclass(frozen=True, kw_only=True)
class Picture:
    frame: Frame
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A measured value, where it lies, and where its figure begins."""

    x: float
    y: float
    label_x: float
    label_y: float
    percent: int


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """The two curves that one hears of, of people who learned something once."""

    frame: Frame
    quoted: str
    guide: str
    marks: Sequence[Mark]


def picture(recall_by_line: Iterable[tuple[str, Sequence[float]]]) -> Picture:
    """Draw recall at the end of each day, one line for each name that has any."""
    lines = [(name, recall) for name, recall in recall_by_line if recall]
    days = max((len(recall) for _name, recall in lines), default=1)
    ends = [_y(recall[-1]) for _name, recall in lines]
    return Picture(
        frame=_frame([(round(month * MONTH), month) for month in range(int(days / MONTH + 0.1) + 1)], days),
        lines=[
            Line(
                name=name,
                path=_path((_x(day + 1, days), _y(one)) for day, one in enumerate(recall)),
                end=end,
                label=label,
                percent=_percent(recall[-1]),
            )
            for (name, recall), end, label in zip(lines, ends, spread(ends), strict=True)
        ],
    )


def forgetting() -> Forgetting:
    days = [number / FINE for number in range(QUOTED_DAYS * FINE + 1)]
    return Forgetting(
        frame=_frame([(day, day) for day, _saved in MEASURED], QUOTED_DAYS),
        quoted=_path((_x(day, QUOTED_DAYS), _y(quoted(day))) for day in days),
        guide=_path((_x(day, QUOTED_DAYS), _y(saved)) for day, saved in MEASURED),
        marks=[
            Mark(
                x=_x(day, QUOTED_DAYS),
                y=_y(saved),
                label_x=round(_x(day, QUOTED_DAYS) + OFF_MARK, 1),
                label_y=round(_y(saved) - OFF_MARK, 1),
                percent=_percent(saved),
            )
            for day, saved in MEASURED
        ],
    )


def fading(recall_by_line: Iterable[tuple[str, Sequence[tuple[float, float]]]], *, days: int) -> Picture:
    """Draw points (day, chance of recall) of one skill, one line for each name."""
    lines = list(recall_by_line)
    ends = [_y(points[-1][1]) for _name, points in lines]
    return Picture(
        frame=_frame([(day, day) for day in range(0, days + 1, FADING_STEP)], days),
        lines=[
            Line(
                name=name,
                path=_path((_x(day, days), _y(chance)) for day, chance in points),
                end=end,
                label=label,
                percent=_percent(points[-1][1]),
            )
            for (name, points), end, label in zip(lines, ends, spread(ends), strict=True)
        ],
    )


def quoted(days: float) -> float:
    """What is left after so many days, as the often quoted curve has it."""
    return float((1 + QUOTED_RATE * days) ** QUOTED_POWER)


def spread(ends: Sequence[float]) -> list[float]:
    """Move figures so that none covers another and none leaves the picture, as little as that needs."""
    order = sorted(range(len(ends)), key=lambda number: ends[number])
    places = [0.0] * len(ends)
    lowest = float(TOP)
    for number in order:
        places[number] = lowest = max(ends[number], lowest)
        lowest += APART
    highest = float(HEIGHT - BOTTOM)
    for number in reversed(order):
        places[number] = highest = min(places[number], highest)
        highest -= APART
    return places


def _frame(times: Iterable[tuple[float, int]], days: float) -> Frame:
    return Frame(
        shares=[Tick(at=_y(share), number=_percent(share)) for share in SHARES],
        times=[Tick(at=_x(day, days), number=number) for day, number in times],
    )


def _x(day: float, days: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * min(day / days, 1), 1)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _percent(share: float) -> int:
    return round(100 * share)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
