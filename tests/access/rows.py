"""How one line of the declared table is written."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.access.actors import NOBODY


@dataclass(frozen=True)
class Target:
    """What fills a URL, what a POST must carry to do its act, and the words that nobody else may read.

    `data` may be a function of the actor.
    """

    kwargs: dict = field(default_factory=dict)
    data: dict | Callable = field(default_factory=dict)
    words: tuple[str, ...] = ()
    query: dict = field(default_factory=dict)

    def fields(self, actor):
        return dict(self.data(actor) if callable(self.data) else self.data)


def nothing(world):
    return Target()


@dataclass(frozen=True)
class Row:
    """Who may do what at one URL, on one object.

    Args:
        name: name of the URL in the resolver.
        door: who gets past the role; others who are signed in read the 403 page, the anonymous sign in.
        sees: who, of those, may know that the object exists; for the others it is not found.
        get, post: who, of those, is served; nobody at all: the method is not answered (405).
        target: makes the object, in the state that the POST is for.
        served, done: the statuses of a GET and of a POST that are served.
        by_program: a mail program posts there for its reader, without our token nor our key (RFC 8058).
    """

    name: str
    door: frozenset
    get: frozenset = NOBODY
    post: frozenset = NOBODY
    sees: frozenset | None = None
    target: Callable = nothing
    served: tuple = (200,)
    done: tuple = (302,)
    by_program: bool = False

    @property
    def seen_by(self):
        return self.door if self.sees is None else self.sees

    def allowed(self, method):
        return self.get if method == "GET" else self.post

    def answers(self, method):
        return self.served if method == "GET" else self.done

    def __str__(self):
        return self.name if self.target is nothing else f"{self.name}, {self.target.__name__}"
