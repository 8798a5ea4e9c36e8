"""Who receives an instalment: each member of a consortium that is paid itself, or the structure alone; exact sums."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.french import euros, long_date
from accounts.models import Event
from accounts.notify import notify
from funding.claims.bank_details import active_bank_accounts
from funding.conventions.sharing import payees_of
from funding.conventions.snapshots import current_shares
from funding.models import Allotment, InstalmentPayee


def planned_payees(instalment, shares=None):
    """Unsaved `InstalmentPayee`s, by the shares in force: the lead first, each structure once, none of 0 cent."""
    return [
        InstalmentPayee(
            instalment=instalment, organisation=one.payee, cents=one.cents, members=list(one.members)
        )
        for one in payees_of(instalment, shares)
        if one.cents
    ]  # fmt: skip


def payees(instalment):
    """Who receives it: as its order fixed it, else as the shares say today."""
    kept = list(instalment.payees.filter(live=True).select_related("organisation").order_by("pk"))
    return kept or planned_payees(instalment)


def fix_payees(instalment, planned):
    """Write the payees of an instalment that is being ordered, in the caller's transaction."""
    for one in planned:
        one.save()


def retire_payees(instalment):
    """The order is cancelled: the shares of the day of the next one will count."""
    instalment.payees.filter(live=True).update(live=False)


@dataclass(frozen=True)
class Row:
    """One payee as a page shows her. `account`: masked, of the request else of today. Cents."""

    payee: InstalmentPayee
    account: str
    requests: str
    paid_cents: int


def payee_rows(instalment):
    """Who receives what of an instalment, on which account, by which DP, and what is paid of it."""
    parts = list(instalment.request_parts.filter(live=True).select_related("request", "bank_account").order_by("pk"))
    paid, found = paid_by_payee(instalment), payees(instalment)
    accounts = active_bank_accounts([one.organisation for one in found if one.organisation], timezone.localdate())
    return [row_of(one, [part for part in parts if part.payee_id == one.pk], paid, accounts) for one in found]


def row_of(payee, parts, paid, accounts):
    asked = next((part.bank_account for part in parts if part.bank_account), None)
    account = asked or accounts.get(payee.organisation_id)
    numbers = [part.request.number or "numéro à noter" for part in parts]
    cents = payee.cents if payee.instalment.state == "paid" else paid.get(payee.pk, 0)
    return Row(payee, account.masked if account else "", ", ".join(dict.fromkeys(numbers)), cents)


def paid_by_payee(instalment):
    """{key of a payee: cents that rows of Chorus pay her}."""
    paid: dict[int, int] = {}
    for payee, cents in Allotment.objects.filter(instalment=instalment).values_list("part__payee", "cents"):
        paid[payee] = paid.get(payee, 0) + cents
    return paid


def shared_payees(award, instalments):
    """{key of an instalment: who receives what}, for those of an award that several structures receive."""
    kept: dict[int, list] = {}
    live = InstalmentPayee.objects.filter(instalment__award=award, live=True).select_related("organisation")
    for one in live.order_by("pk"):
        kept.setdefault(one.instalment_id, []).append(one)
    shares = current_shares(award)
    found = {one.pk: kept.get(one.pk) or planned_payees(one, shares) for one in instalments}
    return {key: payees for key, payees in found.items() if len(payees) > 1}


def tell_payment(instalment):
    """Tell the members of each structure that is paid what she receives, in their words."""
    for payee in payees(instalment):
        members = payee.organisation.members.filter(is_active=True) if payee.organisation else ()
        for member in members:
            notify(
                Event.PAYMENT,
                key=f"instalment-paid:{instalment.pk}:{payee.organisation.pk}:{member.pk}",
                recipient=member,
                subject=f"Versement de {euros(payee.cents)}",
                body=(
                    f"Bonjour,\n\nLe comptable a versé {euros(payee.cents)} à {payee.organisation} "
                    f"le {long_date(instalment.paid_on)} (référence {instalment.chorus_reference}).\n\n"
                    f"Le détail est sur {page_of(payee, instalment)}."
                ),
            )


def page_of(payee, instalment):
    """Where the members of a payee read it: a partner has no page of the lead's dossier."""
    if payee.organisation == instalment.award.organisation:
        return "la page « Versements » du dossier"
    return "la page « Versements reçus comme partenaire », dans « Mes dossiers »"
