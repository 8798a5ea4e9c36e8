"""A real dossier in a letter that is being worded: its own letter, the outcome prepared for it, or an example."""

from dataclasses import replace
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from applications.models import Application
from applications.receipts import addressee_of, appeal_of, dossier_of, service_of
from documents.facts import TEMPLATES
from documents.frozen import from_json
from documents.models import Document
from documents.wording.examples import EXAMPLES, SIGNATURE
from funding.models import Instalment
from selection.decisions import ACT_OF_OUTCOME
from selection.letters import KIND_OF_ACT, Signing, facts_of
from selection.models import Decision, PanelSession, PreparedOutcome, SignatureDelegation

OWN = "Ce courrier existe pour ce dossier : voici ce qu’il dirait avec ce modèle."
PREPARED = "L’issue préparée de ce dossier, telle qu’elle serait signée aujourd’hui ; la signature est un exemple."
MIXED = "La structure, le lieu et le service sont ceux du dossier ; montants, dates et motifs sont un exemple."


class Sample(NamedTuple):
    """Facts to preview a wording with, and a sentence that says where they come from."""

    letter: object
    origin: str


def samples(kind, applications):
    """{dossier: Sample} for a page of dossiers, read together.

    Args:
        applications: those that the reader may see, with wave, call, programme, structure, place and officer.
    """
    known, prepared = letters_of(kind, applications), prepared_of(kind, applications)
    return {one: sample_of(kind, one, known.get(one.reference), prepared.get(one.pk)) for one in applications}


def sample_of(kind, application, letter, prepared):
    if letter is not None:
        return Sample(letter, OWN)
    if prepared is not None and (facts := of_prepared(prepared)) is not None:
        return Sample(facts, PREPARED)
    return Sample(replace(EXAMPLES[kind], **own_facts(kind, application)), MIXED)


def letters_of(kind, applications):
    """{reference: the facts of its letter of that kind}."""
    references = [one.reference for one in applications]
    rows = Document.objects.filter(kind=kind, facts__letter__dossier__reference__in=references).order_by("pk")
    read = TEMPLATES[kind].facts
    return {row.facts["letter"]["dossier"]["reference"]: from_json(read, row.facts["letter"]) for row in rows}


def own_facts(kind, application):
    facts = {
        "service": service_of(application),
        "addressee": addressee_of(application.organisation),
        "dossier": dossier_of(application),
        "issued_on": timezone.localdate(),
    }
    return facts | ({"appeal": appeal_of(application)} if hasattr(EXAMPLES[kind], "appeal") else {})


def prepared_of(kind, applications):
    """{dossier's key: the outcome prepared for it}, where it makes a letter of that kind."""
    outcomes = [one for one, act in ACT_OF_OUTCOME.items() if KIND_OF_ACT[act] == kind]
    rows = PreparedOutcome.objects.filter(application__in=applications, outcome__in=outcomes, rank__isnull=False)
    rows = rows.select_related(
        "application__fabrique__commune", "application__wave__call__programme", "application__organisation",
        "application__call_version", "application__officer", "award__application__call_version", "line", "deferred_to",
    )  # fmt: skip
    return {row.application_id: row for row in rows}


def of_prepared(prepared):
    """The letter as it would be signed today, or None while an award has no schedule yet."""
    act, wave = ACT_OF_OUTCOME[prepared.outcome], prepared.application.wave
    payments = list(
        Instalment.objects.filter(award=prepared.award_id).live().select_related("schedule_year").order_by("number")
    )
    if act == Decision.Act.AWARD and not payments:
        return None
    session = PanelSession.objects.filter(wave=wave).order_by("-pk").first() or PanelSession(
        wave=wave, held_on=timezone.localdate()
    )
    waits = act == Decision.Act.WAITLIST
    decision = Decision(
        application=prepared.application, wave=wave, act=act, amount_cents=prepared.amount_cents or 0,
        ground=prepared.ground, rank=prepared.rank if waits else None, deferred_to=prepared.deferred_to,
        valid_until=session.waitlist_until if waits else None, improvements=prepared.improvements,
        delegation=SignatureDelegation(
            formula="\n".join(SIGNATURE.capacity_lines), published_act=SIGNATURE.delegation_act
        ),
    )  # fmt: skip
    signing = Signing(wave, session, User(first_name="Prénom", last_name="Nom"), timezone.now(), laureates=0)
    return facts_of(signing, decision, prepared, payments)


def dossiers(user):
    """The dossiers that a preview may read for `user`."""
    return (
        Application.objects.visible_to(user)
        .filter(submitted_at__isnull=False, organisation__isnull=False)
        .select_related("organisation", "fabrique__commune", "wave__call__programme", "call_version", "officer")
    )
