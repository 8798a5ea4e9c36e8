"""The board on paper: asked for once, made by a worker, kept with its two dates, given to whoever reads the board."""

import hashlib
import io
import uuid

import pikepdf
import pytest
from django.test import Client

from accounts import jobs
from accounts.errors import NotAllowed
from accounts.models import Job, Role
from monitoring import printing
from monitoring.clocks import Clocks
from monitoring.models import PrintedBoard
from monitoring.panels.board import PANELS
from tests import factories
from tests.funding.conftest import today
from tests.monitoring.conftest import signed_in
from tests.monitoring.town import DAY, text_of

pytestmark = pytest.mark.django_db
HOME = "/pilotage/tableau/impressions/"


def ask(client, query=""):
    return client.post(f"{HOME}{query}", {"idempotency_key": uuid.uuid4().hex})


def asked(programme, **days):
    return printing.ask(programme=programme, clocks=Clocks.at(**days), by=factories.officer())


def test_from_the_button_to_the_file(town, reader):
    yesterday = today() - DAY
    sent = ask(reader, f"?au={yesterday.isoformat()}")
    one = PrintedBoard.objects.get()
    assert sent.headers["Location"] == one.get_absolute_url()
    assert (one.as_of, one.known_on) == (yesterday, today())
    file = f"{one.get_absolute_url()}pdf/"
    assert "Le PDF se prépare" in text_of(reader.get(one.get_absolute_url()))
    assert reader.get(file).status_code == 404
    jobs.run(one.job_id)
    assert "Le PDF est prêt" in text_of(reader.get(one.get_absolute_url()))
    assert file in text_of(reader.get(HOME))
    answer = reader.get(file)
    assert answer["Content-Type"] == "application/pdf"
    assert f"au-{yesterday.isoformat()}-connu-au-{today().isoformat()}.pdf" in answer["Content-Disposition"]
    one.refresh_from_db()
    assert hashlib.sha256(answer.content).hexdigest() == one.sha256


def test_the_paper_has_every_panel_its_dates_and_its_tags(town):
    one = asked(town[0])
    jobs.run(one.job_id)
    one.refresh_from_db()
    with pikepdf.open(io.BytesIO(one.data)) as pdf:
        assert len(pdf.pages) == one.pages >= len(PANELS)
        assert today().strftime("%Y") in str(pdf.docinfo["/Title"])
        assert pdf.Root.MarkInfo.Marked


def test_the_same_figures_give_the_same_bytes(town):
    first = asked(town[0])
    jobs.run(first.job_id)
    second = asked(town[0])
    jobs.run(second.job_id)
    assert first.pk != second.pk
    assert len(set(PrintedBoard.objects.values_list("sha256", flat=True))) == 1


def test_the_same_request_while_one_runs_starts_no_other(town, reader):
    one = asked(town[0])
    assert ask(reader).headers["Location"] == one.get_absolute_url()
    Job.objects.filter(pk=one.job_id).update(status=Job.Status.RUNNING)
    assert ask(reader).headers["Location"] == one.get_absolute_url()
    assert Job.objects.count() == PrintedBoard.objects.count() == 1
    ask(reader, f"?au={(today() - DAY).isoformat()}")
    assert PrintedBoard.objects.count() == 2


def test_a_worker_that_comes_twice_makes_it_once(town):
    one = asked(town[0])
    jobs.run(one.job_id)
    made = PrintedBoard.objects.get().made_at
    jobs.run(one.job_id)
    assert PrintedBoard.objects.get().made_at == made


def test_a_print_that_failed_says_so_and_can_be_asked_for_again(town, reader, monkeypatch):
    one = asked(town[0])
    # The libraries of the letters are on every machine that runs the suite.
    monkeypatch.setattr("documents.rendering._weasyprint", unavailable)
    jobs.run(one.job_id)
    text = text_of(reader.get(one.get_absolute_url()))
    assert "Le PDF n’a pas pu être fait" in text
    assert "imprimez la page du tableau de bord" in text
    assert "Recommencer" in text
    assert reader.get(f"{one.get_absolute_url()}pdf/").status_code == 404
    assert ask(reader).headers["Location"] != one.get_absolute_url()


def unavailable():
    from documents.rendering import RenderingUnavailable

    raise RenderingUnavailable


def test_staff_alone_asks_and_downloads(town):
    one = asked(town[0])
    jobs.run(one.job_id)
    for role in (Role.APPLICANT, Role.REVIEWER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            printing.ask(programme=town[0], clocks=Clocks.at(), by=factories.user(role))
    file = f"{one.get_absolute_url()}pdf/"
    assert Client().get(file).status_code == 302
    for role in (Role.APPLICANT, Role.REVIEWER):
        assert signed_in(role).get(file).status_code == 403
        assert not PrintedBoard.objects.visible_to(factories.user(role)).exists()
    for role in (Role.FINANCE_OFFICER, Role.AUDITOR):
        assert signed_in(role).get(file).status_code == 200


def test_a_day_to_come_is_refused_and_nothing_starts(town, reader):
    assert ask(reader, "?au=2999-01-01").status_code == 422
    assert not Job.objects.exists()


def test_the_list_costs_the_same_for_more_rows(town, reader, django_assert_max_num_queries):
    asked(town[0])
    with django_assert_max_num_queries(8) as few:
        reader.get(HOME)
    for number in range(1, 4):
        asked(town[0], as_of=today() - number * DAY)
    with django_assert_max_num_queries(8) as many:
        reader.get(HOME)
    assert len(few) == len(many)
