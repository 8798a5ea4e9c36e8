"""Money asked back: heard, decided, a title issued, collected in parts, waived or written off (glossary 49).

What comes back goes to the general budget: it gives no CP back by itself (see `funding.endings.reinstating`).
"""

import re

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Sum, When
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros, long_date
from accounts.models import Event, JournalEntry
from accounts.permissions import require
from documents.ending_facts import RepaymentFacts
from documents.models import Document
from funding.conventions import standing
from funding.endings import hearings, notices
from funding.endings.partners_heard import tell_partners
from funding.instalments import refuse_before, refuse_future
from funding.models import Ground, Hearing, Recovery, RecoveryEntry
from funding.models.recovery import COLLECT, DECIDE

R, E = Recovery.State, RecoveryEntry.Kind
TITLE = re.compile(r"[A-Z0-9][A-Z0-9./ -]{2,39}")
CONSIDERED = "vous demander de reverser une partie de ce qui vous a été versé"


def asked_back_cents(award):
    """What is decided to be paid back of what was paid, in cents; what was paid twice is apart."""
    standing_ones = Recovery.objects.standing().filter(award=award).exclude(hearing__ground=Ground.DOUBLE)
    return standing_ones.aggregate(total=Sum("due_cents"))["total"] or 0


def recoverable_cents(award):
    """What was paid and is not asked back yet, in cents."""
    return max(hearings.paid_cents(award) - asked_back_cents(award), 0)


def open_recovery(*, award, ground, facts, cents, known_on, answer_by, by, instalment=None, notice=None, version=None):
    """Open a recovery: the structure is told what is considered, and answers until a day.

    Args:
        award: the `Award`. ground: a `Ground`. facts: what is found.
        cents: what could be asked back at most; more than what was paid only for money paid twice.
        known_on: Paris date at which the service knew. answer_by: last Paris day to answer.
        by: an officer or a decision-maker. instalment: the payment in question, or None.
        notice: the `FormalNotice` that was left without effect, if it follows one.

    Returns:
        The `Recovery`, in its adversarial phase.

    Raises:
        Refusal: a part is missing, the time is too short, more than was paid, or another recovery waits for an answer.
    """
    with transaction.atomic():
        award = standing.lock(award, version)
        refuse_more_than_paid(award, ground, cents)
        refuse_second(award)
        hearing = hearings.open_hearing(
            award, ground=ground, facts=facts, cents=cents, known_on=known_on, answer_by=answer_by,
            considered=CONSIDERED, by=by, notice=notices.begin_what_follows(notice, award, by) if notice else None,
        )  # fmt: skip
        recovery = Recovery.objects.create(award=award, hearing=hearing, instalment=instalment)
        tell_partners(hearing)
        return recovery


def refuse_more_than_paid(award, ground, cents, field="cents"):
    most = recoverable_cents(award)
    if ground != Ground.DOUBLE and cents > most:
        raise Refusal(
            f"{euros(most)} ont été payés et ne sont pas déjà demandés en retour : choisissez un montant qui ne "
            "dépasse pas cette somme.",
            field=field,
        )


def refuse_second(award):
    if Recovery.objects.filter(award=award, state=R.HEARING).exists():
        raise StalePage("Un reversement est déjà en phase contradictoire pour cette attribution.")


def decide(*, recovery, cents, act, reason, by, version=None):
    """Decide, after the hearing, what is to be paid back; the letter goes, the accountant's title follows.

    Args:
        cents: at most what the hearing considered. act: number or title of the decision.
        reason: as the letter says it.
        by: a decision-maker whose delegation covers the amount.

    Raises:
        Refusal: the structure may still answer, or the amount is more than was considered or paid.
        StalePage: it is decided or dropped already.
    """
    require(by, DECIDE)
    with transaction.atomic():
        recovery = lock(recovery, version)
        on = timezone.localdate()
        hearings.refuse_unheard(recovery.hearing, on)
        standing.refuse_bad_act(recovery.award, on, reason, act)
        refuse_more_than_heard(recovery.hearing, cents)
        refuse_more_than_paid(recovery.award, recovery.hearing.ground, cents)
        signed = hearings.signed_facts(recovery.award, by, cents)
        recovery.move("decide", by=by, on=on, act=act.strip(), reason=reason.strip(), due_cents=cents)
        write_to(recovery, signed, by)
    return recovery


