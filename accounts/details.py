"""A person's own details."""

from django.db import transaction

from accounts.models import JournalEntry, User


def update_details(*, user, version, **fields):
    """Change one's own name, function and telephone.

    Args:
        version: the version the page was made from, or None.
        fields: `first_name`, `last_name`, `title`, `phone`.

    Raises:
        StalePage: the details changed since the page was read.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        person.expect_version(version)
        for name, value in fields.items():
            setattr(person, name, value)
        person.save()
        JournalEntry.write(action="update_details", subject=person, actor=user, details={"fields": sorted(fields)})
    return person
