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
