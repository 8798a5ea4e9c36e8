"""The steering page: what it says, to whom, at what cost, on which day."""

import datetime
import html

import pytest
from django.test import Client

from accounts.models import Role
from applications.models import Application, FabriqueFact
from funding.models import Award
from monitoring.todo import to_do
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import today
from tests.monitoring.conftest import laureate, signed_in

pytestmark = pytest.mark.django_db
YESTERDAY = datetime.timedelta(days=1)
STAFF = [
    Role.OFFICER, Role.PANEL_MEMBER, Role.PANEL_CHAIR, Role.DECISION_MAKER, Role.FINANCE_OFFICER, Role.AUDITOR,
    Role.ADMINISTRATOR,
]  # fmt: skip


def page(client, path="/pilotage/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode()).replace("\u00a0", " ")


@pytest.mark.parametrize("role", STAFF)
def test_every_staff_role_reads_it(db, role):
    assert signed_in(role).get("/pilotage/").status_code == 200


def test_nobody_else_does(db):
    assert Client().get("/pilotage/").status_code == 302
    for role in (Role.APPLICANT, Role.REVIEWER):
        assert signed_in(role).get("/pilotage/").status_code == 403


def test_before_any_programme_it_says_so(reader):
    assert "Aucun dispositif" in page(reader)
    assert page(reader, "/pilotage/annonces/").count("<h1") == 1
    assert "Aucune fabrique" in page(reader, "/pilotage/fabriques/")


def test_the_four_first_figures(paid, promised, reader):
    text = page(reader)
    assert "contre 300 promises" in text
    for title in ("AE", "CP", "Reste à payer"):
        assert title in text
    assert "0,10" in text  # 100 000 € remaining, in millions
    assert "« Vivante à 12 mois » n’est pas encore mesuré" in text
    assert text.count("<h1") == 1
    assert " style=" not in text


def test_what_is_ordered_is_not_counted_twice(in_force, finance, line, promised, reader):
    """The need falls when the instalment is ordered, as the CP that it takes do."""
    from funding import instalments

    make.open_credits(line, "cp", make.GRANT)
    before = board(promised)
    needed, gap = before.need(), before.cards[1].gap
    first = in_force.instalments.get(number=1)
    instalments.certify(instalment=first, by=finance[0])
    instalments.order(instalment=first, by=finance[1])
    after = board(promised)
    assert needed == (make.CAP, 1)
    assert after.need() == (0, 0)
    assert after.cards[1].gap == gap


def board(programme):
    from monitoring.clocks import Clocks
    from monitoring.steering import Board

    return Board(programme, Clocks.at())


def test_a_date_that_does_not_exist_is_told_with_todays_figures(paid, reader):
    answer = reader.get("/pilotage/?au=31/31/2021")
    assert answer.status_code == 422
    text = html.unescape(answer.content.decode())
    assert "Cette date n’existe pas" in text
    assert "Trajectoire" in text
    assert 'value="31/31/2021"' in text


def test_a_day_to_come_is_refused(paid, reader):
    tomorrow = (today() + YESTERDAY).isoformat()
    answer = reader.get(f"/pilotage/?connu_au={tomorrow}")
    assert answer.status_code == 422
    assert "à venir" in answer.content.decode()


def test_another_day_hides_what_is_only_todays(paid, reader):
    text = page(reader, f"/pilotage/?au={(today() - YESTERDAY).isoformat()}")
    assert "revenir à aujourd’hui" in text
    assert "Doit agir" not in text


def test_an_unknown_programme_is_not_found(paid, reader):
    assert reader.get("/pilotage/?dispositif=autre").status_code == 404


def test_the_cost_does_not_depend_on_the_rows(line, wave, promised, reader, django_assert_max_num_queries):
    laureate(wave, line)
    with django_assert_max_num_queries(15) as few:
        reader.get("/pilotage/")
    for number in (2, 3):
        other = make.make_wave(promised, number=number)
        for _ in range(3):
            laureate(other, line, opened_on=today())
    with django_assert_max_num_queries(15) as many:
        reader.get("/pilotage/")
    assert len(many) == len(few)


def test_a_reconstruction_says_unknown_not_zero(line, wave, promised, reader):
    laureate(wave, line)
    promised.origin = "reconstruction"
    promised.save()
    text = page(reader)
    assert "Non connu" in text
    assert "Reconstruction d’après" in text


# --- À traiter ---------------------------------------------------------------------------------------------------


def test_what_waits_is_listed_with_who_must_act(in_force, promised):
    todo = to_do(promised)
    assert [(item.nature.key, item.who, item.days_late) for item in todo.items] == [("versement", "Finances", -60)]
    assert todo.first.url.startswith("/pilotage/echeances/")


@pytest.mark.parametrize("pay_by", [today() - 10 * YESTERDAY, None])
def test_a_payment_that_is_late_is_told(in_force, promised, pay_by):
    """By the clock that was kept, else sixty days after it was due."""
    first = in_force.instalments.get(number=1)
    type(first).objects.filter(pk=first.pk).update(due_on=today() - 70 * YESTERDAY, pay_by=pay_by)
    [item] = to_do(promised).items
    assert item.delay == "10\u00a0jours"
    assert item.tone == "fab-retard"


def test_awards_without_an_agreement_and_reservations_wait(committed, line, wave, promised):
    make.open_credits(line, "ae", make.GRANT)
    make.reserve(wave, [make.request_for(wave, line)])
    natures = {item.nature.key: item for item in to_do(promised).items}
    assert natures["convention"].title == "1\u00a0attribution de la vague 1"
    assert natures["reservation"].due_on == datetime.date(today().year, 12, 31)
    assert Award.objects.filter(state="reserved").count() == 1


def test_silence_that_becomes_a_refusal_comes_first(in_force, wave, promised):
    soon = today() + 3 * YESTERDAY
    for _ in range(2):
        application = make.make_application(wave)
        Application.objects.filter(pk=application.pk).update(implied_rejection_on=soon)
    todo = to_do(promised)
    assert todo.first.title == "2\u00a0dossiers de la vague 1"
    assert todo.first.delay == "dans 3\u00a0jours"
    only = to_do(promised, nature="silence")
    assert [item.nature.key for item in only.items] == ["silence"]


def test_a_suspended_clock_does_not_run(wave, promised):
    application = make.make_application(wave)
    Application.objects.filter(pk=application.pk).update(implied_rejection_on=today(), clock_suspended_on=today())
    assert to_do(promised).items == []


def test_the_chips_filter(in_force, wave, promised, reader):
    assert "Versements 1" in page(reader)
    assert "Rien n’attend" not in page(reader, "/pilotage/?nature=versement")


# --- The rows behind ---------------------------------------------------------------------------------------------


def test_the_count_opens_its_rows(line, wave, promised, reader):
    laureate(wave, line)
    laureate(wave, line, contracted_on=today())
    text = page(reader)
    path = f"/pilotage/fabriques/?dispositif={promised.slug}&etape=contracted"
    assert path in text
    assert "1 fabrique" in page(reader, path)


def test_rows_cost_the_same_for_one_and_for_three(line, wave, promised, reader, django_assert_max_num_queries):
    laureate(wave, line)
    with django_assert_max_num_queries(12) as one:
        reader.get("/pilotage/fabriques/")
    for _ in range(2):
        laureate(wave, line)
    with django_assert_max_num_queries(12) as three:
        reader.get("/pilotage/fabriques/")
    assert len(one) == len(three)


def test_rows_of_another_day_are_those_of_its_figure(line, wave, promised, reader):
    laureate(wave, line, selected_on=today() - 30 * YESTERDAY)
    laureate(wave, line)
    day = (today() - 10 * YESTERDAY).isoformat()
    assert "1 fabrique" in page(reader, f"/pilotage/fabriques/?au={day}")
    assert "2 fabriques" in page(reader, "/pilotage/fabriques/")


def test_filters_and_files(line, wave, promised, reader):
    laureate(wave, line)
    Wave = type(wave)
    Wave.objects.filter(pk=wave.pk).update(origin="reconstruction")
    fresh = Wave.objects.get(pk=wave.pk)
    fresh.move("record_past_announcement", by=None, announced_at=factories.days(0))
    assert "1 fabrique" in page(reader, f"/pilotage/fabriques/?vague={wave.public_id}")
    assert "Aucune fabrique" in page(reader, "/pilotage/fabriques/?segment=qpv")
    answer = reader.get("/pilotage/fabriques/?format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Lauréate le" in lines[0]


def test_a_place_shows_its_facts_and_an_officer_notes_an_opening(line, wave, promised, reader):
    place = laureate(wave, line, selected_on=today() - 30 * YESTERDAY)
    path = f"/pilotage/fabriques/{place.public_id}/"
    assert "Sélectionnée" in page(reader, path)
    key = "a" * 20
    data = {"kind": "opened", "effective_on": today().isoformat(), "evidence": "Visite", "idempotency_key": key}
    assert reader.post(path, data).status_code == 302
    assert FabriqueFact.objects.get(fabrique=place, kind="opened").evidence == "Visite"
    assert "Ouverte" in page(reader, path)


def test_a_fact_without_evidence_keeps_what_was_typed(line, wave, promised, reader):
    place = laureate(wave, line)
    path = f"/pilotage/fabriques/{place.public_id}/"
    data = {"kind": "opened", "effective_on": today().isoformat(), "evidence": "", "idempotency_key": "b" * 20}
    answer = reader.post(path, data)
    assert answer.status_code == 422
    assert today().isoformat() in answer.content.decode()
    assert not FabriqueFact.objects.filter(fabrique=place, kind="opened").exists()


def test_the_auditor_reads_and_changes_nothing(line, wave, promised):
    place = laureate(wave, line)
    auditor = signed_in(Role.AUDITOR)
    path = f"/pilotage/fabriques/{place.public_id}/"
    for address in ("/pilotage/", "/pilotage/fabriques/", "/pilotage/annonces/", path):
        assert "Noter ce fait" not in page(auditor, address)
    data = {"kind": "opened", "effective_on": today().isoformat(), "evidence": "Visite", "idempotency_key": "c" * 20}
    assert auditor.post(path, data).status_code == 403
    assert place.facts.count() == 1


def test_the_place_of_a_draft_is_nobodys(promised, reader):
    place = make.make_place(promised)
    assert reader.get(f"/pilotage/fabriques/{place.public_id}/").status_code == 404


def test_statements_stand_beside_one_another(db, reader):
    factories.programme()
    text = page(reader, "/pilotage/annonces/")
    assert "En vigueur" in text
    assert "110,00 M€" in text
    assert "Dit autre chose" in text
    # What a sum was said to be made of, and whose money it is.
    assert text.count("20,00 M€, État") == 3
    assert "Action Logement, 50,00 M€, argent qui n’est pas à l’État" in text
    assert "50,00 M€, argent qui n’est pas à l’État, fonds et non subvention" in text
    assert "100,00 M€" not in page(reader, "/pilotage/annonces/?au=2018-01-01")
