"""Can these letters be written? Every field of them is looked at before anything is signed."""

import hashlib
import json
import typing
from dataclasses import MISSING, dataclass, fields, is_dataclass

from django.urls import reverse

from accounts.errors import Refusal, StalePage
from accounts.french import plural
from documents.frozen import FactsError, to_json
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import empty_fields as blanks
from documents.wording.versions import InForce
from programme.letter_scopes import scopes_of_dossier
from selection.letters import KIND_OF_ACT
from selection.models import Decision

# What a field of the facts is for people, by its path.
WORDS = {
    "service.name": "nom du service",
    "service.address_lines": "adresse du service",
    "service.phone": "téléphone du service",
    "service.email": "courriel du service",
    "service.city": "ville du service",
    "addressee.organisation": "nom de la structure",
    "addressee.address_lines": "adresse de la structure",
    "dossier.reference": "numéro du dossier",
    "dossier.place": "nom du lieu",
    "dossier.commune": "commune du lieu",
    "signature.name": "nom du signataire",
    "signature.capacity_lines": "formule de délégation",
    "appeal.court": "tribunal compétent",
    "appeal.hierarchical_authority": "autorité du recours hiérarchique",
    "instalments": "échéancier",
    "reasons": "motifs",
    "grounds": "motif",
    "imputation": "imputation budgétaire",
}
SHOWN = 5


class LettersIncomplete(Refusal):
    """A letter of the wave has an empty field: nothing is signed until it is filled in."""

    title = "Des courriers ne peuvent pas être faits"


@dataclass(frozen=True)
class Missing:
    """One empty field of a letter, and where it is filled in ("" when it is not by hand)."""

    what: str
    url: str = ""


def empty_fields(facts):
    """Paths of the compulsory fields of the facts that are empty, in their order."""
    return [path for path, value in compulsory(facts) if is_empty(value)]


def compulsory(facts, prefix=""):
    """(path, value) of what the letter cannot do without: every text and list that has no default."""
    hints = typing.get_type_hints(type(facts))
    for one in fields(facts):
        value, path = getattr(facts, one.name), f"{prefix}{one.name}"
        if one.default is not MISSING:
            continue
        if is_dataclass(value):
            yield from compulsory(value, f"{path}.")
        elif hints[one.name] is str or isinstance(value, tuple):
            yield path, value


def is_empty(value):
    return not value.strip() if isinstance(value, str) else not any(value)


class Wordings:
    """How the letters of decisions are worded now, by programme and territory: read once for a wave."""

    def __init__(self):
        self.in_force = InForce([kind for kind in KIND_OF_ACT.values() if kind in WORDINGS])

    def of(self, decision):
        return self.in_force.frozen(kind_of(decision), scopes_of_dossier(decision.application))


def kind_of(decision):
    return KIND_OF_ACT[Decision.Act(decision.act)]


def missing_of(decision, facts, wordings):
    """The `Missing` fields of the letter of a decision: of its facts, then of what its wording prints."""
    empty = [Missing(WORDS.get(path, path), remedy_url(path, decision)) for path in empty_fields(facts)]
    blocks = wordings.of(decision)["blocks"]
    printed = () if empty else blanks(WORDINGS[kind_of(decision)], blocks, facts)
    return (*empty, *(Missing(one.label.lower()) for one in printed))


def remedy_url(path, decision):
    """Where somebody of the service fills it in."""
    application = decision.application
    if path.startswith("addressee."):
        return reverse("accounts:organisation", args=[application.organisation.public_id])
    if path in ("grounds", "reasons"):
        return reverse("selection:panel", args=[application.wave.public_id])
    return ""


def written(decision, write, *arguments):
    """The facts of a letter; a fact that does not fit is said as an empty one is: nothing is signed.

    Raises:
        LettersIncomplete: the facts contradict each other, or one is missing.
    """
    try:
        return write(*arguments)
    except FactsError as error:
        raise LettersIncomplete(f"Rien n’est signé. {decision.application.reference} : {error}") from error


def refuse_incomplete(letters):
    """Refuse a signature whose letters could not be made.

    Args:
        letters: [(`Decision`, facts)].

    Raises:
        LettersIncomplete: names the dossiers and the fields.
    """
    wordings = Wordings()
    each = [(decision, missing_of(decision, facts, wordings)) for decision, facts in letters]
    told = [sentence_of(decision, missing) for decision, missing in each if missing]
    if told:
        more = f" ; et {plural(len(told) - SHOWN, 'autre')}" if len(told) > SHOWN else ""
        raise LettersIncomplete(f"Rien n’est signé. Complétez d’abord : {' ; '.join(told[:SHOWN])}{more}.")


def sentence_of(decision, missing):
    return f"{decision.application.reference} ({', '.join(one.what for one in missing)})"


def digest_of(letters, wordings=None):
    """What the letters of a wave say, in one fingerprint: the same until a word of one of them changes.

    The instant of the signature is left out: it is not known before.
    """
    wordings = wordings or Wordings()
    said = sorted((decision.application_id, stable(facts), wordings.of(decision)) for decision, facts in letters)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def stable(facts):
    data = to_json(facts)
    data["signature"].pop("signed_at")
    return json.dumps(data, sort_keys=True, ensure_ascii=False)


def refuse_other_letters(letters, digest):
    """Refuse to sign letters that are not those that were read."""
    if digest and digest != digest_of(letters):
        raise StalePage(
            "Un courrier au moins a changé depuis que vous avez lu la liste (adresse, échéancier, motif ou date). "
            "Rien n’est signé : relisez la liste, puis signez."
        )
