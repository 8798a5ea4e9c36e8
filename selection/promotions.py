"""A waitlisted dossier is called while its date lasts, when money or a place returns (glossary 22).

An officer prepares: the AE are reserved at once, by the ledger, so that two dossiers never count on the last euro.
Then whoever holds a delegation signs (`late_decisions.sign_late`): the award takes the waitlist's place when it is
handed over. Called out of its order, a dossier leaves a derogation with its reason.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application
from funding import awards
from funding.models import Award
from programme.models import Wave
from programme.waves import exceed_capacity
from selection.models import Decision
from selection.outcomes import bounds_of

PREPARE = "selection.prepare"
Act, State = Decision.Act, Decision.State
# Awards that take no place any more.
GONE = (
    Award.State.RELEASED, Award.State.RENOUNCED, Award.State.LAPSED, Award.State.WITHDRAWN, Award.State.TERMINATED,
)  # fmt: skip


class NoLongerWaiting(Refusal):
    """The dossier is not on the waitlist any more, or its date is past."""

    title = "Ce dossier n’est plus sur la liste complémentaire"


@dataclass(frozen=True)
class Called:
    """What the letter of a promoted dossier is written from: as `PreparedOutcome`, without touching the panel's."""

    application: Application
    line: object
    fiscal_year: int
    award: Award
    amount_cents: int
    ground: str


def prepare_promotion(
    *, decision, line, fiscal_year, amount_cents, reason, by, ground="", out_of_order_reason="",
    reason_if_over_capacity="", version=None,
):  # fmt: skip
    """Call a dossier of the waitlist: reserve its AE, and prepare the award that waits for its signature.

    Args:
        decision: the standing waitlist decision.
        line, fiscal_year: AE to draw on.
        amount_cents: the grant, at most what was asked.
        reason: where the money or the place comes from ("renoncement de …"); kept with the posting.
        ground: what the letter says; wanted when the amount is less than was asked.
        out_of_order_reason: wanted when a dossier with a better place still waits.
        reason_if_over_capacity: wanted when the wave would have more laureates than its capacity.
        version: of the decision that the page showed.

    Returns:
        The prepared `Decision` (an award that replaces the waitlist).

    Raises:
        InsufficientFunds: the line has less than that; nothing is reserved.
        NoLongerWaiting: its date is past, or it left the list.
        Refusal: a reason is missing, or the amount does not fit.
        StalePage: somebody called it meanwhile.
    """
    require(by, PREPARE)
    reason = said(reason, "Dites d’où vient l’argent ou la place : c’est gardé avec la réservation.", "reason")
    with transaction.atomic():
        # One call at a time in a wave: the order of the list and its capacity are read under this lock.
        wave = Wave.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.wave_id)
        waiting = lock_waiting(decision, by, version)
        refuse_amount(waiting.application, amount_cents, ground)
        passed_over = better_placed(waiting)
        if passed_over:
            said(out_of_order_reason, out_of_order_sentence(waiting, passed_over), "out_of_order_reason")
        exceed_capacity(wave=wave, laureates=laureates(wave) + 1, reason=reason_if_over_capacity, by=by)
        award = reserve(waiting, line, fiscal_year, amount_cents, reason, by)
        prepared = Decision.objects.create(
            application=waiting.application,
            wave=wave,
            act=Act.AWARD,
            award=award,
            amount_cents=amount_cents,
            ground=ground.strip(),
            departure_reason=out_of_order_reason.strip()[:300] if passed_over else "",
            replaces=waiting,
        )
        details = {"amount_cents": amount_cents, "reason": reason, "rank": waiting.rank}
        JournalEntry.write(action="prepare_promotion", subject=waiting.application, actor=by, details=details)
    return prepared


def said(text, sentence, field):
    text = (text or "").strip()
    if not text:
        raise Refusal(sentence, field=field)
    return text


