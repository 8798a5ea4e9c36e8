"""The calls as the public and the team see them."""

import datetime
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import JournalEntry
from programme import calls, waves
from programme.calendar import days_left, overseas_hours, told, wave_steps
from programme.models import Call, Question
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode()


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def post(client, path, **data):
    return client.post(path, {"idempotency_key": uuid.uuid4().hex, **data})


def test_anonymous_reads_the_whole_form_before_any_account(client, wave):
    page = text_of(client.get(f"/appels/{wave.call.slug}/"))
    for question in Question.objects.filter(section__version__call=wave.call):
        assert question.label.replace("'", "&#x27;") in page
        for option in question.options:
            assert option in page
    for criterion in wave.call.versions.get().criteria.prefetch_related("levels"):
        assert f"{criterion.label}, poids {criterion.weight}" in page
        assert all(level.description in page for level in criterion.levels.all())
    assert "4 000 signes au plus" in page
    assert page.count("(obligatoire)") == Question.objects.filter(required=True).count()
    assert "75 000 €" in page
    assert "150 000 €" in page


def test_the_next_action_is_to_start_a_dossier_while_a_wave_takes_them(client, wave):
    page = text_of(client.get(f"/appels/{wave.call.slug}/"))
    assert f'href="/dossiers/nouveau/?appel={wave.call.slug}"' in page
    assert "heure de Paris" in page
    assert "à La Réunion" in page


def test_before_the_opening_the_page_says_when(client):
    wave = factories.wave(opens_at=factories.days(10))
    page = text_of(client.get(f"/appels/{wave.call.slug}/"))
    assert "Le dépôt n’est pas encore ouvert" in page
    assert "/dossiers/nouveau/" not in page


def test_after_the_closing_the_page_says_so(client, wave, officer):
    waves.amend_wave(wave=wave, by=officer, reason="Fin anticipée, décidée le jour même", closes_at=timezone.now())
    page = text_of(client.get(f"/appels/{wave.call.slug}/"))
    assert "Aucune vague ne reçoit de dossier" in page
    assert "/dossiers/nouveau/" not in page
    assert "Fin anticipée, décidée le jour même" in page


def test_a_draft_is_a_404_for_the_public_and_a_preview_for_the_team(client, draft_call, officer):
    path = f"/appels/{draft_call.slug}/"
    assert client.get(path).status_code == 404
    client.force_login(factories.applicant())
    assert client.get(path).status_code == 404
    client.force_login(officer)
    page = client.get(path)
    assert page.status_code == 200
    assert "Aperçu" in text_of(page)
    assert draft_call.title not in text_of(client.get("/appels/"))


def test_the_public_list_puts_open_calls_first(client, wave, programme):
    coming = factories.wave(opens_at=factories.days(5)).call
    past = Call.objects.create(programme=programme, slug="ancien", title="Ancien appel", origin="reconstruction")
    past.versions.create(number=1, summary="Vagues de 2019")
    calls.publish_call(call=past, by=None)
    calls.close_call(call=past, by=None)
    page = text_of(client.get("/appels/"))
    assert page.index("Appels ouverts") < page.index("Appels à venir") < page.index("Appels passés")
    assert (
        page.index(f"/appels/{wave.call.slug}/")
        < page.index(f"/appels/{coming.slug}/")
        < page.index("/appels/ancien/")
    )
    assert "Reconstruction" in page
    assert "Démonstration" in page
    old = text_of(client.get("/appels/ancien/"))
    assert "Les sources ne donnent pas le formulaire" in old
    assert "Les sources ne donnent pas les montants" in old


def test_an_empty_list_says_what_to_expect(client):
    assert "Aucun appel n’est publié" in text_of(client.get("/appels/"))


@pytest.mark.parametrize("path", ["/appels/", "/pilotage/appels/"])
def test_one_call_and_three_cost_the_same(client, path, officer, wave):
    client.force_login(officer)
    client.get(path)
    one = queries_of(client, path)
    factories.wave(), factories.wave()
    assert queries_of(client, path) == one
    assert one <= 12


@pytest.mark.parametrize("path", ["/appels/{}/", "/pilotage/appels/{}/"])
def test_a_call_with_one_wave_and_with_three_costs_the_same(client, path, officer, wave):
    client.force_login(officer)
    path = path.format(wave.call.slug)
    client.get(path)
    one = queries_of(client, path)
    for n in (1, 2):
        other = waves.plan_wave(
            call=wave.call, by=None, opens_at=factories.days(40 * n), closes_at=factories.days(50 * n)
        )
        waves.amend_wave(wave=other, by=officer, reason="x", capacity=31)
    assert queries_of(client, path) == one
    assert one <= 20


def test_the_team_publishes_from_the_page_that_tells_the_consequences(client, draft_call, officer):
    waves.plan_wave(call=draft_call, by=None, opens_at=factories.days(-1), closes_at=factories.days(30))
    client.force_login(officer)
    path = f"/pilotage/appels/{draft_call.slug}/"
    page = text_of(client.get(path))
    questions = Question.objects.count()
    assert f"{questions} questions et 6 critères figés" in page
    assert "1 vague recevra des dossiers" in page
    draft_call.refresh_from_db()
    assert post(client, path, act="publish", version=draft_call.version).status_code == 302
    page = text_of(client.get(path))
    assert "L’appel est publié" in page
    assert "a publié l’appel" in page
    assert "Publier l’appel" not in page


