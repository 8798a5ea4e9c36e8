"""What a mail is made of: a text and the same in HTML, a thread by dossier, a way out of what no right depends on."""

import re

import pytest

from accounts import delivery, digests, mail_parts, notifications
from accounts.models import Delivery, Event, NotificationPreference, OutboxMessage
from accounts.notify import notify, together
from tests import factories
from tests.accounts.test_outbox import server  # noqa: F401

pytestmark = pytest.mark.django_db
DOSSIER = "/dossiers/0b54a1f4-5f0d-4cf0-8a63-5f1f0e6d5b1a/"
BODY = "Bonjour,\n\nVoici :\n- un point <b>gras</b>\n- https://exemple.test/a?b=1&c=2.\n\nL’équipe\n"


@pytest.fixture
def person():
    return factories.applicant()


def mail(person, event=Event.TEAM, key="essai:1", **fields):
    fields = {"subject": "Objet", "body": BODY, "url": DOSSIER} | fields
    return notify(event, key=key, recipient=person, **fields).mail


def received(server, message):  # noqa: F811
    delivery.send(message.pk)
    return server.received[-1]


def test_two_parts_say_the_same_and_fetch_nothing(person, server):  # noqa: F811
    found = received(server, mail(person))
    assert found.get_content_type() == "multipart/alternative"
    text, html = (found.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.index("Bonjour") < text.index("- un point <b>gras</b>") < text.index("Une question")
    assert "un point &lt;b&gt;gras&lt;/b&gt;" in html and "<b>" not in html
    assert '<a href="https://exemple.test/a?b=1&amp;c=2">' in html
    assert not re.search(r"<(img|script|link|iframe|form|table)|url\(|@import", html)
    assert '<html lang="fr">' in html and html.count("<h1>") == 1 and "<ul>" in html and "<title>Objet" in html
    assert "prefers-color-scheme: dark" in html and "équipe" in html
    for part in (text, html):
        assert "equipe@fabriques.example" in part and "Fabriques des territoires" in part


def test_a_script_in_a_subject_is_text(person, server):  # noqa: F811
    subject = "<script>alert(1)</script> {{ 1 }} \u202eab 🎉"
    found = received(server, mail(person, subject=subject))
    assert found["Subject"].strip() == subject
    assert "<script" not in found.get_body(("html",)).get_content()


def test_mails_of_one_dossier_are_one_thread(person, server):  # noqa: F811
    first, second = (received(server, mail(person, key=f"essai:{n}")) for n in (1, 2))
    other = received(server, mail(person, key="essai:3", url="/mes-dossiers/"))
    staff = received(server, mail(person, key="essai:4", url=f"/pilotage{DOSSIER}messages/"))
    assert first["References"] == second["References"] == first["In-Reply-To"] == staff["References"]
    assert first["Message-ID"] != second["Message-ID"] and other["References"] is None


def test_one_click_stops_what_no_right_depends_on_without_signing_in(person, server, client):  # noqa: F811
    found = received(server, mail(person))
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<http[^>]*?(/courriels/desabonnement/[^>]+)>", found["List-Unsubscribe"].strip())[1]
    page = client.get(path).content.decode()
    assert Event.TEAM.label in page and not NotificationPreference.objects.exists(), "reading writes nothing"
    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert notifications.preferences_of(person)[Event.TEAM] == Delivery.HERE
    assert notifications.preferences_of(person)[Event.MESSAGE] == Delivery.NOW
    assert mail(person, key="essai:2") is None, "told in the service alone"
    client.force_login(person)
    assert "Ici seulement" in client.get("/compte/notifications/").content.decode()


def test_a_link_that_is_not_ours_is_not_found(person, client):
    mail(person)
    assert client.post("/courriels/desabonnement/1:abc:def/").status_code == 404


@pytest.mark.parametrize("event", [Event.DECISION, Event.RECEIPT, Event.ACCOUNT, Event.REQUEST])
def test_what_rights_run_from_has_no_way_out(person, server, event):  # noqa: F811
    found = received(server, mail(person, event))
    assert found["List-Unsubscribe"] is None and found["List-Unsubscribe-Post"] is None
    assert "Ne plus recevoir" not in found.get_body(("plain",)).get_content()


def test_the_way_out_of_several_things_is_that_of_each(person, server, client):  # noqa: F811
    with together("acte:1"):
        mail(person, Event.TEAM, key="a:1")
        mail(person, Event.MESSAGE, key="a:2")
    assert digests.mail_group("acte:1") == 1
    message = OutboxMessage.objects.get()
    assert received(server, message)["List-Unsubscribe"]
    client.post(mail_parts.unsubscribe_url(message).split("localhost:8000")[-1])
    chosen = notifications.preferences_of(person)
    assert chosen[Event.TEAM] == chosen[Event.MESSAGE] == Delivery.HERE


def test_the_demonstration_shows_both_parts(person, client, settings):
    settings.DEMO = True
    found = mail(person)
    page = client.get(f"/courriels/{found.public_id}/").content.decode()
    assert "un point" in page and "List-Unsubscribe" in page
    response = client.get(f"/courriels/{found.public_id}/html/")
    assert "<h1>Objet</h1>" in response.content.decode()
    assert "script-src 'none'" in response["Content-Security-Policy"]
