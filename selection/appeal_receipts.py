"""The receipt of an appeal to the administration: the facts of its letter (CRPA L112-3, R112-5)."""

from accounts.french import long_date
from applications.receipts import addressee_of, appeal_of, dossier_of, service_of
from documents.facts import AppealReceiptFacts
from documents.models import Document
from documents.requests import request
from programme.letter_scopes import scopes_of_dossier
from selection.appeal_clocks import administrative_limit


def ask_receipt(appeal, *, by):
    """Ask for the receipt, in the transaction that registers the appeal; its author may open it at once."""
    return request(
        kind=Document.Kind.APPEAL_RECEIPT,
        subject_type=appeal._meta.label,
        subject_id=appeal.pk,
        facts=facts_of(appeal),
        by=by,
        released_at=appeal.recorded_at,
        scopes=scopes_of_dossier(appeal.decision.application),
    )


def facts_of(appeal):
    application = appeal.decision.application
    return AppealReceiptFacts(
        service=service_of(application),
        addressee=addressee_of(application.organisation),
        dossier=dossier_of(application),
        issued_on=appeal.received_on,
        kind=appeal.get_kind_display().lower(),
        number=appeal.number,
        decision=decision_words(appeal.decision),
        authority=appeal.authority,
        lodged_on=appeal.lodged_on,
        received_on=appeal.received_on,
        silence_is_refusal_on=appeal.silence_on,
        interrupts=interrupts(appeal),
        appeal=appeal_of(application),
    )


def decision_words(decision):
    return f"{decision.get_act_display()}, décision signée le {long_date(decision.signed_at)}"


def interrupts(appeal):
    """True when an appeal to the administration came in time to stop the court's delay."""
    notified_on = appeal.decision.notified_on
    return appeal.is_administrative and (notified_on is None or appeal.lodged_on <= administrative_limit(notified_on))


def receipt_of(appeal):
    """The receipt's `Document`, or None."""
    return Document.objects.about(appeal).filter(kind=Document.Kind.APPEAL_RECEIPT).first()
