"""The end of a fiscal year: once its accounts are closed, nothing may be dated in it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.models import ClosedYear


def close_year(*, year, act, by):
    """Close the accounts of a fiscal year that is over.

    Args:
        act: the `Act` (statement of accounts) that closes it.

    Raises:
        NotAllowed: `by` may not move credits.
        Refusal: the year is not over, or closed already.
    """
    require(by, "funding.open_credits")
    if year >= timezone.localdate().year:
        raise Refusal(f"L’exercice {year} n’est pas terminé : il se clôt à partir du 1er janvier {year + 1}.",
                      field="fiscal_year")  # fmt: skip
    try:
        with transaction.atomic():
            closed = ClosedYear.objects.create(year=year, act=act, closed_by=by)
    except IntegrityError as error:
        raise Refusal(f"L’exercice {year} est déjà clos.", field="fiscal_year") from error
    JournalEntry.write(action="close_year", subject=closed, actor=by, details={"year": year, "act": str(act)})
    return closed
