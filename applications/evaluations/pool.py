"""How people enter the pool: asked by mail, they answer by a link, without an account first. The only writer of it."""

import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import history
from accounts.errors import Refusal, StalePage
from accounts.french import long_date
from accounts.models import INCOMPATIBLE_ROLES, Event, JournalEntry, Role, User
from accounts.notify import notify
from accounts.permissions import require
from accounts.roles import grant_role
from applications.evaluations import conflicts, profiles
from applications.evaluations import terms as rules
from applications.models import ReviewerInvitation
from applications.models.review import ASSIGN

Answer = ReviewerInvitation.Answer
history.WORDS.update(
    {
        "invite_reviewer": "a invité une personne à évaluer",
        "accept_to_review": "a accepté d’évaluer",
        "decline_to_review": "a refusé d’évaluer",
        "cancel_reviewer_invitation": "a annulé une invitation à évaluer",
    }
)


def invite(*, email, last_name, by, first_name="", employer="", employer_siren="", wave=None, replaces=None):
    """Ask somebody to review; she answers by the link of the mail, without an account.

    What the check of her name finds in the wave is kept with the invitation, as it was shown.

    Args:
        wave: the `Wave` for which she is asked, or None. replaces: the invitation that stayed without a yes.

    Returns:
        the `ReviewerInvitation`.

    Raises:
        NotAllowed: `by` does not assign.
        Refusal: she reviews already, is invited already, or holds a role that does not go with it (field "email").
    """
    require(by, ASSIGN)
    email, siren = email.strip().lower(), profiles.siren_of(employer_siren, "employer_siren")
    refuse_known(email)
    who = {"last_name": last_name, "email": email, "employer": employer, "siren": siren}
    found = conflicts.check_name(wave, **who) if wave else []
    try:
        with transaction.atomic():
            invitation = ReviewerInvitation.objects.create(
                token=secrets.token_urlsafe(32), wave=wave, email=email, first_name=first_name.strip(),
                last_name=last_name.strip(), employer=employer.strip(), employer_siren=siren, invited_by=by,
                replaces=replaces,
                checked=[[dossier.reference, reason.kind, reason.text] for dossier, reason in found],
            )  # fmt: skip
            JournalEntry.write(action="invite_reviewer", subject=invitation, actor=by, details={"ties": len(found)})
            send(invitation, "reviewer-invitation")
    except IntegrityError as error:
        raise Refusal(
            "Cette personne est déjà invitée et n’a pas encore répondu. Attendez, ou annulez l’invitation.",
            field="email",
        ) from error
    return invitation


def refuse_known(email):
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        return
    if Role.REVIEWER in known.roles:
        raise Refusal(f"{known} évalue déjà : ouvrez son profil dans la liste.", field="email")
    if held := INCOMPATIBLE_ROLES[Role.REVIEWER] & known.roles:
        names = ", ".join(Role(role).label for role in sorted(held))
        raise Refusal(f"{known} a un rôle qui ne va pas avec l’évaluation : {names}.", field="email")


def link_of(invitation):
    return f"{settings.PUBLIC_URL}/evaluateurs/invitation/{invitation.token}/"


def send(invitation, key):
    """The mail with the link; nothing of any dossier is in it."""
    what = f" de la vague {invitation.wave.number} de « {invitation.wave.call} »" if invitation.wave else ""
    notify(
        Event.REVIEW,
        key=f"{key}:{invitation.public_id}",
        # An address, not a person: the link is for whoever reads this mailbox, with or without an account.
        recipient=invitation.email,
        subject="Accepteriez-vous d’évaluer des projets de fabriques ?",
        body=(
            f"Bonjour {invitation.first_name} {invitation.last_name},\n\n"
            f"Nous cherchons des évaluatrices et évaluateurs pour les dossiers{what}. Dites oui ou non par ce lien, "
            f"sans créer de compte :\n{link_of(invitation)}\n\nIl est personnel : ne le transmettez pas. "
            f"Répondez avant le {long_date(invitation.expires_at)}.\n\nL’équipe des Fabriques des territoires\n"
        ),
    )


def open_invitation(token):
    """The invitation of a link, or None for a link that is not one."""
    return ReviewerInvitation.objects.select_related("wave__call").filter(token=token).first()


