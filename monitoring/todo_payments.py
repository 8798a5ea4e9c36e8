"""What waits of the payments: instalments with their clock, claims, bank accounts, differences with Chorus."""

import datetime

from django.db.models import Case, Count, F, IntegerField, Min, Value, When
from django.db.models.functions import Coalesce, TruncDate

from accounts.french import plural
from applications.evaluations.doors import but
from funding.claims.clock import OPEN, PAYMENT_DAYS
from funding.models import BankAccount, Claim, Difference, Instalment
from monitoring.todo_lines import NOBODY, NONE, Item, limited, line

SIXTY = datetime.timedelta(days=PAYMENT_DAYS)
NO_WAVE = Value(None, output_field=IntegerField())
# Due before the clock was kept: its last day is counted in Python.
UNKEPT = "sans limite"


def lines(programme, closed) -> list:
    return [payments(programme, closed), claims(programme, closed), accounts(closed), differences(closed)]


def payments(programme, closed):
    """Instalments due and not paid, by their last day to pay (L. 2000-321 art. 10)."""
    rows = Instalment.objects.filter(award__wave__call__programme=programme, state__in=OPEN)
    rows = but(rows, closed, "award__application")
    kept = Case(When(pay_by=None, then=Value(UNKEPT)), default=Value(""))
    return line(
        limited(rows, "due_on"), "versement", state=F("state"), ref=F("public_id"), name=F("award__fabrique__name"),
        person=kept, wave=F("award__wave__number"), number=F("number"), day=Coalesce("pay_by", "due_on"),
    )  # fmt: skip


def claims(programme, closed):
    """Claims that structures sent and nobody has judged."""
    rows = Claim.objects.to_judge().filter(instalment__award__wave__call__programme=programme)
    rows = but(rows, closed, "instalment__award__application")
    return line(
        limited(rows, "sent_at"), "demande", state=NONE, ref=F("public_id"),
        name=F("instalment__award__fabrique__name"), person=NONE, wave=F("instalment__award__wave__number"),
        number=F("instalment__number"), day=TruncDate("sent_at"),
    )  # fmt: skip


def accounts(closed):
    """Bank accounts that wait for one of the two people, by what they wait for."""
    return line(
        BankAccount.objects.pending().but(closed), "compte", state=F("state"), ref=NOBODY, name=NONE, person=NONE,
        wave=NO_WAVE, number=Count("pk"), day=TruncDate(Min("proposed_at")),
    )  # fmt: skip


def differences(closed):
    """Where Chorus and the ledger disagree, together."""
    return line(
        Difference.objects.filter(state=Difference.State.OPEN).but(closed), "ecart", state=NONE, ref=NOBODY, name=NONE,
        person=NONE, wave=NO_WAVE, number=Count("pk"), day=TruncDate(Min("found_at")),
    )  # fmt: skip


# --- In words ------------------------------------------------------------------------------------------------------

PAYERS = {
    "due": "certifier le service fait",
    "certified": "mettre en paiement",
    "ordered": "importer le paiement de Chorus",
}


def payment_item(nature, today, state, ref, name, person, wave, number, day):
    return Item(
        nature, name, f"/pilotage/echeances/{ref}/", f"Vague {wave}, échéance {number} : {PAYERS[state]}", "Finances",
        "à payer avant le", day + SIXTY if person.strip() == UNKEPT else day, today,
    )  # fmt: skip


def claim_item(nature, today, state, ref, name, person, wave, number, day):
    note = f"Vague {wave}, échéance {number} : accepter ou rendre"
    return Item(nature, name, f"/pilotage/demandes/{ref}/", note, "Instruction", "envoyée le", day, today)


def account_item(nature, today, state, ref, name, person, wave, number, day):
    waits = "à vérifier" if state == BankAccount.State.PROPOSED else "à approuver"
    title = f"{plural(number, 'compte bancaire', 'comptes bancaires')} {waits}"
    url = f"{nature.rows_url}?etat={state}"
    return Item(nature, title, url, "Rien n’est mis en paiement sans lui", "Finances", "proposé le", day, today)


def difference_item(nature, today, state, ref, name, person, wave, number, day):
    title = f"{plural(number, 'écart')} avec Chorus"
    return Item(nature, title, nature.rows_url, "À expliquer ou à corriger", "Finances", "trouvé le", day, today)


WORDS = {"versement": payment_item, "demande": claim_item, "compte": account_item, "ecart": difference_item}
