"""Giving and taking back roles."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import INCOMPATIBLE_ROLES, JournalEntry, Role, RoleGrant, User
from accounts.permissions import require


def grant_role(*, user, role, by):
    """Give `role` to `user`; a role already held is no change.

    Args:
        by: the administrator, or None for the system (sign-up, demonstration).

    Raises:
        NotAllowed: `by` may not manage roles.
        Refusal: the role cannot be held with one of those the person has.
    """
    require(by, "accounts.manage_roles")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        held = set(user.role_grants.filter(revoked_at=None).values_list("role", flat=True))
        if role in held:
            return
        refuse_incompatible(role, held)
        grant = RoleGrant.objects.create(user=user, role=role, granted_by=by)
        JournalEntry.write(action="grant_role", subject=grant, actor=by, details={"role": role})
    user.forget_roles()


def refuse_incompatible(role, held):
    conflicts = INCOMPATIBLE_ROLES[Role(role)] & held
    if conflicts:
        names = ", ".join(Role(conflict).label for conflict in sorted(conflicts))
        raise Refusal(
            f"Le rôle « {Role(role).label} » ne peut pas être tenu avec : {names}. "
            "Retirez d’abord l’autre rôle, ou choisissez une autre personne.",
            field="role",
        )


def revoke_role(*, user, role, by):
    """Take `role` back from `user`; the grant stays, with its end date."""
    require(by, "accounts.manage_roles")
    with transaction.atomic():
        for grant in RoleGrant.objects.select_for_update().filter(user=user, role=role, revoked_at=None):
            grant.revoked_at = timezone.now()
            grant.save(update_fields=["revoked_at"])
            JournalEntry.write(action="revoke_role", subject=grant, actor=by, details={"role": role})
    user.forget_roles()
