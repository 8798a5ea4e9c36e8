"""What is left to pay and the échéancier des CP equal the ledger on every day, and never change afterwards."""

from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from funding.balances import balances, passages
from funding.models import Account, Kind
from funding.outlook.jpe import jpe
from funding.outlook.remaining import by_award, held_by_award, held_now, held_then, remaining
from funding.outlook.slippage import needs, slippage
from tests.funding.test_ledger_machine import LedgerMachine


class OutlookMachine(LedgerMachine):
    """The same random lives; at the close of each day, what is foreseen is kept, and found again to the cent."""

    @rule(days=st.integers(1, 20))
    def days_go_by(self, days):
        if not hasattr(self, "kept"):
            self.kept = {}
        self.kept[self.day] = self.foreseen(as_of=self.day, known_on=self.day)
        super().days_go_by(days)

    @property
    def programme(self):
        return self.lines[0].programme

    def foreseen(self, **clocks):
        left = remaining(**clocks, programme=self.programme)
        months = passages(**clocks, programme=self.programme, by_month=True)
        table = jpe(left, months, year=clocks["as_of"].year)
        learned = slippage(**clocks, programme=self.programme)
        return left, table, needs(left.parts, learned, as_of=clocks["as_of"])

    @invariant()
    def what_is_left_is_the_ledger(self):
        if not hasattr(self, "lines"):
            return
        left, table, found = self.foreseen(as_of=self.day, known_on=self.day)
        in_ledger = Account.objects.filter(kind=Kind.AE_COMMITTED).aggregate(cents=Sum("balance_cents"))["cents"] or 0
        assert left.total == table.total.left == in_ledger
        assert sum(one.planned for one in found.years) == sum(part.cents for part in left.parts)
        for one in table.generations:
            assert one.engaged == one.cp_total, one

    def teardown(self):
        if hasattr(self, "kept"):
            for day, before in self.kept.items():
                assert self.foreseen(as_of=day, known_on=day) == before, day
            self.each_award_is_its_accounts()
        super().teardown()

    def each_award_is_its_accounts(self):
        """What movements add up to is what the balances hold, and what the lines say."""
        clocks = {"as_of": self.day, "known_on": self.day, "programme": self.programme}
        held = held_then(**clocks)
        assert held == held_now(self.programme) == held_by_award(**clocks)
        by_line = balances(as_of=self.day, known_on=self.day)
        for kind in (Kind.AE_RESERVED, Kind.AE_COMMITTED, Kind.CP_ORDERED):
            assert sum(by_award(held, (kind,)).values()) == sum(
                cents for (of, _, _), cents in by_line.items() if of == kind
            )


def test_what_is_foreseen_equals_the_ledger_and_never_changes(db):
    run_state_machine_as_test(
        OutlookMachine,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
