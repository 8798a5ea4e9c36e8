"""A structure outlives its people: rights, invitations, requests to join, departures."""

import datetime

import pytest
from django.utils import timezone

from accounts import joining, members
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Invitation, JournalEntry, Membership, Organisation, OutboxMessage
from accounts.organisations import KnownOrganisation, create_organisation, recognise
from tests import factories
from tests.accounts.people import confirmed

GOOD, SAME_SIREN = "73282932000074", "73282932000066"
NADIA = "nadia@exemple.test"


def member(organisation, role="editor", **fields):
    """A new member of a structure."""
    person = factories.applicant()
    return Membership.objects.create(organisation=organisation, user=person, role=role, **fields)


def membership_of(organisation, person):
    return organisation.memberships.select_related("user", "organisation").get(user=person)


# --- Rights ----------------------------------------------------------------------------------------------------------


def test_one_person_may_read_only_and_still_sign_for_the_structure(organisation, applicant):
    reader = member(organisation, "reader")
    changed = members.change_member(membership=reader, role="reader", is_representative=True, by=applicant)
    assert changed.words == "Lecture, représentation légale" and not changed.writes
    entry = JournalEntry.objects.get(action="change_member")
    assert entry.details["was"] == "Lecture" and entry.details["now"] == changed.words


def test_a_structure_is_never_left_without_anybody_responsible(organisation, applicant):
    owner = membership_of(organisation, applicant)
    with pytest.raises(Refusal, match="nommez-en une autre"):
        members.change_member(membership=owner, role="editor", is_representative=False, by=applicant)
    second = member(organisation, "owner")
    members.change_member(membership=owner, role="editor", is_representative=False, by=applicant)
    second.user.is_active = False
    second.user.save()
    with pytest.raises(NotAllowed):
        members.change_member(membership=second, role="reader", is_representative=False, by=applicant)


def test_an_owner_whose_account_is_closed_does_not_count(organisation, applicant):
    closed = member(organisation, "owner")
    closed.user.is_active = False
    closed.user.save()
    with pytest.raises(Refusal, match="nommez-en une autre"):
        members.remove_member(membership=membership_of(organisation, applicant), by=applicant)


# --- Invitations -----------------------------------------------------------------------------------------------------


