"""Which wording an agreement is written from: the nearest that the staff published; and what a text keeps of it."""

from typing import NamedTuple

from documents.models import WordingVersion
from documents.wording.blocks import block
from documents.wording.catalogue import WORDINGS
from documents.wording.filling import Filled
from documents.wording.versions import frozen, in_force
from funding.conventions import clauses
from funding.models import AgreementTemplate
from programme.letter_scopes import call_key, scopes_of_dossier

INITIAL, AMENDMENT = clauses.KIND, "amendment"


class Model(NamedTuple):
    """What a first text starts from; `template` is the model of its call written before wordings were, if it holds."""

    wording: WordingVersion | None
    template: AgreementTemplate | None
    clauses: list


def template_of(call):
    """The latest model of a call that was written before the wordings, or None."""
    return AgreementTemplate.objects.filter(call=call).order_by("-number").first()


def model_of(award):
    """The nearest model: a wording of the call, else the older model of the call, else a wider wording."""
    version, call = in_force(INITIAL, scopes_of_dossier(award.application)), award.wave.call
    if version is None or not is_of_call(version.scope, call):
        template = template_of(call)
        if template is not None:
            return Model(version, template, clauses.modern(template.clauses))
    blocks = version.blocks if version else WORDINGS[INITIAL].blocks
    return Model(version, None, clauses.of_blocks(blocks))


def is_of_call(scope, call):
    return scope.partition("|")[0] == call_key(call.pk)


def older_blocks(call):
    """The blocks of a first draft for a call that has an older model: the packaged text round its clauses, or None."""
    template = template_of(call)
    if template is None:
        return None
    return with_clauses(WORDINGS[INITIAL].blocks, map(clauses.block_of, clauses.modern(template.clauses)))


def with_clauses(blocks, others):
    """The blocks, others in the place of their clauses."""
    at = next(at for at, one in enumerate(blocks) if one["kind"] == "clause")
    kept = [one for one in blocks if one["kind"] != "clause"]
    return [*kept[:at], *others, *kept[at:]]


# --- What a text keeps ----------------------------------------------------------------------------------------------


def kind_of(agreement_version):
    return AMENDMENT if agreement_version.is_amendment else INITIAL


def chosen(agreement_version):
    """The `WordingVersion` that a text which is not sent would be made from; None for the packaged one."""
    if agreement_version.is_amendment:
        return in_force(AMENDMENT, scopes_of_dossier(agreement_version.award.application))
    return agreement_version.wording


def to_keep(agreement_version, version):
    """What is frozen of a wording: its clauses leave their place to those of the text."""
    kind = kind_of(agreement_version)
    kept = frozen(kind, version)
    return kept | ({"blocks": with_clauses(kept["blocks"], [block("clause")])} if kind == INITIAL else {})


def blocks_of(agreement_version):
    """The blocks that a text is shown with: those it was sent with, or would be."""
    if agreement_version.worded:
        return agreement_version.worded["blocks"]
    if agreement_version.facts:
        return WORDINGS[kind_of(agreement_version)].before
    return to_keep(agreement_version, chosen(agreement_version))["blocks"]


def shown(agreement_version, letter):
    """A text filled in, for the screen."""
    return Filled(WORDINGS[kind_of(agreement_version)], blocks_of(agreement_version), letter)


def empty_of(agreement_version, letter):
    """The fields that a text which is not sent would print and that hold nothing."""
    found = list(shown(agreement_version, letter).empty)
    if not agreement_version.is_amendment:
        reading = Filled(WORDINGS[INITIAL], [], letter)
        clauses.filled(agreement_version.clauses, reading)
        found += [one for one in reading.empty if one not in found]
    return found


def worded(agreement_version):
    """What `documents.requests.request` is told: the version, and what the text kept of it when it was sent."""
    kept = {"wording": agreement_version.worded} if agreement_version.worded else {}
    return agreement_version.wording, kept
