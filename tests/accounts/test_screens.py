"""Pages of this floor: who opens them, what they cost, what they keep when they refuse."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import history
from accounts.models import JournalEntry, Membership, OutboxMessage, Role, User
from accounts.navigation import Navigation
from accounts.notify import notify
from accounts.roles import grant_role
from tests import factories

NOBODY = uuid.UUID(int=0)


def sign_in(client, *roles):
    person = factories.user(*roles)
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("path", "openers"),
    [
        ("/pilotage/journal/", {Role.AUDITOR, Role.OFFICER, Role.ADMINISTRATOR}),
        ("/pilotage/comptes/", {Role.ADMINISTRATOR, Role.AUDITOR}),
        ("/pilotage/courriels/", set(Role) - {Role.APPLICANT, Role.REVIEWER}),
        ("/organisations/", {Role.APPLICANT}),
        ("/organisations/nouvelle/", {Role.APPLICANT}),
        ("/compte/", set(Role)),
    ],
)
def test_who_opens_what(client, db, path, openers):
    assert client.get(path).url.startswith("/compte/login/?next=")
    for role in Role:
        sign_in(client, role)
        assert client.get(path).status_code == (200 if role in openers else 403), role


def test_a_foreign_structure_is_not_found(client, organisation):
    sign_in(client, Role.APPLICANT)
    own, foreign = f"/organisations/{NOBODY}/", organisation.get_absolute_url()
    assert client.get(own).status_code == client.get(foreign).status_code == 404
    assert organisation.name not in client.get(foreign).content.decode()
    for action in ("modifier", "inviter"):
        answer = client.post(f"{foreign}{action}/", {"idempotency_key": uuid.uuid4().hex})
        assert answer.status_code == 404


def test_staff_read_a_structure_and_do_not_change_it(client, post, organisation):
    sign_in(client, Role.OFFICER)
    page = client.get(organisation.get_absolute_url()).content.decode()
    assert organisation.name in page
    assert "Inviter une personne" not in page
    answer = post(f"{organisation.get_absolute_url()}modifier/", {"name": "Prise", "legal_form": "scic", "version": 1})
    assert answer.status_code == 403
    assert "Prise" in answer.content.decode(), "the typed text is kept"
    organisation.refresh_from_db()
    assert organisation.name == "La Halle aux Possibles"


def test_a_stale_page_keeps_the_text(client, post, organisation, applicant):
    client.force_login(applicant)
    path = f"{organisation.get_absolute_url()}modifier/"
    typed = {"legal_form": "association", "version": 1}
    assert post(path, {**typed, "name": "Première"}).status_code == 302
    answer = post(path, {**typed, "name": "Mon long texte"})
    assert answer.status_code == 409
    assert "Mon long texte" in answer.content.decode()
    organisation.refresh_from_db()
    assert organisation.name == "Première"


def test_my_details(client, post, applicant):
    client.force_login(applicant)
    fields = {"first_name": "Claire", "last_name": "Rouvier", "title": "présidente", "phone": "", "version": 1}
    assert post("/compte/", fields).status_code == 302
    assert str(User.objects.get(pk=applicant.pk)) == "Claire Rouvier"
    assert post("/compte/", {**fields, "last_name": "Autre"}).status_code == 409
    assert post("/compte/", {**fields, "last_name": "", "version": 2}).status_code == 422


def test_giving_and_taking_a_role(client, db, post):
    sign_in(client, Role.ADMINISTRATOR)
    subject = factories.reviewer()
    path = f"/pilotage/comptes/{subject.public_id}/"
    assert "Décision" in client.get(path).content.decode(), "what may not be given is said beforehand"
    refused = post(f"{path}donner/", {"role": Role.DECISION_MAKER})
    assert refused.status_code == 422
    assert "ne peut pas être tenu avec" in refused.content.decode()
    assert post(f"{path}donner/", {"role": Role.OFFICER}).status_code == 302
    assert post(f"{path}retirer/", {"role": Role.REVIEWER}).status_code == 302
    assert User.objects.get(pk=subject.pk).roles == {Role.OFFICER}
    assert "a retiré un rôle" in client.get(path).content.decode()


def test_the_outbox_page_exists_only_in_a_demonstration(client, db, settings):
    message = notify(
        "account", key="essai:1", recipient="a@exemple.test", subject="Bonjour", body="Lien http://localhost/x"
    )
    settings.DEMO = False
    assert client.get("/courriels/").status_code == 404
    assert client.get(f"/courriels/{message.public_id}/").status_code == 404
    settings.DEMO = True
    assert "Bonjour" in client.get("/courriels/").content.decode()
    assert 'href="http://localhost/x"' in client.get(f"/courriels/{message.public_id}/").content.decode()


def test_staff_follow_the_mail_without_its_text(client, db):
    notify("account", key="essai:1", recipient="a@exemple.test", subject="Objet visible", body="lien-secret")
    sign_in(client, Role.OFFICER)
    page = client.get("/pilotage/courriels/").content.decode()
    assert "Objet visible" in page
    assert "lien-secret" not in page
    answer = client.get("/pilotage/courriels/?format=csv")
    assert b"lien-secret" not in b"".join(answer.streaming_content)


def reads(client, path):
    """How many rows or sets of rows a page asks the database for."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum(query["sql"].startswith("SELECT") for query in captured)