def expired(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    return Invitation.objects.get(pk=invitation.pk)


def test_an_invitation_carries_the_right_to_sign(organisation, applicant):
    guest = confirmed(factories.applicant(email=NADIA))
    invitation = members.invite(
        organisation=organisation, email=NADIA, role="reader", is_representative=True, by=applicant
    )
    assert "Lecture, représentation légale" in OutboxMessage.objects.get().body
    assert members.accept_invitation(invitation=invitation, by=guest).is_representative


def test_an_invitation_expires_and_may_be_sent_again(organisation, applicant):
    guest = confirmed(factories.applicant(email=NADIA))
    invitation = members.invite(organisation=organisation, email=NADIA, role="editor", by=applicant)
    days = (invitation.expires_at - timezone.now()).total_seconds() / 86_400
    assert 29 < days <= 30
    with pytest.raises(Refusal, match="expiré : demandez"):
        members.accept_invitation(invitation=expired(invitation), by=guest)
    assert not organisation.memberships.filter(user=guest).exists()

    members.resend_invitation(invitation=invitation, by=applicant)
    assert OutboxMessage.objects.filter(recipient=NADIA).count() == 2
    assert members.accept_invitation(invitation=invitation, by=guest).role == "editor"
    with pytest.raises(StalePage):
        members.resend_invitation(invitation=invitation, by=applicant)


def test_an_expired_invitation_makes_way_for_another(organisation, applicant):
    first = members.invite(organisation=organisation, email=NADIA, role="editor", by=applicant)
    expired(first)
    second = members.invite(organisation=organisation, email=NADIA, role="reader", by=applicant)
    assert second.pk != first.pk and Invitation.objects.get(pk=first.pk).cancelled_at


def test_only_a_responsible_person_sends_an_invitation_again(organisation, applicant):
    invitation = members.invite(organisation=organisation, email=NADIA, role="editor", by=applicant)
    with pytest.raises(NotAllowed):
        members.resend_invitation(invitation=invitation, by=member(organisation).user)


# --- Departures ------------------------------------------------------------------------------------------------------


def test_the_last_owner_leaves_by_naming_another(organisation, applicant):
    heir = member(organisation, "reader")
    with pytest.raises(Refusal, match="nommez-en une autre"):
        members.remove_member(membership=membership_of(organisation, applicant), by=applicant)
    members.remove_member(membership=membership_of(organisation, applicant), by=applicant, successor=heir.user)
    assert list(organisation.memberships.values_list("user", "role")) == [(heir.user_id, "owner")]
    assert OutboxMessage.objects.get().recipient == heir.user.email
    entry = JournalEntry.objects.get(action="remove_member")
    assert entry.details["successor"] == str(heir.user) and entry.details["person"] == str(applicant)


def test_nobody_outside_the_structure_comes_after_the_last_owner(organisation, applicant):
    with pytest.raises(Refusal, match="Invitez-la"):
        members.remove_member(
            membership=membership_of(organisation, applicant), by=applicant, successor=factories.applicant()
        )


def test_a_second_owner_leaves_freely(organisation, applicant):
    second = member(organisation, "owner")
    members.remove_member(membership=second, by=second.user)
    assert organisation.memberships.get().user == applicant and not OutboxMessage.objects.exists()


def test_whoever_is_taken_out_is_told(organisation, applicant):
    editor = member(organisation)
    members.remove_member(membership=editor, by=applicant)
    assert OutboxMessage.objects.get().recipient == editor.user.email


# --- Asking to be let in ---------------------------------------------------------------------------------------------


def test_a_request_to_join_is_answered_by_whoever_is_responsible(organisation, applicant):
    person = factories.applicant()
    asked = joining.ask_to_join(organisation=organisation, by=person, message="Je suis le trésorier.")
    mail = OutboxMessage.objects.get()
    assert mail.recipient == applicant.email and "Je suis le trésorier." in mail.body
    with pytest.raises(Refusal, match="déjà envoyée"):
        joining.ask_to_join(organisation=organisation, by=person)
    with pytest.raises(NotAllowed):
        joining.answer_request(join_request=asked, accept=True, by=person)
    joining.answer_request(join_request=asked, accept=True, role="editor", by=applicant)
    assert membership_of(organisation, person).role == "editor"
    with pytest.raises(StalePage):
        joining.answer_request(join_request=asked, accept=False, by=applicant)
    with pytest.raises(Refusal, match="déjà membre"):
        joining.ask_to_join(organisation=organisation, by=person)


def test_a_declined_request_opens_nothing_and_may_be_made_again(organisation, applicant):
    person = factories.applicant()
    asked = joining.ask_to_join(organisation=organisation, by=person)
    joining.answer_request(join_request=asked, accept=False, by=applicant)
    assert not organisation.memberships.filter(user=person).exists()
    assert "n’est pas acceptée" in OutboxMessage.objects.get(recipient=person.email).body
    joining.ask_to_join(organisation=organisation, by=person)


def test_nobody_is_there_to_answer(organisation, applicant):
    applicant.is_active = False
    applicant.save()
    with pytest.raises(Refusal, match="équipe du dispositif"):
        joining.ask_to_join(organisation=organisation, by=factories.applicant())


# --- One structure, once ---------------------------------------------------------------------------------------------


@pytest.fixture
def known(applicant):
    return create_organisation(
        by=applicant, name="La Halle aux Possibles", legal_form="association", siret=GOOD, postal_code="63300"
    )


def test_the_same_siret_is_the_same_structure_whatever_one_says(known):
    with pytest.raises(KnownOrganisation) as refused:
        create_organisation(
            by=factories.applicant(), name="Autre", legal_form="association", siret=GOOD, separate=True
        )
    assert refused.value.organisation == known and refused.value.certain


def test_the_same_siren_asks_whether_it_is_another_establishment(known):
    fields = {"name": "Antenne", "legal_form": "association", "siret": SAME_SIREN}
    with pytest.raises(KnownOrganisation, match="même SIREN") as refused:
        create_organisation(by=factories.applicant(), **fields)
    assert not refused.value.certain
    assert create_organisation(by=factories.applicant(), separate=True, **fields).siren == known.siren


def test_without_a_siret_the_same_name_in_the_same_place_is_asked_about(known):
    fields = {"name": "la halle AUX possibles", "legal_form": "association_forming", "siret": ""}
    with pytest.raises(KnownOrganisation, match="dans cette commune"):
        create_organisation(by=factories.applicant(), postal_code="63300", **fields)
    create_organisation(by=factories.applicant(), postal_code="63100", **fields)
    assert Organisation.objects.count() == 2


def test_the_service_recognises_a_network(organisation, applicant):
    with pytest.raises(NotAllowed):
        recognise(organisation=organisation, kind="network", by=applicant)
    officer = factories.officer()
    assert recognise(organisation=organisation, kind="network", by=officer).is_network
    assert not recognise(organisation=organisation, kind="applicant", by=officer).is_network
    assert JournalEntry.objects.filter(action__in=["recognise_network", "end_network"]).count() == 2
