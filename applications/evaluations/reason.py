"""One tie, named and said."""

from dataclasses import dataclass

from applications.models import ALERTING, TieKind


@dataclass(frozen=True)
class Reason:
    """Why somebody may not judge a dossier, or should be looked at.

    Attributes:
        kind: a value of `TieKind`.
        text: one French sentence, about the person, with her name left out.
    """

    kind: str
    text: str

    @property
    def label(self):
        return TieKind(self.kind).label

    @property
    def excludes(self):
        return self.kind not in ALERTING
