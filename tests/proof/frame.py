"""How a long proof is declared. A proof is a function in `tests/proof/proof_<subject>.py`:

    @proof(seconds=120)
    def last_euro():
        ...
        return f"{winners} gagnant sur 64", "exactement 1", winners == 1

It runs in a process of its own, on a freshly migrated PostgreSQL database that syncs to disk, with an empty Redis
and an empty VAR_DIR; Django is set up. It returns figure, bar and whether the figure reaches the bar. It raises for
what it cannot prove. `make proof` kills it, and counts it as failed, after `seconds`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Outcome = tuple[str | int | float, str | int | float, bool]


@dataclass(frozen=True)
class Proof:
    """One declared proof; `seconds` bounds its time, its database not counted."""

    name: str
    seconds: int
    run: Callable[[], Outcome]


REGISTRY: dict[str, Proof] = {}


def proof(*, seconds: int):
    """Declare the decorated function as the proof of its name."""

    def declare(function: Callable[[], Outcome]) -> Callable[[], Outcome]:
        name = function.__name__
        if name in REGISTRY:
            raise ValueError(f"Two proofs are called {name}.")
        REGISTRY[name] = Proof(name, seconds, function)
        return function

    return declare


def load() -> dict[str, Proof]:
    """Import every `proof_*.py` beside this file and return what they declare, in file then source order."""
    for path in sorted(Path(__file__).parent.glob("proof_*.py")):
        importlib.import_module(f"tests.proof.{path.stem}")
    return REGISTRY
