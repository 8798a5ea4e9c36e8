"""Asking to be let into a structure that is already known; a person responsible for it answers."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.letters import join_answer_text, join_request_text
from accounts.members import MANAGERS, join, require_applicant, require_manager
from accounts.models import Event, JoinRequest, JournalEntry, Membership, User
from accounts.notify import notify


def waiting_for(user):
    """The requests of `user` that nobody has answered yet."""
    return JoinRequest.objects.filter(user=user, answered_at=None).select_related("organisation")


def ask_to_join(*, organisation, by, message=""):
    """Ask those responsible for a structure to be let in; each gets a mail.

    Raises:
        NotAllowed: `by` is not an applicant.
        Refusal: already a member, already asked, or nobody is there to answer.
    """
    require_applicant(by)
    if organisation.memberships.filter(user=by).exists():
        raise Refusal("Vous êtes déjà membre de cette structure.")
    owners = list(
        User.objects.filter(
            memberships__organisation=organisation, memberships__role__in=MANAGERS, is_active=True
        ).order_by("pk")
    )
    if not owners:
        raise Refusal(
            "Personne n’est plus responsable de cette structure sur le service : écrivez à l’équipe du dispositif."
        )
    try:
        with transaction.atomic():
            asked = JoinRequest.objects.create(organisation=organisation, user=by, message=message.strip()[:500])
            JournalEntry.write(action="ask_to_join", subject=organisation, actor=by)
            tell_owners(asked, owners)
    except IntegrityError as error:
        raise Refusal("Votre demande est déjà envoyée : une personne responsable doit répondre.") from error
    return asked


def tell_owners(asked, owners):
    for owner in owners:
        notify(
            Event.TEAM,
            key=f"join-request:{asked.public_id}:{owner.pk}",
            recipient=owner,
            subject=f"{asked.user} demande à rejoindre « {asked.organisation} »",
            body=join_request_text(asked),
        )


def answer_request(*, join_request, accept, by, role=Membership.Role.READER, is_representative=False):
    """Let somebody in with a right, or not; she is told.

    Raises:
        NotAllowed: `by` is not responsible for the structure.
        StalePage: it was answered meanwhile.
    """
    with transaction.atomic():
        require_manager(join_request.organisation, by)
        asked = JoinRequest.objects.select_for_update(of=("self",)).get(pk=join_request.pk)
        if asked.answered_at:
            raise StalePage
        asked.answered_at, asked.answered_by, asked.accepted = timezone.now(), by, accept
        asked.save(update_fields=["answered_at", "answered_by", "accepted"])
        membership = join(asked.organisation, asked.user, role, is_representative) if accept else None
        action = "accept_join_request" if accept else "decline_join_request"
        JournalEntry.write(action=action, subject=asked.organisation, actor=by, details={"person": str(asked.user)})
        notify(
            Event.TEAM,
            key=f"join-answer:{asked.public_id}",
            recipient=asked.user,
            subject=f"Votre demande pour rejoindre « {asked.organisation} »",
            body=join_answer_text(asked, membership),
        )
    return asked
