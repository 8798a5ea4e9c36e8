"""The applicant's pages: from nothing to a receipt, by hand, without JavaScript."""

import datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.middleware import RequestIdMiddleware
from accounts.models import Membership, Organisation
from applications import completeness
from applications.models import Application, Attachment
from applications.views.scope import arrival
from documents.models import Document
from documents.production import produce
from tests import factories
from tests.applications.web import answers_data, plan_data, post, signed_in, text, url

pytestmark = pytest.mark.django_db
NEW_PLACE = {"place_name": "La Halle", "commune": "63300 Thiers", "address": "12 rue X", "declared_segment": "qpv"}


@pytest.fixture
def person():
    return factories.applicant()


@pytest.fixture
def client(person):
    return signed_in(person)


def test_a_whole_dossier_from_the_call_to_the_receipt(client, person):
    factories.communes()
    wave = factories.wave()
    new = {"organisation": "new", "name": "Association La Halle", "legal_form": "association", "siret": ""}
    answer = post(client, "/dossiers/nouveau/", {"wave": wave.public_id, **new, **NEW_PLACE})
    application = Application.objects.get()
    assert answer.status_code == 302 and answer.url == url(application)
    assert application.organisation.name == "Association La Halle"
    assert application.fabrique.commune.code == factories.THIERS
    page = text(client.get(url(application)))
    assert "C’est à vous d’agir" in page and "sections à compléter" in page

    for section in application.call_version.sections.all():
        assert client.get(url(application, f"{section.slug}/")).status_code == 200
        answer = post(client, url(application, f"{section.slug}/"), {"version": 0, **answers_data(section)})
        assert answer.status_code == 302, text(answer)[text(answer).find("à corriger") :][:900]
    assert answer.url == url(application, "plan-de-financement/")

    answer = post(client, answer.url, plan_data(factories.balanced_plan(), version=0))
    assert answer.url == url(application, "pieces/")
    answer = post(client, answer.url, {"kind": "statutes", "file": factories.upload()})
    assert answer.status_code == 302

    page = text(client.get(url(application, "envoyer/")))
    assert "Envoyer mon dossier" in page and "demande 150 000 € pour « La Halle »" in page
    answer = post(
        client, url(application, "envoyer/"), {"version": factories.fresh(application).version, "sincere": "on"}
    )
    assert answer.url == url(application)
    page = text(client.get(answer.url))
    application = factories.fresh(application)
    assert application.state == "submitted" and f"Dossier n° {application.reference}" in page.replace(
        '<b class="fb-num">', ""
    )
    assert "Accusé de réception" in page and "Votre dossier est envoyé et reçu" in page
    assert client.get("/mes-dossiers/").status_code == 200


def test_every_page_of_a_dossier_opens_in_each_state(client, person):
    application = factories.complete_draft(by=person)
    tails = ["", "structure/", "adresse/", "plan-de-financement/", "pieces/", "envoyer/", "desistement/"]
    tails += [f"{section.slug}/" for section in application.call_version.sections.all()]
    for tail in tails:
        assert client.get(url(application, tail)).status_code == 200, tail
    factories.send(application)
    for tail in [*tails, "envoye/"]:
        assert client.get(url(application, tail)).status_code == 200, tail
    assert client.get(url(application, "inconnue/")).status_code == 404


def test_the_start_page_offers_the_wave_of_the_address(client):
    factories.communes()
    factories.wave()
    second = factories.wave()
    page = text(client.get(f"/dossiers/nouveau/?vague={second.public_id}"))
    assert f'value="{second.public_id}" selected' in page


