"""Realistic synthetic programmes, for benchmarks and rehearsals: seeded, marked as a demonstration.

Dossiers, answers and reviews are bulk-written in the state they would have reached; money goes through the ledger and
its verbs, like any other. No letter is asked for: their rows would wait for a worker.
"""

from monitoring.generation.programme import generate

__all__ = ["generate"]
