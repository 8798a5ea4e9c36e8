"""The days that are left to pay: those of the agreement, else of the call, else sixty (L. 2000-321 art. 10)."""

import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.french import plural

PAYMENT_DAYS = 60
# The desk warns so long before the last day.
WARNING_DAYS = 15
OPEN = ("due", "certified", "ordered")


def payment_days_of(award):
    """Days to pay what is due on this award."""
    from_agreement = getattr(getattr(award, "agreement", None), "payment_days", None)
    if from_agreement:
        return from_agreement
    return award.application.call_version.payment_days if award.application_id else PAYMENT_DAYS


def last_day(award, due_on):
    """Last Paris day to pay what is due since `due_on`."""
    return due_on + datetime.timedelta(days=payment_days_of(award))


def pay_before(instalment):
    """Last day to pay an instalment; None while nothing is due."""
    if instalment.due_on is None:
        return None
    return instalment.pay_by or instalment.due_on + datetime.timedelta(days=PAYMENT_DAYS)


def late(today=None):
    """Condition: due, not paid, and the last day is past."""
    today = today or timezone.localdate()
    without = Q(pay_by=None, due_on__lt=today - datetime.timedelta(days=PAYMENT_DAYS))
    return Q(state__in=OPEN) & (Q(pay_by__lt=today) | without)


def soon(today=None):
    """Condition: due, not paid, and the last day is near."""
    today = today or timezone.localdate()
    near = today + datetime.timedelta(days=WARNING_DAYS)
    without = near - datetime.timedelta(days=PAYMENT_DAYS), today - datetime.timedelta(days=PAYMENT_DAYS)
    bare = Q(pay_by=None, due_on__lte=without[0], due_on__gte=without[1])
    return Q(state__in=OPEN) & (Q(pay_by__range=(today, near)) | bare)


def told(instalment, today=None):
    """Days left, or days of delay; "" when no clock runs."""
    if instalment.state == "withheld":
        return "délai suspendu"
    if instalment.state not in OPEN:
        return ""
    left = (pay_before(instalment) - (today or timezone.localdate())).days
    return f"encore {plural(left, 'jour')}" if left >= 0 else f"en retard de {plural(-left, 'jour')}"