def test_a_dossier_started_twice_for_one_place_is_refused_and_its_new_structure_is_not_kept(client, person):
    application = factories.draft(by=person)
    organisation = application.organisation
    data = {"wave": application.wave.public_id, **NEW_PLACE, "place_name": application.fabrique.name}
    answer = post(client, "/dossiers/nouveau/", {**data, "organisation": organisation.public_id})
    assert answer.status_code == 422
    assert "Ce lieu a déjà un dossier dans la vague 1" in text(answer)
    before = Organisation.objects.count()
    answer = post(client, "/dossiers/nouveau/", {**data, "organisation": "new", "name": "Nouvelle", "siret": "12",
                                                 "legal_form": "association"})  # fmt: skip
    assert answer.status_code == 422 and "Ce SIRET n’est pas valable" in text(answer)
    assert Organisation.objects.count() == before and Application.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("99999", "Aucune commune ne répond à « 99999 »"),
        ("Nulle-Part-sur-Mer", "Aucune commune ne répond à « Nulle-Part-sur-Mer »"),
        ("", "Indiquez la commune du lieu"),
    ],
)
def test_a_commune_that_does_not_exist_is_refused_with_the_text_kept(client, person, typed, sentence):
    factories.communes()
    wave = factories.wave()
    organisation = factories.organisation(person)
    data = {**NEW_PLACE, "commune": typed, "wave": wave.public_id, "organisation": organisation.public_id}
    answer = post(client, "/dossiers/nouveau/", data)
    page = text(answer)
    assert answer.status_code == 422 and sentence in page
    assert 'value="La Halle"' in page and (not typed or f'value="{typed}"' in page)
    assert not Application.objects.exists()


def test_a_former_commune_leads_to_that_of_today_and_keeps_the_code_received(person):
    factories.communes()
    application = factories.draft(by=person, commune_code="02603")
    assert application.fabrique.commune.code == "02810"
    assert application.fabrique.commune_code_received == "02603"


def test_another_organisations_dossier_is_not_found(client):
    foreign = factories.complete_draft()
    piece = foreign.attachments.get()
    sections = ["", "structure/", "adresse/", "plan-de-financement/", "pieces/", f"pieces/{piece.public_id}/"]
    others = ["envoyer/", "envoye/", "desistement/", "accuse-de-reception/", "plan-de-financement/totaux/"]
    for tail in sections + others:
        assert client.get(url(foreign, tail)).status_code == 404, tail
    for tail in ["adresse/", "envoyer/", "desistement/", f"pieces/{piece.public_id}/retirer/"]:
        assert post(client, url(foreign, tail)).status_code == 404, tail
    assert factories.fresh(foreign).state == "draft"


def test_a_reader_of_the_organisation_reads_and_cannot_write(person):
    application = factories.complete_draft(by=person)
    reader = factories.applicant()
    Membership.objects.create(user=reader, organisation=application.organisation, role=Membership.Role.READER)
    client = signed_in(reader)
    page = text(client.get(url(application)))
    assert "lecture seule" in page and "Se désister" not in page
    assert "Enregistrer et continuer" not in text(client.get(url(application, "adresse/")))
    for tail, data in [("adresse/", NEW_PLACE), ("desistement/", {}), ("envoyer/", {"sincere": "on"})]:
        answer = post(client, url(application, tail), data)
        assert answer.status_code == 403 and "ne permet que la lecture" in text(answer), tail
    assert factories.fresh(application).state == "draft"


def test_a_piece_that_is_not_a_pdf_is_refused(client, person):
    application = factories.draft(by=person)
    fake = factories.upload("bail.pdf", b"%PDF-1.7 ceci n'en est pas un")
    answer = post(client, url(application, "pieces/"), {"kind": "occupancy", "file": fake})
    page = text(answer)
    assert answer.status_code == 422 and "n’est pas un vrai PDF" in page
    assert 'value="occupancy" selected' in page
    renamed = factories.upload("bail.pdf", b"GIF89a...")
    assert "porte le nom d’un PDF mais n’en est pas un" in text(
        post(client, url(application, "pieces/"), {"kind": "occupancy", "file": renamed})
    )
    assert not Attachment.objects.exists()


def test_a_piece_is_joined_read_and_set_aside(client, person):
    application = factories.draft(by=person)
    post(client, url(application, "pieces/"), {"kind": "support", "file": factories.upload("lettre.pdf")})
    piece = Attachment.objects.get()
    answer = client.get(url(application, f"pieces/{piece.public_id}/"))
    assert answer["Content-Type"] == "application/pdf" and "lettre.pdf" in answer["Content-Disposition"]
    assert answer.getvalue().startswith(b"%PDF")
    post(client, url(application, f"pieces/{piece.public_id}/retirer/"))
    assert factories.fresh(piece).removed_at is not None
    page = text(client.get(url(application)))
    assert "a joint « lettre.pdf »" in page and "a retiré « lettre.pdf »" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "Le montant ne peut pas être négatif. Saisissez un montant positif."),
        ("99999999999999", "Ce montant est trop grand : saisissez au plus 100 000 000 €."),
        ("beaucoup", "Saisissez un montant en euros, par exemple 150 000 ou 150 000,50."),
    ],
)
def test_an_impossible_amount_is_refused_with_everything_typed_kept(client, person, typed, sentence):
    application = factories.draft(by=person)
    data = plan_data(factories.balanced_plan(), **{"expense-60-2": typed, "version": 0})
    answer = post(client, url(application, "plan-de-financement/"), data)
    page = text(answer)
    assert answer.status_code == 422 and sentence in page
    assert f'value="{typed}"' in page and 'value="50000"' in page
    assert not application.budget.exists()


