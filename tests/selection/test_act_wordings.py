"""Minutes, addenda and agreements in the editor of the letters: written, previewed on real facts, checked, used."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import Refusal
from applications.evaluations.recusals import recuse
from documents.models import Document, WordingVersion
from documents.production import produce
from documents.rendering import as_html
from documents.wording import versions
from documents.wording.blocks import block
from documents.wording.catalogue import WORDINGS
from documents.wording.filling import EmptyFields
from funding import agreements
from funding.models import AgreementTemplate
from selection import meetings, outcomes
from selection.minutes import minutes_of
from tests import factories
from tests.documents.words_of_letters import words
from tests.funding import conftest as make
from tests.selection.conftest import build
from tests.selection.test_meetings import opened, prepare_rest, vote_together, whole_day
from tests.selection.test_wording_pages import draft, press, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = factories.officer()
    client.force_login(person)
    return person


def published(kind, *added, scope="", title=None):
    """A version that says more at its end."""
    found = versions.start(kind=kind, scope=scope, by=None)
    head = [block("title", title)] if title else found.blocks[:1]
    found = versions.write(wording_version=found, blocks=[*head, *found.blocks[1:], *added], by=None)
    return versions.publish(wording_version=found, by=None)


def article(response):
    return words("<body>" + response.content.decode().partition('<article class="fab-courrier')[2])


def test_minutes_are_made_from_the_wording_of_their_call_and_keep_it(client):
    panel, meeting = whole_day()
    thanks = block("paragraph", "{{ presidence }} remercie les membres du comité.")
    version = published("panel_minutes", thanks, scope=f"call:{panel.wave.call_id}")
    shown = client_page(client, panel.chair, "minutes", meeting)
    assert "remercie les membres" in shown
    document = meetings.close_meeting(meeting=meeting, by=panel.chair)
    published("panel_minutes", scope=f"call:{panel.wave.call_id}", title="Un autre titre")
    document.refresh_from_db()
    assert document.wording == version
    assert f"{panel.chair} remercie les membres du comité." in words(as_html("panel_minutes", document.facts))
    assert "remercie les membres" in client_page(client, panel.chair, "minutes", meeting)
    produce(document.pk)
    twin = client.get(reverse("selection:minutes_pdf", args=[meeting.public_id]), {"lire": ""})
    said = words(as_html("panel_minutes", document.facts))
    assert said[said.index("Document confidentiel") :] in article(twin)


def client_page(client, person, name, meeting):
    client.force_login(person)
    return client.get(reverse(f"selection:{name}", args=[meeting.public_id])).content.decode()


def test_minutes_that_would_have_a_blank_are_told_before_and_refused(client):
    panel, meeting = whole_day()
    published("panel_minutes", block("paragraph", "Écrit par {{ agent }}."))
    shown = client_page(client, panel.chair, "minutes", meeting)
    assert "La séance ne pourrait pas être levée" in shown and "agent qui suit le dossier" in shown
    with pytest.raises(EmptyFields, match="agent qui suit"):
        meetings.close_meeting(meeting=meeting, by=panel.chair)
    assert minutes_of(meeting) is None


def adopted_afterwards():
    panel = build(4)
    meeting = opened(panel)
    prepare_rest(panel)
    vote_together(panel, meeting, ["for"] * 4)
    meetings.close_meeting(meeting=meeting, by=panel.chair)
    return panel, meeting


def test_an_addendum_is_made_from_its_own_wording_and_has_its_twin(client):
    panel, meeting = adopted_afterwards()
    version = published("panel_addendum", block("note", "Il est joint au procès-verbal."))
    outcomes.adopt(wave=panel.wave, by=panel.chair)
    document = Document.objects.get(kind="panel_addendum")
    assert document.wording == version
    produce(document.pk)
    client.force_login(panel.chair)
    where = [meeting.public_id, meeting.addenda.get().public_id]
    twin = client.get(reverse("selection:addendum_pdf", args=where), {"lire": ""})
    assert "Il est joint au procès-verbal." in article(twin)
    assert "Il est joint au procès-verbal." in client.get(reverse("selection:addendum", args=where)).content.decode()


def test_minutes_are_previewed_on_a_meeting_without_what_the_reader_left(client):
    panel, meeting = whole_day()
    version, closed = draft("panel_minutes"), panel.dossiers[0]
    page = url("wording_preview", version)
    client.force_login(panel.officer)
    html = client.get(page).content.decode()
    assert f'value="{meeting.public_id.hex}"' in html
    asked = {"seance": meeting.public_id.hex}
    assert closed.reference in client.get(page, asked).content.decode()
    recuse(application=closed, user=panel.officer, text="Lien.", by=panel.officer)
    html = client.get(page, asked).content.decode()
    assert closed.reference not in html and panel.dossiers[1].reference in html
    assert client.get(page, asked | {"pdf": ""}).content.startswith(b"%PDF-")
    for wrong in ("x", uuid.uuid4().hex):
        assert "Aucune séance ouverte à vous" in client.get(page, {"seance": wrong}).content.decode()


def test_an_addendum_is_previewed_without_what_the_reader_left(client):
    panel, meeting = adopted_afterwards()
    outcomes.adopt(wave=panel.wave, by=panel.chair)
    page, asked = url("wording_preview", draft("panel_addendum")), {"additif": meeting.addenda.get().public_id.hex}
    client.force_login(panel.officer)
    assert panel.dossiers[0].reference in client.get(page, asked).content.decode()
    recuse(application=panel.dossiers[0], user=panel.officer, text="Lien.", by=panel.officer)
    assert panel.dossiers[0].reference not in client.get(page, asked).content.decode()


def test_the_blanks_of_a_wave_name_its_meetings(client):
    panel, meeting = whole_day()
    version = draft("panel_minutes")
    blocks = [*version.blocks, block("paragraph", "Écrit par {{ agent }}.")]
    versions.write(wording_version=version, blocks=blocks, by=None)
    client.force_login(panel.officer)
    html = client.get(url("wording_check", version), {"vague": str(panel.wave.public_id)}).content.decode()
    assert "Agent qui suit le dossier" in html
    assert f"?seance={meeting.public_id.hex}" in html


def test_minutes_have_no_wording_by_region(client, officer):
    dossier = factories.submitted()
    data = {
        "kind": "panel_minutes",
        "scope": f"call:{dossier.wave.call_id}",
        "region": dossier.fabrique.commune.region,
    }
    refused = client.post(reverse("selection:wordings"), data | {"idempotency_key": uuid.uuid4().hex})
    assert refused.status_code == 422 and "porte sur une vague entière" in refused.content.decode()
    assert not WordingVersion.objects.exists()


# --- Agreements -----------------------------------------------------------------------------------------------------


def award(wave=None):
    line = make.make_line(wave.call.programme if wave else None)
    wave = wave or make.make_wave(line.programme)
    make.open_credits(line, "ae", make.GRANT)
    (found,) = make.reserve(wave, [make.request_for(wave, line)])
    make.commit([found])
    return type(found).objects.get(pk=found.pk)


def test_an_agreement_is_previewed_on_its_dossier_with_the_clauses_of_the_version(client, officer):
    found = award()
    agreements.prepare(award=found, by=officer)
    version = draft("agreement")
    at = next(at for at, one in enumerate(version.blocks) if one["fixed"] == "unspent")
    press(client, version, "save", **{f"b{at}-text": "Ce qui reste est rendu par {{ beneficiaire }}."})
    asked = {"dossier": found.application.reference.lower()}
    html = client.get(url("wording_preview", version), asked).content.decode()
    assert f"Ce qui reste est rendu par {found.organisation}." in words("<body>" + html)
    assert found.agreement.number in html
    assert client.get(url("wording_preview", version), asked | {"pdf": ""}).content.startswith(b"%PDF-")
    recuse(application=found.application, user=officer, text="Lien.", by=officer)
    html = client.get(url("wording_preview", version), asked).content.decode()
    assert found.agreement.number not in html and "Aucune convention" in html


def test_a_clause_of_the_law_is_rewritten_and_stays(client, officer):
    version = draft("agreement")
    at = next(at for at, one in enumerate(version.blocks) if one["fixed"] == "control")
    response, version = press(client, version, f"remove:{at}", **{f"b{at}-caption": "Le contrôle"})
    assert response.status_code == 422 and "il ne s’ôte pas" in response.content.decode()
    assert (version.blocks[at]["fixed"], version.blocks[at]["caption"]) == ("control", "Le contrôle")
    _, version = press(client, version, f"add:{at + 1}", **{"add-kind": "clause"})
    assert (version.blocks[at + 1]["kind"], version.blocks[at + 1]["fixed"]) == ("clause", "")
    new = {f"b{at + 1}-caption": "Un article du service", f"b{at + 1}-text": "Le lieu est ouvert à tous."}
    response, version = press(client, version, "publish", **new)
    assert (response.status_code, version.state) == (302, "published")
    assert "Clause" not in dict(editor_kinds(client, draft())).values()


def editor_kinds(client, version):
    return client.get(url("wording", version)).context["kinds"]


def test_a_draft_for_a_call_starts_from_its_older_model(client, officer):
    found = award()
    call = found.wave.call
    clauses = [{"code": "object", "title": "Objet d’avant", "body": "Au lieu {lieu}."}]
    AgreementTemplate.objects.create(call=call, number=1, clauses=clauses)
    data = {"kind": "agreement", "scope": f"call:{call.pk}", "region": "", "idempotency_key": uuid.uuid4().hex}
    assert client.post(reverse("selection:wordings"), data).status_code == 302
    version = WordingVersion.objects.get()
    [first] = [one for one in version.blocks if one["kind"] == "clause"]
    assert (first["caption"], first["lines"][0]["text"]) == ("Objet d’avant", "Au lieu {{ lieu }}.")
    with pytest.raises(Refusal, match="le montant"):
        versions.publish(wording_version=version, by=None)
    assert "modèle de convention d’avant" in client.get(reverse("selection:wordings")).content.decode()


def test_the_blanks_of_a_wave_of_agreements_cost_the_same_for_one_and_three(client, officer):
    first = award()
    version, costs = draft("agreement"), []
    # The first page of all also reads what the process then keeps.
    for others in (0, 0, 2):
        for _ in range(others):
            award(first.wave)
        for one in type(first).objects.filter(agreement=None):
            agreements.prepare(award=one, by=officer)
        with CaptureQueriesContext(connection) as captured:
            html = client.get(url("wording_check", version), {"vague": str(first.wave.public_id)}).content.decode()
        costs.append(len(captured))
        assert f"{1 + others} document" in html.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert costs[1] == costs[2]


@pytest.mark.parametrize("kind", ["panel_minutes", "panel_addendum", "agreement", "amendment"])
def test_the_editor_shows_the_blocks_of_each(client, officer, kind):
    html = client.get(url("wording", draft(kind))).content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")
    for known in WORDINGS[kind].mandatory:
        assert known.label in html
    for wanted in WORDINGS[kind].clauses:
        assert wanted.label in html
