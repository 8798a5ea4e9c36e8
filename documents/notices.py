"""The notice that an act waits in the service (CRPA R112-19): did the mail that gives it reach anybody?

The fifteen days of R112-20 presume that the structure was told. When every mail of that notice came back, they are not
taken as run: a person looks, and either says how the structure was told, or sends a registered letter.
"""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.formal import FormalNotification

BY_POST = "documents.notify_by_post"


def is_unaware(row):
    """True when the notice reached nobody and no person has seen to it.

    Args:
        row: a `FormalNotification`; one read `with_notice` costs no query.
    """
    if hasattr(row, "unaware"):
        return row.unaware
    return FormalNotification.objects.filter(pk=row.pk).with_notice().filter(unaware=True).exists()


def assure(*, notification, how, by, version=None):
    """Say how the structure was told that an act waits, its mail having come back: the fifteen days count again.

    Args:
        how: to whom, when, by which way; what is kept.
        by: whoever may record registered letters.

    Raises:
        Refusal: nothing is said. StalePage: it is notified, nothing came back, or somebody did it already.
    """
    require(by, BY_POST)
    if not (how or "").strip():
        raise Refusal("Dites qui a été prévenu, quand et comment.", field="how")
    with transaction.atomic():
        row = FormalNotification.objects.select_for_update(of=("self",)).get(pk=notification.pk)
        row.expect_version(version)
        if row.is_notified or not is_unaware(row):
            raise StalePage("Il n’y a rien à vérifier : l’acte est notifié, ou son courriel n’est pas revenu.")
        row.assured_at, row.assured_by, row.assured_how = timezone.now(), by, how.strip()[:300]
        row.save()
        JournalEntry.write(action="assure_notice", subject=row, actor=by, details={"how": row.assured_how})
    return row
