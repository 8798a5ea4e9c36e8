"""The acts of this floor that have a letter each, and how it is written again from what was signed."""

from documents import missing, requests
from documents.missing import Source
from documents.models import Document
from selection import addenda, appeal_answers, appeal_receipts, minutes
from selection.decisions import adopted_session, ask_for, payments_of
from selection.late_decisions import called_from, letter_facts
from selection.letter_checks import refuse_incomplete
from selection.letter_work import follow
from selection.letters import KIND_OF_ACT, Signing, facts_of
from selection.models import Appeal, Decision, MinutesAddendum, PanelMeeting

Kind = Document.Kind
State, Act = Decision.State, Decision.Act
# What is signed and stands: a decision that ended without ever having had its letter gets none.
STANDING = (State.SIGNED, State.ISSUED, State.NOTIFIED)
RELATED = (
    "application__fabrique__commune",
    "application__wave__call__programme",
    "application__organisation",
    "application__call_version",
    "application__officer",
    "award__application__call_version",
    "wave__call__programme",
    "delegation",
    "signed_by",
    "deferred_to",
    "replaces",
)


def decisions_without_letter():
    rows = Decision.objects.filter(state__in=STANDING).select_related(*RELATED)
    return missing.without(rows, *KIND_OF_ACT.values())


def ask_letter(decision, by):
    """The letter that its signature should have asked for: same facts, same signatory, same day.

    One that is announced already is handed over at once.
    """
    facts = facts_again(decision)
    refuse_incomplete([(decision, facts)])
    document = ask_for(decision, facts, by)
    if decision.state != State.SIGNED:
        requests.release(documents=Document.objects.filter(pk=document.pk), by=by)
    follow(decision.wave, [document], by=by)
    return document


def facts_again(decision):
    awarded = Decision.objects.filter(wave=decision.wave, act=Act.AWARD, replaces=None, signed_at__isnull=False)
    signing = Signing(
        wave=decision.wave,
        session=adopted_session(decision.wave),
        signatory=decision.signed_by,
        at=decision.signed_at,
        laureates=awarded.count(),
    )
    granted = called_from(decision) if decision.act == Act.AWARD else None
    instalments = payments_of(signing, [granted]) if granted else {}
    if decision.replaces_id:
        return letter_facts(signing, decision, granted, instalments)
    return facts_of(signing, decision, granted or decision, instalments.get(decision.award_id, ()))


def appeals_without_receipt():
    rows = Appeal.objects.select_related(
        "decision__application__fabrique__commune",
        "decision__application__wave__call__programme",
        "decision__application__organisation",
        "decision__application__officer",
    )
    return missing.without(rows.filter(kind__in=Appeal.ADMINISTRATIVE), Kind.APPEAL_RECEIPT)


def ask_receipt(appeal, by):
    return appeal_receipts.ask_receipt(appeal, by=by)


def appeals_without_answer():
    """Answered here, under a delegation: what was written elsewhere has no letter of ours."""
    rows = Appeal.objects.filter(signed_at__isnull=False).select_related(*appeal_answers.RELATED)
    return missing.without(rows, Kind.APPEAL_ANSWER)


def ask_answer(appeal, by):
    return appeal_answers.ask_answer(appeal, by=by)


def meetings_without_minutes():
    ended = PanelMeeting.objects.filter(closed_at__isnull=False).select_related("wave__call__programme", "chair")
    return missing.without(ended, Kind.PANEL_MINUTES)


def ask_minutes(meeting, by):
    return minutes.request_minutes(meeting, by=by)


def addenda_without_document():
    return missing.without(MinutesAddendum.objects.select_related("meeting__wave__call"), Kind.PANEL_ADDENDUM)


def ask_addendum(row, by):
    return addenda.ask_document(row, by=by)


def register():
    missing.register(
        Source("decision", "Décision signée sans courrier", decisions_without_letter, ask_letter, "application"),
        Source(
            "appeal", "Recours sans accusé de réception", appeals_without_receipt, ask_receipt, "decision__application"
        ),
        Source(
            "appeal_answer", "Recours répondu sans lettre", appeals_without_answer, ask_answer, "decision__application"
        ),
        Source("minutes", "Réunion du comité sans procès-verbal", meetings_without_minutes, ask_minutes, ""),
        Source("addendum", "Additif au procès-verbal sans document", addenda_without_document, ask_addendum, ""),
    )
