"""Many connections, random operations of every kind on the same money: shared by a short test and by `make proof`.

Each client is a process with a connection of its own. They stop together after each round, and every invariant is
checked; at the end each sends again what it did, in another order, and nothing may move.
"""

import datetime
import itertools
import multiprocessing
import random
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field

from django.db import connections, transaction

from accounts.errors import Refusal
from accounts.models import Role
from funding import awards, budgets, instalments
from funding.conventions import amending
from funding.endings.releases import give_back
from funding.envelopes import moves, outside
from funding.envelopes.acts import record_act
from funding.envelopes.lines import part_of
from funding.ledger import Leg, Slot, post
from funding.models import Account, Award, Instalment, Kind, Posting
from funding.schedules import Plan
from tests.funding import conftest as make
from tests.funding import storm_faults
from tests.funding.test_amendments import sign
from tests.funding.test_convention_concurrency import contracted
from tests.funding.test_ledger_machine import open_outside, plan_this_year

FORK = multiprocessing.get_context("fork")
DONE, REFUSED = "done", "refused"
# What is left of a round when no other comes.
OVER = -1
LINES, PARTS, BACK_DAYS, CONTRACTS = 16, 4, 40, 8
MOST_CENTS = 3_000_000_00
# Seconds that the slowest round may take.
PATIENCE = 240


@dataclass
class World:
    """What all the clients share: lines, regional parts of some of them, the money of others, people."""

    lines: list
    parts: list
    theirs: object
    earmarked: object
    act: object
    finance: list
    officer: object
    waves: list = field(default_factory=list)
    # Awards with an agreement signed by both, that amendments change; several clients to each.
    contracts: list = field(default_factory=list)


def found(clients):
    """Funded lines, one wave for each client (a wave is adopted by one at a time)."""
    programme = make.make_programme()
    lines = [make.make_line(programme) for _ in range(LINES)]
    for line in lines:
        for axis in ("ae", "cp"):
            make.open_credits(line, axis, 10 * MOST_CENTS)
    first = make.make_wave(programme, agreement_required=False)
    waves = [first, *(first.call.waves.create(number=number) for number in range(2, clients + 1))]
    act = record_act(kind="order", number=f"FDC-{programme.pk}", dated_on=make.first_of_year(), by=None)
    theirs = open_outside(programme, "outside", f"Un tiers {programme.pk}")
    earmarked = open_outside(programme, "contribution", f"Fonds de concours {programme.pk}")
    officer = make.make_user(Role.OFFICER)
    return World(
        lines, [part_of(line, "53", by=None) for line in lines[:PARTS]], theirs, earmarked, act,
        [make.make_user(Role.FINANCE_OFFICER) for _ in range(3)], officer, waves,
        [contracted(officer) for _ in range(min(clients, CONTRACTS))],
    )  # fmt: skip


