"""What may be forgotten once it has served."""

import datetime

from django.utils import timezone

from accounts.models import IdempotencyKey

KEPT = datetime.timedelta(days=7)


def forget_old_keys():
    """Delete the keys of posts older than a week: no browser sends them again; returns how many."""
    count, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return count
