"""Who is at work: asked for only if something is written that says who did it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_actor: ContextVar[Callable[[], Any] | None] = ContextVar("actor", default=None)


@contextmanager
def acting(person: Callable[[], Any]) -> Iterator[None]:
    """Whatever is written inside was done by this person, who is asked for only if something is."""
    token = _actor.set(person)
    try:
        yield
    finally:
        _actor.reset(token)


def person_acting() -> Any:
    """Whoever is at work, signed in or not; None where the portal itself is."""
    ask = _actor.get()
    return ask() if ask is not None else None