class Client:
    """One client: random operations with its own dice; remembers what it was told, to send it again."""

    def __init__(self, world, number, seed):
        self.world, self.number = world, number
        self.dice = random.Random(f"{seed}:{number}")
        self.keys = itertools.count(1)
        self.done, self.refused = [], []
        # No two clients may invent the same person or place.
        make.COUNTER = itertools.count(number * 1_000_000 + 1)

    def act(self):
        """One operation at random; (its name, what it was told)."""
        name = self.dice.choices([*OPERATIONS], weights=[*OPERATIONS.values()])[0]
        before = len(self.done)
        try:
            getattr(self, name)()
        except Refusal:
            return name, REFUSED
        except Exception as error:
            return name, f"{type(error).__name__}: {error} {traceback.format_exc(-3)}"[:900]
        return name, DONE if len(self.done) > before else REFUSED

    def send(self, verb, **arguments):
        """Do it once, under a key of its own; what was done is sent again at the end."""
        try:
            given = verb(**arguments)
        except Refusal:
            self.refused.append(arguments.get("key"))
            raise
        self.done.append((verb, arguments))
        return given

    def key(self):
        return f"storm:{self.world.waves[0].pk}:{self.number}:{next(self.keys)}"

    def on(self):
        """Today, or some days ago in the same year."""
        back = self.dice.choice((0, 0, 0, self.dice.randrange(BACK_DAYS)))
        return max(make.today() - datetime.timedelta(days=back), make.first_of_year())

    def cents(self):
        return self.dice.randrange(1, MOST_CENTS)

    def credits(self, line=None, on=None):
        return {
            "line": line or self.dice.choice(self.world.lines), "fiscal_year": make.today().year,
            "cents": self.cents(), "effective_on": on or self.on(), "act": "Acte", "by": None, "key": self.key(),
        }  # fmt: skip

    def axis(self):
        return {"axis": self.dice.choice(("ae", "cp"))}

    # --- Credits ---

    def open(self):
        self.send(budgets.open_credits, **self.axis(), **self.credits())

    def freeze(self):
        self.send(budgets.freeze, **self.axis(), **self.credits())

    def unfreeze(self):
        self.send(budgets.unfreeze, **self.axis(), **self.credits())

    def cancel(self):
        self.send(budgets.cancel, **self.axis(), **self.credits())

    def transfer(self):
        line, to_line = self.dice.sample(self.world.lines, 2)
        self.send(moves.transfer, **self.axis(), **self.credits(line), to_line=to_line)

    def delegate(self):
        part = self.dice.choice(self.world.parts)
        self.send(moves.delegate, **self.axis(), **self.credits(part.parent), to_line=part)

    def withdraw(self):
        self.send(moves.withdraw_delegation, **self.axis(), **self.credits(self.dice.choice(self.world.parts)))

    def of_others(self):
        step = self.dice.choice(("pledge", "receive", "use", "drop_pledge", "attach"))
        arguments = self.credits(self.world.theirs)
        if step == "use":
            arguments["what"] = "Mobilier"
        if step == "attach":
            arguments |= {"outside_line": self.world.theirs, "pledge_year": make.today().year}
            arguments |= {"line": self.world.earmarked, "act": self.world.act}
        self.send(getattr(outside, step), **arguments)

    # --- Awards ---

    def reserve(self):
        wave, line = self.world.waves[self.number - 1], self.dice.choice(self.world.lines)
        with transaction.atomic():
            requests = [
                make.request_for(wave, line, cents=self.dice.randrange(2, make.CAP))
                for _ in range(self.dice.choice((1, 1, 2)))
            ]
            self.send(
                awards.reserve, wave=wave, requests=requests, on=make.today(), act="Avis", by=None, key=self.key()
            )

    def pick(self, *states):
        """An award of anybody's, in one of these states; None when there is none."""
        found = Award.objects.filter(state__in=states, wave__in=self.world.waves).order_by("pk")
        keys = list(found.values_list("pk", flat=True)[:200])
        return Award.objects.get(pk=self.dice.choice(keys)) if keys else None

    def release(self):
        if award := self.pick("reserved"):
            self.send(awards.release, awards=[award], on=self.on(), act="Annulation", by=None, key=self.key())

    def commit(self):
        if award := self.pick("reserved"):
            on = self.on()
            with transaction.atomic():
                self.send(awards.commit, awards=[award], on=on, act="Arrêté", by=None, key=self.key())
                plan_this_year(Award.objects.get(pk=award.pk), self.dice.choice((1, 2)))
            awards.mark_notified(award=award, on=max(on, make.today() - datetime.timedelta(days=3)))

    def give_back(self):
        if award := self.pick("committed", "in_force", "completed"):
            cents = self.dice.randrange(1, award.total_cents)
            self.send(give_back, award=award, cents=cents, on=make.today(), act="Retrait", by=None, key=self.key())

    def amend(self):
        """Less, then more, of an award with an agreement: signed by both, through the ledger."""
        award = Award.objects.get(pk=self.dice.choice(self.world.contracts).pk)
        year, line = make.today().year, award.draws.first().line
        cents = make.CAP // 2 if award.total_cents > 2 * make.CAP else 2 * make.CAP
        first, second = cents // 2, cents - cents // 2
        plans = tuple(
            Plan("interim", year + rank, part, "Rapport accepté", datetime.date(year + rank, 6, 30))
            for rank, part in ((1, first), (2, second))
        )
        changes = amending.Changes(plans=plans, line=line, fiscal_year=year)
        with transaction.atomic():
            draft = amending.amend(
                agreement=award.agreement, changes=changes, reason="Le projet change.", by=self.world.officer
            )
            sign(draft, self.world.officer)
        # Another draft would be another amendment: what is sent again is the signature that moved the money.
        self.done.append((sign, {"amendment": draft, "officer": self.world.officer}))

    # --- Payments ---

    def pay(self):
        """One step of an instalment: due, certified, ordered, paid; sometimes the order is taken back."""
        waiting = Instalment.objects.live().filter(
            award__wave__in=self.world.waves, award__state="in_force", state__in=STEPS
        )
        keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:200])
        if keys:
            one = Instalment.objects.get(pk=self.dice.choice(keys))
            self.step(one, self.dice.random() < 0.15 and one.state == "ordered")

    def step(self, one, take_back):
        first, second, third = self.world.finance
        common = {"instalment": one, "version": one.version}
        if take_back:
            self.send(instalments.cancel_order, **common, by=second, reason="Rejet")
        elif one.state == "planned":
            self.send(instalments.make_due, **common, on=make.today(), by=None)
        elif one.state == "due":
            self.send(instalments.certify, **common, by=first)
        elif one.state == "certified":
            self.send(instalments.order, **common, by=second)
        else:
            self.send(instalments.record_payment, **common, by=third, on=make.today(), chorus_reference=f"DP-{one.pk}")

    def recover(self):
        """Money given back by the beneficiary, and its credits re-established by an act."""
        paid = Account.objects.filter(kind=Kind.CP_PAID, balance_cents__gt=0, line__in=self.world.lines)
        if (account := paid.order_by("?").first()) is None:
            return
        held = Slot(account.kind, account.line_id, account.fiscal_year, account.award_id)
        leg = Leg(held, Slot(Kind.CP_AVAILABLE, *held[1:3]), self.dice.randrange(1, account.balance_cents + 1))
        self.send(
            post, key=self.key(), kind=Posting.Kind.REINSTATE, effective_on=make.today(), actor=None,
            act="Rétablissement de crédits", legs=[leg],
        )  # fmt: skip

    # --- Again ---

    def again(self, until):
        """Send again what was done, in another order; Counter of what was told. Not one may change anything."""
        told, acts = Counter(), list(self.done)
        self.dice.shuffle(acts)
        for verb, arguments in acts:
            if time.monotonic() > until:
                break
            try:
                verb(**arguments)
                told[DONE] += 1
            except Refusal:
                told[REFUSED] += 1
            except Exception as error:
                told[f"{verb.__name__} : {type(error).__name__}: {error}"[:300]] += 1
        return told


