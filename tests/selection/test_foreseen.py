"""The letters of a wave before it is signed: what they would say, what they lack, and that what was read is signed."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import StalePage
from accounts.models import Organisation
from applications.evaluations import recusals
from documents.frozen import to_json
from documents.models import Document
from selection.decisions import sign_wave
from selection.letter_checks import LettersIncomplete
from selection.models import Decision, SignatureDelegation
from selection.outcomes import adopt
from selection.signing import to_sign
from tests import factories
from tests.selection.conftest import GRANT, build, delegate, prepare_all

pytestmark = pytest.mark.django_db
NO_TOWN = {"address": "", "postal_code": "", "city": ""}


def page(client, panel, reader):
    client.force_login(reader)
    return client.get(reverse("selection:decisions", args=[panel.wave.public_id]))


def preview_url(panel, dossier):
    return reverse("selection:foreseen_letter", args=[panel.wave.public_id, dossier.public_id])


def without_address(dossier):
    Organisation.objects.filter(pk=dossier.organisation_id).update(**NO_TOWN)


def post_signature(client, panel, digest):
    client.force_login(panel.signatory)
    fields = {"digest": digest, "version": factories.fresh(panel.wave).version, "idempotency_key": uuid.uuid4().hex}
    return client.post(reverse("selection:sign", args=[panel.wave.public_id]), fields)


def test_what_is_signed_is_what_was_foreseen_word_for_word(adopted):
    seen = to_sign(adopted.wave, reader=adopted.signatory)
    assert not seen.incomplete
    sign_wave(wave=adopted.wave, by=adopted.signatory, digest=seen.digest)
    for line in seen.lines:
        made = Document.objects.about(Decision.objects.get(application=line.application)).get()
        foreseen, frozen = to_json(line.foreseen.facts), made.facts["letter"]
        assert foreseen["signature"].pop("signed_at") <= frozen["signature"].pop("signed_at")
        assert (line.foreseen.kind, foreseen) == (made.kind, frozen)


def test_reading_them_writes_nothing(adopted):
    to_sign(adopted.wave, reader=adopted.signatory)
    assert not Decision.objects.exists()
    assert not Document.objects.exists()


def test_the_page_lists_kind_signatory_and_a_link_to_each(client, adopted):
    found = page(client, adopted, adopted.officer).content.decode()
    assert "Signataire&nbsp;: Hélène Vasseur" in found
    for dossier in adopted.dossiers:
        assert preview_url(adopted, dossier) in found
    assert "Lettre d’attribution" in found
    assert "aucun champ n’est vide" in found


def test_each_letter_is_read_as_it_would_be(client, adopted):
    client.force_login(adopted.officer)
    found = client.get(preview_url(adopted, adopted.dossiers[0])).content.decode()
    assert "cent cinquante mille euros" in found
    assert "donné à la signature" in found
    assert "resource:///" not in found
    assert found.count("<h1") == 1


def test_a_missing_address_is_told_before_and_refused_at_the_signature(client, adopted):
    without_address(adopted.dossiers[1])
    found = page(client, adopted, adopted.signatory).content.decode()
    assert "1\u00a0courrier à compléter" in found
    assert "adresse de la structure" in found
    assert "disabled" in found
    assert "Il manque" in client.get(preview_url(adopted, adopted.dossiers[1])).content.decode()
    with pytest.raises(LettersIncomplete, match="adresse de la structure"):
        sign_wave(wave=adopted.wave, by=adopted.signatory)
    assert not Decision.objects.exists()
    assert not Document.objects.exists()


def test_a_letter_that_changed_since_it_was_read_is_not_signed(client, adopted):
    digest = to_sign(adopted.wave, reader=adopted.signatory).digest
    Organisation.objects.filter(pk=adopted.dossiers[0].organisation_id).update(address="1 rue Neuve")
    with pytest.raises(StalePage, match="relisez la liste"):
        sign_wave(wave=adopted.wave, by=adopted.signatory, digest=digest)
    answer = post_signature(client, adopted, digest)
    assert answer.status_code == 409
    assert not Decision.objects.exists()
    answer = post_signature(client, adopted, to_sign(adopted.wave, reader=adopted.signatory).digest)
    assert answer.status_code == 302
    assert Decision.objects.count() == 4


def test_a_delegation_that_does_not_cover_is_told_line_by_line(adopted):
    SignatureDelegation.objects.all().delete()
    delegate(adopted.signatory, adopted.wave, acts=["award"])
    seen = to_sign(adopted.wave, reader=adopted.signatory)
    assert [line.act for line in seen.incomplete] == ["waitlist", "refusal"]
    assert seen.digest == ""


def test_a_signed_wave_has_no_foreseen_letter(client, adopted):
    sign_wave(wave=adopted.wave, by=adopted.signatory)
    client.force_login(adopted.officer)
    assert client.get(preview_url(adopted, adopted.dossiers[0])).status_code == 404


def test_a_closed_dossier_is_neither_listed_nor_read(client, adopted):
    dossier = adopted.dossiers[0]
    recusals.recuse(application=dossier, user=adopted.chair, text="Ma sœur y travaille.", by=adopted.chair)
    assert preview_url(adopted, dossier) not in page(client, adopted, adopted.chair).content.decode()
    assert client.get(preview_url(adopted, dossier)).status_code == 404


def test_the_list_costs_the_same_for_more_dossiers(db):
    counts = []
    for ranks, proposed in ((3, 1), (6, 3)):
        panel = prepare_all(build(ranks=ranks, money=proposed * GRANT), proposed=proposed)
        adopt(wave=panel.wave, by=panel.officer)
        with CaptureQueriesContext(connection) as queries:
            to_sign(panel.wave, reader=panel.signatory)
        counts.append(len(queries))
    assert counts[0] == counts[1]
