"""Signing up, confirming, signing in, forgetting one's password: real pages, mail read in the outbox."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import JournalEntry, OutboxMessage, Role, User
from tests import factories
from tests.accounts.people import confirmed

PASSWORD = "une phrase assez longue"
DETAILS = {"email": "Zoe@Exemple.test", "password1": PASSWORD, "first_name": "Zoé", "last_name": "Neuf"}


def link_in_last_mail():
    body = OutboxMessage.objects.order_by("-pk").first().body
    return re.search(r"https?://[^/\s]+(/compte/\S+)", body).group(1)


def sign_in(client, email, password):
    return client.post("/compte/login/", {"login": email, "password": password})


def test_the_whole_way_in(client, db):
    assert client.post("/compte/signup/", DETAILS).url == "/compte/confirm-email/"
    person = User.objects.get()
    assert (person.email, str(person), person.roles) == ("zoe@exemple.test", "Zoé Neuf", {Role.APPLICANT})
    assert JournalEntry.objects.filter(action="sign_up", actor=person).exists()

    path = link_in_last_mail()
    assert "Confirmer cette adresse" in client.get(path).content.decode()
    assert sign_in(client, person.email, PASSWORD).url == "/compte/confirm-email/", "reading the page confirms nothing"
    assert client.post(path).url == "/compte/login/"
    assert sign_in(client, "ZOE@exemple.test", PASSWORD).url == "/accueil/"
    assert client.get("/accueil/").url == "/mes-dossiers/"


def test_a_known_address_gets_a_mail_and_no_second_account(client, db):
    confirmed(factories.applicant(email="zoe@exemple.test"))
    assert client.post("/compte/signup/", DETAILS).url == "/compte/confirm-email/", "nothing tells that it is known"
    assert User.objects.count() == 1
    assert "un compte existe déjà" in OutboxMessage.objects.get().body


def test_the_errors_of_the_form_are_in_french_and_the_text_stays(client, db):
    page = client.post("/compte/signup/", {**DETAILS, "password1": "zq9", "first_name": ""}).content.decode()
    assert "2\u00a0points à corriger" in page
    assert 'value="Neuf"' in page
    assert "zq9" not in page
    assert not User.objects.exists()


def test_a_forgotten_password(client, db):
    person = confirmed(factories.applicant(password="un ancien mot de passe"))
    assert client.post("/compte/password/reset/", {"email": person.email}).status_code == 302
    link = link_in_last_mail()
    assert "Continuer" in client.get(link).content.decode()
    page = client.post(link, follow=True)
    answer = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    assert sign_in(Client(), person.email, PASSWORD).url == "/accueil/"
    assert sign_in(Client(), person.email, "un ancien mot de passe").status_code == 200


def test_an_unknown_address_gets_the_same_answer(client, db):
    assert client.post("/compte/password/reset/", {"email": "inconnu@exemple.test"}).status_code == 302
    assert "aucun compte ne la porte" in OutboxMessage.objects.get().body


def test_guessing_a_password_is_slowed_down(client, db):
    person = confirmed(factories.applicant(password=PASSWORD))
    for _ in range(5):
        sign_in(client, person.email, "faux")
    assert sign_in(client, person.email, PASSWORD).status_code == 200, "even the good one must wait"
    cache.clear()
    assert sign_in(client, person.email, PASSWORD).status_code == 302


def test_a_closed_account_does_not_enter(client, db):
    person = confirmed(factories.applicant(password=PASSWORD, is_active=False))
    assert sign_in(client, person.email, PASSWORD).url == "/compte/inactive/"


def test_signing_out_asks_first(client, db):
    client.force_login(factories.applicant())
    assert client.get("/compte/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/compte/logout/")
    assert "_auth_user_id" not in client.session


def test_the_technical_administration_has_no_door_of_its_own(client, db):
    answer = client.get("/administration/login/?next=/administration/")
    assert answer.url.startswith("/compte/login/")


@pytest.mark.parametrize(
    "path",
    [
        "login",
        "signup",
        "password/reset",
        "password/reset/done",
        "confirm-email",
        "inactive",
        "password/reset/key/done",
    ],
)
def test_pages_without_a_session(client, db, path):
    page = client.get(f"/compte/{path}/").content.decode()
    assert page.count("<h1") == 1
    assert "style=" not in page


@pytest.mark.parametrize("path", ["password/change", "email", "logout", "reauthenticate"])
def test_pages_of_a_signed_in_person(client, db, path):
    client.force_login(confirmed(factories.applicant(password=PASSWORD)))
    answer = client.get(f"/compte/{path}/")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
