"""Writing a wording without JavaScript, previewing it on a real dossier, its blanks, its changes, its publication."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application, Assignment
from documents.models import Document, WordingVersion
from documents.rendering import as_html
from documents.wording import versions
from documents.wording.blocks import block
from documents.wording.catalogue import WORDINGS
from selection.decisions import sign_wave
from selection.models import PreparedOutcome
from selection.outcomes import adopt
from tests import factories
from tests.documents.words_of_letters import words
from tests.selection.conftest import make_letters, prepare_all

KIND = "refusal_letter"
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = factories.officer()
    client.force_login(person)
    return person


def url(name, version):
    return reverse(f"selection:{name}", args=[version.public_id])


def posted(version, do, **typed):
    """What the editor's page posts, with what was typed in it."""
    fields = {"count": len(version.blocks), "note": version.note, "do": do, "version": version.version}
    for at, one in enumerate(version.blocks):
        fields |= {f"b{at}-kind": one["kind"], f"b{at}-when": one["when"], f"b{at}-fixed": one["fixed"]}
        fields |= {f"b{at}-text": "\n".join(line["text"] for line in one["lines"]), f"b{at}-caption": one["caption"]}
    return fields | {"idempotency_key": uuid.uuid4().hex} | typed


def press(client, version, do, **typed):
    response = client.post(url("wording", version), posted(fresh(version), do, **typed))
    return response, fresh(version)


def recuse(dossier, person):
    Assignment.objects.create(application=dossier, reviewer=person, state="recused")


def fresh(version):
    return WordingVersion.objects.get(pk=version.pk)


def draft(kind=KIND, scope=""):
    return versions.start(kind=kind, scope=scope, by=None)


def test_a_draft_is_opened_from_the_list_for_a_call_and_a_region(client, officer):
    dossier = factories.submitted()
    call, region = dossier.wave.call, dossier.fabrique.commune.region
    page = reverse("selection:wordings")
    data = {"kind": KIND, "scope": f"call:{call.pk}", "region": region, "idempotency_key": uuid.uuid4().hex}
    assert client.post(page, data).status_code == 302
    found = WordingVersion.objects.get()
    assert (found.scope, found.created_by) == (f"call:{call.pk}|{region}", officer)
    html = client.get(page).content.decode()
    assert f"Appel {call.title}, {region}" in html
    refused = client.post(page, data | {"scope": "", "idempotency_key": uuid.uuid4().hex})
    assert refused.status_code == 422


def test_blocks_are_added_moved_and_taken_out_by_buttons_alone(client, officer):
    version = draft()
    before = [one["kind"] for one in version.blocks]
    _, version = press(client, version, "add:2", **{"add-kind": "note"})
    assert version.blocks[2]["kind"] == "note"
    _, version = press(client, version, "up:2", **{"b2-text": "Un mot du service."})
    assert version.blocks[1]["lines"][0]["text"] == "Un mot du service."
    _, version = press(client, version, "field:1", **{"b1-field": "lieu"})
    assert version.blocks[1]["lines"][0]["text"] == "Un mot du service. {{ lieu }}"
    _, version = press(client, version, "down:1")
    _, version = press(client, version, "remove:2")
    assert [one["kind"] for one in version.blocks] == before


def test_a_mandatory_block_moves_and_stays_and_what_was_typed_is_kept(client, officer):
    version = draft()
    at = next(n for n, one in enumerate(version.blocks) if one["fixed"] == "signature")
    response, version = press(client, version, f"remove:{at}", **{"b0-text": "Titre retouché"})
    assert response.status_code == 422
    assert "il se déplace, il ne s’ôte pas" in response.content.decode()
    assert version.blocks[at]["fixed"] == "signature"
    assert version.blocks[0]["lines"][0]["text"] == "Titre retouché"


def test_conditions_typed_at_the_head_of_a_line_are_kept(client, officer):
    version = draft()
    _, version = press(
        client, version, "save", **{"b2-text": "Bonjour.\n[si conseil] {{ conseil }}\n[sauf conseil] Rien."}
    )
    assert [line["when"] for line in version.blocks[2]["lines"]] == ["", "conseil", "!conseil"]
    html = client.get(url("wording", version)).content.decode()
    assert "[sauf conseil] Rien." in html


def test_publishing_says_what_is_wrong_keeps_the_text_then_dates_and_names(client, officer):
    version = draft()
    response, version = press(client, version, "publish", **{"b2-text": "Bonjour {{ inconnu }}."})
    assert (response.status_code, version.state) == (422, "draft")
    assert "« inconnu » n’est pas un champ" in response.content.decode()
    assert "Bonjour {{ inconnu }}." in response.content.decode()
    response, version = press(client, version, "publish", **{"b2-text": "Bonjour {{ lieu }}."})
    assert (response.status_code, version.state, version.published_by) == (302, "published", officer)
    response, version = press(client, version, "save", **{"b2-text": "Autre"})
    assert response.status_code == 409
    assert f"par {officer}" in client.get(url("wording", version)).content.decode()


