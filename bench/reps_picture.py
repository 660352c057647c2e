"""Curves of recall over reps as one small SVG that is read on light and on dark ground."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 230  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 26, 36
DOTTED_UP_TO = 12  # points: a line of more has no dots
TICKS = (1, 2, 5, 10, 20, 50, 80, 90, 95, 98, 99)  # percent: recall goes by its odds, or the top is flat
LEGEND = 16  # units between two names
STYLE = """text{font:12px sans-serif;fill:#333}path{fill:none;stroke-width:2}.grid{stroke:#ddd;stroke-width:1}
.l0{stroke:#767676;fill:#767676}.l1{stroke:#0b66c3;fill:#0b66c3}
.l2{stroke:#b54708;fill:#b54708}path.l0{stroke-dasharray:5 3}path.l0,path.l1,path.l2{fill:none}
@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.l0{stroke:#999;fill:#999}
.l1{stroke:#6cb2ff;fill:#6cb2ff}.l2{stroke:#ffa057;fill:#ffa057}}"""


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    lines: Mapping[str, Sequence[tuple[float, float]]]  # reps a day and recall

    @property
    def most(self) -> float:
        return max(reps for line in self.lines.values() for reps, _ in line)

    @property
    def ticks(self) -> list[int]:
        """Percents of the recall axis: the ticks around all that is drawn."""
        recalls = [100 * recall for line in self.lines.values() for _, recall in line]
        first = max((place for place, tick in enumerate(TICKS) if tick <= min(recalls)), default=0)
        last = min(
            (place for place, tick in enumerate(TICKS) if tick >= max(recalls)), default=len(TICKS) - 1
        )
        return list(TICKS[first : last + 1])

    def place(self, reps: float, recall: float) -> tuple[float, float]:
        lowest, highest = (_log_odds(tick / 100) for tick in (self.ticks[0], self.ticks[-1]))
        shown = min(max(recall, TICKS[0] / 100), TICKS[-1] / 100)
        height = (_log_odds(shown) - lowest) / (highest - lowest)
        x = LEFT + (WIDTH - LEFT - RIGHT) * reps / self.most
        return round(x, 1), round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - height), 1)


def _log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def draw(panels: Sequence[Panel]) -> str:
    """Draw panels side by side."""
    size = f'viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}" width="{WIDTH * len(panels)}" height="{HEIGHT}"'
    title = "; ".join(panel.title for panel in panels)
    parts = [
        f'<g transform="translate({WIDTH * number})">{"".join(_panel(panel))}</g>'
        for number, panel in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _panel(panel: Panel) -> Iterable[str]:
    yield f'<text x="{LEFT}" y="16">{panel.title}</text>'
    yield from _axes(panel)
    for number, (name, line) in enumerate(panel.lines.items()):
        places = [panel.place(*point) for point in line]
        path = "L".join(f"{x:g} {y:g}" for x, y in places)
        yield f'<path class="l{number}" d="M{path}"/>'
        if len(places) <= DOTTED_UP_TO:
            yield from (f'<circle class="l{number}" cx="{x:g}" cy="{y:g}" r="3"/>' for x, y in places)
        x, y = WIDTH - RIGHT - 130, HEIGHT - BOTTOM - 12 - LEGEND * (len(panel.lines) - 1 - number)
        yield f'<path class="l{number}" d="M{x} {y - 4}h18"/><text x="{x + 24}" y="{y}">{name}</text>'


def _axes(panel: Panel) -> Iterable[str]:
    for tick in panel.ticks:
        _, y = panel.place(0, tick / 100)
        yield f'<path class="grid" d="M{LEFT} {y:g}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:g}" text-anchor="end">{tick} %</text>'
    for reps in range(0, int(panel.most) + 1, 2):
        x, _ = panel.place(reps, panel.ticks[0] / 100)
        yield f'<text x="{x:g}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{reps}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 5}" text-anchor="middle">reps a day</text>'
