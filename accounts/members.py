"""Who belongs to a structure: invitations, rights, departures and what a person leaves behind her."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import plural
from accounts.letters import departure_text, invitation_text, taken_over_text
from accounts.models import Event, Invitation, JournalEntry, Membership, Organisation, Role
from accounts.models.invitation import VALID_FOR
from accounts.notify import notify

MANAGERS = (Membership.Role.OWNER,)


@dataclass(frozen=True)
class Holding:
    """Something that members hold on a floor above, and that must find other hands when they leave.

    Attributes:
        describe: (organisation, person) → French phrases, none when she holds nothing.
        pass_on: (organisation=, person=, successor=, by=), in the transaction of the departure; the successor may be
            None only when nothing is described.
    """

    describe: Callable
    pass_on: Callable


# The floors above add theirs.
HOLDINGS: list[Holding] = []


def can_manage(organisation, user):
    return organisation.memberships.filter(user=user, role__in=MANAGERS).exists()


def require_manager(organisation, user):
    if not can_manage(organisation, user):
        raise NotAllowed("Seule une personne responsable de la structure peut inviter ou retirer un membre.")


def verified_addresses(user):
    """Lower-case addresses that the person has proved to own; lazy, so that it may be part of another query."""
    owned = EmailAddress.objects.filter(user=user, verified=True)
    return owned.annotate(lower=Lower("email")).values_list("lower", flat=True)


def invitations_for(user):
    """Invitations of the person's confirmed addresses that wait for her, those that have expired included."""
    waiting = Invitation.objects.filter(email__in=verified_addresses(user), accepted_at=None, cancelled_at=None)
    return waiting.select_related("organisation", "invited_by")


def invite(*, organisation, email, role, by, is_representative=False):
    """Ask the owner of an address to join; the answer is the same whether an account exists or not.

    Args:
        email: address of the person.
        role: a `Membership.Role` value.
        is_representative: True when she represents the structure legally.

    Raises:
        NotAllowed: `by` is not responsible for the structure.
        Refusal: already a member, or already invited.
    """
    require_manager(organisation, by)
    email = email.lower()
    if organisation.memberships.filter(user__email__iexact=email).exists():
        raise Refusal("Cette personne est déjà membre de la structure.", field="email")
    right = {"role": role, "is_representative": is_representative}
    try:
        with transaction.atomic():
            close_expired(organisation, email)
            invitation = Invitation.objects.create(organisation=organisation, email=email, invited_by=by, **right)
            JournalEntry.write(action="invite_member", subject=organisation, actor=by, details={"invited_as": role})
            send_invitation(invitation)
    except IntegrityError as error:
        raise Refusal("Cette personne est déjà invitée : attendez sa réponse ou annulez l’invitation.") from error
    return invitation


def close_expired(organisation, email):
    """An invitation that nobody took in time makes way for a new one."""
    now = timezone.now()
    open_ones = organisation.invitations.filter(email=email, accepted_at=None, cancelled_at=None)
    open_ones.filter(expires_at__lte=now).update(cancelled_at=now)


def send_invitation(invitation):
    notify(
        Event.ACCOUNT,
        key=f"invitation:{invitation.public_id}:{invitation.sent_count}",
        recipient=invitation.email,
        subject=f"Invitation à rejoindre « {invitation.organisation} »",
        body=invitation_text(invitation),
    )


