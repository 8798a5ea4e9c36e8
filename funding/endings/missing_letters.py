"""The acts of the end of an aid that have a letter each, and how it is written again from what was kept.

What was signed keeps its signatory, its day and, in the journal, its instant; its delegation is the one that covered
it that day.
"""

from accounts.errors import Refusal
from accounts.models import JournalEntry
from documents import missing
from documents.missing import Source
from documents.models import Document
from funding.endings import hearings, recoveries, undoing, withdrawals
from funding.models import FormalNotice, Hearing, Recovery, Withdrawal

Kind, R, W = Document.Kind, Recovery.State, Withdrawal.State
AWARD = (
    "award__application__wave__call__programme",
    "award__application__fabrique__commune",
    "award__application__organisation",
    "award__application__officer",
    "award__wave__call__programme",
    "award__fabrique__commune",
    "award__organisation",
)


def without(model, kind, **conditions):
    """The acts of a model on an award of somebody, that have no letter of a kind."""
    rows = model.objects.filter(award__application__isnull=False, award__organisation__isnull=False, **conditions)
    return missing.without(rows.select_related(*AWARD), kind)


def keep(row, name, kind, facts, by):
    """Ask for the letter and keep it on its act."""
    document = hearings.ask_letter(row, kind, facts, by)
    type(row).objects.filter(pk=row.pk).update(**{name: document})
    return document


def signed_again(row, action, by, cents):
    """The facts of a signature that was given: who, when, under which delegation."""
    entry = JournalEntry.objects.filter(
        action=action, subject_type=row._meta.label, subject_id=row.pk
    ).order_by("-at").first()  # fmt: skip
    if entry is None or by is None:
        raise Refusal("Ce courrier ne peut pas être écrit : rien ne dit qui a signé cet acte, ni à quel moment.")
    return hearings.signed_facts(row.award, by, cents, entry.at)


# --- Hearings and formal notices -----------------------------------------------------------------------------------


def hearings_without_letter():
    return without(Hearing, Kind.HEARING_LETTER).select_related(*AWARD, "withdrawal", "recovery")


def ask_hearing(hearing, by):
    return keep(hearing, "document", Kind.HEARING_LETTER, hearing.written or hearing_again(hearing), by)


def hearing_again(hearing):
    """Of one opened before what it says was kept: from what stands now."""
    sort = recoveries if getattr(hearing, "withdrawal", None) is None else withdrawals
    return hearings.facts_of(hearing, sort.CONSIDERED)


def notices_without_letter():
    return without(FormalNotice, Kind.FORMAL_NOTICE)


def ask_notice(notice, by):
    return keep(notice, "document", Kind.FORMAL_NOTICE, notice.written, by)


# --- What was decided ----------------------------------------------------------------------------------------------


def withdrawals_without_letter():
    rows = without(Withdrawal, Kind.WITHDRAWAL_DECISION, state__in=[W.DECIDED, W.UNDONE])
    return rows.select_related(*AWARD, "hearing", "decided_by")


def ask_withdrawal(withdrawal, by):
    signed = signed_again(withdrawal, "decide", withdrawal.decided_by, withdrawal.withdrawn_cents)
    return keep(withdrawal, "document", Kind.WITHDRAWAL_DECISION, withdrawals.letter_facts(withdrawal, signed), by)


def undone_without_letter():
    rows = without(Withdrawal, Kind.WITHDRAWAL_UNDONE, state=W.UNDONE)
    return rows.select_related(*AWARD, "hearing", "document", "undone_by")


def ask_undone(withdrawal, by):
    signed = signed_again(withdrawal, "undo", withdrawal.undone_by, withdrawal.withdrawn_cents)
    return keep(withdrawal, "undone_document", Kind.WITHDRAWAL_UNDONE, undoing.letter_facts(withdrawal, signed), by)


def recoveries_without_letter():
    rows = without(Recovery, Kind.REPAYMENT_REQUEST, due_cents__isnull=False).exclude(state=R.DROPPED)
    return rows.select_related(*AWARD, "hearing", "decided_by", "withdrawal__document")


def ask_repayment(recovery, by):
    if recovery.withdrawal_id and recovery.withdrawal.document is None:
        raise Refusal("La décision de retrait n’a pas encore sa lettre, que celle-ci cite : elle vient après.")
    cents = recovery.withdrawal.withdrawn_cents if recovery.withdrawal_id else recovery.due_cents
    signed = signed_again(recovery, "decide", recovery.decided_by, cents)
    return keep(recovery, "document", Kind.REPAYMENT_REQUEST, recoveries.letter_facts(recovery, signed), by)


def register():
    dossier = "award__application"
    missing.register(
        Source("formal_notice", "Mise en demeure sans lettre", notices_without_letter, ask_notice, dossier),
        Source("hearing", "Procédure contradictoire sans lettre", hearings_without_letter, ask_hearing, dossier),
        Source("withdrawal", "Retrait sans décision écrite", withdrawals_without_letter, ask_withdrawal, dossier),
        Source("recovery", "Reversement sans demande écrite", recoveries_without_letter, ask_repayment, dossier),
        Source("undone", "Annulation de retrait sans lettre", undone_without_letter, ask_undone, dossier),
    )