def locked(invitation):
    """The invitation, locked, while it waits for an answer."""
    row = ReviewerInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.answer:
        raise StalePage("Vous avez déjà répondu à cette invitation, ou elle n’est plus ouverte.")
    if not row.is_open:
        raise Refusal(
            "Cette invitation a expiré : écrivez à la personne qui vous l’a envoyée pour en avoir une autre."
        )
    return row


def accept(*, invitation, first_name, last_name, terms, interests=(), **profile):
    """Say yes by the link: the account, the role, the profile and the terms are made at once.

    Whoever has the link reads the mailbox: the address is proved. A person who has an account keeps it as it is.

    Args:
        terms: True: she accepts the rules. interests: lines of `profiles.declare_interest`, as dicts.
        profile: as `profiles.describe_reviewer`.

    Returns:
        the `User`.

    Raises:
        StalePage: answered already. Refusal: expired, rules not accepted (field "terms"), a role that does not fit.
    """
    if not terms:
        raise Refusal("Pour évaluer, acceptez les règles.", field="terms")
    with transaction.atomic():
        row = locked(invitation)
        user = account_of(row, first_name, last_name)
        grant_role(user=user, role=Role.REVIEWER, by=None)
        row.answer, row.answered_at, row.user = Answer.ACCEPTED, timezone.now(), user
        row.save()
        profiles.describe_reviewer(user=user, by=user, **profile)
        for line in interests:
            profiles.declare_interest(user=user, by=user, **line)
        rules.accept_terms(user=user)
        JournalEntry.write(action="accept_to_review", subject=row, actor=user)
        tell_inviter(row, "accepte d’évaluer", "Son profil est dans la liste.")
        tell_account(row, user)
    return user


def account_of(row, first_name, last_name):
    """The account of the address, made when there is none; the link has proved the address."""
    user = User.objects.filter(email__iexact=row.email).first()
    if user is None:
        user = User.objects.create_user(row.email, first_name=first_name.strip(), last_name=last_name.strip())
        EmailAddress.objects.create(user=user, email=row.email, verified=True, primary=True)
    if not user.is_active:
        raise Refusal("Votre compte est fermé : écrivez à la personne qui vous a invité·e.")
    return user


def tell_account(row, user):
    first = (
        "Choisissez votre mot de passe avec « Mot de passe oublié », sur la page de connexion"
        if not user.has_usable_password()
        else "Connectez-vous avec votre compte"
    )
    notify(
        Event.REVIEW,
        key=f"reviewer-welcome:{row.public_id}",
        recipient=user,
        subject="Votre compte d’évaluation est ouvert",
        body=(
            f"Bonjour {user},\n\nMerci d’avoir accepté. {first} : {settings.PUBLIC_URL}/evaluations/\n\n"
            "Nous vous écrirons quand des dossiers vous seront proposés.\n"
        ),
    )


def decline(*, invitation, reason=""):
    """Say no by the link; nothing more is asked.

    Raises:
        StalePage: answered already. Refusal: expired.
    """
    with transaction.atomic():
        row = locked(invitation)
        row.answer, row.answered_at, row.reason = Answer.DECLINED, timezone.now(), reason.strip()[:300]
        row.save()
        JournalEntry.write(action="decline_to_review", subject=row, actor=None)
        tell_inviter(row, "ne peut pas évaluer", "Invitez quelqu’un d’autre à sa place depuis la liste.")
    return row


def cancel(*, invitation, by):
    """Take an invitation back before it is answered; its link says so.

    Raises:
        NotAllowed, StalePage.
    """
    require(by, ASSIGN)
    with transaction.atomic():
        row = ReviewerInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if row.answer:
            raise StalePage("Cette invitation a déjà une réponse.")
        row.answer, row.answered_at = Answer.CANCELLED, timezone.now()
        row.save()
        JournalEntry.write(action="cancel_reviewer_invitation", subject=row, actor=by)
    return row


def tell_inviter(row, what, then):
    notify(
        Event.REVIEW,
        key=f"reviewer-answer:{row.public_id}:{row.answer}",
        recipient=row.invited_by,
        url="/pilotage/evaluateurs/",
        subject=f"{row.first_name} {row.last_name} {what}".strip(),
        body=f"Bonjour,\n\n{row} {what}. {then}\n{settings.PUBLIC_URL}/pilotage/evaluateurs/\n",
    )
