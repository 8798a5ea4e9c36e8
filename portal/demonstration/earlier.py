"""An earlier call, two years on: what was paid, claimed, withheld, forgotten, asked back."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from documents import production
from funding import agreements, budgets, instalments
from funding.claims import claiming, withholding
from funding.conventions.clauses import COMPULSORY
from funding.endings import hearings, recoveries, withdrawals
from funding.models import Agreement, Ground, Instalment
from portal.demonstration import envelopes, payments, waves
from portal.demonstration.past import lived
from portal.demonstration.places import QPV, RURAL, Place, small_pdf
from programme import ami, calls
from programme.models import Origin
from programme.waves import plan_wave
from selection import decisions, notification
from selection.delegations import AGREEMENT, grant_delegation
from selection.models import Decision

DAY = datetime.timedelta(days=1)
PLACES = (
    Place("La Manufacture des deux rives", "42187", RURAL, "90000017", (4_000_000, 4_000_000, 4_000_000)),
    Place("Le Hangar solidaire", "10387", QPV, "90000018", (5_000_000, 5_000_000, 5_000_000)),
    Place("L’Étape du plateau", "23096", RURAL, "90000019", (3_000_000, 3_000_000, 3_000_000)),
)
# A dossier was selected, signed and paid for the first time so many days ago.
SELECTED, SIGNED, PAID = 820, 790, 760
AE_CENTS, CP_CENTS = 40_000_000, 10_000_000
SHEETS = ((4, 4), (4, 3), (3, 3))
ACCOUNTS = (("FR1420041010050500013M02606", "PSSTFRPPXXX"), ("FR7630004000031234567890143", "BNPAFRPPXXX"))
SPENT = (("64", "Salaire de la coordinatrice, premier semestre", 1_860_000), ("61", "Loyer de l’atelier", 640_000))
UNSPENT = "Le compte rendu financier reçu ce mois-ci montre 9 000 € de la première année qui n’ont pas été employés."
CLOSED = "Le lieu n’a ouvert que deux jours par semaine, au lieu des cinq que prévoit la convention."


def live(programme, people, line):
    with lived(SELECTED):
        wave = select(programme, people, line)
    with lived(SIGNED):
        first, second = contract(wave, people)
    with lived(PAID):
        open_credits("cp", line, CP_CENTS, people)
        for number, award in enumerate((first, second), start=1):
            waves.pay_advance(instalment(award, 1), people, number)
    claim_second(second, people)
    withhold_second(first, people)
    recovery = ask_back(first, people)
    withdrawal = hear_of_withdrawal(second, people)
    for letter in (recovery.hearing.document_id, recovery.document_id, withdrawal.hearing.document_id):
        production.produce(letter)


def select(programme, people, line):
    """Three laureates, the panel and the decisions of that year."""
    now = timezone.localtime()
    open_credits("ae", line, AE_CENTS, people)
    grant_delegation(
        programme=programme, holder=people["decision"], acts=[*Decision.Act.values, AGREEMENT],
        ceiling_cents=15_000_000, starts_on=now.date(), ends_on=now.date() + 364 * DAY,
        published_act=f"Arrêté du 3 janvier {now.year} portant délégation de signature (exemple inventé)",
        formula="Pour la ministre et par délégation,\nLe directeur du dispositif", by=people["administration"],
    )  # fmt: skip
    call = ami.create_ami(
        programme=programme, slug="premier-appel", title="Fabriques, premier appel", origin=Origin.DEMONSTRATION
    )
    wave = plan(call, people, now)
    calls.publish_call(call=call, by=people["administration"])
    dossiers = waves.deposit(wave, PLACES, people, first="porteur")
    waves.close_deposit(wave, people)
    waves.admit_all(dossiers, people)
    waves.review_all(wave, dossiers, people, SHEETS)
    waves.select(wave, dossiers, people, line)
    waves.announce(wave, people)
    return wave


def plan(call, people, now):
    closing = (now + DAY).replace(hour=17, minute=0, second=0, microsecond=0)
    return plan_wave(
        call=call, by=people["administration"], number=1, opens_at=now - 50 * DAY, closes_at=closing, capacity=3,
        instruction_until=closing.date() + 15 * DAY, reviews_due_on=closing.date() + 30 * DAY,
        panel_on=closing.date() + 40 * DAY, announcement_on=closing.date() + 50 * DAY,
    )  # fmt: skip


def open_credits(axis, line, cents, people):
    year, by = timezone.localdate().year, people["finances1"]
    budgets.open_credits(
        axis=axis, line=line, fiscal_year=year, cents=cents, effective_on=datetime.date(year, 1, 1),
        act=envelopes.finance_act(year, by), by=by, key=f"demonstration:{axis}:{year}",
    )  # fmt: skip


def contract(wave, people):
    """Two agreements are signed by both, each with its bank details; the third was sent, and never came back."""
    for decision in Decision.objects.filter(wave=wave).order_by("pk"):
        notification.open_letter(decision=decision, by=decision.application.created_by)
    decisions.prepare_agreements(wave=waves.fresh(wave), by=people["instruction"])
    *signed, unanswered = Agreement.objects.filter(award__wave=wave).order_by("pk")
    for agreement, account in zip(signed, ACCOUNTS, strict=True):
        waves.contract(agreement, people)
        payments.approved(agreement, account, people)
    agreements.send(agreement=unanswered, by=people["instruction"], checked=COMPULSORY)
    return [waves.fresh(agreement.award) for agreement in signed]


def instalment(award, number):
    return Instalment.objects.live().get(award=award, number=number)


# --- Today -------------------------------------------------------------------------------------------------------


def owed_now(award, people):
    """The second payment is owed: the report of the first year is accepted."""
    return instalments.make_due(
        instalment=instalment(award, 2), on=timezone.localdate(), by=people["instruction"],
        evidence="Rapport de la première année (exemple)",
    )  # fmt: skip


def claim_second(award, people):
    """The structure claims the second payment, a paper for each expense: it waits for its certification."""
    by, today = award.application.created_by, timezone.localdate()
    claim = claiming.start(instalment=owed_now(award, people), by=by)
    claim = claiming.describe(
        claim=claim, by=by, period_from=today - 200 * DAY, period_to=today - 20 * DAY,
        note="Ouverture de l’atelier, premières formations (exemple inventé).",
    )  # fmt: skip
    for account, label, cents in SPENT:
        paper = SimpleUploadedFile("justificatif.pdf", small_pdf(f"{label} (exemple)"), "application/pdf")
        claim = claiming.add_line(claim=claim, by=by, account=account, label=label, cents=cents, evidence=paper).claim
    claiming.send(claim=claim, by=by)


def withhold_second(award, people):
    withholding.withhold(
        instalment=owed_now(award, people), by=people["instruction"],
        reason="Le compte rendu financier de la première année n’est pas signé : renvoyez-le signé.",
    )  # fmt: skip


def ask_back(award, people):
    """Money that was not spent: heard, decided, its title issued, a part collected."""
    today, cents = timezone.localdate(), 900_000
    recovery = recoveries.open_recovery(
        award=award, ground=Ground.UNSPENT, facts=UNSPENT, cents=cents, known_on=today,
        answer_by=hearings.answer_day(today), by=people["instruction"],
    )  # fmt: skip
    hearings.observe(
        hearing=recovery.hearing, by=award.application.created_by, complete=True,
        text="Nous confirmons ce montant : le recrutement a eu quatre mois de retard.",
    )  # fmt: skip
    recoveries.decide(
        recovery=recovery, cents=cents, act="Décision de reversement 1 (exemple)",
        reason="La part de la première année qui n’a pas été employée revient à l’État.", by=people["decision"],
    )  # fmt: skip
    recoveries.issue_title(recovery=recovery, number=f"TIT-{today:%Y}-0001", on=today, by=people["finances1"])
    return recoveries.record_entry(
        recovery=recovery, kind="collected", cents=300_000, on=today, reference="Encaissement 1 (exemple)",
        by=people["finances1"],
    )  # fmt: skip


def hear_of_withdrawal(award, people):
    """A withdrawal in part is considered: the structure has a month to answer."""
    today = timezone.localdate()
    return withdrawals.open_withdrawal(
        award=award, ground=Ground.BREACH, facts=CLOSED, cents=4_000_000, known_on=today - 6 * DAY,
        answer_by=hearings.answer_day(today), by=people["instruction"],
    )  # fmt: skip