def test_a_year_over_the_cap_is_told_under_its_row_with_the_gap_and_the_remedy(client, person):
    application = factories.complete_draft(by=person)
    cells = factories.balanced_plan(5_200_000, 4_800_000, 4_400_000)
    answer = post(client, url(application, "plan-de-financement/"), plan_data(cells), follow=True)
    page = text(answer)
    year = application.wave.announcement_on.year
    sentence = (
        f"{year} dépasse de 2 000 € le plafond de 50 000 € par an. Baissez ce montant, "
        "ou passez 2 000 € sur une autre année."
    )
    assert sentence in page and 'value="52 000"' in page
    assert answer.redirect_chain[0][0] == url(application, "plan-de-financement/")
    page = text(client.get(url(application, "envoyer/")))
    assert sentence in page and "Envoyer mon dossier" not in page
    answer = post(client, url(application, "envoyer/"), {"sincere": "on"})
    assert answer.status_code == 422 and "Le dossier n’est pas envoyé." in text(answer)
    assert factories.fresh(application).state == "draft"


def test_two_people_on_one_section_are_told_and_nothing_is_lost(client, person):
    application = factories.complete_draft(by=person)
    colleague = factories.applicant(first_name="Nadia", last_name="Benali")
    Membership.objects.create(user=colleague, organisation=application.organisation, role=Membership.Role.EDITOR)
    place = {**NEW_PLACE, "place_name": "La Halle de Nadia", "version": 1}
    answer = post(signed_in(colleague), url(application, "adresse/"), place)
    assert answer.status_code == 302, text(answer)[text(answer).find("pendant") - 300 :][:900]
    answer = post(client, url(application, "adresse/"), {**place, "place_name": "La Halle de Claire"})
    page = text(answer)
    assert answer.status_code == 409
    assert "Nadia Benali a changé cette page pendant que vous écriviez" in page
    assert 'value="La Halle de Claire"' in page and 'value="2"' in page
    assert "La Halle de <mark>Nadia</mark>" in page and "La Halle de <mark>Claire</mark>" in page
    assert factories.fresh(application.fabrique).name == "La Halle de Nadia"
    # Two sections at once are no conflict.
    section = application.call_version.sections.first()
    assert (
        post(client, url(application, f"{section.slug}/"), {"version": 1, **answers_data(section)}).status_code == 302
    )


def test_a_page_read_before_the_sending_is_refused_with_its_text(client, person):
    application = factories.complete_draft(by=person)
    section = application.call_version.sections.first()
    factories.send(application)
    data = answers_data(section) | {"version": 1}
    data[f"q{section.questions.filter(kind='long_text').first().pk}"] = "Un texte écrit longtemps"
    answer = post(client, url(application, f"{section.slug}/"), data)
    page = text(answer)
    assert answer.status_code == 409
    assert "Ce dossier est maintenant « Envoyé » : son contenu ne change plus." in page
    assert "Un texte écrit longtemps" in page


def test_an_answer_too_long_is_told_kept_and_not_sent(client, person):
    application = factories.draft(by=person)
    question = next(
        question
        for section in application.call_version.sections.all()
        for question in section.questions.all()
        if question.max_length
    )
    long = "x" * (question.max_length + 3)
    answer = post(client, url(application, f"{question.section.slug}/"), {"version": 0, f"q{question.pk}": long})
    assert answer.status_code == 422
    assert "retirez-en 3" in text(answer) and long in text(answer)
    assert application.answers.get(question=question).text == long
    assert any("retirez-en 3" in one.sentence for one in completeness.problems(factories.fresh(application)))


