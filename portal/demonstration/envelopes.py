"""Invented envelopes: a second line with a regional part, other people's money, the investment fund."""

import datetime

from django.utils import timezone

from funding import budgets
from funding.envelopes import investing, lines, moves, outside
from funding.envelopes.acts import record_act
from funding.models import Act, Instrument, InstrumentEvent, Source
from programme.models import Origin

E = InstrumentEvent.Kind
PURPOSE = "Amorcer des fabriques dans les quartiers prioritaires (exemple inventé)"
DAY = datetime.timedelta(days=1)


def act(kind, number, on, title, by):
    return record_act(
        kind=kind, number=f"{number} (exemple)", dated_on=on, title=title, by=by, origin=Origin.DEMONSTRATION
    )


def finance_act(year, by):
    return act(Act.Kind.FINANCE_ACT, f"{year}-1", datetime.date(year, 1, 1), f"Loi de finances {year}", by)


def live(programme, by):
    start = datetime.date(timezone.localdate().year, 1, 1)
    open_second_line(programme, by, start)
    receive_from_others(programme, by, start)
    run_fund(programme, by, start)


def open_second_line(programme, by, start):
    """Credits of another programme of the State: opened, a part frozen, a part delegated to a region."""
    source = Source.objects.get(name="État, budget général")
    line = lines.open_line(
        programme=programme, source=source, code="P147-01", label="P147-01, politique de la ville (démonstration)",
        lolf_programme="147", action="01", bop_uo="0147-EXEM-PLE1", functional_domain="0147-01-02",
        activity="EXEMPLE", cost_centre="EXEMPLE", by=by, origin=Origin.DEMONSTRATION,
    )  # fmt: skip
    shared = {"line": line, "fiscal_year": start.year, "effective_on": start, "by": by}
    for axis, cents in (("ae", 30_000_000), ("cp", 10_000_000)):
        key = f"demonstration:p147:{axis}"
        budgets.open_credits(axis=axis, cents=cents, act=finance_act(start.year, by), key=key, **shared)
        frozen = act(Act.Kind.LETTER, "GEL-1", start, "Mise en réserve initiale", by)
        budgets.freeze(axis=axis, cents=cents // 20, act=frozen, key=f"{key}:gel", **shared)
    delegation = act(Act.Kind.DELEGATION, "DEL-76", start, "Délégation à la région Occitanie", by)
    part = lines.part_of(line, "76", by=by)
    moves.delegate(axis="ae", to_line=part, cents=6_000_000, act=delegation, key="demonstration:p147:76", **shared)


def receive_from_others(programme, by, start):
    """Two givers: one pays the places, the other pays the State, which attaches it."""
    bank = outside_line(programme, "Banque des Territoires (exemple)", "TIERS-BDT", by)
    for number, (verb, cents, extra) in enumerate((
        (outside.pledge, 40_000_000, {}),
        (outside.receive, 15_000_000, {}),
        (outside.use, 4_000_000, {"what": "Mobilier de trois fabriques"}),
    )):  # fmt: skip
        step(verb, bank, cents, start, by, f"bdt:{number}", **extra)
    town = outside_line(programme, "Une métropole (exemple)", "TIERS-METROPOLE", by)
    for number, verb in enumerate((outside.pledge, outside.receive)):
        step(verb, town, 5_000_000, start, by, f"metropole:{number}")
    source = lines.open_source(name="Fonds de concours (exemple)", owner=Source.Owner.CONTRIBUTION, by=by)
    line = lines.open_line(
        programme=programme, source=source, code="P147-FDC", label="P147, fonds de concours (démonstration)",
        lolf_programme="147", action="01", purpose=PURPOSE, by=by, origin=Origin.DEMONSTRATION,
    )  # fmt: skip
    outside.attach(
        outside_line=town, pledge_year=start.year, line=line, fiscal_year=start.year, cents=5_000_000,
        effective_on=start, act=act(Act.Kind.ORDER, "FDC-1", start, "Rattachement d’un fonds de concours", by), by=by,
        key="demonstration:fdc",
    )  # fmt: skip


def outside_line(programme, name, code, by):
    source = lines.open_source(name=name, owner=Source.Owner.OUTSIDE, by=by)
    return lines.open_line(
        programme=programme, source=source, code=code, label=f"{name}, amorçage", purpose=PURPOSE, by=by,
        origin=Origin.DEMONSTRATION,
    )  # fmt: skip


def step(verb, line, cents, on, by, key, **extra):
    letter = act(Act.Kind.AGREEMENT, line.code, on, f"Convention avec {line.source.name}", by)
    verb(
        line=line, fiscal_year=on.year, cents=cents, effective_on=on, act=letter, by=by, key=f"demonstration:{key}",
        **extra,
    )  # fmt: skip


def run_fund(programme, by, start):
    """A fund of 50 M€, one share that is worth more, one loan whose first repayment came."""
    signed = start - 200 * DAY
    fund = investing.open_fund(
        programme=programme, name="Fonds tiers-lieux (exemple)", manager="Une société de gestion (exemple)",
        size_cents=5_000_000_000, act=act(Act.Kind.AGREEMENT, "FONDS-1", signed, "Convention du fonds", by), by=by,
        origin=Origin.DEMONSTRATION,
    )  # fmt: skip
    contract = act(Act.Kind.AGREEMENT, "FONDS-2", signed, "Contrats d’investissement", by)
    report = act(Act.Kind.STATEMENT, "FONDS-R1", start, "Rapport du gestionnaire", by)
    shared = {"fund": fund, "on": signed, "act": contract, "by": by, "origin": Origin.DEMONSTRATION}
    share = investing.engage(
        kind=Instrument.Kind.EQUITY, label="Participation, coopérative (exemple)", cents=60_000_000, **shared
    )
    loan = investing.engage(
        kind=Instrument.Kind.LOAN, label="Prêt, atelier (exemple)", cents=12_000_000, rate_hundredths=150, **shared
    )
    dues = [(start + 365 * years * DAY, 4_000_000, 120_000) for years in (0, 1, 2)]
    investing.plan_repayments(instrument=loan, dues=dues, by=by)
    for instrument, kind, on, cents in (
        (share, E.CALL, signed + 30 * DAY, 30_000_000),
        (share, E.VALUATION, start, 32_000_000),
        (loan, E.CALL, signed + 30 * DAY, 12_000_000),
        (loan, E.REPAYMENT, start, 4_000_000),
        (loan, E.INCOME, start, 120_000),
    ):
        investing.record_event(
            instrument=instrument, kind=kind, on=on, cents=cents, act=report, by=by,
            key=f"demonstration:{instrument.pk}:{kind}",
        )  # fmt: skip