def lock_waiting(decision, by, version):
    """The waitlist decision, locked, fit to be replaced today."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related(
        "application__fabrique__organisation", "application__call_version", "application__organisation"
    )
    locked = rows.get(pk=decision.pk)
    if by is not None and not Application.objects.visible_to(by).filter(pk=locked.application_id).exists():
        raise NotAllowed
    refuse_not_waiting(locked)
    if locked.replacements.exclude(state=State.DROPPED).exists():
        raise StalePage(
            "Une autre décision est déjà préparée pour ce dossier : rien n’a été réservé une seconde fois."
        )
    locked.expect_version(version)
    return locked


def refuse_not_waiting(decision):
    if not Decision.objects.waiting().filter(pk=decision.pk).exists():
        state = decision.application.get_state_display()
        raise NoLongerWaiting(f"L’état du dossier est maintenant « {state} » : rien n’a été réservé.")
    if timezone.localdate() > decision.valid_until:
        raise NoLongerWaiting(
            f"La liste complémentaire valait jusqu’au {long_date(decision.valid_until)} : ce dossier ne peut plus "
            "être appelé. Son rejet est à signer ; il peut se présenter à une autre vague."
        )


def refuse_amount(application, cents, ground):
    bounds = bounds_of(application)
    if cents > application.requested_cents:
        raise Refusal(
            f"Le montant dépasse les {euros(application.requested_cents)} demandés. Réduisez-le.", field="amount_cents"
        )
    if cents < application.requested_cents and not ground.strip():
        raise Refusal("Dites pourquoi le montant demandé est réduit : la lettre le dira.", field="ground")
    if not bounds.min_cents <= cents <= bounds.max_cents:
        raise Refusal(
            f"{euros(cents)} sort des bornes de l’appel pour ce segment, de {euros(bounds.min_cents)} à "
            f"{euros(bounds.max_cents)}. Corrigez le montant.",
            field="amount_cents",
        )


def better_placed(decision):
    """Dossiers of the same list that stand before this one, still wait, and are not being called."""
    called = Decision.objects.exclude(state=State.DROPPED).filter(replaces__isnull=False)
    rows = Decision.objects.waiting().filter(wave=decision.wave_id, rank__lt=decision.rank)
    rows = rows.filter(valid_until__gte=timezone.localdate()).exclude(pk__in=called.values("replaces"))
    return list(rows.select_related("application__fabrique").order_by("rank"))


def out_of_order_sentence(decision, passed_over):
    first = passed_over[0]
    return (
        f"Le rang {first.rank}, {first.application}, est avant le rang {decision.rank}. Appelez-le d’abord, ou dites "
        "pourquoi l’ordre n’est pas suivi : ce motif est montré à l’audit."
    )


def laureates(wave):
    """Awards of the wave that hold a place today."""
    return Award.objects.filter(wave=wave).exclude(state__in=GONE).count()


def reserve(waiting, line, fiscal_year, cents, reason, by):
    application = waiting.application
    request = awards.Request(
        fabrique=application.fabrique,
        total_cents=cents,
        line=line,
        fiscal_year=fiscal_year,
        bounds=bounds_of(application),
        application=application,
    )
    [award] = awards.reserve(
        wave=waiting.wave,
        requests=[request],
        on=timezone.localdate(),
        act=f"Appel du rang {waiting.rank} de la liste complémentaire : {reason}"[:200],
        by=by,
        # A call that was given up may be made again.
        key=f"promote:{waiting.pk}:{waiting.replacements.count()}",
    )
    return award


def drop_promotion(*, decision, reason, by, version=None):
    """Give up a call that is not signed: its AE go back to their line, the dossier waits on.

    Args:
        decision: the prepared award; reason: kept in the journal and on the posting. `by` None: its date passed.

    Raises:
        StalePage: it is signed, or given up already.
    """
    require(by, PREPARE)
    reason = said(reason, "Donnez le motif : il est gardé dans l’historique.", "reason")
    with transaction.atomic():
        prepared = Decision.objects.select_for_update(of=("self",)).select_related("award").get(pk=decision.pk)
        if by is not None and not Application.objects.visible_to(by).filter(pk=prepared.application_id).exists():
            raise NotAllowed
        if prepared.act != Act.AWARD or prepared.replaces_id is None:
            raise Refusal("Seul un appel de la liste complémentaire s’abandonne ainsi.")
        prepared.expect_version(version)
        prepared.move("drop", by=by)
        awards.release(
            awards=[prepared.award],
            on=timezone.localdate(),
            act=f"Appel abandonné, rang {prepared.replaces.rank} de la liste complémentaire",
            by=by,
            key=f"drop:{prepared.pk}",
            reason=reason[:300],
        )
        JournalEntry.write(action="drop_promotion", subject=prepared.application, actor=by, details={"reason": reason})
    return prepared
