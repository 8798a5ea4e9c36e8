"""Random lives of the ledger, backdated at random: its invariants hold on every day, on both clocks."""

import datetime
from collections import Counter
from itertools import groupby

import time_machine
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.errors import Refusal, StalePage
from accounts.models import Role
from funding import awards, budgets, instalments, schedules
from funding.balances import balances
from funding.envelopes import moves, outside
from funding.envelopes.acts import record_act
from funding.envelopes.lines import open_line, open_source, part_of
from funding.models import (
    OUTSIDE_KINDS,
    SOURCE_KINDS,
    Account,
    Award,
    Contribution,
    Instalment,
    Kind,
    Movement,
    Posting,
)
from funding.reconciliation import differences
from tests.funding import conftest as make

START = datetime.date(2026, 6, 1)
BACK = st.one_of(st.just(0), st.integers(0, 40))
CENTS = st.integers(1, 15_000_000)
ACTS = st.sampled_from(["freeze", "unfreeze", "cancel"])


def has(state, at_least=1):
    return lambda machine: Award.objects.filter(state=state).count() >= at_least


def left():
    kinds = [Kind.AE_OPENED, Kind.CP_AVAILABLE]
    return min(Account.objects.filter(kind=kind).aggregate(c=Sum("balance_cents"))["c"] or 0 for kind in kinds)


