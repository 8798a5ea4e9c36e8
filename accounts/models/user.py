from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.closed import count_readable
from accounts.models.base import FoldedTextField, PublicIdModel, VersionedModel
from accounts.querysets import UserManager


class Role(models.TextChoices):
    APPLICANT = "applicant", "Porteur de projet"
    OFFICER = "officer", "Instruction"
    REVIEWER = "reviewer", "Évaluation"
    PANEL_MEMBER = "panel_member", "Membre du comité"
    PANEL_CHAIR = "panel_chair", "Présidence du comité"
    DECISION_MAKER = "decision_maker", "Décision"
    FINANCE_OFFICER = "finance_officer", "Finances"
    AUDITOR = "auditor", "Audit"
    ADMINISTRATOR = "administrator", "Administration"


STAFF_ROLES = frozenset(
    {
        Role.OFFICER,
        Role.PANEL_MEMBER,
        Role.PANEL_CHAIR,
        Role.DECISION_MAKER,
        Role.FINANCE_OFFICER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)

# Who asks does not decide; who signs does not pay; who controls does nothing else.
INCOMPATIBLE_ROLES = {
    Role.AUDITOR: frozenset(set(Role) - {Role.AUDITOR}),
    Role.APPLICANT: frozenset(
        {Role.AUDITOR, Role.OFFICER, Role.DECISION_MAKER, Role.FINANCE_OFFICER, Role.ADMINISTRATOR}
    ),
    Role.FINANCE_OFFICER: frozenset({Role.AUDITOR, Role.DECISION_MAKER, Role.APPLICANT}),
    Role.DECISION_MAKER: frozenset({Role.AUDITOR, Role.FINANCE_OFFICER, Role.APPLICANT, Role.REVIEWER}),
    Role.REVIEWER: frozenset({Role.AUDITOR, Role.DECISION_MAKER}),
    Role.OFFICER: frozenset({Role.AUDITOR, Role.APPLICANT}),
    Role.PANEL_MEMBER: frozenset({Role.AUDITOR}),
    Role.PANEL_CHAIR: frozenset({Role.AUDITOR}),
    Role.ADMINISTRATOR: frozenset({Role.AUDITOR, Role.APPLICANT}),
}


class User(PublicIdModel, VersionedModel, AbstractBaseUser, PermissionsMixin):
    shown_when_stale = ("first_name", "last_name", "title", "phone")
    email = models.EmailField("adresse électronique", unique=True)
    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100, blank=True)
    title = models.CharField("fonction", max_length=150, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’administration technique", default=False)
    date_joined = models.DateTimeField("inscrit le", default=timezone.now)
    # Name and address without accents or case: what the list of people searches in and sorts by.
    search_text = FoldedTextField(max_length=460, sources=["last_name", "first_name", "email"], db_index=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = "personne"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_case_insensitive",
                violation_error_message="Un compte existe déjà avec cette adresse électronique.",
            )
        ]

    def __str__(self):
        return self.get_full_name()

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and set(update_fields) == {"last_login"}:
            # Signing in is not an edit: two sign-ins at once must not refuse each other.
            return type(self).objects.filter(pk=self.pk).update(last_login=self.last_login)
        if update_fields is not None:
            update_fields = {*update_fields, "search_text"}
        return super().save(*args, update_fields=update_fields, **kwargs)

    def get_full_name(self):
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @cached_property
    def roles(self):
        """The set of `Role` values that the person holds today."""
        return frozenset(role for role, _ in self._held)

    @cached_property
    def unread_count(self):
        """Notifications not opened yet, for the header, but those that name what is closed to her.

        0 for whoever holds no role. What is closed is looked for only when something is unread.
        """
        count = next((unread or 0 for _, unread in self._held), 0)
        unread = self.notifications.filter(read_at=None)
        return count_readable(unread, self, "subject", "body", count=count) if count else 0

    @cached_property
    def _held(self):
        """(role, unread notifications): what every page needs of a person; one query a request."""
        unread = self.notifications.model.objects.filter(user=OuterRef("user"), read_at=None).order_by()
        counted = Subquery(unread.values("user").annotate(n=models.Count("pk")).values("n"))
        return list(self.role_grants.filter(revoked_at=None).values_list("role", counted))

    def forget_roles(self):
        """Read them again: one was given or taken back."""
        for name in ("roles", "_held", "unread_count"):
            self.__dict__.pop(name, None)

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)

    @property
    def is_programme_staff(self):
        return self.has_role(*STAFF_ROLES)


class RoleGrant(models.Model):
    """One role of one person, given and taken back on dates; never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants", verbose_name="personne")
    role = models.CharField("rôle", max_length=20, choices=Role)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="donné par")
    granted_at = models.DateTimeField("donné le", default=timezone.now)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "rôle"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(revoked_at=None),
                name="rolegrant_one_active",
                violation_error_message="Cette personne a déjà ce rôle.",
            )
        ]

    def __str__(self):
        return f"{self.user} : {self.get_role_display()}"