def refuse_more_than_heard(hearing, cents):
    if not 0 < cents <= hearing.asked_cents:
        raise Refusal(
            f"La structure a répondu sur {euros(hearing.asked_cents)} au plus : décidez d’un montant positif qui ne "
            "dépasse pas cette somme, ou abandonnez et ouvrez une autre procédure.",
            field="cents",
        )


def write_to(recovery, signed, by):
    hearings.tell(
        recovery.award, Event.DECISION, f"recovery:{recovery.pk}:decided",
        f"{euros(recovery.due_cents)} à reverser à l’État",
        f"Le service a décidé de vous demander {euros(recovery.due_cents)}. La lettre est sur votre page. Attendez le "
        "titre de perception du comptable pour payer.",
        letter=True,
    )  # fmt: skip
    facts = letter_facts(recovery, signed)
    recovery.document = hearings.ask_letter(recovery, Document.Kind.REPAYMENT_REQUEST, facts, by)
    recovery.save(update_fields=["document"])


def letter_facts(recovery, signed):
    award, hearing = recovery.award, recovery.hearing
    number = recovery.withdrawal.document.number if recovery.withdrawal_id else ""
    return RepaymentFacts(
        **signed, amount_cents=recovery.due_cents, paid_cents=hearings.paid_cents(award),
        ground=hearing.get_ground_display(), reason=recovery.reason, heard_from=hearing.opened_on,
        observations=hearings.observations_words(hearing), withdrawal_number=number,
    )  # fmt: skip


def drop(*, recovery, reason, by, version=None):
    """Ask nothing back after all: the observations convinced, or the decision falls before its title.

    Raises:
        Refusal: no reason given. StalePage: the title is issued: only the accountant may end it.
    """
    if not (reason or "").strip():
        raise Refusal("Dites pourquoi : la structure lira ce motif.", field="reason")
    with transaction.atomic():
        recovery = lock(recovery, version)
        recovery.move("drop", by=by, reason=reason.strip())
        hearings.tell(
            recovery.award, Event.DECISION, f"recovery:{recovery.pk}:dropped", "Rien n’est à reverser",
            f"Le service ne vous demande rien en retour : {reason.strip()}",
        )  # fmt: skip
    return recovery


def issue_title(*, recovery, number, on, by, version=None):
    """Note the *titre de perception* that was issued: its number and its Paris date.

    Args:
        by: a finance officer, other than whoever decided.

    Raises:
        Refusal: the number is not one or is known, the date is before the decision or to come, the same person.
    """
    title = clean_title(number)
    with transaction.atomic():
        recovery = lock(recovery, version)
        refuse_future(on)
        refuse_before(on, recovery.decided_on, "le reversement est décidé le")
        if by is not None and by.pk == recovery.decided_by_id:
            raise Refusal("Vous avez décidé de ce reversement : une autre personne, aux finances, note le titre.")
        if Recovery.objects.filter(title_number=title).exclude(pk=recovery.pk).exists():
            raise Refusal(f"Le titre {title} est déjà celui d’un autre reversement.", field="number")
        recovery.move("issue", by=by, on=on, number=title)
        hearings.tell(
            recovery.award, Event.PAYMENT, f"recovery:{recovery.pk}:issued", f"Titre de perception {title}",
            f"Le comptable émet le titre {title} du {long_date(on)} pour {euros(recovery.due_cents)}. Payez-le comme "
            "il l’indique.",
        )  # fmt: skip
    return recovery


