"""The seven wrong things that happen to public money: each comes back on its page as a sentence, and nothing moves."""

import datetime
import uuid

import pytest
from django.urls import reverse

from accounts.errors import Refusal
from accounts.french import NBSP
from accounts.models import Role
from funding import schedules
from funding.chorus import numbering
from funding.models import Act, Allotment, ClosedYear, Instalment, Movement, Posting, Schedule
from tests.funding import conftest as make
from tests.funding.chorus import extracts
from tests.funding.chorus.conftest import laureate, order_first
from tests.funding.chorus.test_applying import EJ, line_for
from tests.funding.conftest import CAP, today
from tests.funding.test_convention_pages import planned_rows
from tests.funding.test_payments import plans

pytestmark = pytest.mark.django_db


def key(**more):
    return {"idempotency_key": uuid.uuid4().hex, **more}


def text(response):
    return response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ")


def held():
    """All that may not have moved."""
    states = Instalment.objects.order_by("pk").values_list("pk", "state", "cents", "version")
    counted = [model.objects.count() for model in (Movement, Posting, Allotment, Schedule)]
    return [*counted, *states]


@pytest.fixture
def ordered(in_force, line, finance):
    """An instalment of 50 000 € certified by Ada and ordered by Blaise: Colette imports."""
    make.open_credits(line, "cp", 3 * CAP)
    return order_first(in_force, finance)


@pytest.fixture
def page(client, finance):
    client.force_login(finance[2])
    return client


def send(page, lines, *, year=None):
    data = {"file": extracts.as_csv(lines), "fiscal_year": year or today().year}
    return page.post(reverse("funding:chorus_import"), key(**data))


def confirmed(page, lines):
    """Read, then confirmed as the preview shows it; what the preview said."""
    address = send(page, lines).headers["Location"]
    shown = page.get(address)
    digest = shown.context["preview"].digest
    version = shown.context["file"].version
    assert page.post(address, key(act="confirm", digest=digest, version=version)).status_code == 302
    return text(shown)


def test_a_file_of_the_wrong_year(page, ordered):
    before = held()
    sent = send(page, [line_for(ordered)], year=today().year - 1)
    assert sent.status_code == 422
    assert f"alors que vous importez {today().year - 1}" in text(sent)
    assert held() == before


def test_a_payment_larger_than_due(page, ordered):
    before = held()
    assert "0,01 € de trop. Rien n’est appliqué" in confirmed(page, [line_for(ordered, euros=50_000.01)])
    assert held() == before


def test_an_ej_that_belongs_to_another_award(page, ordered, line, officer, finance):
    other = laureate(make.make_wave(line.programme, agreement_required=False), line, officer)
    numbering.record_commitment(award=other, number=EJ, by=finance[0])
    before = held()
    said = confirmed(page, [line_for(ordered)])
    assert f"L’EJ {EJ} (ligne 2) est celui de {other.fabrique}" in said
    assert held() == before


def test_a_negative_line(page, ordered):
    before = held()
    said = confirmed(page, [line_for(ordered), line_for(ordered, item="2", euros=-1)])
    assert "-1 € : un paiement est positif" in said.replace("−", "-")
    assert held() == before


def test_a_closed_year(page, ordered, line):
    last_year = today().year - 1
    for year in (last_year, today().year):
        act = Act.objects.create(kind="statement", number=str(year), dated_on=today(), title="Compte")
        ClosedYear.objects.create(year=year, act=act)
    before = held()
    assert f"est de {today().year}, un exercice clos" in confirmed(page, [line_for(ordered)])
    opening = {
        "axis": "ae", "line": line.public_id, "fiscal_year": last_year, "amount": "1", "act_kind": "order",
        "act_number": "1", "act_date": f"{last_year}-12-01", "on": f"{last_year}-12-01", "preview": "1",
    }  # fmt: skip
    answer = page.post(reverse("funding:operation", args=["ouvrir"]), key(**opening))
    assert answer.status_code == 422
    assert f"L’exercice {last_year} est clos" in text(answer)
    assert held() == before


def test_a_schedule_that_does_not_sum(committed, officer):
    before = held()
    for cents, sentence in (
        ((CAP, CAP), "planifie 100 000 € pour une attribution de 150 000 €"),
        ((CAP + 1, CAP, CAP - 1), "plafond"),
        ((2 * CAP, CAP, 0), "planifie"),
    ):
        with pytest.raises(Refusal) as refusal:
            schedules.plan(award=committed, instalments=plans(*cents), by=officer)
        assert sentence in refusal.value.message.replace(NBSP, " ")
    assert held() == before


def test_an_amended_schedule_of_another_sum_is_another_amount_and_says_so(in_force, officer, client):
    client.force_login(officer)
    before = held()
    rows = planned_rows(in_force) | {
        "plan-1-amount": "40 000", "reason": "Chantier en retard.",
        "share-1-name": in_force.organisation.name, "share-1-siret": in_force.organisation.siret,
    }  # fmt: skip
    shown = client.post(reverse("funding:amendment", args=[in_force.agreement.public_id]), key(act="preview", **rows))
    assert shown.status_code == 200
    assert "140 000 €" in text(shown)
    assert held() == before


def test_two_officers_at_once_on_one_instalment(in_force, finance, client):
    """Both opened the page; the second learns that it is done, and by whom."""
    due = in_force.instalments.get(number=1)
    others = make.make_user(Role.FINANCE_OFFICER, name="Denise")
    body = {"act": "certify", "certify-on": today().isoformat(), "version": due.version}
    client.force_login(finance[0])
    assert client.post(due.get_absolute_url(), key(**body)).status_code == 302
    before = held()
    client.force_login(others)
    late = client.post(due.get_absolute_url(), key(**body))
    assert late.status_code == 409
    assert "Rien n’a été enregistré" in text(late) or "rien n’a été enregistré" in text(late)
    assert held() == before
    assert Instalment.objects.get(pk=due.pk).certified_by == finance[0]


def test_a_row_dated_of_another_year_than_its_own(page, ordered):
    before = held()
    eve = datetime.date(today().year - 1, 12, 31)
    sent = send(page, [line_for(ordered, on=eve, year=today().year)])
    assert sent.status_code in (302, 422)
    said = text(page.get(sent.headers["Location"])) if sent.status_code == 302 else text(sent)
    assert "paiement compte dans l’année de sa date" in said
    assert held() == before
