"""The investment fund: the manager chooses, we record what it tells us. Cents; Paris dates; each fact with its act."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.envelopes.endowment import refuse_uncovered
from funding.models import Fund, Instrument, InstrumentDue, InstrumentEvent
from programme.models import Origin

PERMISSION = "funding.record_fund"
E = InstrumentEvent.Kind
# What may happen to each kind of instrument.
FACTS = {True: (E.CALL, E.REPAYMENT, E.INCOME, E.LOSS), False: (E.CALL, E.VALUATION, E.INCOME, E.EXIT, E.LOSS)}


def open_fund(*, programme, name, manager, size_cents, act, by, origin=Origin.REAL):
    """Record a fund: its size is what its instruments draw on, apart from the grants.

    Raises:
        Refusal: the name is taken.
    """
    require(by, PERMISSION)
    try:
        with transaction.atomic():
            fund = Fund.objects.create(
                programme=programme, name=name, manager=manager, size_cents=size_cents, act=act, origin=origin,
                recorded_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refusal(f"Le fonds « {name} » existe déjà.", field="name") from error
    JournalEntry.write(action="open_fund", subject=fund, actor=by, details={"name": name, "size_cents": size_cents})
    return fund


def engage(*, fund, kind, label, cents, on, act, by, organisation=None, fabrique=None, rate_hundredths=0,
           origin=Origin.REAL):  # fmt: skip
    """Record a subscription (units, equity), or the grant of a loan or repayable advance.

    Args:
        cents: what is subscribed or granted.
        on: day of the contract, not in the future.
        rate_hundredths: yearly rate in hundredths of a percent, for a loan.

    Raises:
        Refusal: the fund has less left, the label is taken, or the day is to come.
        EndowmentFundRefused: an endowment fund without its derogation.
    """
    require(by, PERMISSION)
    refuse_future(on)
    with transaction.atomic():
        locked = Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
        refuse_uncovered([(organisation, cents)])
        left = locked.size_cents - locked.engaged_cents
        if cents > left:
            raise Refusal(
                f"Le fonds « {locked} » a engagé {euros(locked.engaged_cents)} sur {euros(locked.size_cents)} : "
                f"il reste {euros(left)}. Réduisez le montant. Rien n’a été enregistré.",
                field="amount",
            )
        if locked.instruments.filter(label=label).exists():
            raise Refusal(f"« {label} » existe déjà dans ce fonds. Choisissez un autre intitulé.", field="label")
        instrument = Instrument.objects.create(
            fund=locked, kind=kind, label=label, engaged_cents=cents, engaged_on=on, act=act,
            organisation=organisation, fabrique=fabrique, rate_hundredths=rate_hundredths, origin=origin,
            recorded_at=timezone.now(),
        )  # fmt: skip
        JournalEntry.write(action="engage_instrument", subject=instrument, actor=by, details={"cents": cents})
    return instrument


def record_event(*, instrument, kind, on, cents, act, by, key, note="", expected_events=None):
    """Record what happened to an instrument.

    An exit closes it: what it returns is capital first, the rest a gain; capital that does not come back is a loss,
    written with it.

    Args:
        kind: an `InstrumentEvent.Kind`.
        on: Paris date, from the contract to today.
        cents: the amount; for a valuation the reported value.
        key: idempotency key; a known one with the same content changes nothing.
        expected_events: how many facts the page showed; None does not look.

    Raises:
        StalePage: somebody recorded a fact since the page was read.
        Refusal: a sentence for each thing that cannot be (amount, day, kind, after the exit, key with other content).
    """
    require(by, PERMISSION)
    with transaction.atomic():
        locked = Instrument.objects.select_for_update(no_key=True).get(pk=instrument.pk)
        known = InstrumentEvent.objects.filter(key=key).first()
        if known is not None:
            return the_same(known, locked, kind, on, cents)
        if expected_events is not None and locked.event_count != expected_events:
            raise StalePage(
                "Un fait a été enregistré depuis que vous avez ouvert cette page : rien n’a été écrit. "
                "Relisez la liste des faits, puis recommencez si le vôtre n’y est pas.",
                subject=locked,
            )
        refuse_impossible(locked, kind, on, cents)
        capital = min(cents, locked.outstanding_cents) if kind == E.EXIT else 0
        shared = {"instrument": locked, "happened_on": on, "act": act, "note": note, "recorded_by": by}
        if kind == E.EXIT and capital < locked.outstanding_cents:
            lost = locked.outstanding_cents - capital
            InstrumentEvent.objects.create(key=f"{key}:loss", kind=E.LOSS, cents=lost, **shared)
        event = InstrumentEvent.objects.create(key=key, kind=kind, cents=cents, capital_cents=capital, **shared)
        journal(locked, event, by)
    return event


def correct_event(*, event, act, by, key, note=""):
    """Undo a fact that was recorded by mistake: it stays readable, and so does its correction.

    Raises:
        Refusal: it was corrected already, or it is a correction.
    """
    require(by, PERMISSION)
    with transaction.atomic():
        locked = Instrument.objects.select_for_update(no_key=True).get(pk=event.instrument_id)
        known = InstrumentEvent.objects.filter(key=key).first()
        if known is not None:
            return known
        if event.reverses_id is not None or InstrumentEvent.objects.filter(reverses=event).exists():
            raise Refusal("Ce fait est déjà corrigé, ou c’est une correction : enregistrez le fait exact.")
        try:
            with transaction.atomic():
                correction = InstrumentEvent.objects.create(
                    instrument=locked, key=key, kind=event.kind, happened_on=event.happened_on, cents=event.cents,
                    capital_cents=event.capital_cents, act=act, note=note, reverses=event, recorded_by=by,
                )  # fmt: skip
        except IntegrityError as error:
            raise Refusal("D’autres faits reposent sur celui-ci : corrigez-les d’abord, du plus récent au plus "
                          "ancien.") from error  # fmt: skip
        journal(locked, correction, by)
    return correction


def plan_repayments(*, instrument, dues, by):
    """Fix, or replace, the repayment schedule of a loan or repayable advance.

    Args:
        dues: (day, capital in cents, interest in cents), in order.

    Raises:
        Refusal: not a debt, days out of order, or the capital does not sum to what was granted.
    """
    require(by, PERMISSION)
    if not instrument.is_debt:
        raise Refusal("Un échéancier de remboursement va à un prêt ou à une avance remboursable.")
    days = [day for day, _, _ in dues]
    if not dues or days != sorted(set(days)) or days[0] < instrument.engaged_on:
        raise Refusal("Donnez les échéances dans l’ordre des dates, une par date, après l’octroi.", field="dues")
    capital = sum(part for _, part, _ in dues)
    if capital != instrument.engaged_cents:
        raise Refusal(
            f"Le capital des échéances fait {euros(capital)} et l’octroi est de {euros(instrument.engaged_cents)} : "
            "l’échéancier doit tomber juste.",
            field="dues",
        )
    with transaction.atomic():
        locked = Instrument.objects.select_for_update(no_key=True).get(pk=instrument.pk)
        last = locked.dues.order_by("-version").values_list("version", flat=True).first() or 0
        now = timezone.now()
        InstrumentDue.objects.bulk_create(
            InstrumentDue(instrument=locked, version=last + 1, number=number, due_on=day, capital_cents=part,
                          interest_cents=interest, recorded_at=now)
            for number, (day, part, interest) in enumerate(dues, start=1)
        )  # fmt: skip
        JournalEntry.write(action="plan_repayments", subject=locked, actor=by, details={"version": last + 1})


def journal(instrument, event, by):
    details = {"kind": event.kind, "cents": event.cents, "corrects": event.reverses_id}
    JournalEntry.write(action="record_instrument_event", subject=instrument, actor=by, details=details)


# --- What cannot be ----------------------------------------------------------------------------------------------


def the_same(known, instrument, kind, on, cents):
    if (known.instrument_id, known.kind, known.happened_on, known.cents) != (instrument.pk, kind, on, cents):
        raise Refusal("Ce fait a déjà été enregistré avec un autre contenu : rien n’a été écrit. Rechargez la page.")
    return known


def refuse_future(on):
    if on > timezone.localdate():
        raise Refusal(f"Le {long_date(on)} est à venir : indiquez une date jusqu’à aujourd’hui.", field="on")


def refuse_impossible(instrument, kind, on, cents):
    refuse_future(on)
    if on < instrument.engaged_on:
        raise Refusal(f"Rien n’arrive avant le contrat, signé le {long_date(instrument.engaged_on)}.", field="on")
    if kind not in FACTS[instrument.is_debt]:
        raise Refusal(
            f"« {E(kind).label} » ne va pas à un instrument « {instrument.get_kind_display()} ». "
            "Choisissez un autre fait.",
            field="kind",
        )
    if instrument.ended_on is not None:
        raise Refusal(f"« {instrument} » est terminé depuis le {long_date(instrument.ended_on)}.", field="kind")
    refuse_amount(instrument, kind, cents)


def refuse_amount(instrument, kind, cents):
    if cents < 0 or (cents == 0 and kind not in (E.VALUATION, E.EXIT)):
        raise Refusal("Saisissez un montant positif.", field="amount")
    uncalled = instrument.engaged_cents - instrument.called_cents
    if kind == E.CALL and cents > uncalled:
        raise Refusal(f"Il reste {euros(uncalled)} à appeler sur {euros(instrument.engaged_cents)}.", field="amount")
    if kind in (E.REPAYMENT, E.LOSS) and cents > instrument.outstanding_cents:
        raise Refusal(
            f"Il reste {euros(instrument.outstanding_cents)} de capital dehors : le montant ne peut pas le dépasser.",
            field="amount",
        )
