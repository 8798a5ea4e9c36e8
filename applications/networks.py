"""A support network reads a dossier because the applicant says so; dated, taken back at will, a tie for its people.

Whoever has had a dossier opened to her network, even for a day, does not review it.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.members import can_manage
from accounts.models import Event, JournalEntry, Membership, Organisation, User
from accounts.notify import notify
from applications.assignments import complete_if_due, locked_application
from applications.evaluations import recusals
from applications.models import Application, Assignment, InterestDeclaration, NetworkConsent
from applications.reviewing import tell_officer
from applications.submission import url_of


def known():
    """The networks that a dossier may be opened to."""
    return Organisation.objects.filter(kind=Organisation.Kind.NETWORK).order_by("name", "pk")


def require_giver(organisation, user):
    representative = organisation.memberships.filter(user=user, is_representative=True).exists()
    if not representative and not can_manage(organisation, user):
        raise NotAllowed(
            "Seule une personne responsable de la structure, ou qui la représente, peut ouvrir un dossier à un réseau."
        )


def consent(*, application, network, by):
    """Let the members of a network read one dossier, and its pieces, until it is taken back.

    Those who were asked to review it and have not done so are taken off it; the officer is told.

    Raises:
        NotAllowed: `by` is neither responsible for the structure nor its representative.
        Refusal: not a network, or it reads the dossier already (field "network").
        StalePage: the applicant has given the dossier up.
    """
    try:
        with transaction.atomic():
            dossier = locked_application(application.pk)
            require_giver(dossier.organisation, by)
            if dossier.state == Application.State.WITHDRAWN:
                raise StalePage("Vous vous êtes désisté de ce dossier : il ne s’ouvre plus à un réseau.")
            if not network.is_network or network.pk == dossier.organisation_id:
                raise Refusal("Choisissez un réseau d’appui reconnu par le service.", field="network")
            given = NetworkConsent.objects.create(application=dossier, network=network, given_by=by)
            details = {"network": str(network), "siret": network.siret or ""}
            JournalEntry.write(action="open_to_network", subject=dossier, actor=by, details=details)
            close_reviews(dossier, network)
            recusals.keep_found(Application.objects.filter(pk=dossier.pk))
            tell_network(given)
    except IntegrityError as error:
        raise Refusal(f"« {network} » lit déjà ce dossier.", field="network") from error
    return given


def close_reviews(dossier, network):
    """The network's people leave the review of the dossier; a sheet that was given stays, and the officer is told."""
    people = Membership.objects.filter(organisation=network).values("user")
    asked = Assignment.objects.select_for_update(of=("self",)).select_related("reviewer")
    for assignment in asked.filter(application=dossier, reviewer__in=people, state__in=Assignment.ACTIVE):
        if assignment.state == Assignment.State.SUBMITTED:
            tell_officer(dossier, assignment, f"a évalué, puis le dossier a été ouvert à son réseau, « {network} »,")
            continue
        nature = f"Constaté par le service : membre de « {network} », réseau à qui le dossier est ouvert."
        InterestDeclaration.objects.create(assignment=assignment, has_interest=True, nature=nature[:500])
        assignment.move("recuse", by=None)
        tell_officer(dossier, assignment, f"est membre de « {network} », réseau à qui le dossier est ouvert,")
    complete_if_due(dossier, by=None)


def tell_network(given):
    people = User.objects.filter(memberships__organisation=given.network, is_active=True).order_by("pk")
    dossier = given.application
    for person in people:
        notify(
            Event.TEAM,
            key=f"opened-to-network:{given.public_id}:{person.pk}",
            recipient=person,
            subject=f"« {dossier.organisation} » vous ouvre le dossier « {dossier.fabrique.name} »",
            body=(
                f"Bonjour,\n\n« {dossier.organisation} » ouvre son dossier « {dossier.fabrique.name} » à "
                f"« {given.network} ». Vous le lisez, pièces comprises, sans pouvoir le changer : {url_of(dossier)}"
                "lecture/\n\nSi vous êtes évaluatrice ou évaluateur, ce dossier ne vous sera pas confié.\n\n"
                "L’équipe des Fabriques des territoires\n"
            ),
        )


def revoke(*, given, by):
    """Take the access back: the network reads the dossier no more. Its people stay tied: they have read it.

    Raises:
        NotAllowed: see `consent`. StalePage: it was taken back already.
    """
    with transaction.atomic():
        given = (
            NetworkConsent.objects.select_for_update(of=("self",))
            .select_related("application__organisation", "network")
            .get(pk=given.pk)
        )
        require_giver(given.application.organisation, by)
        if given.revoked_at:
            raise StalePage
        given.revoked_by, given.revoked_at = by, timezone.now()
        given.save(update_fields=["revoked_by", "revoked_at"])
        details = {"network": str(given.network)}
        JournalEntry.write(action="close_to_network", subject=given.application, actor=by, details=details)
    return given
