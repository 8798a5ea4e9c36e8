"""When a debt is extinguished by time: shown and told before, never applied by itself.

What the State owes (an instalment that is due): four years from 1 January after the year in which the right arose
(loi 68-1250 art. 1); they start again on 1 January after a written request, a written answer of the administration or
a payment, even in part, and after the judgment is final where a court had the case (art. 2). People raise it, or
relieve the creditor from it by a decision (art. 6): nothing here stops a payment because of its age.

What is owed to the State (a recovery that has no title yet): the same four years when the debtor is a public body,
else five years from the day on which the service knew for certain (code civil art. 2224; for grants, CAA Marseille,
30 April 2024, n° 22MA02114). Once the title is issued, the accountant follows.
"""

import datetime

from django.db.models import Case, DateField, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractYear, Greatest, TruncDate

from funding.conventions.obligation import PUBLIC_FORMS, is_public
from funding.models import Allotment, Instalment, Interruption, Recovery
from funding.schedules import years_after
from funding.then import NOW, instalments_then

YEARS_OF_THE_STATE, YEARS_OF_OTHERS = 4, 5
# A year that no date reaches.
PENDING = 9999
# Warned so long before: one closing of a year comes in between.
WARNING = datetime.timedelta(days=365)


def last_day_of(year):
    """Last day to pay what arose in a year: 31 December, four years later."""
    return datetime.date(year + YEARS_OF_THE_STATE, 12, 31)


def instalment_day(instalment):
    """Last Paris day on which an instalment is owed for certain; None while nothing is due, once it is paid, or while
    a court has the case.

    Args:
        instalment: one of `with_born`, or any: one query more.
    """
    if instalment.due_on is None or instalment.state in ("paid", "cancelled"):
        return None
    born = getattr(instalment, "born", None) or with_born(Instalment.objects.filter(pk=instalment.pk)).get().born
    return None if born == PENDING else last_day_of(born)


def with_born(instalments, then=NOW):
    """Instalments with `born`: the year after which their four years run; `PENDING` while a court has the case."""
    # Whatever is written counts today; on another day, what had happened by then and was known.
    past = not then.is_now
    sent = Case(When(claim__sent_at__lt=then.until, then="claim__sent_at")) if past else "claim__sent_at"
    asked = Coalesce(ExtractYear(TruncDate(sent, output_field=DateField())), 0)
    restarts = Case(
        When(Q(kind="court") & pending(then), then=Value(PENDING)),
        When(kind="court", then=ExtractYear("final_on")),
        default=ExtractYear("on"),
        output_field=IntegerField(),
    )
    facts, rows = Interruption.objects.filter(instalment=OuterRef("pk")), Allotment.objects.all()
    if past:
        facts = facts.filter(on__lte=then.day, recorded_at__lt=then.known_until)
        rows = rows.filter(row__paid_on__lte=then.day, row__file__confirmed_at__lt=then.known_until)
    acts = facts.annotate(restarts=restarts).order_by("-restarts")
    # What rows of Chorus pay in part interrupts it for the rest.
    paid = rows.filter(instalment=OuterRef("pk")).annotate(year=ExtractYear("row__paid_on"))
    return instalments.annotate(
        born=Greatest(
            Coalesce(ExtractYear("due_on"), 0),
            asked,
            Coalesce(Subquery(acts.values("restarts")[:1]), 0),
            Coalesce(Subquery(paid.order_by("-year").values("year")[:1]), 0),
        )
    )


def pending(then):
    """Condition: a court still has the case, as far as was known."""
    if then.is_now:
        return Q(final_on=None)
    return Q(final_on=None) | Q(final_on__gt=then.day) | Q(final_at__gte=then.known_until)


def recovery_day(recovery):
    """Last Paris day to issue the title of a recovery; None once it is issued, or dropped."""
    if recovery.state not in ("hearing", "decided"):
        return None
    known_on = recovery.hearing.known_on
    if is_public(recovery.award.organisation):
        return last_day_of(known_on.year)
    return years_after(known_on, YEARS_OF_OTHERS)


def prescribed_by(year, instalments=None, then=NOW):
    """Instalments that are owed, and not for certain after 31 December of `year`; `born`: where their years start."""
    rows = Instalment.objects.all() if instalments is None else instalments
    known = Q(due_at=None) | Q(due_at__lt=then.known_until)
    due = instalments_then(rows, then).filter(known, due_on__lte=then.day)
    return with_born(due, then).filter(born__lte=year - YEARS_OF_THE_STATE)


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
