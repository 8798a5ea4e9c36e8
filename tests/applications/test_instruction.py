"""The instructing officer's desk: checklist, grounds, items asked for, corrections, duplicates, paper."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import folded
from accounts.models import JournalEntry, Notification, OutboxMessage
from applications import admissibility, asked_items, checklist, drafting, duplicates, paper, staff_corrections
from applications.clocks import local_day, months_after
from applications.models import Application, ChecklistAnswer, CorrectionRequest, DuplicateHint, Fabrique
from documents.models import Document
from selection.outcomes import refuse_open_requests
from tests import factories
from tests.applications.web import post, signed_in, staff_url, text, url

pytestmark = pytest.mark.django_db
PLACE_ITEM = "section-adresse"


@pytest.fixture
def officer():
    return factories.officer(first_name="Hélène", last_name="Martin")


@pytest.fixture
def client(officer):
    return signed_in(officer)


def version(application):
    return {"version": factories.fresh(application).version}


def answer(application, item, verdict, by, note=""):
    return checklist.answer_item(application=application, item=item, verdict=verdict, note=note, by=by)


# --- Checklist ---------------------------------------------------------------------------------------------------


def test_completeness_and_admissibility_are_two_lists(client):
    application = factories.submitted()
    found = checklist.checklist_of(application)
    complete = {item.slug for item in found.of("completeness")}
    admissible = {item.slug for item in found.of("admissibility")}
    assert {"section-structure", PLACE_ITEM, "section-plan-de-financement", "piece-jointes"} <= complete
    assert {"regle-delai", "regle-porteur", "regle-lieu", "regle-montants"} <= admissible
    assert not complete & admissible and not found.open_items("completeness")
    page = text(client.get(staff_url(application)))
    assert "Complétude : rien d’ouvert" in page and "Recevabilité : " in page and "à juger" in page


def test_answers_are_kept_and_the_last_one_holds(client, officer):
    application = factories.submitted()
    path = staff_url(application, "controle/")
    wrong = post(client, path, {"item": PLACE_ITEM, "verdict": "not_met", "note": "", **version(application)})
    assert wrong.status_code == 422 and "Dites ce qui manque" in text(wrong)
    data = {"item": PLACE_ITEM, "verdict": "not_met", "note": "La rue n’existe pas"}
    assert post(client, path, data | version(application)).status_code == 302
    answer(application, PLACE_ITEM, "met", officer, "Rue renommée en 2025")
    item = checklist.checklist_of(application).item(PLACE_ITEM)
    assert item.answer.verdict == "met" and [one.number for one in item.answers] == [2, 1] and not item.is_open
    page = text(signed_in(factories.auditor()).get(staff_url(application)))
    assert "Rue renommée en 2025" in page and "La rue n’existe pas" in page and "Enregistrer la réponse" not in page
    assert JournalEntry.objects.filter(action="answer_checklist", subject_id=application.pk).count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        ChecklistAnswer.objects.update(note="autre")


def test_admission_is_refused_while_an_item_is_open(client, officer):
    application = factories.submitted()
    answer(application, PLACE_ITEM, "not_met", officer, "Adresse illisible")
    refused = post(client, staff_url(application, "recevable/"), version(application))
    assert refused.status_code in (409, 422) and "n’est pas complet : Section « L’adresse du lieu »" in text(refused)
    answer(application, PLACE_ITEM, "met", officer)
    answer(application, "regle-porteur", "not_met", officer, "Une personne physique")
    with pytest.raises(Refusal, match="Une condition de l’appel n’est pas remplie"):
        admissibility.admit(application=application, by=officer)
    answer(application, "regle-porteur", "not_applicable", officer)
    assert admissibility.admit(application=application, by=officer).state == "admissible"
    with pytest.raises(StalePage):
        answer(application, PLACE_ITEM, "met", officer)


def test_an_item_answered_on_a_former_version_says_so(client, officer):
    application = factories.submitted()
    answer(application, PLACE_ITEM, "met", officer)
    correct_amounts(application, officer)
    assert "sur la version 1 : relire" in text(client.get(staff_url(application)))


def test_the_grounds_come_from_the_list_and_are_read_by_the_applicant(client, officer):
    application = factories.submitted()
    data = {"rejet-conditions": ["place", "amounts"], "rejet-ground": "Le lieu est à Genève."}
    assert post(client, staff_url(application, "irrecevable/"), data | version(application)).status_code == 302
    application = factories.fresh(application)
    assert application.inadmissibility_grounds == ["place", "amounts"]
    page = text(signed_in(application.created_by).get(url(application)))
    assert "Le lieu n’est pas dans le territoire" in page and "Le lieu est à Genève." in page
    other = factories.submitted()
    with pytest.raises(Refusal, match="motif de la liste"):
        admissibility.reject_as_inadmissible(application=other, by=officer, ground="x", conditions=["inconnu"])


# --- Asking item by item -----------------------------------------------------------------------------------------


def ask(application, officer, **changes):
    fields = {
        "targets": [("section:adresse", "La rue"), ("piece:statutes", "Les statuts signés")],
        "due_at": factories.days(5),
    }
    return admissibility.request_correction(application=application, by=officer, **fields | changes)


def test_items_stand_on_their_section_and_are_answered_there(client):
    application = factories.submitted()
    due = (timezone.localdate() + datetime.timedelta(days=9)).isoformat()
    data = {
        "demande-target_1": "section:adresse", "demande-asked_1": "Préciser la rue",
        "demande-target_2": "piece:statutes", "demande-asked_2": "Les statuts signés",
        "demande-items": "Relire l’ensemble", "demande-due_at": due, "demande-suspends_clock": "0",
    }  # fmt: skip
    assert post(client, staff_url(application, "demander/"), data | version(application)).status_code == 302
    asked = CorrectionRequest.objects.get()
    assert [one.section for one in asked.asked_items.all()] == ["adresse", "pieces", ""]
    assert factories.fresh(application).clock_suspended_on is None
    applicant = signed_in(application.created_by)
    here, elsewhere = (text(applicant.get(url(application, f"{one}/"))) for one in ("adresse", "pieces"))
    first, second, _ = asked.asked_items.all()
    assert f"reponse-{first.public_id}" in here and f"reponse-{first.public_id}" not in elsewhere
    assert f"reponse-{second.public_id}" in elsewhere and "Pièce : Statuts" in elsewhere
    path = url(application, f"demandes/{first.public_id}/")
    assert post(applicant, path, {"reply": "12, rue des Lilas"}).status_code == 302
    assert "12, rue des Lilas" in text(client.get(staff_url(application)))
    stranger = signed_in(factories.applicant())
    assert post(stranger, path, {"reply": "non"}).status_code == 404


def test_only_required_pieces_stop_the_clock(officer):
    application = factories.submitted()
    asked = ask(application, officer)
    assert factories.fresh(application).clock_suspended_on == timezone.localdate() and asked.suspends_clock
    with pytest.raises(Refusal, match="n’est pas dans ce dossier"):
        ask(factories.submitted(), officer, targets=[("section:ailleurs", "x")])
    with pytest.raises(Refusal, match="Dites ce que vous demandez"):
        ask(factories.submitted(), officer, targets=[("section:adresse", " ")])


def test_a_closed_request_takes_no_answer(officer):
    application = factories.submitted()
    item = ask(application, officer).asked_items.first()
    drafting.withdraw(application=application, by=application.created_by)
    with pytest.raises(StalePage):
        asked_items.reply(item=item, text="Trop tard", by=application.created_by)


def test_an_open_request_blocks_every_decision_of_the_wave(officer):
    application = factories.submitted()
    here = Application.objects.filter(wave=application.wave)
    refuse_open_requests(here)
    ask(application, officer)
    with pytest.raises(Refusal, match=f"Une demande de pièces est en cours pour : {application.reference}"):
        refuse_open_requests(here)


# --- Correcting --------------------------------------------------------------------------------------------------


def correct_amounts(application, officer, reason="Erreur de frappe confirmée au téléphone"):
    cells = factories.balanced_plan(4_000_000)
    return staff_corrections.correct_amounts(application=application, cells=cells, reason=reason, by=officer)


def test_a_correction_is_a_version_of_the_service_and_the_original_stays(client, officer):
    application = factories.submitted()
    original = application.revisions.get()
    revision = correct_amounts(application, officer)
    assert revision.number == 2 and revision.sent_by == officer and revision.staff_reason.startswith("Erreur")
    assert application.revisions.get(number=1).content == original.content != revision.content
    assert factories.fresh(application).requested_cents == revision.content["budget"]["requested_cents"]
    told = Notification.objects.get(key=f"corrected:{revision.pk}:{application.created_by.pk}")
    assert "Erreur de frappe" in told.body
    page = text(client.get(staff_url(application)))
    assert "Corrigé par le service" in page and "L’original est la version 1" in page and "Erreur de frappe" in page
    applicant = signed_in(application.created_by)
    assert "correction du service" in text(applicant.get(url(application, "envoye/comparaison/")))
    assert "a corrigé « Le plan de financement »" in text(applicant.get(url(application)))


def test_an_answer_and_a_place_are_corrected_on_their_page(client):
    application = factories.submitted()
    section = application.call_version.sections.first()
    question = section.questions.filter(kind="long_text").first()
    path = staff_url(application, f"corriger/{section.slug}/")
    assert client.get(path).status_code == 200
    data = {"q": question.pk, "vue": question.pk, f"q{question.pk}": "Un texte corrigé"}
    assert post(client, path, data | version(application)).status_code == 422
    assert post(client, path, data | {"motif-reason": "Coquille"} | version(application)).status_code == 302
    assert application.answers.get(question=question).text == "Un texte corrigé"
    path = staff_url(application, "corriger/adresse/")
    assert client.get(path).status_code == 200
    place = {
        "place_name": "Le Vrai Nom", "commune": factories.THIERS, "address": "3, rue du Port",
        "declared_segment": "unknown", "motif-reason": "Nom mal lu",
    }  # fmt: skip
    assert post(client, path, place | version(application)).status_code == 302
    assert factories.fresh(application).fabrique.name == "Le Vrai Nom" and application.revisions.count() == 3
    assert client.get(staff_url(application, "corriger/plan-de-financement/")).status_code == 200


def test_a_correction_has_a_reason_changes_something_and_comes_before_the_reviews(officer):
    application = factories.submitted()
    with pytest.raises(Refusal, match="Dites pourquoi vous corrigez"):
        correct_amounts(application, officer, reason=" ")
    with pytest.raises(Refusal, match="Rien n’est changé"):
        staff_corrections.correct_amounts(application=application, cells={}, reason="Rien", by=officer)
    assert application.revisions.count() == 1
    ask(application, officer)
    with pytest.raises(StalePage, match="la structure corrige elle-même"):
        correct_amounts(application, officer)


# --- Duplicates --------------------------------------------------------------------------------------------------


def test_duplicates_are_found_by_siren_place_and_title(client, officer):
    owner = factories.applicant()
    structure = factories.organisation(owner)
    first = factories.submitted(by=owner, organisation_=structure, place_name="La Filature")
    second = factories.submitted(by=owner, organisation_=structure, place_name="Les Sources")
    third = factories.submitted(place_name="Fabrique la filatures")
    by_siren = DuplicateHint.objects.get(application=second, other=first)
    assert by_siren.same_siren and not by_siren.title_percent
    by_title = DuplicateHint.objects.get(application=third, other=first)
    assert by_title.title_percent >= 75 and not by_title.same_siren
    assert text(client.get("/pilotage/dossiers/?doublon=possibles")).count("La Filature")
    page = text(client.get(staff_url(first)))
    assert "Doublons possibles" in page and second.reference in page and third.reference in page
    path = staff_url(third, f"doublons/{by_title.public_id}/")
    assert post(client, path, {"doublon-reason": ""}).status_code == 422
    assert post(client, path, {"doublon-reason": "Deux bâtiments"}).status_code == 302
    assert "Hélène Martin le" in text(client.get(staff_url(third)))
    assert JournalEntry.objects.filter(action="dismiss_duplicate").count() == 2
    for hint in third.duplicates.all():
        duplicates.dismiss(hint=hint, reason="Deux bâtiments", by=officer)
    listed = text(client.get("/pilotage/dossiers/?doublon=possibles"))
    assert first.reference in listed and third.reference not in listed


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("La Filature", "la filature !", True),
        ("Atelier des Tisserands", "Les tisserands", True),
        ("Bois et Vélos", "Vélos et bois", True),
        ("La Filature", "Le Moulin", False),
        ("Fabrique", "Fabrique", False),
    ],
)
def test_what_makes_two_titles_alike(one, other, alike):
    assert (duplicates.likeness(one, other) >= duplicates.SIMILAR_PERCENT) is alike


@pytest.mark.parametrize(
    ("name", "address", "commune", "same"),
    [
        ("LE MOULIN", "", 1, True),
        ("Autre nom", "1, Quai du Moulin", 1, True),
        ("Autre nom", "", 1, False),
        ("Le Moulin", "1, quai du Moulin", 2, False),
    ],
)
def test_the_same_place_is_one_commune_and_one_name_or_address(name, address, commune, same):
    first, second = Application(), Application()
    first.fabrique = Fabrique(pk=1, sort_name="le moulin", address="1, quai du Moulin", commune_id=1)
    second.fabrique = Fabrique(pk=2, sort_name=folded(name), address=address, commune_id=commune)
    assert duplicates.is_same_place(first, second) is same


def test_looking_for_duplicates_costs_two_queries(django_assert_num_queries):
    for _ in range(3):
        factories.submitted(place_name="La Filature")
    last = Application.objects.select_related("fabrique", "organisation", "wave__call").last()
    DuplicateHint.objects.all().delete()
    with django_assert_num_queries(2):
        assert len(duplicates.find(last)) == 2


# --- Paper -------------------------------------------------------------------------------------------------------


def paper_fields(wave, **changes):
    factories.communes()
    today = timezone.localdate()
    return {
        "wave": wave,
        "organisation": {
            "name": "Les Amis du Moulin", "legal_form": "association", "address": "1, place de l’Église",
            "postal_code": "63300", "city": "Thiers",
        },
        "place": {"place_name": "Le Moulin", "commune_code": factories.THIERS, "address": "1, quai du Moulin"},
        "amounts": {1: 4_000_000, 2: 4_000_000},
        "postmarked_on": max(local_day(wave.opens_at), today - datetime.timedelta(days=2)),
        "received_on": today,
    } | changes  # fmt: skip


def test_a_request_on_paper_is_numbered_with_its_postmark_and_its_clock(client, officer):
    wave = factories.wave()
    application = paper.deposit(**paper_fields(wave), by=officer)
    assert application.state == "submitted" and application.reference and application.deposit_basis == "paper"
    assert application.requested_cents == 8_000_000 and application.officer == officer
    assert application.implied_rejection_on == months_after(timezone.localdate(), 2)
    receipt = Document.objects.about(application).get(kind=Document.Kind.RECEIPT)
    facts = receipt.facts["letter"]
    assert "cachet de la poste" in facts["in_time_by"] and facts["sender"] == "Les Amis du Moulin"
    assert "1, place de l’Église" in facts["addressee"]["address_lines"]
    assert not application.organisation.memberships.exists() and not OutboxMessage.objects.exists()
    assert JournalEntry.objects.filter(action="deposit_on_paper", subject_id=application.pk).exists()
    page = text(client.get(staff_url(application)))
    assert "cachet de la poste du" in page and "Point ouvert" in page
    with pytest.raises(Refusal, match="n’est pas complet"):
        admissibility.admit(application=application, by=officer)


def test_the_postmark_decides_and_the_last_day_counts(officer):
    past = timezone.now() - datetime.timedelta(days=3)
    wave = factories.wave()
    type(wave).objects.filter(pk=wave.pk).update(opens_at=past - datetime.timedelta(days=20), closes_at=past)
    wave.refresh_from_db()
    last = local_day(past)
    application = paper.deposit(**paper_fields(wave, postmarked_on=last), by=officer)
    assert application.postmarked_on == last and application.submitted_at > wave.closes_at
    late = paper_fields(wave, postmarked_on=last + datetime.timedelta(days=1))
    with pytest.raises(Refusal, match="hors de la fenêtre de dépôt"):
        paper.deposit(**late, by=officer)
    with pytest.raises(Refusal, match="n’est pas reçu avant d’être posté"):
        paper.deposit(
            **paper_fields(wave, postmarked_on=last, received_on=last - datetime.timedelta(days=1)), by=officer
        )
    assert Application.objects.count() == 1


def test_the_page_enters_a_request_with_its_scan(client):
    factories.communes()
    wave = factories.wave()
    today = timezone.localdate().isoformat()
    data = {
        "wave": wave.public_id, "postmarked_on": today, "received_on": today, "name": "Les Amis du Moulin",
        "place_name": "Le Moulin", "commune": factories.THIERS, "declared_segment": "unknown", "amount_1": "40 000",
    }  # fmt: skip
    assert client.get("/pilotage/dossiers/papier/").status_code == 200
    wrong = post(client, "/pilotage/dossiers/papier/", data)
    assert wrong.status_code == 422 and "Donnez l’adresse postale" in text(wrong)
    data |= {
        "legal_form": "association", "organisation_address": "1, place de l’Église", "postal_code": "63300",
        "city": "Thiers", "scan": factories.upload("dossier.pdf"),
    }  # fmt: skip
    assert post(client, "/pilotage/dossiers/papier/", data).status_code == 302
    application = Application.objects.get()
    assert application.attachments.get().file.name == "dossier.pdf" and application.requested_cents == 4_000_000