def test_a_post_without_the_csrf_token_changes_nothing(person):
    application = factories.complete_draft(by=person)
    client = signed_in(person, enforce_csrf_checks=True)
    answer = post(client, url(application, "envoyer/"), {"sincere": "on"})
    assert answer.status_code == 403
    assert factories.fresh(application).state == "draft"
    assert "recharge" in text(answer).lower() or "revenez" in text(answer).lower()


def test_without_a_session_every_page_asks_to_sign_in():
    application = factories.draft()
    for path in ["/mes-dossiers/", "/dossiers/nouveau/", url(application), url(application, "adresse/")]:
        assert Client().get(path).status_code == 302


def test_the_totals_follow_what_is_typed_and_write_nothing(client, person):
    application = factories.draft(by=person)
    data = {"expense-60-1": "10 000", "resource-70-1": "4000", "expense-60-2": "-3"}
    page = text(client.get(url(application, "plan-de-financement/totaux/"), data))
    assert "il manque 6 000 €" in page and "Le montant ne peut pas être négatif" in page
    assert not application.budget.exists()


def test_giving_up_says_what_it_means_then_does_it(client, person):
    application = factories.submitted(by=person)
    page = text(client.get(url(application, "desistement/")))
    assert "soit 150 000 € demandés" in page
    answer = post(client, url(application, "desistement/"), {"version": factories.fresh(application).version})
    assert answer.status_code == 302
    assert factories.fresh(application).state == "withdrawn"
    again = post(client, url(application, "desistement/"))
    assert again.status_code == 409 and "Cette action n’est plus possible" in text(again)


@pytest.mark.parametrize("number", [1, 3])
def test_my_dossiers_cost_the_same_queries_for_one_and_for_three(client, person, number, django_assert_num_queries):
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    wave = factories.wave()
    for _ in range(number):
        factories.submitted(by=person, wave_=wave)
    with django_assert_num_queries(MINE_QUERIES):
        client.get("/mes-dossiers/")


# Session, person, roles with unread notifications; dossiers, their corrections, open waves; texts to sign, sections
# entrusted, dossiers followed, invitations, parts received as a partner.
MINE_QUERIES = 11


def test_sending_late_says_when_it_closed_and_the_draft_stays(client, person):
    application = factories.complete_draft(by=person)
    closed_at = timezone.now() - datetime.timedelta(seconds=1)
    type(application.wave).objects.filter(pk=application.wave.pk).update(closes_at=closed_at)
    answer = post(client, url(application, "envoyer/"), {"sincere": "on", "version": application.version})
    page = text(answer)
    assert answer.status_code == 422
    assert "Le dépôt de la vague 1 est clos depuis le" in page and "Votre brouillon est gardé" in page
    assert factories.fresh(application).state == "draft"
    page = text(client.get(url(application)))
    assert "Le dépôt est clos depuis le" in page and "Relire et envoyer" not in page
    assert post(client, "/dossiers/nouveau/", {"wave": application.wave.public_id}).status_code == 422


def test_the_hour_of_arrival_is_taken_before_anything_else(rf):
    seen = []
    RequestIdMiddleware(lambda request: seen.append(arrival(request)) or HttpResponse())(request := rf.post("/"))
    assert seen == [request.arrived_at] and timezone.now() > request.arrived_at


def test_sending_twice_from_two_tabs_shows_the_one_receipt(client, person):
    application = factories.complete_draft(by=person)
    data = {"sincere": "on", "version": application.version}
    assert post(client, url(application, "envoyer/"), data, key="a" * 32).status_code == 302
    for key in ("a" * 32, "b" * 32):
        answer = post(client, url(application, "envoyer/"), data, key=key, follow=True)
        assert answer.status_code == 200
    assert "Ce dossier est déjà envoyé : reçu le" in text(answer)
    assert application.revisions.count() == 1 and Document.objects.about(application).count() == 1


def test_the_receipt_is_downloaded_once_made(client, person):
    application = factories.submitted(by=person)
    path = url(application, "accuse-de-reception/")
    assert client.get(path).status_code == 404
    assert "En cours de fabrication" in text(client.get(url(application)))
    produce(Document.objects.about(application).get().pk)
    answer = client.get(path)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert "Télécharger l’accusé" in text(client.get(url(application)))


def test_overseas_deadlines_show_the_local_hour(client, person):
    application = factories.draft(by=person, commune_code="97302")
    assert "heure de Cayenne" in text(client.get(url(application)))
