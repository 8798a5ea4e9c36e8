"""Named reads of this floor; `visible_to(user)` comes first, then the object is fetched."""

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef

from accounts.closed import readable


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Members see their own; whoever may read the steering pages sees all."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("accounts.read_steering"):
            return self
        return self.filter(Exists(self.model.members.through.objects.filter(organisation=OuterRef("pk"), user=user)))

    def writable_by(self, user):
        through = self.model.members.through
        mine = through.objects.filter(organisation=OuterRef("pk"), user=user, role__in=through.WRITERS)
        return self.filter(Exists(mine))


class JournalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All of it, for those who control acts; but the lines that name what is closed to them."""
        if not (user.is_authenticated and user.has_perm("accounts.read_journal")):
            return self.none()
        return readable(self, user, "subject_label")


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The page of accounts is the administrator's; the auditor reads it."""
        return self if user.is_authenticated and user.has_perm("accounts.read_roles") else self.none()

    def holding(self, *roles):
        """Active people who hold one of `roles` today."""
        grants = self.model.role_grants.rel.related_model.objects
        held = grants.filter(user=OuterRef("pk"), role__in=roles, revoked_at=None)
        return self.filter(Exists(held), is_active=True)


class OutboxQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All of it, for staff; but the mails that name what is closed to them."""
        if not (user.is_authenticated and user.has_perm("accounts.read_outbox")):
            return self.none()
        return readable(self, user, "subject", "body")


class BouncedAddressQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever follows the mail, but those of mails that name what is closed to her."""
        if not (user.is_authenticated and user.has_perm("accounts.read_outbox")):
            return self.none()
        return readable(self, user, "message__subject", "message__body")


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; a colleague opens a filter by its address, and the list shows her what she may see."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: its lines name objects of one's scope, which may not be a colleague's. The auditor reads all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("accounts.read_jobs") else self.filter(started_by=user)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)