def locked_invitation(invitation):
    """The invitation, locked, when it still waits for an answer."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation.pk)
    )
    if invitation.accepted_at or invitation.cancelled_at:
        raise StalePage
    return invitation


def resend_invitation(*, invitation, by):
    """Send an invitation again; its time starts afresh.

    Raises:
        NotAllowed: `by` is not responsible for the structure. StalePage: it was accepted or cancelled meanwhile.
    """
    with transaction.atomic():
        require_manager(invitation.organisation, by)
        invitation = locked_invitation(invitation)
        invitation.sent_at, invitation.sent_count = timezone.now(), invitation.sent_count + 1
        invitation.expires_at = invitation.sent_at + VALID_FOR
        invitation.save(update_fields=["sent_at", "sent_count", "expires_at"])
        JournalEntry.write(action="resend_invitation", subject=invitation.organisation, actor=by)
        send_invitation(invitation)
    return invitation


def accept_invitation(*, invitation, by):
    """Become a member with the right that was offered.

    Raises:
        NotAllowed: the address of the invitation is not one that `by` has confirmed, or `by` is not an applicant.
        Refusal: it has expired.
        StalePage: it was accepted or cancelled meanwhile.
    """
    require_applicant(by)
    with transaction.atomic():
        if invitation.email not in verified_addresses(by):
            raise NotAllowed("Cette invitation est adressée à une autre personne.")
        invitation = locked_invitation(invitation)
        if invitation.is_expired:
            raise Refusal(f"Cette invitation a expiré : demandez à {invitation.invited_by} de vous la renvoyer.")
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        return join(invitation.organisation, by, invitation.role, invitation.is_representative)


def require_applicant(person):
    if not person.has_role(Role.APPLICANT):
        raise NotAllowed("Il faut un compte de porteur de projet pour rejoindre une structure.")


def join(organisation, person, role, is_representative):
    membership, _ = Membership.objects.get_or_create(
        user=person,
        organisation=organisation,
        defaults={"role": role, "is_representative": is_representative},
    )
    JournalEntry.write(action="join_organisation", subject=organisation, actor=person)
    return membership


def cancel_invitation(*, invitation, by):
    """Take an invitation back before it is accepted."""
    with transaction.atomic():
        require_manager(invitation.organisation, by)
        invitation = locked_invitation(invitation)
        invitation.cancelled_at = timezone.now()
        invitation.save(update_fields=["cancelled_at"])
        JournalEntry.write(action="cancel_invitation", subject=invitation.organisation, actor=by)


def other_owners(organisation, membership):
    """The other people responsible for the structure, whose account is open."""
    owners = organisation.memberships.filter(role=Membership.Role.OWNER, user__is_active=True)
    return owners.exclude(pk=membership.pk)


def change_member(*, membership, role, is_representative, by):
    """Give a member another right, or say whether she represents the structure legally.

    Raises:
        NotAllowed: `by` is not responsible for the structure.
        Refusal: the structure would be left without anybody responsible (field "role"); or what she holds on dossiers
            wants the right to write.
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        require_manager(organisation, by)
        membership = organisation.memberships.select_related("user").get(pk=membership.pk)
        refuse_change(organisation, membership, role)
        before = membership.words
        membership.role, membership.is_representative = role, is_representative
        membership.save(update_fields=["role", "is_representative"])
        if membership.words != before:
            details = {"person": str(membership.user), "was": before, "now": membership.words}
            JournalEntry.write(action="change_member", subject=organisation, actor=by, details=details)
    return membership


def refuse_change(organisation, membership, role):
    if membership.role == Membership.Role.OWNER != role and not other_owners(organisation, membership).exists():
        raise Refusal(
            "Une structure garde au moins une personne responsable : nommez-en une autre d’abord.", field="role"
        )
    if membership.writes and role not in Membership.WRITERS and (held := held_by(organisation, membership.user)):
        raise Refusal(
            f"{membership.user} a encore {', '.join(held)} : confiez-les d’abord à quelqu’un d’autre.", field="role"
        )


def held_by(organisation, person):
    """What a person holds in the dossiers of a structure, as French phrases."""
    return [phrase for holding in HOLDINGS for phrase in holding.describe(organisation, person)]


@dataclass(frozen=True)
class Departure:
    """What somebody's departure asks for, before it is done.

    Attributes:
        names_owner: she is the last one responsible: whoever comes after her becomes so.
        last_representative: nobody else represents the structure legally.
        held: what she holds, in phrases.
        successors: memberships of those who may come after her.
    """

    names_owner: bool
    last_representative: bool
    held: list
    successors: list

    @property
    def wants_successor(self):
        return self.names_owner or bool(self.held)


