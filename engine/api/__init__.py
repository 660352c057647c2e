"""The API: a door for programs, with a token each. OpenAPI says what it takes and answers."""

from engine.api.routes import api

__all__ = ["api"]
