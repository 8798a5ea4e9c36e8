"""Dated facts of a place's life: selected, contracted, open, closed, gone. Written once, never changed."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Fabrique, FabriqueFact

K = FabriqueFact.Kind
# A fact → the one that comes before it. A place may be open before it is selected: those two are independent.
AFTER = {K.CONTRACTED: K.SELECTED, K.LEFT: K.SELECTED, K.CLOSED: K.OPENED}


def record_fact(*, fabrique, kind, effective_on, evidence, by):
    """Write down one dated fact; the same fact told twice is one fact.

    Args:
        fabrique: the place.
        kind: a `FabriqueFact.Kind`.
        effective_on: day on which it is true (Europe/Paris); what was known when is kept apart (`booked_at`).
        evidence: what proves it: an act with its number, a visit, a document.
        by: the officer or the decision-maker who records; None for an import or the service.

    Returns:
        the `FabriqueFact`.

    Raises:
        Refusal: no evidence, a day to come, a fact without the one before it or dated before it, or the same fact
            already known at another date.
    """
    require(by, "applications.record_fact")
    kind, evidence = K(kind), evidence.strip()
    with transaction.atomic():
        locked = Fabrique.objects.select_for_update(of=("self",)).get(pk=fabrique.pk)
        known = {fact.kind: fact for fact in locked.facts.all()}
        if kind in known:
            return same_fact(known[kind], effective_on)
        refuse_weak(effective_on, evidence)
        refuse_incoherent(kind, effective_on, {k: fact.effective_on for k, fact in known.items()})
        fact = FabriqueFact.objects.create(
            fabrique=locked, kind=kind, effective_on=effective_on, evidence=evidence[:300], recorded_by=by
        )
        details = {"kind": kind.value, "effective_on": effective_on.isoformat()}
        JournalEntry.write(action="record_fact", subject=locked, actor=by, details=details)
    return fact


def same_fact(fact, effective_on):
    if fact.effective_on != effective_on:
        raise Refusal(
            f"« {fact.get_kind_display()} » est déjà noté au {long_date(fact.effective_on)} pour ce lieu. "
            "Un fait daté ne se modifie pas : vérifiez la date.",
            field="effective_on",
        )
    return fact


def refuse_weak(effective_on, evidence):
    if not evidence:
        raise Refusal("Indiquez la preuve du fait (acte, visite, document).", field="evidence")
    if effective_on > timezone.localdate():
        raise Refusal("Un fait se note une fois arrivé : cette date est à venir.", field="effective_on")


def refuse_incoherent(kind, effective_on, dates):
    """Refuse a fact without the one before it, or dated before it."""
    before = AFTER.get(kind)
    if before and before not in dates:
        raise Refusal(f"Notez d’abord « {before.label} » : ce lieu ne l’est pas encore.", field="kind")
    if before and effective_on < dates[before]:
        raise Refusal(
            f"« {kind.label} » ne peut pas précéder « {before.label} » ({long_date(dates[before])}).",
            field="effective_on",
        )