def departure_of(membership):
    """The `Departure` of a member."""
    organisation = membership.organisation
    names_owner = membership.role == Membership.Role.OWNER and not other_owners(organisation, membership).exists()
    others = organisation.memberships.filter(user__is_active=True).exclude(pk=membership.pk).select_related("user")
    represented = others.filter(is_representative=True).exists()
    return Departure(
        names_owner=names_owner,
        last_representative=membership.is_representative and not represented,
        held=held_by(organisation, membership.user),
        successors=list(others.order_by("user__search_text", "pk").filter(**({} if names_owner else writing()))),
    )


def writing():
    return {"role__in": Membership.WRITERS}


def remove_member(*, membership, by, successor=None):
    """Take somebody out of a structure, or leave it oneself, once what she held has found other hands.

    What she wrote stays signed with her name; the journal keeps the trace of her passage.

    Args:
        successor: the `User` who comes after her; wanted when she is the last one responsible, or holds something.

    Raises:
        NotAllowed: `by` is neither herself nor responsible for the structure.
        Refusal: nobody is named to come after her, or somebody who cannot (field "successor").
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        if membership.user_id != by.pk:
            require_manager(organisation, by)
        membership = Membership.objects.select_related("user", "organisation").get(pk=membership.pk)
        departure = departure_of(membership)
        heir = heir_of(departure, successor)
        details = {"person": str(membership.user), "was": membership.role, "successor": str(successor or "")}
        JournalEntry.write(action="remove_member", subject=organisation, actor=by, details=details)
        hand_over(organisation, membership, departure, heir, by)
        membership.delete()
        tell_departure(organisation, membership, departure, heir, by)


def heir_of(departure, successor):
    """The membership of whoever comes after, or None when nothing asks for it."""
    heir = next((one for one in departure.successors if successor and one.user_id == successor.pk), None)
    if heir or not departure.wants_successor:
        return heir
    if departure.names_owner:
        sentence = "Une structure garde au moins une personne responsable : nommez-en une autre d’abord."
        if not departure.successors:
            sentence += " Invitez-la, puis partez quand elle a rejoint la structure."
        raise Refusal(sentence, field="successor")
    raise Refusal(
        f"Dites à qui passe ce qui lui est confié : {', '.join(departure.held)}. "
        "Choisissez un membre qui peut rédiger.",
        field="successor",
    )


def hand_over(organisation, membership, departure, heir, by):
    if departure.names_owner:
        heir.role = Membership.Role.OWNER
        heir.save(update_fields=["role"])
        details = {"person": str(heir.user), "now": heir.words}
        JournalEntry.write(action="name_owner", subject=organisation, actor=by, details=details)
    for holding in HOLDINGS:
        holding.pass_on(
            organisation=organisation, person=membership.user, successor=heir.user if heir else None, by=by
        )


def tell_departure(organisation, membership, departure, heir, by):
    """Mail to whoever takes over, and to whoever was taken out by another."""
    stamp = f"{membership.user_id}:{organisation.pk}:{timezone.now():%Y%m%d%H%M%S}"
    if heir and heir.user_id != by.pk and departure.wants_successor:
        notify(
            Event.TEAM,
            key=f"taken-over:{stamp}",
            recipient=heir.user,
            subject=f"« {organisation} » : ce que {membership.user} vous laisse",
            body=taken_over_text(organisation, membership, departure),
        )
    if membership.user_id != by.pk:
        notify(
            Event.TEAM,
            key=f"departure:{stamp}",
            recipient=membership.user,
            subject=f"Vous n’êtes plus membre de « {organisation} »",
            body=departure_text(organisation, membership, by),
        )


def counted(count, singular, plural_form):
    """« 3 sections confiées », or nothing when there are none: what a `Holding` describes."""
    return [plural(count, singular, plural_form)] if count else []
