"""Rules set aside in one case (dérogations): each with its reason, written once, read by the auditor."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application
from selection.models import Derogation

RECORD = "selection.record_derogation"
Rule = Derogation.Rule


def record_derogation(*, wave, rule, reason, by, application=None, basis="", decided_on=None):
    """Record that a rule was set aside, by hand.

    Args:
        wave: the wave it is about; application: its dossier, None for the wave itself.
        rule: a `Derogation.Rule`.
        reason: why, in French; compulsory.
        basis: the text that is set aside, and what allows it.
        decided_on: Paris date, today by default.

    Raises:
        Refusal: no reason, a date to come, or a dossier of another wave.
        NotAllowed: `by` may not, or declared a tie with the dossier.
    """
    require(by, RECORD)
    decided_on = decided_on or timezone.localdate()
    if not reason.strip():
        raise Refusal("Donnez le motif de la dérogation : il est montré à l’audit.", field="reason")
    if decided_on > timezone.localdate():
        raise Refusal("Une dérogation s’enregistre une fois décidée : corrigez la date.", field="decided_on")
    if application is not None:
        refuse_foreign(wave, application, by)
    with transaction.atomic():
        return write(
            wave=wave, rule=rule, reason=reason, by=by, application=application, basis=basis, decided_on=decided_on
        )


def refuse_foreign(wave, application, by):
    if application.wave_id != wave.pk:
        raise Refusal("Ce dossier n’est pas de cette vague : choisissez la vague du dossier.", field="application")
    if not Application.objects.visible_to(by).filter(pk=application.pk).exists():
        raise NotAllowed


def write(*, wave, rule, reason, by, application=None, decision=None, basis="", decided_on=None):
    """One row and its journal entry, in the caller's transaction: the verbs that set a rule aside call it."""
    derogation = Derogation.objects.create(
        wave=wave,
        application=application,
        decision=decision,
        rule=rule,
        reason=reason.strip(),
        basis=basis.strip()[:300],
        decided_on=decided_on or timezone.localdate(),
        recorded_by=by,
    )
    details = {"rule": str(rule), "application": application.pk if application else None}
    JournalEntry.write(action="record_derogation", subject=derogation, actor=by, details=details)
    return derogation


def of_signed_wave(wave, decisions, prepared, by):
    """What the signature of a wave makes final: departures from the ranking, and a capacity that is exceeded.

    Args:
        decisions, prepared: the signed `Decision`s and their `PreparedOutcome`s, in the same order.
    """
    for decision, outcome in zip(decisions, prepared, strict=True):
        if outcome.departure_reason:
            write(
                wave=wave, rule=Rule.RANKING, reason=outcome.departure_reason, by=by, application=outcome.application,
                decision=decision,
            )  # fmt: skip
    laureates = sum(decision.act == decision.Act.AWARD for decision in decisions)
    if wave.capacity_exceeded_reason and laureates > wave.capacity:
        write(wave=wave, rule=Rule.CAPACITY, reason=wave.capacity_exceeded_reason, by=by)
