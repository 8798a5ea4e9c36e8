"""Co-funders of the plan: who gives each line, promised or obtained, and the note that helps to read the plan."""

from accounts.errors import Refusal
from applications import budget
from applications.models import CoFunding, Project

ACCOUNTS = tuple(row.account for row in budget.COFUNDED)
Status = CoFunding.Status


def write(application, rows, note):
    """Save the co-funders and the note of a locked dossier.

    Args:
        rows: {account: {"funder", "status", "evidence" (an `Attachment` of the dossier, or None)}}.
        note: text of at most 800 characters.

    Raises:
        Refusal: a line that has no co-funder, or a piece of another dossier.
    """
    for account, fields in rows.items():
        refuse_foreign(application, account, fields.get("evidence"))
    Project.objects.update_or_create(application=application, defaults={"plan_note": note})
    said = {account: fields for account, fields in rows.items() if any(fields.values())}
    CoFunding.objects.filter(application=application).exclude(account__in=said).delete()
    CoFunding.objects.bulk_create(
        [CoFunding(application=application, account=account, **fields) for account, fields in said.items()],
        update_conflicts=True,
        unique_fields=["application", "account"],
        update_fields=["funder", "status", "evidence"],
    )


def refuse_foreign(application, account, evidence):
    if account not in ACCOUNTS or (evidence is not None and evidence.application_id != application.pk):
        raise Refusal("Cette ligne n’existe pas dans le plan de financement. Rechargez la page.")


def by_status(parts, cells):
    """{status or "": cents over all the years} of the lines that somebody else pays, from a snapshot's parts."""
    stands = {one["account"]: one["status"] for one in parts.get("cofunding", [])}
    totals = {}
    for (side, account, _), cents in cells.items():
        if side == budget.Side.RESOURCE and account in ACCOUNTS and cents:
            status = stands.get(account, "")
            totals[status] = totals.get(status, 0) + cents
    return totals
