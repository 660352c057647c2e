"""How a share of people is told, so that it says something of an exercise and nothing of a person.

Nobody's word may be read out of it. So at least five people must have met the exercise, at least two must
have said so (one alone would be that one), and the share is told in three steps, the last of them open above:
"most" does not tell that everybody said so, which would tell what each one said. Comparing two weeks tells
little more: one person who speaks up, or takes it back, rarely moves a share from one step to the next, and
the numbers behind it are never shown.
"""

from enum import StrEnum

FEWEST_WHO_MET = 5
FEWEST_WHO_SAID = 2


class Share(StrEnum):
    QUARTER = "quarter"
    HALF = "half"
    MOST = "most"


def share(said: int, *, of: int) -> Share | None:
    """Return the step nearest to the share; None where it may not be told, or is too small to matter."""
    if of < FEWEST_WHO_MET or said < FEWEST_WHO_SAID or said > of:
        return None
    match said / of:
        case part if part < 1 / 8:
            return None
        case part if part < 3 / 8:
            return Share.QUARTER
        case part if part < 5 / 8:
            return Share.HALF
    return Share.MOST
