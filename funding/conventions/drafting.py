"""The text of an agreement before it is sent: drafted from the model of the call, written, read clause by clause."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.models import Document
from documents.requests import void
from funding.conventions import clauses as wording
from funding.conventions.wordings import Model, model_of
from funding.models import Agreement, AgreementVersion, Award

MANAGE = "funding.manage_agreement"
V = AgreementVersion


def draft(*, agreement, by):
    """The text to send, drafted from the nearest model; the one that is open already is given back."""
    require(by, MANAGE)
    with transaction.atomic():
        agreement = lock_agreement(agreement)
        if (known := open_version(agreement)) is not None:
            return known
        if agreement.state != Agreement.State.DRAFTED:
            raise StalePage(
                f"La convention est « {agreement.get_state_display().lower()} » : son texte ne change plus."
            )
        former = agreement.versions.order_by("-number").first()
        model = Model(former.wording, former.template, former.clauses) if former else model_of(agreement.award)
        return V.objects.create(
            agreement=agreement,
            number=former.number + 1 if former else 1,
            kind=V.Kind.INITIAL,
            wording=model.wording,
            template=model.template,
            clauses=model.clauses,
            created_by=by,
        )


def set_payment_days(*, agreement, days, by):
    """The delay of payment that this agreement sets, before it is sent (L. 2000-321 art. 10).

    Args:
        days: from the day the condition is met; None: those of the call.

    Raises:
        StalePage: the agreement is sent.
    """
    require(by, MANAGE)
    with transaction.atomic():
        agreement = lock_agreement(agreement)
        if agreement.state != Agreement.State.DRAFTED:
            raise StalePage("La convention est envoyée : son délai de paiement ne change que par un avenant.")
        if agreement.payment_days != days:
            agreement.payment_days = days
            agreement.save(update_fields=["payment_days"])
            JournalEntry.write(action="set_payment_days", subject=agreement, actor=by, details={"days": days})
    return agreement


def rewrite(*, agreement_version, clauses, by, version=None):
    """Change the clauses of a text that is not sent; what was read again has to be read once more.

    Raises:
        StalePage: the text is sent, or the page is old.
        Refusal: a compulsory clause is missing, a field is unknown.
    """
    require(by, MANAGE)
    clauses = wording.modern(clauses)
    wording.refuse_bad_clauses(clauses)
    with transaction.atomic():
        found = lock(agreement_version, version)
        refuse_not_draft(found)
        found.clauses, found.clauses_checked = clauses, []
        found.save(update_fields=["clauses", "clauses_checked"])
        JournalEntry.write(
            action="rewrite_agreement", subject=found.agreement, actor=by, details={"version": found.number}
        )
    return found


def refuse_unread(agreement_version, checked):
    """Every compulsory clause was read again, and no field is left open."""
    if agreement_version.is_amendment:
        return
    wording.refuse_bad_clauses(agreement_version.clauses)
    missing = [name for code, name in wording.COMPULSORY.items() if code not in checked]
    if missing:
        raise Refusal(
            f"Relisez puis cochez chaque clause que la loi demande. Il manque : {', '.join(missing).lower()}.",
            field="checked",
        )


def refuse_not_draft(agreement_version):
    if agreement_version.state != V.State.DRAFTED:
        raise StalePage(
            f"Ce texte est « {agreement_version.get_state_display().lower()} » : il ne change plus. "
            "Reprenez-le pour en préparer un autre."
        )


def recall(*, agreement, reason, by, version=None):
    """Take a text back before the State signs, to correct it: whoever signed it will sign the next one.

    Args:
        reason: told to the beneficiary.

    Returns:
        The new `AgreementVersion`, drafted with the same clauses.
    """
    refuse_no_reason(reason)
    with transaction.atomic():
        agreement = lock_agreement(agreement)
        agreement.expect_version(version)
        found = open_version(agreement)
        if found is None or found.is_amendment:
            raise StalePage("Il n’y a pas de convention en signature à reprendre.")
        drop(found, reason, by)
        agreement.move("recall", by=by)
        return draft(agreement=agreement, by=by)


def drop(agreement_version, reason, by):
    """Abandon a locked text; a PDF that was handed over is without effect from today."""
    agreement_version.move("abandon", by=by, reason=reason.strip())
    if agreement_version.document is not None:
        void(document=agreement_version.document, on=timezone.localdate(), how=Document.Void.WITHDRAWN, by=by)


def refuse_no_reason(reason):
    if not (reason or "").strip():
        raise Refusal("Dites pourquoi : la structure lira ce motif.", field="reason")


# --- Locks --------------------------------------------------------------------------------------------------------


def lock_agreement(agreement):
    """The award, then its agreement: the same order everywhere."""
    award = (
        Award.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "fabrique__commune", "wave__call__programme", "application__call_version")
        .get(pk=agreement.award_id)
    )
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    locked.award = award
    return locked


def lock(agreement_version, version=None):
    """The award, the agreement, then its text."""
    agreement = lock_agreement(agreement_version.agreement)
    locked = V.objects.select_for_update(of=("self",)).get(pk=agreement_version.pk)
    locked.agreement = agreement
    locked.expect_version(version)
    return locked


def open_version(agreement):
    """The text being prepared or signed, with its agreement; None when there is none."""
    found = agreement.versions.filter(state__in=V.OPEN_STATES).first()
    if found is not None:
        found.agreement = agreement
    return found
