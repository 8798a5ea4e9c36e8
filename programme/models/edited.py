from django.db import models

from accounts.errors import StalePage


class EditedRow(models.Model):
    """A part of a call in preparation. `edition` counts its changes: the page that edits it carries the one it read.

    Not `VersionedModel`: here "version" already names the version of the call. Every verb locks the `CallVersion` row
    first (programme.editing), so that reading the count and then writing is safe.
    """

    edition = models.PositiveIntegerField("modifications", default=1, editable=False)

    class Meta:
        abstract = True

    def expect_edition(self, edition):
        """Refuse when the page that asks was made from another edition; None when the caller is not a page.

        Raises:
            StalePage: the row has changed since.
        """
        if edition is not None and int(edition) != self.edition:
            raise StalePage

    def rewrite(self, **fields):
        """Give the fields their new values, and save them as the next edition."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.edition += 1
        self.save(update_fields=[*fields, "edition"])
