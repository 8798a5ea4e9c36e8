"""When a debt is extinguished by time: shown and told before, never applied by itself.

What the State owes (an instalment that is due): four years from 1 January after the year in which the right arose
(loi 68-1250 art. 1); a written request for payment starts them again the year after (art. 2). People raise it, or
relieve the creditor from it by a decision (art. 6): nothing here stops a payment because of its age.

What is owed to the State (a recovery that has no title yet): the same four years when the debtor is a public body,
else five years from the day on which the service knew for certain (code civil art. 2224; for grants, CAA Marseille,
30 April 2024, n° 22MA02114). Once the title is issued, the accountant follows.
"""

import datetime

from django.db.models import DateField, Q
from django.db.models.functions import Coalesce, ExtractYear, Greatest, TruncDate
from django.utils import timezone

from funding.conventions.obligation import PUBLIC_FORMS, is_public
from funding.models import Instalment, Recovery
from funding.schedules import years_after

YEARS_OF_THE_STATE, YEARS_OF_OTHERS = 4, 5
# Warned so long before: one closing of a year comes in between.
WARNING = datetime.timedelta(days=365)


def last_day_of(year):
    """Last day to pay what arose in a year: 31 December, four years later."""
    return datetime.date(year + YEARS_OF_THE_STATE, 12, 31)


def instalment_day(instalment):
    """Last Paris day on which an instalment is owed for certain; None while nothing is due, or once it is paid."""
    if instalment.due_on is None or instalment.state in ("paid", "cancelled"):
        return None
    claim = getattr(instalment, "claim", None)
    asked = timezone.localdate(claim.sent_at).year if claim and claim.sent_at else 0
    return last_day_of(max(instalment.due_on.year, asked))


def recovery_day(recovery):
    """Last Paris day to issue the title of a recovery; None once it is issued, or dropped."""
    if recovery.state not in ("hearing", "decided"):
        return None
    known_on = recovery.hearing.known_on
    if is_public(recovery.award.organisation):
        return last_day_of(known_on.year)
    return years_after(known_on, YEARS_OF_OTHERS)


def prescribed_by(year, instalments=None):
    """Instalments that are owed, and not for certain after 31 December of `year`; `born`: where their years start."""
    rows = Instalment.objects.live() if instalments is None else instalments
    asked = Coalesce(ExtractYear(TruncDate("claim__sent_at", output_field=DateField())), 0)
    due = rows.filter(due_on__isnull=False).exclude(state__in=["paid", "cancelled"])
    return due.annotate(born=Greatest(ExtractYear("due_on"), asked)).filter(born__lte=year - YEARS_OF_THE_STATE)


def recoveries_by(day, recoveries=None):
    """Recoveries without a title whose last day is `day` or before."""
    rows = Recovery.objects.all() if recoveries is None else recoveries
    whole_year = day == datetime.date(day.year, 12, 31)
    year = day.year - YEARS_OF_THE_STATE - (not whole_year)
    public = Q(award__organisation__legal_form__in=PUBLIC_FORMS)
    late = public & Q(hearing__known_on__year__lte=year)
    late |= ~public & Q(hearing__known_on__lte=years_after(day, -YEARS_OF_OTHERS))
    return rows.filter(late, state__in=["hearing", "decided"])


def told(day, today):
    """What a page says of the last day, with its date; "" when there is none or it is far."""
    if day is None or day - today > WARNING:
        return ""
    return "prescription acquise : à opposer, ou non, par une décision" if day < today else "prescription proche"
