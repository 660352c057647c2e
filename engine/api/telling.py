"""What routes have in common when they say what they answer."""

from engine.api.shapes import ProblemOut


def refusals(*statuses: int) -> dict[int, type[ProblemOut]]:
    """Return, for OpenAPI, that these statuses come as problems."""
    return dict.fromkeys(statuses, ProblemOut)
