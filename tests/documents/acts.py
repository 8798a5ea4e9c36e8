"""The turns that minutes, addenda, agreements and amendments can take; what they said before they were worded."""

import datetime as dt
from dataclasses import replace

from documents.agreement_facts import ChangeText, ClauseText, SignatureText
from documents.frozen import to_json
from documents.wording.act_examples import ADDENDUM, AGREEMENT, MINUTES
from tests.documents.letters import IMPRINT

CLAUSES = (
    ClauseText(title="Objet", text="L’État aide le lieu.\nSelon le dossier."),
    ClauseText(title="Montant", text="L’aide est de 142 000 €."),
)
SIGNED = (
    SignatureText(
        side="Pour Association La Halle aux Possibles",
        name="Claire Rouvier",
        means="En ligne",
        signed_on=dt.date(2027, 5, 10),
        statement="J’ai lu la convention.",
    ),
    SignatureText(
        side="Pour l’État",
        name="Prénom Nom",
        means="Sur papier, noté par le service",
        signed_on=dt.date(2027, 5, 12),
        formula_lines=("Pour le ministre et par délégation,",),
        delegation="arrêté du 4 janvier 2027",
    ),
)
SENT = replace(AGREEMENT, clauses=CLAUSES)
AMENDED = replace(
    AGREEMENT,
    version=2,
    shares=(),
    reason="Le chantier a pris du retard.",
    changes=(ChangeText(subject="Montant de l’aide", before=("130 000 €",), after=("142 000 €",)),),
    effects=("L’avenant prend effet quand les deux parties l’ont signé.",),
)
NOTHING = {"tie_rules": (), "ties": (), "adoption": (), "departures": (), "interests": (), "notes": ()}
NO_QUORUM = NOTHING | {"held": False, "hours": "", "points": (), "ranking": (), "calibration": ""}
TURNS = {
    "panel_minutes": ("panel_minutes", MINUTES),
    "panel_minutes, no quorum": ("panel_minutes", replace(MINUTES, **NO_QUORUM)),
    "panel_minutes, nothing adopted": ("panel_minutes", replace(MINUTES, **NOTHING)),
    "panel_addendum": ("panel_addendum", ADDENDUM),
    "panel_addendum, undone": (
        "panel_addendum",
        replace(ADDENDUM, settled=(), departures=(), title="Adoption annulée"),
    ),
    "agreement": ("agreement", SENT),
    "signed_agreement": ("signed_agreement", replace(SENT, signatures=SIGNED, text_sha256="ab" * 32)),
    "amendment": ("amendment", AMENDED),
    "signed_amendment": ("signed_amendment", replace(AMENDED, signatures=SIGNED, text_sha256="cd" * 32)),
}


def frozen_turn(name):
    kind, letter = TURNS[name]
    return kind, {"letter": to_json(letter), "imprint": to_json(IMPRINT)}