def test_what_is_missing_is_told_and_the_button_is_off(client, draft_call, officer):
    client.force_login(officer)
    path = f"/pilotage/appels/{draft_call.slug}/"
    page = text_of(client.get(path))
    assert "une vague avec l’ouverture et la clôture du dépôt" in page
    assert "disabled" in page
    answer = post(client, path, act="publish", version=draft_call.version)
    assert answer.status_code == 422
    assert "Il manque" in text_of(answer)
    draft_call.refresh_from_db()
    assert draft_call.state == "draft"


def test_a_stale_page_publishes_nothing(client, draft_call, officer):
    waves.plan_wave(call=draft_call, by=None, opens_at=factories.days(-1), closes_at=factories.days(30))
    client.force_login(officer)
    assert post(client, f"/pilotage/appels/{draft_call.slug}/", act="publish", version=99).status_code == 409
    assert not JournalEntry.objects.filter(action="publish").exists()


def test_the_auditor_reads_and_changes_nothing(client, draft_call, auditor):
    waves.plan_wave(call=draft_call, by=None, opens_at=factories.days(-1), closes_at=factories.days(30))
    client.force_login(auditor)
    path = f"/pilotage/appels/{draft_call.slug}/"
    page = text_of(client.get(path))
    assert "Publier l’appel" not in page
    assert "Prévoir une vague" not in page
    assert post(client, path, act="publish", version=draft_call.version).status_code == 403
    assert client.get(f"{path}vagues/nouvelle/").status_code == 403


@pytest.mark.parametrize("path", ["/pilotage/appels/", "/pilotage/appels/{}/", "/pilotage/appels/{}/vagues/nouvelle/"])
def test_the_pages_of_the_team_are_the_teams(client, draft_call, path):
    path = path.format(draft_call.slug)
    assert client.get(path).status_code == 302
    for person in (factories.applicant(), factories.reviewer()):
        client.force_login(person)
        assert client.get(path).status_code == 403


def wave_form(**values):
    return {
        "opens_at": factories.days(1).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": factories.days(30).strftime("%Y-%m-%dT%H:%M"),
        "capacity": "30",
        "instruction_until": factories.day(60).isoformat(),
        "reviews_due_on": factories.day(80).isoformat(),
        "panel_on": factories.day(100).isoformat(),
        "announcement_on": factories.day(120).isoformat(),
        **values,
    }


def test_a_wave_is_planned_in_paris_time(client, draft_call, officer):
    client.force_login(officer)
    path = f"/pilotage/appels/{draft_call.slug}/vagues/nouvelle/"
    assert client.get(path).status_code == 200
    assert post(client, path, **wave_form()).status_code == 302
    assert draft_call.waves.get().closes_at == factories.days(30)
    assert "Vague 1" in text_of(client.get(f"/pilotage/appels/{draft_call.slug}/"))


def test_dates_in_disorder_come_back_with_what_was_typed(client, draft_call, officer):
    client.force_login(officer)
    path = f"/pilotage/appels/{draft_call.slug}/vagues/nouvelle/"
    wrong = factories.day(70).isoformat()
    answer = post(client, path, **wave_form(panel_on=wrong))
    assert answer.status_code == 422
    assert f'value="{wrong}"' in text_of(answer)
    assert "tombe avant" in text_of(answer)
    assert not draft_call.waves.exists()


def test_the_list_of_the_team_goes_out_as_a_file(client, wave, officer):
    client.force_login(officer)
    answer = client.get("/pilotage/appels/?format=csv")
    assert "Publié" in b"".join(answer.streaming_content).decode()


def test_days_left_count_days_of_paris(wave):
    assert days_left(factories.days(0, hour=23), factories.days(0, hour=1)) == 0
    assert days_left(factories.days(1, hour=1), factories.days(0, hour=23)) == 1


def test_hours_overseas():
    winter = datetime.datetime(2026, 12, 15, 17, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert (
        overseas_hours(winter)
        == "12 h en Guadeloupe et en Martinique, 13 h en Guyane, 20 h à La Réunion, 19 h à Mayotte"
    )
    night = winter.replace(hour=23, minute=59)
    assert "mercredi 2 h 59 à La Réunion" in overseas_hours(night)


def test_the_steps_follow_the_clock_as_well_as_the_state(wave):
    now = timezone.now()
    assert [step["state"] for step in wave_steps(wave, now)] == ["now", "next", "next", "next", "next"]
    assert [step["state"] for step in wave_steps(wave, wave.closes_at)][:2] == ["done", "now"]
    assert wave_steps(wave, factories.days(-40))[0]["state"] == "next"


def test_an_amendment_is_told_in_french(wave, officer):
    waves.amend_wave(wave=wave, by=officer, reason="x", capacity=31, panel_on=factories.day(101))
    lines = {line["label"]: line for line in map(told, wave.amendments.all())}
    assert (lines["lauréats au plus"]["old"], lines["lauréats au plus"]["new"]) == ("30", "31")
    assert str(factories.day(101).year) in lines["comité le"]["new"]


def test_nobody_signed_in_sees_the_published_only(wave, draft_call):
    assert list(Call.objects.visible_to(AnonymousUser())) == [wave.call]
