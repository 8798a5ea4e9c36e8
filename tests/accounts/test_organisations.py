import pytest

from accounts import members
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Membership, Organisation, OutboxMessage, User
from accounts.organisations import clean_siret, create_organisation, update_organisation
from tests import factories
from tests.accounts.people import confirmed

GOOD = "73282932000074"
LA_POSTE = "35600000049837"


@pytest.mark.parametrize("typed", [GOOD, "732 829 320 00074", "732\u00a0829\u00a0320\u00a000074", LA_POSTE])
def test_a_good_siret_keeps_its_digits(typed):
    assert clean_siret(typed) == "".join(typed.split())


@pytest.mark.parametrize("typed", ["73282932000075", "732829320", "7328293200007A", "00000000000000 1"])
def test_a_bad_siret_is_refused_in_words(typed):
    with pytest.raises(Refusal, match="14 chiffres") as refused:
        clean_siret(typed)
    assert refused.value.field == "siret"


@pytest.mark.parametrize("typed", ["", "  ", None])
def test_no_siret_yet_is_allowed(typed):
    assert clean_siret(typed) is None


def test_two_structures_being_formed_may_both_lack_one(applicant):
    for name in ("Une", "Deux"):
        create_organisation(by=applicant, name=name, legal_form="association_forming", siret="")
    assert Organisation.objects.filter(siret=None).count() == 2


def test_a_known_siret_is_refused_in_words(applicant):
    create_organisation(by=applicant, name="Une", legal_form="association", siret=GOOD)
    with pytest.raises(Refusal, match="déjà enregistrée"):
        create_organisation(by=applicant, name="Deux", legal_form="association", siret=GOOD)
    assert Organisation.objects.count() == 1


def test_the_first_person_is_responsible(organisation, applicant):
    assert organisation.memberships.get().role == Membership.Role.OWNER
    assert JournalEntry.objects.filter(action="create_organisation", actor=applicant).count() == 1


def test_a_stale_page_changes_nothing(organisation, applicant):
    update_organisation(organisation=organisation, by=applicant, version=1, name="Renommée")
    with pytest.raises(StalePage):
        update_organisation(organisation=organisation, by=applicant, version=1, name="Écrasée")
    assert Organisation.objects.get().name == "Renommée"


def test_a_reader_does_not_write(organisation):
    reader = factories.applicant()
    Membership.objects.create(organisation=organisation, user=reader, role=Membership.Role.READER)
    with pytest.raises(NotAllowed):
        update_organisation(organisation=organisation, by=reader, version=1, name="Autre")


def test_an_invitation_is_accepted_by_whoever_owns_the_address(organisation, applicant):
    guest = confirmed(factories.applicant(email="nadia@exemple.test"))
    invitation = members.invite(organisation=organisation, email="Nadia@Exemple.test", role="editor", by=applicant)
    assert OutboxMessage.objects.get().recipient == "nadia@exemple.test"
    assert list(members.invitations_for(guest)) == [invitation]
    membership = members.accept_invitation(invitation=invitation, by=guest)
    assert membership.role == Membership.Role.EDITOR
    with pytest.raises(StalePage):
        members.accept_invitation(invitation=invitation, by=guest)


def test_an_invitation_is_not_for_somebody_else(organisation, applicant):
    invitation = members.invite(organisation=organisation, email="nadia@exemple.test", role="editor", by=applicant)
    unconfirmed = factories.applicant(email="nadia@exemple.test")
    for other in (unconfirmed, confirmed(factories.applicant())):
        assert not members.invitations_for(other)
        with pytest.raises(NotAllowed):
            members.accept_invitation(invitation=invitation, by=other)


def test_nobody_is_invited_twice(organisation, applicant):
    members.invite(organisation=organisation, email="nadia@exemple.test", role="editor", by=applicant)
    with pytest.raises(Refusal, match="déjà invitée"):
        members.invite(organisation=organisation, email="NADIA@exemple.test", role="reader", by=applicant)


def test_only_a_responsible_person_invites(organisation):
    editor = factories.applicant()
    Membership.objects.create(organisation=organisation, user=editor, role=Membership.Role.EDITOR)
    with pytest.raises(NotAllowed):
        members.invite(organisation=organisation, email="nadia@exemple.test", role="editor", by=editor)


def test_the_last_responsible_person_stays(organisation, applicant):
    with pytest.raises(Refusal, match="nommez-en une autre"):
        members.remove_member(membership=organisation.memberships.get(), by=applicant)


def test_a_member_may_leave(organisation):
    reader = factories.applicant()
    membership = Membership.objects.create(organisation=organisation, user=reader, role=Membership.Role.READER)
    members.remove_member(membership=membership, by=reader)
    assert list(organisation.memberships.values_list("role", flat=True)) == ["owner"]


def test_scope(organisation, applicant):
    def sees(person):
        return Organisation.objects.visible_to(User.objects.get(pk=person.pk)).exists()

    assert sees(applicant)
    assert sees(factories.officer())
    assert sees(factories.auditor())
    assert not sees(factories.applicant())
    assert not sees(factories.reviewer())