class LedgerMachine(RuleBasedStateMachine):
    """Two lines, a few awards, days that go by; every act is refused in words or leaves the invariants standing."""

    @initialize()
    def found(self):
        self.example = transaction.atomic()
        self.example.__enter__()
        self.day, self.number, self.replays = START, 0, []
        self.clock = time_machine.travel(self.noon(), tick=False)
        self.clock.start()
        programme = make.make_programme()
        self.lines = [make.make_line(programme) for _ in range(2)]
        self.wave = make.make_wave(programme, agreement_required=False)
        self.finance = [make.make_user(Role.FINANCE_OFFICER) for _ in range(3)]
        self.part = part_of(self.lines[0], "53", by=None)
        self.theirs = open_outside(programme, "outside", "Un tiers")
        self.earmarked = open_outside(programme, "contribution", "Fonds de concours")
        for line in self.lines:
            make.open_credits(line, "ae", 20_000_000, year=2026, on=START - datetime.timedelta(days=30))
            make.open_credits(line, "cp", 5_000_000, year=2026, on=START)

    def noon(self):
        return datetime.datetime.combine(self.day, datetime.time(12), datetime.UTC)

    def teardown(self):
        if hasattr(self, "clock"):
            self.no_balance_was_ever_negative()
            self.clock.stop()
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def key(self):
        self.number += 1
        return f"machine:{self.number}"

    def attempt(self, verb, **arguments):
        """Do it, or be refused in words; what was done is done again later."""
        before = Movement.objects.count()
        try:
            verb(**arguments)
        except StalePage:
            raise
        except Refusal as refusal:
            assert refusal.message.endswith(".")
            assert Movement.objects.count() == before
        else:
            if "key" in arguments:
                self.replays.append((verb, arguments))

    @rule(days=st.integers(1, 20))
    def days_go_by(self, days):
        self.day = min(self.day + datetime.timedelta(days=days), datetime.date(2026, 12, 31))
        self.clock.stop()
        self.clock = time_machine.travel(self.noon(), tick=False)
        self.clock.start()

    def credit_arguments(self, line, back):
        return {
            "line": self.lines[line], "fiscal_year": 2026, "effective_on": self.past(back), "act": "Acte", "by": None,
            "key": self.key(),
        }  # fmt: skip

    def past(self, back):
        return self.day - datetime.timedelta(days=back)

    @precondition(lambda self: left() < 12_000_000)
    @rule(axis=st.sampled_from(["ae", "cp"]), line=st.integers(0, 1), cents=CENTS, back=BACK)
    def open_credits(self, axis, line, cents, back):
        self.attempt(budgets.open_credits, axis=axis, cents=cents, **self.credit_arguments(line, back))

    @rule(act=ACTS, axis=st.sampled_from(["ae", "cp"]), line=st.integers(0, 1), cents=CENTS, back=BACK)
    def shift_credits(self, act, axis, line, cents, back):
        self.attempt(getattr(budgets, act), axis=axis, cents=cents, **self.credit_arguments(line, back))

    @rule(act=st.sampled_from(["transfer", "delegate", "withdraw"]), axis=st.sampled_from(["ae", "cp"]), cents=CENTS,
          back=BACK)  # fmt: skip
    def move_credits(self, act, axis, cents, back):
        """Between two lines; from the first line to its regional part, and back."""
        arguments = {"axis": axis, "cents": cents, **self.credit_arguments(0, back)}
        if act == "withdraw":
            self.attempt(moves.withdraw_delegation, **{**arguments, "line": self.part})
        else:
            to_line = self.part if act == "delegate" else self.lines[1]
            self.attempt(getattr(moves, act), to_line=to_line, **arguments)

    @rule(step=st.sampled_from(["pledge", "receive", "use", "drop_pledge", "attach"]), cents=CENTS, back=BACK)
    def money_of_others(self, step, cents, back):
        arguments = {"cents": cents, **self.credit_arguments(0, back), "line": self.theirs}
        if step == "attach":
            arguments |= {"outside_line": self.theirs, "pledge_year": 2026, "line": self.earmarked}
            arguments["act"] = record_act(kind="order", number="FDC", dated_on=datetime.date(2026, 1, 1), by=None)
        if step == "use":
            arguments["what"] = "Mobilier"
        self.attempt(getattr(outside, step), **arguments)

    @rule(line=st.integers(0, 1), cents=st.lists(st.integers(2, make.CAP), min_size=1, max_size=3), back=BACK)
    def reserve(self, line, cents, back):
        self.reserve_some(line, cents, back)

    def reserve_some(self, line, cents, back):
        requests = [make.request_for(self.wave, self.lines[line], cents=c, year=2026) for c in cents]
        arguments = {"wave": self.wave, "requests": requests, "on": self.past(back), "act": "Avis", "by": None}
        self.attempt(awards.reserve, key=self.key(), **arguments)

    def pick(self, state, data):
        found = list(Award.objects.filter(state=state).order_by("pk"))
        return found[data % len(found)] if found else None

    @precondition(has("reserved", at_least=3))
    @rule(which=st.integers(0, 50), back=BACK)
    def release(self, which, back):
        if award := self.pick("reserved", which):
            self.attempt(awards.release, awards=[award], on=self.past(back), act="Annulation", by=None, key=self.key())

    @rule(line=st.integers(0, 1), cents=st.integers(2, make.CAP), steps=st.integers(0, 6), parts=st.integers(1, 2))
    def laureate(self, line, cents, steps, parts):
        """One award on its way, stopped somewhere."""
        self.reserve_some(line, [cents], 0)
        if steps and (award := self.pick("reserved", 0)):
            self.commit_one(award, 0, parts)
        if steps > 1 and (award := self.pick("committed", 0)):
            awards.mark_notified(award=award, on=self.day)
        if steps > 2 and (instalment := Instalment.objects.live().filter(state="due").first()):
            self.push(instalment, steps - 2, self.day)

    @precondition(has("reserved"))
    @rule(which=st.integers(0, 50), back=BACK, parts=st.integers(1, 2))
    def commit(self, which, back, parts):
        self.commit_one(self.pick("reserved", which), back, parts)

    def commit_one(self, award, back, parts):
        self.attempt(awards.commit, awards=[award], on=self.past(back), act="Arrêté", by=None, key=self.key())
        award.refresh_from_db()
        if award.state == "committed":
            plan_this_year(award, parts)

    @precondition(has("committed"))
    @rule(which=st.integers(0, 50))
    def notify(self, which):
        if award := self.pick("committed", which):
            awards.mark_notified(award=award, on=max(self.past(5), award.committed_on))

    @precondition(has("in_force"))
    @rule(which=st.integers(0, 50), back=BACK, steps=st.integers(1, 4))
    def pay(self, which, back, steps):
        """Push one instalment some steps on."""
        waiting = Instalment.objects.live().filter(award__state="in_force").exclude(state="paid").order_by("pk")
        if not waiting:
            return
        self.push(waiting[which % len(waiting)], steps, self.past(back))

    def push(self, instalment, steps, on):
        for _ in range(steps):
            self.next_step(instalment, on)
            instalment.refresh_from_db()

    def next_step(self, instalment, on):
        common = {"instalment": instalment, "on": on}
        if instalment.state == "planned":
            self.attempt(instalments.make_due, by=None, **common)
        elif instalment.state == "due":
            self.attempt(instalments.certify, by=self.finance[0], **common)
        elif instalment.state == "certified":
            self.attempt(instalments.order, by=self.finance[1], **common)
        elif instalment.state == "ordered":
            reference = f"DP-{instalment.pk}"
            self.attempt(instalments.record_payment, by=self.finance[2], chorus_reference=reference, **common)

    @precondition(lambda self: Instalment.objects.filter(state="ordered").count() > 1)
    @rule(back=BACK)
    def give_up_an_order(self, back):
        for instalment in Instalment.objects.filter(state="ordered").order_by("pk")[:1]:
            self.attempt(
                instalments.cancel_order, instalment=instalment, by=self.finance[1], reason="Rejet", on=self.past(back)
            )

    @precondition(lambda self: getattr(self, "replays", None))
    @rule(which=st.integers(0, 50))
    def replay(self, which):
        verb, arguments = self.replays[which % len(self.replays)]
        before = (Posting.objects.count(), Movement.objects.count(), Award.objects.count())
        verb(**arguments)
        assert (Posting.objects.count(), Movement.objects.count(), Award.objects.count()) == before

    @invariant()
    def nothing_is_created_or_lost(self):
        assert (Account.objects.aggregate(total=Sum("balance_cents"))["total"] or 0) == 0
        assert differences() == []

    def no_balance_was_ever_negative(self):
        """What was known on a day never changes: looking once, at the end, sees every day of the life."""
        sources = set(Account.objects.filter(kind__in=SOURCE_KINDS).values_list("pk", flat=True))
        rows = Movement.objects.values_list(
            "posting__booked_on", "effective_on", "from_account", "to_account", "amount_cents"
        )
        movements = list(rows)
        for known_on in {row[0] for row in movements}:
            held: Counter = Counter()
            by_day = groupby(sorted(row[1:] for row in movements if row[0] <= known_on), key=lambda row: row[0])
            for as_of, moved in by_day:
                for _, origin, destination, cents in moved:
                    held[origin] -= cents
                    held[destination] += cents
                assert all(cents >= 0 for account, cents in held.items() if account not in sources), (as_of, known_on)
        middle = START + (self.day - START) / 2
        for clocks in ({}, {"as_of": middle}, {"known_on": middle}, {"as_of": middle, "known_on": middle}):
            assert all(cents >= 0 for (kind, *_), cents in balances(**clocks).items() if kind not in SOURCE_KINDS)

    @invariant()
    def each_award_pays_in_order(self):
        """paid = liquidated ≤ ordered ≤ certified ≤ due ≤ committed."""
        held: Counter = Counter()
        for award, kind, cents in Account.objects.values_list("award", "kind", "balance_cents"):
            held[award, kind] += cents
        reached: Counter = Counter()
        for award, cents, *days in Instalment.objects.values_list(
            "award", "cents", "paid_on", "ordered_on", "certified_on", "due_on"
        ):
            for step, day in zip(("paid", "ordered", "certified", "due"), days, strict=True):
                reached[award, step] += cents if day else 0
        for award in {award for award, _ in reached}:
            paid, ordered, certified, due = (reached[award, s] for s in ("paid", "ordered", "certified", "due"))
            assert paid == held[award, Kind.CP_PAID] == held[award, Kind.AE_LIQUIDATED]
            assert ordered == paid + held[award, Kind.CP_ORDERED]
            assert paid <= ordered <= certified <= due <= paid + held[award, Kind.AE_COMMITTED]

    @invariant()
    def each_chain_adds_up(self):
        """AE, CP and the money of others: what is in a chain came from its source; so on a line without transfers."""
        held = balances()
        for chain in ("ae", "cp"):
            assert sum(cents for (kind, _, _), cents in held.items() if kind.startswith(chain)) == 0
        assert sum(cents for (kind, _, _), cents in held.items() if kind in OUTSIDE_KINDS) == 0
        earmarked = getattr(self, "earmarked", None)
        for chain in ("ae", "cp") if earmarked else ():
            at_line = [c for (kind, line, _), c in held.items() if line == earmarked.pk and kind.startswith(chain)]
            assert sum(at_line) == 0

    @invariant()
    def what_was_attached_was_received(self):
        attached = Contribution.objects.aggregate(total=Sum("cents"))["total"] or 0
        used = Account.objects.filter(kind=Kind.USED).aggregate(total=Sum("balance_cents"))["total"] or 0
        assert attached <= used


def open_outside(programme, owner, name):
    imputation = {"lolf_programme": "112"} if owner == "contribution" else {}
    source = open_source(name=name, owner=owner, by=None)
    return open_line(programme=programme, source=source, code=name, label=name, purpose="But", by=None, **imputation)


def plan_this_year(award, parts):
    """Everything in the year, so that several instalments may be paid."""
    day = datetime.date(2026, 12, 1)
    cents = [award.total_cents - (parts - 1), *[1] * (parts - 1)]
    plans = [schedules.Plan("interim", 2026, c, "Condition", day) for c in cents]
    schedules.plan(award=award, instalments=plans, by=None)


def test_random_lives_of_the_ledger(db):
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