def test_a_page_made_from_an_older_draft_writes_nothing(client, officer):
    version = draft()
    stale = posted(version, "save", **{"b2-text": "Ancien"})
    press(client, version, "save", **{"b2-text": "Récent"})
    assert client.post(url("wording", version), stale).status_code == 409
    assert fresh(version).blocks[2]["lines"][0]["text"] == "Récent"


def test_every_kind_is_previewed_with_its_example_on_the_screen(client, officer):
    for kind in WORDINGS:
        html = client.get(url("wording_preview", draft(kind))).content.decode()
        assert "La Halle aux Possibles" in html, kind
        assert "Ce courrier ne serait pas fait" not in html, kind


def test_a_preview_reads_a_real_dossier_and_never_a_closed_one(client, officer):
    dossier = factories.submitted()
    version = draft()
    html = client.get(url("wording_preview", version), {"dossier": dossier.reference.lower()}).content.decode()
    assert dossier.organisation.name in html
    assert dossier.reference in html
    recuse(dossier, officer)
    html = client.get(url("wording_preview", version), {"dossier": dossier.reference}).content.decode()
    assert dossier.organisation.name not in html
    assert "Aucun dossier envoyé, ouvert à vous" in html


def test_a_preview_is_a_file_too(client, officer):
    response = client.get(url("wording_preview", draft()), {"pdf": ""})
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_the_blanks_of_a_wave_are_a_list(client, officer):
    dossier, known = factories.submitted(), factories.submitted()
    Application.objects.filter(pk=known.pk).update(wave=dossier.wave, officer=officer)
    version = draft()
    blocks = [*version.blocks[:2], block("paragraph", "Suivi par {{ agent }}."), *version.blocks[2:]]
    version = versions.write(wording_version=version, blocks=blocks, by=None)
    wave = {"vague": str(dossier.wave.public_id)}
    html = client.get(url("wording_check", version), wave).content.decode()
    assert dossier.reference in html
    assert known.reference not in html
    assert "Agent qui suit le dossier" in html
    recuse(dossier, officer)
    assert dossier.reference not in client.get(url("wording_check", version), wave).content.decode()


def test_the_blanks_of_a_wave_cost_the_same_for_one_dossier_and_three(client, officer):
    version, costs, wave = draft(), [], None
    for _ in range(2):
        for _ in range(1 if wave is None else 2):
            dossier = factories.submitted()
            wave = wave or dossier.wave
            Application.objects.filter(pk=dossier.pk).update(wave=wave)
        with CaptureQueriesContext(connection) as captured:
            client.get(url("wording_check", version), {"vague": str(wave.public_id)})
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_a_prepared_outcome_is_previewed_as_it_would_be_signed(client, officer, panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.chair)
    refused, waiting = panel.dossiers[3], panel.dossiers[2]
    html = client.get(url("wording_preview", draft()), {"dossier": refused.reference}).content.decode()
    assert "Aucun partenaire ne s’est engagé par écrit." in html
    assert "telle qu’elle serait signée aujourd’hui" in html
    html = client.get(
        url("wording_preview", draft("waitlist_letter")), {"dossier": waiting.reference}
    ).content.decode()
    rank = PreparedOutcome.objects.get(application=waiting).rank
    assert f"Rang {rank}, jusqu’au" in html.replace("\u00a0", " ")
    assert not Document.objects.filter(kind__endswith="_letter").exists()


def test_a_signed_wave_takes_the_wording_of_its_call(panel):
    version = draft(scope=f"call:{panel.wave.call_id}")
    blocks = [block("title", "Réponse de l’appel pour {{ lieu }}"), *version.blocks[1:]]
    versions.write(wording_version=version, blocks=blocks, by=None)
    versions.publish(wording_version=version, by=None)
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.chair)
    sign_wave(wave=panel.wave, by=panel.signatory)
    found = {document.kind: document for document in Document.objects.exclude(kind="receipt")}
    assert found[KIND].wording.pk == version.pk
    assert found["award_letter"].wording is None


def test_versions_are_compared_line_by_line(client, officer):
    version = draft()
    press(client, version, "save", **{"b2-text": "Une autre phrase."})
    html = client.get(url("wording_compare", version)).content.decode()
    assert re.search(r"<del>[^<]*n’est pas\s+retenue", html)
    assert "<ins>Paragraphe : Une autre phrase.</ins>" in html.replace("\u00a0", " ")


def test_every_letter_has_its_twin_for_whoever_may_read_it(client, officer, panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.chair)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave)
    for document in Document.objects.filter(kind__endswith="_letter"):
        page = reverse("selection:letter", args=[document.public_id])
        twin = client.get(page, {"lire": ""}).content.decode()
        said = words(as_html(document.template, document.facts)).partition("Madame, Monsieur, ")[2]
        assert said in words(twin.replace('<article class="fab-courrier"', "<body>")), document.kind
        assert f'href="{page}"' in twin
    client.force_login(factories.applicant())
    assert client.get(page, {"lire": ""}).status_code in (403, 404)
