"""Payment requests as a file for Chorus: what is ordered and not asked yet, taken out once, kept as it was."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from accounts.errors import Refusal
from accounts.lists import Column
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.requests import take_number
from funding.chorus.numbering import lock_awards
from funding.claims.bank_details import active_bank_account, refuse_without_account
from funding.claims.payees import payees
from funding.draws import split_part
from funding.instalments import agreement_of
from funding.models import Instalment, InstalmentPayee, PaymentExport, PaymentRequest, RequestPart

SERIES = "FT-DP"
TAKE_OUT = "funding.pay"


def to_take_out(user):
    """Instalments ordered with a payee that no payment request asks for yet."""
    asked = RequestPart.objects.filter(live=True)
    of_payee = InstalmentPayee.objects.filter(instalment=OuterRef("pk"), live=True)
    waits = of_payee.exclude(pk__in=asked.filter(payee__isnull=False).values("payee"))
    # One ordered before its payees were kept has none: the structure alone.
    whole = ~Exists(of_payee) & ~Q(pk__in=asked.values("instalment"))
    return (
        Instalment.objects.visible_to(user)
        .filter(Exists(waits) | whole, state=Instalment.State.ORDERED)
        .select_related("award__fabrique", "award__organisation", "schedule_year", "ordered_by")
        .order_by("ordered_on", "pk")
    )


def take_out(*, instalments, by):
    """Make payment requests of instalments in one file, one a payee.

    Args:
        instalments: `Instalment`s that are ordered and in no request.
        by: a finance officer.

    Returns:
        The `PaymentExport`.

    Raises:
        Refusal: none chosen, one that is not ordered any more or asked already, or without an account to pay.
    """
    require(by, TAKE_OUT)
    with transaction.atomic():
        lock_awards(sorted({one.award_id for one in instalments}))
        found = list(to_take_out(by).filter(pk__in=[one.pk for one in instalments]))
        refuse_missing(instalments, found)
        today = timezone.localdate()
        waiting = [(one, payee) for one in found for payee in unasked(one)]
        export = PaymentExport.objects.create(
            number=take_number(series=SERIES, year=today.year), made_by=by, row_count=len(waiting),
            cents=sum(payee.cents for _, payee in waiting),
        )  # fmt: skip
        for one, payee in waiting:
            ask(export, one, payee, today)
        JournalEntry.write(
            action="export_payment_requests", subject=export, actor=by,
            details={"number": export.number, "instalments": len(found), "cents": export.cents},
        )  # fmt: skip
    return export


def refuse_missing(asked, found):
    if not asked:
        raise Refusal("Choisissez au moins une échéance.")
    if len(found) < len(asked):
        raise Refusal(
            "Une des échéances choisies n’est plus à demander : elle vient d’être demandée ou annulée par quelqu’un "
            "d’autre. Rechargez la page, puis choisissez de nouveau."
        )


def unasked(instalment):
    """Payees of an ordered instalment that no payment request asks for yet."""
    asked = set(instalment.request_parts.filter(live=True).values_list("payee", flat=True))
    return [one for one in payees(instalment) if one.pk not in asked]


def ask(export, instalment, payee, today):
    """One request for one payee, on the account that she has that day."""
    award = instalment.award
    refuse_without_account(award, today, [payee.organisation])
    account = active_bank_account(payee.organisation, today) if payee.organisation else None
    request = PaymentRequest.objects.create(export=export, commitment=award.commitments.order_by("number").first())
    RequestPart.objects.create(
        request=request, instalment=instalment, payee=payee if payee.pk else None, cents=payee.cents,
        bank_account=account,
    )  # fmt: skip


@dataclass(frozen=True)
class ExportRow:
    """One line of the file: what one budget line pays to one payee of an instalment. Cents."""

    part: RequestPart
    draw: object
    cents: int

    @property
    def instalment(self):
        return self.part.instalment

    @property
    def award(self):
        return self.part.instalment.award

    @property
    def payee(self):
        return self.part.organisation

    @property
    def line(self):
        return self.draw.line

    @property
    def account(self):
        return self.part.bank_account


def rows_of(export):
    """The lines of the file of an export, in order."""
    parts = (
        RequestPart.objects.filter(request__export=export)
        .select_related(
            "request__commitment", "request__export", "bank_account", "instalment__certified_by",
            "instalment__ordered_by", "instalment__schedule_year__schedule", "instalment__award__organisation",
            "instalment__award__fabrique", "instalment__award__agreement", "payee__organisation",
        )
        .order_by("pk")
    )  # fmt: skip
    return [
        ExportRow(part, draw, cents)
        for part in parts
        for draw, cents in split_part(part.instalment, taken_before(part), part.cents)
    ]


def taken_before(part):
    """What the payees before this one take of the instalment, in cents: each cent is on one budget line once."""
    if part.payee_id is None:
        return 0
    same_order = part.instalment.payees.filter(live=part.payee.live, pk__lt=part.payee_id)
    return same_order.aggregate(total=Sum("cents"))["total"] or 0


def object_of(row):
    agreement = agreement_of(row.award)
    named = f", convention {agreement.number}" if agreement else ""
    return f"{row.award.fabrique.name}, échéance {row.instalment.number}{named}"


COLUMNS = [
    Column("envoi", "Envoi", "part.request.export.number"),
    Column("reference", "Référence", "part.request.public_id"),
    Column("ej", "N° EJ", lambda row: row.part.request.commitment or ""),
    Column("dp", "N° DP", lambda row: row.part.request.number or ""),
    Column("beneficiaire", "Bénéficiaire", lambda row: row.payee or ""),
    Column("siret", "SIRET", lambda row: row.payee.siret if row.payee else ""),
    Column("titulaire", "Titulaire du compte", lambda row: row.account.holder if row.account else ""),
    Column("iban", "IBAN", lambda row: row.account.iban if row.account else ""),
    Column("bic", "BIC", lambda row: row.account.bic if row.account else ""),
    Column("montant", "Montant", "cents", kind="cents"),
    Column("exercice", "Exercice des CP", "instalment.cp_year"),
    Column("programme", "Programme LOLF", "line.lolf_programme"),
    Column("action", "Action", "line.action"),
    Column("bop", "BOP-UO", "line.bop_uo"),
    Column("domaine", "Domaine fonctionnel", "line.functional_domain"),
    Column("activite", "Activité", "line.activity"),
    Column("centre", "Centre de coûts", "line.cost_centre"),
    Column("categorie", "Catégorie", "draw.category"),
    Column("objet", "Objet", object_of),
    Column("certifie_le", "Service fait certifié le", "instalment.certified_on", kind="date"),
    Column("certifie_par", "Certifié par", "instalment.certified_by"),
    Column("ordonne_le", "Mise en paiement le", "instalment.ordered_on", kind="date"),
    Column("ordonne_par", "Mise en paiement par", "instalment.ordered_by"),
    Column("avant", "À payer avant le", "instalment.pay_by", kind="date"),
]
