from django.conf import settings
from django.db import models
from django.db.models import Count, Q


class DocumentQuerySet(models.QuerySet):
    def about(self, subject):
        """Documents about one object.

        Args:
            subject: a saved model instance of any floor.
        """
        return self.filter(subject_type=subject._meta.label, subject_id=subject.pk)

    def released(self):
        """What addressees may know of: handed over, made or still being made."""
        return self.filter(released_at__isnull=False)

    def waiting(self):
        return self.filter(rendered_at=None)

    def failed(self):
        """Not made yet, and the last attempt left an error: first in the list of letters."""
        return self.waiting().exclude(last_error="")

    def progress(self):
        """How far the work is, in one query.

        Returns:
            A dict of counts: total, rendered, waiting, failed (a part of waiting), released.
        """
        return self.aggregate(
            total=Count("pk"),
            rendered=Count("pk", filter=Q(rendered_at__isnull=False)),
            waiting=Count("pk", filter=Q(rendered_at=None)),
            failed=Count("pk", filter=Q(rendered_at=None) & ~Q(last_error="")),
            released=Count("pk", filter=Q(released_at__isnull=False)),
        )


class StoredFileQuerySet(models.QuerySet):
    def by_scan(self):
        """{scan state: how many files}, in one query."""
        return dict(self.order_by().values_list("scan_state").annotate(Count("pk")))

    def open(self):
        """What may be read: clean, or anything that is not infected while scanning is declared off."""
        return self.filter(scan_state="clean") if settings.CLAMD_URL else self.exclude(scan_state="infected")

    def to_scan(self):
        """Not judged by the antivirus yet; what was received while scanning was off is of them."""
        return self.filter(scan_state__in=["pending", "unavailable", "not_scanned"])

    def to_draw(self):
        return self.open().filter(preview_state="pending")
