"""The pages of a structure and its people, as each reads them."""

import pytest

from accounts import members
from accounts.models import Invitation, JoinRequest, Membership, Organisation
from tests import factories
from tests.accounts.people import confirmed
from tests.applications.web import post, signed_in, text

GOOD = "73282932000074"


def page_of(organisation, tail=""):
    return f"/organisations/{organisation.public_id}/{tail}"


def test_a_structure_that_exists_is_joined_not_enrolled_twice(organisation, applicant):
    Organisation.objects.filter(pk=organisation.pk).update(siret=GOOD)
    person = factories.applicant()
    client = signed_in(person)
    new = {"name": "La Halle", "legal_form": "association", "siret": GOOD}
    answer = post(client, "/organisations/nouvelle/", new)
    page = text(answer)
    assert answer.status_code == 422 and "« La Halle aux Possibles » existe déjà" in page
    assert "l’enregistrer à part" not in page and page_of(organisation, "rejoindre/") in page

    found = client.get("/organisations/rejoindre/", {"siret": "732 829 320 00074"})
    assert found.url == page_of(organisation, "rejoindre/")
    assert "enregistrée avec ce SIRET" in text(client.get("/organisations/rejoindre/", {"siret": "35600000049837"}))
    assert "Envoyer ma demande" in text(client.get(found.url))
    assert client.get(page_of(organisation)).status_code == 404
    assert post(client, found.url, {"message": "Je suis le trésorier."}).status_code == 302
    assert "attend la réponse" in text(client.get("/organisations/"))

    owner, asked = signed_in(applicant), JoinRequest.objects.get()
    assert "1 personne demande à entrer" in text(owner.get(page_of(organisation)))
    answering = page_of(organisation, f"demandes/{asked.public_id}/")
    assert "Je suis le trésorier." in text(owner.get(answering))
    assert post(owner, answering, {"accepter": "1", "role": "reader"}).status_code == 302
    assert client.get(page_of(organisation)).status_code == 200
    assert post(client, answering, {"accepter": "1", "role": "owner"}).status_code == 403


def test_another_establishment_is_enrolled_once_it_is_said_so(applicant):
    factories.organisation(applicant, siret=GOOD)
    client = signed_in(factories.applicant())
    new = {"name": "Antenne", "legal_form": "association", "siret": "73282932000066"}
    page = text(post(client, "/organisations/nouvelle/", new))
    assert "même SIREN" in page and "l’enregistrer à part" in page
    assert post(client, "/organisations/nouvelle/", {**new, "separate": "on"}).status_code == 302


def test_the_owner_changes_rights_and_names_who_signs(organisation, applicant):
    editor = Membership.objects.create(organisation=organisation, user=factories.applicant(), role="editor")
    client = signed_in(applicant)
    changing = page_of(organisation, f"membres/{editor.user.public_id}/droit/")
    assert "Aujourd’hui : rédaction" in text(client.get(changing))
    assert post(client, changing, {"role": "reader", "is_representative": "on"}).status_code == 302
    assert "Lecture, représentation légale" in text(client.get(page_of(organisation)))
    assert signed_in(editor.user).get(changing).status_code == 403


def test_leaving_says_what_it_does_and_asks_who_comes_after(organisation, applicant):
    client = signed_in(applicant)
    leaving = page_of(organisation, f"membres/{applicant.public_id}/retirer/")
    assert "Personne ne peut prendre la suite" in text(client.get(leaving))
    heir = Membership.objects.create(organisation=organisation, user=factories.applicant(), role="reader")
    assert "devient responsable" in text(client.get(leaving))
    refused = post(client, leaving)
    assert refused.status_code == 422 and "nommez-en une autre" in text(refused)
    assert post(client, leaving, {"successor": heir.user.public_id}).url == "/organisations/"
    assert organisation.memberships.get().role == "owner"
    assert client.get(page_of(organisation)).status_code == 404


def test_an_expired_invitation_says_what_to_do(organisation, applicant):
    guest = confirmed(factories.applicant(email="nadia@exemple.test"))
    client = signed_in(applicant)
    assert post(client, page_of(organisation, "inviter/"), {"email": guest.email, "role": "editor"}).status_code == 302
    invitation = Invitation.objects.get()
    Invitation.objects.update(expires_at=invitation.created_at)
    hers = signed_in(guest)
    assert "demandez-lui de la renvoyer" in text(hers.get("/organisations/"))
    accepting = f"/invitations/{invitation.public_id}/accepter/"
    refused = post(hers, accepting)
    assert refused.status_code == 422 and "a expiré" in text(refused)
    again = page_of(organisation, f"invitations/{invitation.public_id}/renvoyer/")
    assert post(client, again).status_code == 302
    assert "2ᵉ envoi" in text(client.get(page_of(organisation)))
    assert post(hers, accepting).url == page_of(organisation)


def test_the_service_finds_a_structure_and_recognises_a_network(organisation):
    client = signed_in(factories.officer())
    assert "La Halle aux Possibles" in text(client.get("/pilotage/structures/", {"q": "halle"}))
    page = text(client.get(page_of(organisation)))
    assert "Reconnaître comme réseau d’appui" in page and "Inviter une personne" not in page
    assert post(client, page_of(organisation, "reseau/"), {"kind": "network"}).status_code == 302
    assert "Retirer cette qualité" in text(client.get(page_of(organisation)))
    assert post(client, page_of(organisation, "reseau/"), {"kind": "king"}).status_code == 409


@pytest.mark.django_db
def test_the_list_of_members_does_not_cost_more_with_more_people(
    organisation, applicant, django_assert_max_num_queries
):
    for _ in range(12):
        Membership.objects.create(organisation=organisation, user=factories.applicant(), role="reader")
        members.invite(organisation=organisation, email=factories.applicant().email, role="reader", by=applicant)
    client = signed_in(applicant)
    with django_assert_max_num_queries(14):
        client.get(page_of(organisation))
