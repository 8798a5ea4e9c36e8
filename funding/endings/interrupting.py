"""Note what interrupts the prescription of an instalment (loi 68-1250 art. 2): a dated fact, its source, its paper."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.detection import ACCEPTED
from documents.uploads import examine, keep
from funding.endings.prescription import instalment_day
from funding.instalments import lock, refuse_before, refuse_future
from funding.models import Instalment, Interruption

NOTE = "funding.pay"
K = Interruption.Kind


def record_interruption(*, instalment, kind, on, source, by, uploaded=None, final_on=None, version=None):
    """Note one fact that starts the four years again on 1 January after it.

    Args:
        kind: an `Interruption.Kind`. on: its Paris date.
        source: where it is read: a letter with its number, a court with that of the case.
        uploaded: its paper, or None.
        final_on: for a court, the Paris date at which the judgment became final; None while it is pending.

    Returns:
        The `Interruption`.

    Raises:
        Refusal: nothing is due, the date is before it was or comes after the prescription, no source, or known.
    """
    require(by, NOTE)
    source = " ".join((source or "").split())
    if not source:
        raise Refusal("Dites où ce fait se lit : un courrier, un jugement, avec son numéro.", field="source")
    if kind not in K.values:
        raise Refusal("Choisissez ce qui interrompt la prescription.", field="kind")
    refuse_bad_end(kind, on, final_on)
    examined = examine(uploaded=uploaded, allowed=ACCEPTED, field="uploaded") if uploaded else None
    try:
        with transaction.atomic():
            _, locked = lock(instalment, version)
            refuse_out_of_time(locked, on)
            row = Interruption.objects.create(
                instalment=locked, kind=kind, on=on, source=source, final_on=final_on, recorded_by=by,
                final_at=timezone.now() if final_on else None,
                file=keep(examined=examined, by=by) if examined else None,
            )  # fmt: skip
            details = {"kind": str(kind), "on": on.isoformat(), "source": source}
            JournalEntry.write(action="interrupt_prescription", subject=locked, actor=by, details=details)
    except IntegrityError as error:
        raise Refusal("Ce fait est déjà noté pour cette échéance.", field="source") from error
    return row


def refuse_bad_end(kind, on, final_on):
    if final_on is None:
        return
    if kind != K.COURT:
        raise Refusal("Seul un recours devant une juridiction a un jugement définitif.", field="final_on")
    refuse_future(final_on)
    if final_on < on:
        raise Refusal("Le jugement vient après le recours : corrigez la date.", field="final_on")


def refuse_out_of_time(instalment, on):
    """What is extinguished does not start again, and what is not due yet does not run."""
    if instalment.due_on is None or instalment.state in (Instalment.State.PAID, Instalment.State.CANCELLED):
        raise Refusal("Rien n’est dû pour cette échéance : sa prescription ne court pas.")
    refuse_future(on)
    refuse_before(on, instalment.due_on, "l’échéance est exigible depuis")
    last = instalment_day(instalment)
    if last is not None and on > last:
        raise Refusal(
            f"La prescription était acquise le {long_date(last)} : un fait plus tardif ne l’interrompt plus. S’il y "
            "en a eu un avant, notez-le d’abord.",
            field="on",
        )


def end_case(*, interruption, final_on, by):
    """Note that the judgment of a court became final: the four years start again on 1 January after it.

    Raises:
        Refusal: the date is to come, or before the case. StalePage: it is noted already.
    """
    require(by, NOTE)
    with transaction.atomic():
        row = Interruption.objects.select_for_update(of=("self",)).select_related("instalment").get(pk=interruption.pk)
        if not row.is_pending:
            raise StalePage("La fin de ce recours est déjà notée.")
        refuse_bad_end(row.kind, row.on, final_on)
        row.final_on, row.final_at = final_on, timezone.now()
        row.save(update_fields=["final_on", "final_at"])
        details = {"final_on": final_on.isoformat(), "source": row.source}
        JournalEntry.write(action="end_court_case", subject=row.instalment, actor=by, details=details)
    return row
