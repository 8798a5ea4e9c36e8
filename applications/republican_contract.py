"""The republican commitment contract (L. 2000-321 art. 10-1; D. 2021-1947): its versions, who accepts which one."""

import hashlib
from dataclasses import dataclass

from accounts.models.organisation import UNDER_REPUBLICAN_CONTRACT


@dataclass(frozen=True)
class ContractText:
    """One version of the text. What we show is its outline; the official text is at `url`."""

    version: str
    source: str
    url: str
    commitments: tuple[str, ...]

    @property
    def sha256(self):
        return hashlib.sha256("\n".join([self.version, self.source, *self.commitments]).encode()).hexdigest()


TEXTS = (
    ContractText(
        version="2021-1947",
        source="Annexe du décret n° 2021-1947 du 31 décembre 2021, en vigueur depuis le 2 janvier 2022",
        url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000044806609",
        commitments=(
            "Engagement n° 1 : respect des lois de la République",
            "Engagement n° 2 : liberté de conscience",
            "Engagement n° 3 : liberté des membres de l’association",
            "Engagement n° 4 : égalité et non-discrimination",
            "Engagement n° 5 : fraternité et prévention de la violence",
            "Engagement n° 6 : respect de la dignité de la personne humaine",
            "Engagement n° 7 : respect des symboles de la République",
        ),
    ),
)
IN_FORCE = TEXTS[-1]


def is_needed(application):
    """The call asks for it, and the structure is an association or a foundation."""
    needed = application.call_version.republican_contract_required
    return needed and application.organisation.legal_form in UNDER_REPUBLICAN_CONTRACT


def text_of(version):
    """The `ContractText` of a version; None for one that this product never showed."""
    return next((text for text in TEXTS if text.version == version), None)
