"""Who belongs to a structure: invitations, acceptances, departures."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Invitation, JournalEntry, Membership, Organisation, Role
from accounts.notify import notify

MANAGERS = (Membership.Role.OWNER,)


def can_manage(organisation, user):
    return organisation.memberships.filter(user=user, role__in=MANAGERS).exists()


def require_manager(organisation, user):
    if not can_manage(organisation, user):
        raise NotAllowed("Seule une personne responsable de la structure peut inviter ou retirer un membre.")


def verified_addresses(user):
    """Lower-case addresses that the person has proved to own."""
    return list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


def invitations_for(user):
    """Open invitations of the person's confirmed addresses."""
    addresses = [address.lower() for address in verified_addresses(user)]
    waiting = Invitation.objects.filter(email__in=addresses, accepted_at=None, cancelled_at=None)
    return waiting.select_related("organisation", "invited_by")


def invite(*, organisation, email, role, by):
    """Ask the owner of an address to join; the answer is the same whether an account exists or not.

    Args:
        email: address of the person.
        role: a `Membership.Role` value.

    Raises:
        NotAllowed: `by` is not responsible for the structure.
        Refusal: already a member, or already invited.
    """
    require_manager(organisation, by)
    email = email.lower()
    if organisation.memberships.filter(user__email__iexact=email).exists():
        raise Refusal("Cette personne est déjà membre de la structure.", field="email")
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(organisation=organisation, email=email, role=role, invited_by=by)
            JournalEntry.write(action="invite_member", subject=organisation, actor=by, details={"invited_as": role})
            notify(
                key=f"invitation:{invitation.public_id}",
                recipient=email,
                subject=f"Invitation à rejoindre « {organisation} »",
                body=invitation_text(invitation),
            )
    except IntegrityError as error:
        raise Refusal("Cette personne est déjà invitée : attendez sa réponse ou annulez l’invitation.") from error
    return invitation


def invitation_text(invitation):
    return (
        f"Bonjour,\n\n{invitation.invited_by} vous invite à rejoindre « {invitation.organisation} » sur le service "
        f"des Fabriques des territoires, avec le droit « {invitation.get_role_display()} ».\n\n"
        f"Connectez-vous, ou créez un compte avec cette adresse, puis acceptez l’invitation :\n\n"
        f"{settings.PUBLIC_URL}/organisations/\n\n"
        "Si vous ne connaissez pas cette structure, ne faites rien.\n\n"
        "L’équipe des Fabriques des territoires\n"
    )


def accept_invitation(*, invitation, by):
    """Become a member with the right that was offered.

    Raises:
        NotAllowed: the address of the invitation is not one that `by` has confirmed, or `by` is not an applicant.
        StalePage: it was accepted or cancelled meanwhile.
    """
    if not by.has_role(Role.APPLICANT):
        raise NotAllowed("Il faut un compte de porteur de projet pour rejoindre une structure.")
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.email not in {address.lower() for address in verified_addresses(by)}:
            raise NotAllowed("Cette invitation est adressée à une autre personne.")
        if invitation.accepted_at or invitation.cancelled_at:
            raise StalePage
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        membership, _ = Membership.objects.get_or_create(
            user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
        )
        JournalEntry.write(action="join_organisation", subject=invitation.organisation, actor=by)
    return membership


def cancel_invitation(*, invitation, by):
    """Take an invitation back before it is accepted."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        require_manager(invitation.organisation, by)
        if invitation.accepted_at or invitation.cancelled_at:
            raise StalePage
        invitation.cancelled_at = timezone.now()
        invitation.save(update_fields=["cancelled_at"])
        JournalEntry.write(action="cancel_invitation", subject=invitation.organisation, actor=by)


def remove_member(*, membership, by):
    """Take somebody out of a structure, or leave it oneself; the journal keeps the trace.

    Raises:
        Refusal: the last responsible person may not go.
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        if membership.user_id != by.pk:
            require_manager(organisation, by)
        others = organisation.memberships.filter(role=Membership.Role.OWNER).exclude(pk=membership.pk)
        if membership.role == Membership.Role.OWNER and not others.exists():
            raise Refusal("Une structure garde au moins une personne responsable : nommez-en une autre d’abord.")
        details = {"person": str(membership.user), "was": membership.role}
        JournalEntry.write(action="remove_member", subject=organisation, actor=by, details=details)
        membership.delete()
