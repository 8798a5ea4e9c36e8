"""Accepting to be notified in the service, and going back on it (CRPA L112-15, R112-17, R112-18)."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, Membership, Organisation
from documents.formal import ElectronicConsent

# What is accepted, word for word: kept with each consent, so that a later text changes nothing of an earlier one.
WORDS = (
    "Ma structure accepte de recevoir les décisions de ce dispositif par voie électronique, dans son espace, à la "
    "place d’une lettre recommandée. Un courriel prévient ses membres de chaque mise à disposition. La décision est "
    "notifiée à la première ouverture du courrier ; sans ouverture dans les quinze jours, elle est réputée notifiée "
    "le jour de sa mise à disposition, et les délais de recours partent de ce jour. Ma structure tient à jour les "
    "adresses électroniques de ses membres. Elle peut revenir à tout moment sur cet accord : les courriers qui ne "
    "sont pas encore notifiés lui sont alors envoyés en recommandé."
)


def may_consent(organisation, user):
    """Whoever answers for a structure, or represents it, commits it."""
    return any(
        one.role == Membership.Role.OWNER or one.is_representative
        for one in organisation.memberships.filter(user=user)
    )


def consent_of(organisation):
    """The `ElectronicConsent` in force of a structure, or None."""
    return ElectronicConsent.objects.in_force().filter(organisation=organisation).first()


def give(*, organisation, by):
    """Keep that a structure accepts the electronic way, with the words that were shown; accepted already: no change.

    Raises:
        NotAllowed: `by` neither answers for the structure nor represents it.
    """
    with transaction.atomic():
        organisation = lock(organisation, by)
        if found := consent_of(organisation):
            return found
        consent = ElectronicConsent.objects.create(organisation=organisation, given_by=by, words=WORDS)
        JournalEntry.write(action="give_consent", subject=organisation, actor=by, details={"words": WORDS})
    return consent


def withdraw(*, organisation, by):
    """Go back on it: what is not notified yet goes by registered letter; what is notified stays so.

    Raises:
        NotAllowed: as for `give`. Refusal: nothing was accepted.
    """
    with transaction.atomic():
        organisation = lock(organisation, by)
        consent = consent_of(organisation)
        if consent is None:
            raise Refusal("Votre structure n’a pas accepté la notification électronique : il n’y a rien à retirer.")
        consent.withdrawn_at, consent.withdrawn_by = timezone.now(), by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        JournalEntry.write(action="withdraw_consent", subject=organisation, actor=by)
    return consent


def lock(organisation, by):
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if not may_consent(organisation, by):
        raise NotAllowed("Seule une personne responsable de la structure, ou qui la représente, peut le faire.")
    return organisation
