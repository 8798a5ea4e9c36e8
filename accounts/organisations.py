"""Organisations and their members."""

from django.db import IntegrityError, transaction
from stdnum.fr import siret as siret_format

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, Membership, Organisation


def clean_siret(value):
    """The 14 digits of a SIRET, or None for an empty value.

    Raises:
        Refusal: wrong length or wrong check digit (Luhn; La Poste has its own rule, known to the library).
    """
    digits = "".join((value or "").split())
    if not digits:
        return None
    if not siret_format.is_valid(digits):
        raise Refusal(
            "Ce SIRET n’est pas valable : vérifiez ses 14 chiffres sur votre avis de situation (INSEE).", field="siret"
        )
    return siret_format.compact(digits)


def create_organisation(*, by, **fields):
    """Create an organisation whose first owner is `by`.

    Args:
        fields: `name`, `legal_form`, `siret` (may be empty), address and legal representative.

    Raises:
        Refusal: invalid SIRET, or the organisation is already known.
    """
    fields["siret"] = clean_siret(fields.get("siret"))
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(**fields)
            Membership.objects.create(user=by, organisation=organisation, role=Membership.Role.OWNER)
            JournalEntry.write(action="create_organisation", subject=organisation, actor=by)
    except IntegrityError as error:
        raise known_organisation() from error
    return organisation


def update_organisation(*, organisation, by, version, **fields):
    """Change an organisation's details, unless the page is stale.

    Raises:
        StalePage: somebody changed it since the page was read.
        NotAllowed: `by` may only read.
        Refusal: invalid or already known SIRET.
    """
    if "siret" in fields:
        fields["siret"] = clean_siret(fields["siret"])
    try:
        with transaction.atomic():
            organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
            require_writer(organisation, by)
            organisation.expect_version(version)
            for name, value in fields.items():
                setattr(organisation, name, value)
            organisation.save()
            JournalEntry.write(action="update_organisation", subject=organisation, actor=by)
    except IntegrityError as error:
        raise known_organisation() from error
    return organisation


def known_organisation():
    return Refusal(
        "Une structure est déjà enregistrée avec ce SIRET. Demandez à l’un de ses membres de vous y inviter, "
        "ou écrivez à l’équipe du dispositif.",
        field="siret",
    )


def can_write(organisation, user):
    """True when `user` may edit what belongs to `organisation`."""
    return organisation.memberships.filter(user=user, role__in=Membership.WRITERS).exists()


def require_writer(organisation, user):
    if not can_write(organisation, user):
        raise NotAllowed("Votre droit dans cette structure ne permet que la lecture.")
