"""What may be forgotten once it has served."""

import datetime

from django.utils import timezone

from accounts.keeping import forget_old_posts
from accounts.models import IdempotencyKey

KEPT = datetime.timedelta(days=7)


def forget_old_keys():
    """Delete the keys of posts older than a week, and the texts that waited as long; returns how many keys.

    No browser sends them again, and nobody came back for them.
    """
    forget_old_posts()
    count, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return count