STEPS = ("planned", "due", "certified", "ordered")
# The weight of each: what writes a dossier or a text around its posting takes ten to a hundred times longer than what
# moves money alone.
OPERATIONS = {
    "open": 4, "freeze": 12, "unfreeze": 10, "cancel": 3, "transfer": 16, "delegate": 8, "withdraw": 6, "of_others": 9,
    "reserve": 5, "release": 2, "commit": 4, "give_back": 2, "amend": 0.3, "pay": 14, "recover": 5,
}  # fmt: skip


@dataclass
class Outcome:
    """What became of a storm."""

    told: Counter
    faults: list
    rounds: int
    replayed: Counter
    checks: int

    @property
    def operations(self):
        return self.told.total()


def storm(*, clients=64, a_round=1_000, most=10_000, seconds=150, seed=1, replay_seconds=60):
    """Random operations by `clients` at once until the time is over, or each made `most`; then the same again.

    Args:
        a_round: operations of all the clients together between two checks of every invariant.
        seconds: no round starts later; replay_seconds: nothing is sent again later.
    """
    # Made before the clients part: what they import and open once is there for all of them.
    world = found(clients)
    connections.close_all()
    gate, told, left = FORK.Barrier(clients + 1), FORK.SimpleQueue(), FORK.Value("i", a_round)
    processes = [
        FORK.Process(target=live, args=(world, number, seed, gate, told, left, replay_seconds), daemon=True)
        for number in range(1, clients + 1)
    ]
    for process in processes:
        process.start()
    outcome, stop_at = Outcome(Counter(), [], 0, Counter(), 0), time.monotonic() + seconds
    while left.value != OVER:
        gate.wait(PATIENCE)
        for _ in processes:
            outcome.told += told.get()
        outcome.rounds += 1
        outcome.faults += storm_faults.faults()
        outcome.checks += 1
        done = outcome.faults or time.monotonic() > stop_at or outcome.rounds * a_round >= most * clients
        left.value = OVER if done else a_round
        connections.close_all()
        gate.wait(PATIENCE)
    finish(outcome, processes, gate, told)
    return outcome


def finish(outcome, processes, gate, told):
    """Who was told what is held against the database; then everything is sent again."""
    before = storm_faults.everything()
    connections.close_all()
    gate.wait(PATIENCE)
    for _ in processes:
        replayed, done, refused = told.get()
        outcome.replayed += replayed
        outcome.faults += storm_faults.lost(done, refused)
    for process in processes:
        process.join(10)
    outcome.faults += storm_faults.faults()
    outcome.checks += 1
    after = storm_faults.everything()
    for name in before:
        if before[name] != after[name]:
            outcome.faults.append(f"le rejeu a changé {name} : {before[name]} puis {after[name]}")
    for name, number in [*outcome.told.items(), *outcome.replayed.items()]:
        if name not in (DONE, REFUSED) and "|" not in name:
            outcome.faults.append(f"réponse inattendue : {name} ({number})")


def live(world, number, seed, gate, told, left, replay_seconds):
    """The life of one client: in each round it takes one operation after the other from what is left of it."""
    client = Client(world, number, seed)
    while left.value != OVER:
        answers = Counter()
        while one_more(left):
            name, answer = client.act()
            answers[f"{name}|{answer}" if answer in (DONE, REFUSED) else f"{name} : {answer}"] += 1
        gate.wait(PATIENCE)
        told.put(answers)
        gate.wait(PATIENCE)
    gate.wait(PATIENCE)
    replayed = client.again(time.monotonic() + replay_seconds)
    done = [arguments["key"] for _, arguments in client.done if "key" in arguments]
    told.put((replayed, done, [key for key in client.refused if key]))
    connections.close_all()


def one_more(left):
    with left.get_lock():
        if left.value > 0:
            left.value -= 1
            return True
    return False
