"""The officers' pages: the list, the dossier, asking, admitting, turning down."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from applications import admissibility
from applications.models import CorrectionRequest
from tests import factories
from tests.applications.web import answers_data, post, signed_in, staff_url, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer(first_name="Hélène", last_name="Martin")


@pytest.fixture
def client(officer):
    return signed_in(officer)


def version(application):
    return {"version": factories.fresh(application).version}


def in_days(n):
    return (timezone.localdate() + datetime.timedelta(days=n)).isoformat()


def test_asking_answering_and_admitting(client, officer):
    application = factories.submitted()
    applicant = signed_in(application.created_by)
    assert post(client, staff_url(application, "prendre-en-charge/"), version(application)).status_code == 302
    asked = {
        "demande-items": "Joindre le bail\nPréciser le public",
        "demande-due_at": in_days(10),
        **version(application),
    }
    assert post(client, staff_url(application, "demander/"), asked).status_code == 302
    request = CorrectionRequest.objects.get()
    assert timezone.localtime(request.due_at).strftime("%H:%M") == "23:59"
    assert factories.fresh(application).clock_suspended_on == timezone.localdate()
    assert OutboxMessage.objects.filter(key=f"correction:{request.pk}:{application.created_by.pk}").count() == 1

    page = text(applicant.get(url(application)))
    assert "2 points à compléter avant le" in page and "Joindre le bail" in page and "par Hélène Martin" in page
    section = application.call_version.sections.first()
    data = answers_data(section)
    question = section.questions.filter(kind="long_text").first()
    data |= {f"q{question.pk}": "Un public plus précis", "version": 1}
    assert post(applicant, url(application, f"{section.slug}/"), data).status_code == 302
    page = text(applicant.get(url(application)))
    assert "Ce que vous avez changé depuis l’envoi" in page and "Un public plus précis" in page
    # The officer reads what was sent, until it is sent again.
    assert "Un public plus précis" not in text(client.get(staff_url(application)))
    answer = post(applicant, url(application, "envoyer/"), {"sincere": "on", **version(application)})
    assert answer.status_code == 302
    page = text(client.get(staff_url(application)))
    assert "Changé par le porteur depuis sa version précédente" in page and "Un public plus précis" in page
    assert application.revisions.count() == 2
    assert post(client, staff_url(application, "recevable/"), version(application)).status_code == 302
    assert factories.fresh(application).state == "admissible"
    page = text(client.get(staff_url(application)))
    assert "a déclaré le dossier recevable" in page and "La recevabilité est jugée" in page


def test_a_dossier_is_turned_down_with_its_ground(client):
    application = factories.submitted()
    answer = post(
        client, staff_url(application, "irrecevable/"), {"rejet-ground": "Parce que", **version(application)}
    )
    assert answer.status_code == 422
    assert "Choisissez la condition qui n’est pas remplie" in text(answer) and "Parce que" in text(answer)
    data = {"rejet-conditions": "other", "rejet-ground": "Le lieu est fermé."}
    assert post(client, staff_url(application, "irrecevable/"), data | version(application)).status_code == 302
    page = text(signed_in(application.created_by).get(url(application)))
    assert "Votre dossier est irrecevable" in page and "Le lieu est fermé." in page
    mail = OutboxMessage.objects.get(key__startswith="inadmissible:")
    assert "Le lieu est fermé." in mail.body and "tribunal administratif" in mail.body


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"demande-items": " "}, "Dites ce qui manque : une demande par ligne."),
        ({"demande-due_at": "2020-01-01"}, "La date limite doit être à venir"),
        ({"demande-due_at": "31/02/2027"}, "Cette date n’existe pas"),
    ],
)
def test_a_request_that_cannot_be_sent_says_why_and_keeps_the_text(client, changes, sentence):
    application = factories.submitted()
    data = {"demande-items": "Joindre le bail", "demande-due_at": in_days(5), **changes, **version(application)}
    answer = post(client, staff_url(application, "demander/"), data)
    assert answer.status_code == 422 and sentence in text(answer)
    if "demande-items" not in changes:
        assert "Joindre le bail" in text(answer)
    assert factories.fresh(application).state == "submitted" and not CorrectionRequest.objects.exists()


def test_a_page_read_before_the_state_moved_is_refused_with_its_text(client, officer):
    application = factories.submitted()
    old = version(application)
    admissibility.admit(application=application, by=officer)
    data = {"demande-items": "Un long texte à garder", "demande-due_at": in_days(5)}
    for carried in (old, version(application)):
        answer = post(client, staff_url(application, "demander/"), data | carried)
        assert answer.status_code == 409 and "Un long texte à garder" in text(answer)
    assert "l’état est maintenant « Recevable »" in text(answer)
    assert factories.fresh(application).state == "admissible" and not CorrectionRequest.objects.exists()


def test_only_officers_act_and_every_staff_role_reads():
    application = factories.submitted()
    for person in (factories.auditor(), factories.finance_officer(), factories.panel_member()):
        client = signed_in(person)
        page = client.get(staff_url(application))
        assert page.status_code == 200 and "Déclarer recevable" not in text(page)
        assert post(client, staff_url(application, "recevable/")).status_code == 403
    for person in (application.created_by, factories.reviewer()):
        assert signed_in(person).get(staff_url(application)).status_code == 403
    assert factories.fresh(application).state == "submitted"


def test_a_draft_is_not_the_services_business(client):
    draft = factories.draft()
    assert client.get(staff_url(draft)).status_code == 404
    assert draft.fabrique.name not in text(client.get("/pilotage/dossiers/"))


def test_the_list_finds_filters_sorts_and_adds_up(client):
    wave = factories.wave()
    first = factories.submitted(wave_=wave, place_name="L’Étoile du Bourg", segment="qpv")
    second = factories.submitted(wave_=wave, place_name="Zénith", requested_cents=(3_000_000,) * 3)
    page = text(client.get("/pilotage/dossiers/"))
    assert "2 dossiers" in page and "240 000 €" in page
    page = text(client.get("/pilotage/dossiers/?q=etoile BOURG"))
    assert "L’Étoile du Bourg" in page and "Zénith" not in page and "« etoile BOURG »" in page
    for query in (f"?q={second.reference}", "?q=thiers&segment=unknown", "?segment=unknown"):
        page = text(client.get(f"/pilotage/dossiers/{query}"))
        assert "Zénith" in page and "L’Étoile du Bourg" not in page and "90 000 €" in page, query
    page = text(client.get("/pilotage/dossiers/?tri=demande"))
    assert page.index("Zénith") < page.index("L’Étoile du Bourg")
    csv = b"".join(client.get("/pilotage/dossiers/?format=csv&tri=lieu").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("Numéro;Lieu;Structure") and f"\n{first.reference};" in csv
    assert "90000,00" in csv and len(csv.splitlines()) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, number, django_assert_max_num_queries):
    wave = factories.wave()
    for _ in range(number):
        factories.submitted(wave_=wave)
    with django_assert_max_num_queries(11) as queries:
        assert client.get("/pilotage/dossiers/?q=thiers").status_code == 200
    assert len(queries) == 11


def test_a_dossier_costs_at_most_twenty_queries(client, officer, django_assert_max_num_queries):
    application = factories.submitted()
    admissibility.request_correction(application=application, items="Le bail", due_at=factories.days(5), by=officer)
    with django_assert_max_num_queries(20):
        client.get(staff_url(application))