# One literal: the reads of a list do not depend on its rows (session, person, roles, count, keys, rows and theirs;
# where columns can be chosen, those that the reader chose).
@pytest.mark.parametrize(
    ("path", "expected"),
    [("/pilotage/journal/", 8), ("/pilotage/comptes/", 8), ("/pilotage/courriels/", 11), ("/organisations/", 6)],
)
def test_lists_cost_the_same_with_one_and_with_three_rows(client, db, path, expected):
    role = Role.APPLICANT if path == "/organisations/" else Role.ADMINISTRATOR
    person = sign_in(client, role)
    for round_ in range(2):
        for n in range(1 + round_):
            JournalEntry.write(action="sign_up", subject=person, actor=person)
            notify("account", key=f"essai:{round_}{n}", recipient="a@exemple.test", subject="Bonjour", body="…")
            factories.organisation(person)
        assert reads(client, path) == expected
    assert OutboxMessage.objects.count() == 3


@pytest.mark.parametrize("extra", [0, 2])
def test_a_structure_costs_the_same_with_more_members(client, organisation, applicant, extra):
    for _ in range(extra):
        Membership.objects.create(organisation=organisation, user=factories.applicant(), role="reader")
    client.force_login(applicant)
    assert reads(client, organisation.get_absolute_url()) == 9


def test_switching_role_changes_the_header_not_the_rights(client, db, post):
    person = sign_in(client, Role.REVIEWER)
    grant_role(user=person, role=Role.APPLICANT, by=None)
    assert client.get("/accueil/").url == "/mes-dossiers/"
    assert post("/role/", {"role": Role.REVIEWER}).url == "/evaluations/"
    assert client.get("/accueil/").url == "/evaluations/"
    page = client.get("/compte/").content.decode()
    assert "Évaluation</span>" in page
    assert "Agir comme\u00a0: Porteur de projet" in page.replace("&nbsp;", "\u00a0")
    assert client.get("/organisations/").status_code == 200
    assert post("/role/", {"role": Role.AUDITOR}).status_code == 403


@pytest.mark.parametrize(
    ("roles", "path", "section", "role"),
    [
        ([Role.OFFICER, Role.REVIEWER], "/evaluations/12/", "reviewer", Role.REVIEWER),
        ([Role.OFFICER, Role.REVIEWER], "/pilotage/dossiers/", "staff", Role.OFFICER),
        ([Role.OFFICER], "/organisations/x/", "staff", Role.OFFICER),
        ([Role.APPLICANT], "/fabriques/", "public", Role.APPLICANT),
        ([], "/compte/", "public", None),
    ],
)
def test_the_menu_follows_the_page(rf, client, db, roles, path, section, role):
    request = rf.get(path)
    request.user, request.session = factories.user(*roles), client.session
    navigation = Navigation(request)
    assert (navigation.section, navigation.role) == (section, role)


def test_the_current_entry_of_the_menu(rf, client, db):
    request = rf.get("/pilotage/journal/")
    request.user, request.session = factories.auditor(), client.session
    assert [entry.label for entry in Navigation(request).menu if entry.current] == ["Journal"]
    request = rf.get("/pilotage/chorus/ecarts/")
    request.user, request.session = factories.auditor(), client.session
    assert [entry.label for entry in Navigation(request).menu if entry.current] == ["Échéances"]


def test_not_found_and_forbidden_say_what_to_do(client, db):
    missing = client.get("/nulle-part/")
    assert missing.status_code == 404
    assert "Aller à l’accueil" in missing.content.decode()
    sign_in(client, Role.APPLICANT)
    refused = client.get("/pilotage/journal/")
    assert refused.status_code == 403
    assert "Porteur de projet" in refused.content.decode()


def test_the_next_page_after_a_structure_is_one_of_ours(client, post, applicant):
    client.force_login(applicant)
    fields = {"name": "Une", "legal_form": "association"}
    assert post("/organisations/nouvelle/", {**fields, "suite": "/appels/"}).url == "/appels/"
    for elsewhere in ("https://exemple.test/", "//exemple.test/", "/\\exemple.test"):
        answer = post("/organisations/nouvelle/", {**fields, "suite": elsewhere})
        assert answer.url.startswith("/organisations/"), elsewhere


def test_the_history_speaks_french(organisation, applicant):
    (entry,) = history.entries_of(organisation)
    assert (entry.actor, entry.text) == (str(applicant), "a enregistré la structure")


@pytest.mark.parametrize(
    "path",
    ["/pilotage/", "/pilotage/tableau/", "/pilotage/tableau/argent/", "/pilotage/previsions/coupe/",
     "/pilotage/mouvements/", "/pilotage/fabriques/"],
)  # fmt: skip
def test_the_pages_of_figures_stand_under_steering(rf, client, db, path):
    request = rf.get(path)
    request.user, request.session = factories.auditor(), client.session
    assert [entry.label for entry in Navigation(request).menu if entry.current] == ["Pilotage"]
