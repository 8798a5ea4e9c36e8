"""Organisations: enrolled once each, kept up to date by those who may write, recognised as networks by the service."""

from django.db import IntegrityError, transaction
from stdnum.fr import siret as siret_format

from accounts.errors import NotAllowed, Refusal
from accounts.french import folded
from accounts.models import JournalEntry, Membership, Organisation
from accounts.permissions import require

RECOGNISE = "accounts.recognise_network"


class KnownOrganisation(Refusal):
    """The structure seems to be here already.

    Attributes:
        organisation: the one that is known.
        certain: False when it may be another establishment, or another structure of the same name.
    """

    title = "Cette structure existe déjà"

    def __init__(self, organisation, sentence, *, field, certain=False):
        super().__init__(sentence, field=field)
        self.organisation, self.certain = organisation, certain


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
            "Ce SIRET n’est pas valable : vérifiez ses 14 chiffres sur votre avis de situation (INSEE).", field="siret"
        )
    return siret_format.compact(digits)


def create_organisation(*, by, separate=False, **fields):
    """Create an organisation whose first owner is `by`.

    Args:
        separate: True when `by` has been told of one that resembles it, and says that this one is another.
        fields: `name`, `legal_form`, `siret` (may be empty), address, contacts and legal representative.

    Raises:
        KnownOrganisation: the same SIRET, or (unless `separate`) the same SIREN, or the same name and postcode.
        Refusal: invalid SIRET.
    """
    fields["siret"] = clean_siret(fields.get("siret"))
    refuse_known(separate=separate, **{name: fields.get(name) for name in ("siret", "name", "postal_code")})
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(**fields)
            Membership.objects.create(user=by, organisation=organisation, role=Membership.Role.OWNER)
            JournalEntry.write(action="create_organisation", subject=organisation, actor=by)
    except IntegrityError as error:
        raise known_organisation(fields["siret"]) from error
    return organisation


def refuse_known(*, siret, name, postal_code, separate):
    """Say that the structure is here already; only the same SIRET is beyond doubt."""
    if siret and Organisation.objects.filter(siret=siret).exists():
        raise known_organisation(siret)
    if separate:
        return
    if siret and (same := Organisation.objects.filter(siret__startswith=siret[:9]).order_by("pk").first()):
        raise KnownOrganisation(
            same,
            f"« {same} » est déjà enregistrée avec le même SIREN. Demandez à la rejoindre, ou confirmez ci-dessous "
            "que vous enregistrez un autre établissement.",
            field="siret",
        )
    if not siret and (same := same_name(name, postal_code)):
        raise KnownOrganisation(
            same,
            f"« {same} » est déjà enregistrée dans cette commune. Demandez à la rejoindre, ou confirmez ci-dessous "
            "qu’il s’agit d’une autre structure.",
            field="name",
        )


def same_name(name, postal_code):
    """A structure of that name in that postcode, accents and case aside, or None."""
    if not postal_code:
        return None
    near = Organisation.objects.filter(postal_code=postal_code).order_by("pk")
    return next((one for one in near if folded(one.name) == folded(name or "")), None)


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
        raise known_organisation(fields["siret"]) from error
    return organisation


def known_organisation(siret):
    known = Organisation.objects.filter(siret=siret).first()
    return KnownOrganisation(
        known,
        "Une structure est déjà enregistrée avec ce SIRET. Demandez à la rejoindre : "
        "la personne qui en est responsable vous répondra.",
        field="siret",
        certain=True,
    )


def recognise(*, organisation, kind, by):
    """Say whether a structure is a support network, which applicants may let read their dossiers.

    Args:
        kind: an `Organisation.Kind`. Taken back, its people read no dossier of others any more.

    Raises:
        NotAllowed: `by` is not of the service.
    """
    require(by, RECOGNISE)
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if organisation.kind != kind:
            organisation.kind = Organisation.Kind(kind)
            organisation.save()
            action = "recognise_network" if organisation.is_network else "end_network"
            JournalEntry.write(action=action, subject=organisation, actor=by)
    return organisation


def can_write(organisation, user):
    """True when `user` may edit what belongs to `organisation`."""
    return organisation.memberships.filter(user=user, role__in=Membership.WRITERS).exists()


def require_writer(organisation, user):
    if not can_write(organisation, user):
        raise NotAllowed("Votre droit dans cette structure ne permet que la lecture.")