def clean_title(number):
    title = " ".join((number or "").split()).upper()
    if not TITLE.fullmatch(title):
        raise Refusal(
            "Saisissez le numéro du titre de perception : 3 à 40 lettres, chiffres, points, barres ou tirets.",
            field="number",
        )
    return title


def record_entry(*, recovery, kind, cents, on, reference, by, version=None):
    """Note what the accountant collected, waived or wrote off; the last cent closes the recovery.

    Args:
        kind: a `RecoveryEntry.Kind`. cents: at most what is left.
        on: Paris date. reference: the accountant's reference, or the act that waives or writes off.

    Raises:
        Refusal: more than is left, a date out of order, no reference, or this fact is noted already.
        StalePage: there is no title, or nothing is left.
    """
    require(by, COLLECT)
    reference = " ".join((reference or "").split())[:150]
    with transaction.atomic():
        recovery = lock(recovery, version)
        if recovery.state != R.ISSUED:
            raise StalePage(f"Ce reversement est « {recovery.get_state_display().lower()} » : rien ne s’y note.")
        refuse_bad_entry(recovery, kind, cents, on, reference)
        RecoveryEntry.objects.create(
            recovery=recovery, kind=kind, cents=cents, on=on, reference=reference, recorded_by=by
        )
        details = {"kind": kind, "cents": cents, "on": on.isoformat(), "reference": reference}
        JournalEntry.write(action="record_recovery_entry", subject=recovery, actor=by, details=details)
        return settle(lock(recovery), by)


def settle(recovery, by):
    """With the sums that the database just kept: close it, or leave another version to those who read it before."""
    if recovery.left_cents:
        recovery.save()
    else:
        recovery.move(ending_of(recovery), by=by, on=max(entry.on for entry in recovery.entries.all()))
    return recovery


def ending_of(recovery):
    """How it ends is told by what did not come back."""
    if recovery.written_off_cents:
        return "close_written_off"
    return "close_waived" if recovery.waived_cents else "close_collected"


def refuse_bad_entry(recovery, kind, cents, on, reference):
    if kind not in RecoveryEntry.ON_THE_TITLE:
        raise Refusal("Dites ce qui est noté : encaissement, remise ou non-valeur.", field="kind")
    if not reference:
        raise Refusal("Donnez la référence du comptable, ou l’acte qui le décide.", field="reference")
    refuse_future(on)
    refuse_before(on, recovery.title_on, "le titre est émis le")
    if not 0 < cents <= recovery.left_cents:
        raise Refusal(
            f"Il reste {euros(recovery.left_cents)} sur ce titre : choisissez un montant positif qui ne dépasse pas "
            "ce reste.",
            field="cents",
        )
    if recovery.entries.filter(kind=kind, reference=reference).exists():
        raise Refusal("Ce fait est déjà noté sous cette référence : rien n’a été noté deux fois.", field="reference")


def lock(recovery, version=None):
    """The award, its hearing, the recovery: the same order everywhere."""
    award = standing.lock(recovery.award, None)
    locked = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("withdrawal__document", "document")
        .get(pk=recovery.pk)
    )
    locked.expect_version(version)
    locked.award, locked.hearing = award, Hearing.objects.get(pk=locked.hearing_id)
    locked.hearing.award = award
    return locked


def collected_cents(*, as_of=None, known_on=None, programme=None):
    """What came back by a Paris day, less what was given back, in cents: told apart from what was paid.

    Args:
        as_of: the accountant's date. known_on: the day on which it was noted. None: no limit.
    """
    rows = RecoveryEntry.objects.filter(kind__in=[E.COLLECTED, E.REFUNDED])
    if as_of is not None:
        rows = rows.filter(on__lte=as_of)
    if known_on is not None:
        rows = rows.filter(recorded_at__date__lte=known_on)
    if programme is not None:
        rows = rows.filter(recovery__award__wave__call__programme=programme)
    net = Case(When(kind=E.REFUNDED, then=-F("cents")), default=F("cents"), output_field=BigIntegerField())
    return rows.aggregate(total=Sum(net))["total"] or 0
