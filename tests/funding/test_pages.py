"""The pages of public money: who sees what, each figure opens its rows, each act is previewed, guarded, done once."""

import datetime
import html
import re
import uuid

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import jobs
from accounts.french import NBSP
from accounts.models import Job, Role, User
from funding import awards, instalments, positions
from funding.claims import withholding
from funding.conventions.clauses import COMPULSORY
from funding.envelopes import investing
from funding.lists import movements_of
from funding.models import Agreement, Award, Instalment, Posting
from funding.outlook.by_line import by_payment_year, lefts
from tests.funding import conftest as make
from tests.funding import test_envelopes as envelopes
from tests.funding.conftest import CAP, GRANT, today

pytestmark = pytest.mark.django_db
READERS = (Role.OFFICER, Role.PANEL_MEMBER, Role.DECISION_MAKER, Role.FINANCE_OFFICER, Role.AUDITOR)


def key():
    return {"idempotency_key": uuid.uuid4().hex}


def text(response):
    return response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ")


def lists():
    return [reverse(f"funding:{name}") for name in ("budget", "agreements", "uncontracted", "instalments")]


def pages(award, line):
    agreement, instalment = Agreement.objects.get(), award.instalments.get(number=1)
    return [
        *lists(),
        reverse("funding:line", args=[line.public_id, today().year]),
        reverse("funding:year", args=[today().year]),
        agreement.get_absolute_url(),
        instalment.get_absolute_url(),
        reverse("funding:dossier", args=[award.application.public_id]),
    ]


@pytest.fixture
def as_role(client):
    def sign_in(role, user=None):
        client.force_login(user or make.make_user(role))
        return client

    return sign_in


# --- Who sees what -----------------------------------------------------------------------------------------------


def test_staff_read_everything(in_force, line, as_role):
    for role in READERS:
        client = as_role(role)
        for url in pages(in_force, line):
            assert client.get(url).status_code == 200, (role, url)


def test_nobody_else_does(in_force, line, client, as_role):
    for url in pages(in_force, line):
        assert client.get(url).status_code == 302
    for role in (Role.APPLICANT, Role.REVIEWER):
        for url in pages(in_force, line):
            assert as_role(role).get(url).status_code == 403, (role, url)


def test_the_auditor_changes_nothing(in_force, as_role):
    client = as_role(Role.AUDITOR)
    instalment = in_force.instalments.get(number=1)
    assert client.get(reverse("funding:credits")).status_code == 403
    assert client.post(reverse("funding:prepare_agreements"), key()).status_code == 403
    response = client.post(instalment.get_absolute_url(), {**key(), "act": "certify", "certify-on": today()})
    assert response.status_code == 403
    assert Instalment.objects.get(pk=instalment.pk).state == "due"
    assert "Certifier le service fait</button>" not in text(client.get(instalment.get_absolute_url()))


def test_the_applicant_reads_its_payments_once_announced(line, wave, as_role):
    make.open_credits(line, "ae", GRANT)
    applicant = make.make_user(Role.APPLICANT)
    application = make.make_application(wave, applicant=applicant)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    make.commit([award])
    url = reverse("funding:my_payments", args=[application.public_id])
    client = as_role(None, applicant)
    assert "Pas encore de versement" in text(client.get(url))
    type(application).objects.filter(pk=application.pk).update(state="awarded", published_at="2026-01-01T10:00Z")
    page = text(client.get(url))
    assert "Aide accordée" in page
    assert "150 000 €" in page
    assert "Ouvrez la lettre de décision" in page
    for word in ("liquid", "Planifiée", "CP ", "AE "):
        assert word not in page
    assert as_role(Role.APPLICANT).get(url).status_code == 404
    assert Award.objects.visible_to(make.make_user(Role.APPLICANT)).count() == 0


# --- The budget --------------------------------------------------------------------------------------------------


def test_each_figure_is_the_sum_of_the_movements_it_opens(in_force, finance, line, as_role):
    make.open_credits(line, "cp", GRANT)
    instalments.certify(instalment=in_force.instalments.get(number=1), by=finance[0])
    instalments.order(instalment=in_force.instalments.get(number=1), by=finance[1])
    seen = 0
    for axis in (positions.AE, positions.CP):
        for year in positions.years(axis):
            for position in (*year.positions, year.total):
                for figure, cents in position.amounts.items():
                    rows = movements_of(finance[0], figure=figure, fiscal_year=year.year, line=position.line)
                    assert sum(row.signed_cents for row in rows) == cents, figure
                    seen += cents
    assert seen


def test_the_budget_adds_up_on_every_line(in_force, line):
    ae = positions.years(positions.AE)[0].total.amounts
    assert ae["ae-ouvert"] == sum(ae[k] for k in ("ae-gele", "ae-reserve", "ae-engage", "ae-tombe", "ae-restant"))


def test_a_closed_year_has_nothing_left(line):
    make.open_credits(line, "ae", 1000, year=today().year - 1, on=datetime.date(today().year - 1, 3, 1))
    (closed,) = positions.years(positions.AE)
    assert closed.closed
    assert (closed.total.amounts["ae-tombe"], closed.total.amounts["ae-restant"]) == (1000, 0)
    end = datetime.date(today().year - 1, 12, 31)
    (then,) = positions.years(positions.AE, as_of=end)
    assert (then.total.amounts["ae-tombe"], then.total.amounts["ae-restant"]) == (0, 1000)


def test_the_two_clocks_of_the_page(line, as_role):
    with time_machine.travel("2026-03-01 12:00Z"):
        make.open_credits(line, "ae", 100_000_00, year=2026, on=datetime.date(2026, 1, 1))
    with time_machine.travel("2026-05-01 12:00Z"):
        make.open_credits(line, "ae", 50_000_00, year=2026, on=datetime.date(2026, 2, 1))
        client, url = as_role(Role.AUDITOR), reverse("funding:budget")
        true_then, known_then = {"au": "2026-03-02"}, {"au": "2026-03-02", "connu_au": "2026-03-02"}
        assert "150 000 €" in text(client.get(url, true_then))
        assert "150 000 €" not in text(client.get(url, known_then))
        assert "1 écriture enregistrée après ce jour" in text(client.get(url, known_then))
        assert "Aucun crédit à cette date" in text(client.get(url, {"au": "2025-12-31"}))
        assert client.get(url, {"au": "31/02/2026"}).status_code == 422


def test_need_and_gap(in_force, line, as_role):
    make.open_credits(line, "cp", CAP - 10_000_00)
    page = text(as_role(Role.FINANCE_OFFICER).get(reverse("funding:budget")))
    assert "−10 000 €" in page
    left = lefts(as_of=today(), known_on=today(), programmes={line.programme_id})
    rows = by_payment_year(left, today().year)
    assert {key: sum(amounts) for key, amounts in rows.items()} == {"before": 0, "new": GRANT, "refunds": 0}
    assert rows["new"][:3] == [CAP, CAP, CAP]


def test_each_amount_to_come_opens_its_instalments_on_its_day(in_force, line, finance, as_role):
    """What is withheld is owed all the same: the budget, the forecasts and the ledger say one amount."""
    make.open_credits(line, "cp", CAP)
    client, day = as_role(Role.FINANCE_OFFICER), today()
    withholding.withhold(instalment=in_force.instalments.get(number=1), reason="Une pièce manque.", by=finance[0])
    page = client.get(reverse("funding:budget")).content.decode()
    links = [html.unescape(one) for one in re.findall(r'href="(/pilotage/previsions/echeances/[^"]*)"', page)]
    assert any(f"ligne={line.public_id}" in one for one in links) and any("exercice=" in one for one in links)
    for one in links:
        assert client.get(one).status_code == 200
    need = text(client.get(next(one for one in links if "ligne=" in one)))
    assert "50 000 €" in need and in_force.fabrique.name in need
    with time_machine.travel(datetime.datetime.combine(day + datetime.timedelta(days=20), datetime.time(12))):
        make.open_credits(line, "cp", 1)
        client = as_role(Role.FINANCE_OFFICER)
        then = client.get(reverse("funding:budget"), {"au": day.isoformat(), "connu_au": day.isoformat()})
        assert "au=" + day.isoformat() in then.content.decode() and "150 000 €" in text(then)
        before = {"au": (day - datetime.timedelta(days=1)).isoformat()}
        coming = text(client.get(reverse("funding:budget"), before)).partition("Échéancier des CP à ouvrir")[2]
        assert coming and "150 000 €" not in coming


def test_files_out(in_force, line, as_role):
    client = as_role(Role.AUDITOR)
    budget = b"".join(client.get(reverse("funding:budget"), {"format": "csv"}).streaming_content).decode()
    assert "AE;" in budget
    assert "150000,00" in budget
    url = reverse("funding:line", args=[line.public_id, today().year])
    rows = b"".join(client.get(url, {"format": "csv", "chiffre": "ae-engage"}).streaming_content).decode()
    assert rows.count("\r\n") == 2
    assert client.get(url, {"chiffre": "inconnu"}).status_code == 404


# --- Agreements and payments, over HTTP --------------------------------------------------------------------------


def test_the_way_to_a_payment_by_its_pages(committed, officer, finance, line, client):
    make.announce(committed)
    awards.mark_notified(award=committed, on=today())
    make.open_credits(line, "cp", CAP)
    client.force_login(officer)
    assert "1 attribution engagée" in text(client.get(reverse("funding:agreements")))
    response = client.post(reverse("funding:prepare_agreements"), {**key(), "award": committed.public_id})
    agreement = Agreement.objects.get()
    assert response.url == agreement.get_absolute_url()
    day = today().isoformat()
    signatory = make.make_signatory(committed.wave.call.programme)
    for fields in ({"checked": list(COMPULSORY)}, {"signatory": "Mme A"}, {"signatory": signatory.public_id}):
        version = agreement.versions.get().version
        response = client.post(agreement.get_absolute_url(), {**key(), "version": version, "on": day, **fields})
        assert response.status_code == 302
    instalment = committed.instalments.get(number=1)
    steps = (
        (finance[0], "certify", {"on": day}),
        (finance[1], "order", {"on": day, "cp_year": today().year}),
    )
    for person, act, fields in steps:
        client.force_login(person)
        instalment.refresh_from_db()
        body = {**key(), "act": act, "version": instalment.version, **{f"{act}-{k}": v for k, v in fields.items()}}
        for _ in range(2):
            assert client.post(instalment.get_absolute_url(), body).status_code == 302, act
    instalment.refresh_from_db()
    assert instalment.state == "ordered"
    client.force_login(finance[2])
    row = {"commitment": "2101", "request": "DP-0001", "siret": committed.organisation.siret, "cents": "50 000"}
    preview = client.post(reverse("funding:chorus_row"), {**key(), **row, "paid_on": day}).url
    digest = client.get(preview).context["preview"].digest
    body = {**key(), "act": "confirm", "digest": digest, "version": 1}
    for _ in range(2):
        assert client.post(preview, body).status_code == 302
    jobs.run(Job.objects.get().pk)
    instalment.refresh_from_db()
    assert instalment.state == "paid"
    assert Posting.objects.filter(kind="pay").count() == 1


def test_a_refusal_stands_under_its_field_and_the_typed_text_stays(in_force, finance, line, client):
    client.force_login(finance[0])
    instalment = in_force.instalments.get(number=1)
    body = {**key(), "act": "certify", "version": instalment.version, "certify-on": "2020-01-01"}
    response = client.post(instalment.get_absolute_url(), body)
    assert response.status_code == 422
    assert "est trop tôt" in text(response)
    assert 'value="2020-01-01"' in text(response)


def test_more_than_the_cp_left_is_told_by_the_page(in_force, finance, client):
    instalment = instalments.certify(instalment=in_force.instalments.get(number=1), by=finance[0])
    client.force_login(finance[1])
    page = text(client.get(instalment.get_absolute_url()))
    assert "il manque 50 000 €" in page
    body = {**key(), "act": "order", "version": instalment.version, "order-on": today(), "order-cp_year": today().year}
    response = client.post(instalment.get_absolute_url(), body)
    assert response.status_code == 422
    assert "il manque 50 000 €" in text(response)


def test_the_same_person_is_told_why_not(in_force, finance, client):
    instalment = instalments.certify(instalment=in_force.instalments.get(number=1), by=finance[0])
    client.force_login(finance[0])
    page = text(client.get(instalment.get_absolute_url()))
    assert "Vous avez certifié le service fait" in page
    assert "Mettre en paiement</button>" not in page


def test_a_stale_page_says_so(in_force, finance, client):
    instalment = in_force.instalments.get(number=1)
    old = instalment.version
    instalments.certify(instalment=instalment, by=finance[0])
    client.force_login(finance[1])
    body = {**key(), "act": "certify", "version": old, "certify-on": today()}
    assert client.post(instalment.get_absolute_url(), body).status_code == 409


def test_what_has_no_key_or_no_such_act_is_refused(in_force, finance, client):
    client.force_login(finance[0])
    url = in_force.instalments.get(number=1).get_absolute_url()
    assert client.post(url, {"act": "certify"}).status_code == 409
    assert client.post(url, {**key(), "act": "steal"}).status_code == 403
    assert client.get(reverse("funding:instalment", args=[uuid.uuid4()])).status_code == 404


# --- One row, three rows, the same queries -----------------------------------------------------------------------


def more(line, count):
    """Awards in force, each with its agreement, its instalments and their history."""
    officer = make.make_user(Role.OFFICER)
    make.open_credits(line, "ae", GRANT * count)
    for _ in range(count):
        wave = make.make_wave(line.programme)
        application = make.make_application(wave, announced=True)
        (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
        make.commit([award])
        waiting = make.make_application(wave)
        make.open_credits(line, "ae", GRANT)
        make.commit(make.reserve(wave, [make.request_for(wave, line, application=waiting)]))
        make.announce(award)
        awards.mark_notified(award=award, on=today())
        make.sign_agreement(award, officer)


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["budget", "agreements", "uncontracted", "instalments", "year", "line"])
def test_a_list_of_three_costs_what_a_list_of_one_costs(line, as_role, name):
    client = as_role(Role.AUDITOR)
    arguments = {"year": [today().year], "line": [line.public_id, today().year]}.get(name, [])
    url = f"{reverse(f'funding:{name}', args=arguments)}?chiffre=ae-engage"
    more(line, 1)
    one = queries(client, url)
    more(line, 2)
    assert queries(client, url) == one <= 15


def test_a_long_life_costs_the_page_nothing_more(in_force, officer, as_role, line):
    client = as_role(Role.FINANCE_OFFICER)
    urls = [in_force.instalments.get(number=1).get_absolute_url(), Agreement.objects.get().get_absolute_url()]
    urls.append(reverse("funding:dossier", args=[in_force.application.public_id]))
    before = [queries(client, url) for url in urls]
    more(line, 2)
    assert [queries(client, url) for url in urls] == before
    assert max(before) <= 20


def test_lists_find_a_place_and_filter(in_force, as_role, line):
    more(line, 1)
    client = as_role(Role.AUDITOR)
    place = in_force.fabrique.name
    for name in ("agreements", "instalments"):
        url = reverse(f"funding:{name}")
        assert client.get(url).context["listing"].count == 2, name
        assert client.get(url, {"q": place.upper()}).context["listing"].count == 1, name
        assert client.get(url, {"vague": in_force.wave.public_id}).context["listing"].count == 1, name
    instalment_list = reverse("funding:instalments")
    for state, count in (("a-traiter", 2), ("planned", 7), ("en-retard", 0), ("", 9)):
        assert client.get(instalment_list, {"etat": state}).context["listing"].count == count, state
    late = today() + datetime.timedelta(days=61)
    with time_machine.travel(datetime.datetime.combine(late, datetime.time(12), datetime.UTC)):
        page = text(as_role(Role.FINANCE_OFFICER).get(instalment_list, {"etat": "en-retard"}))
    assert "en retard de 1 jour" in page
    assert "Une personne des finances" in page


def one_of_each_envelope(line):
    """An act, a contribution, a derogation, a fund and its instrument."""
    theirs = envelopes.outside_line(line.programme)
    kept = envelopes.outside_line(line.programme, owner="contribution", name="Fonds de concours", code="FDC")
    envelopes.given(theirs, 500, "p")
    envelopes.given(theirs, 300, "r", envelopes.outside.receive)
    envelopes.attached(theirs, kept, 200)
    envelopes.derogate(make.make_organisation(legal_form="endowment_fund"), line, 100)
    fund = investing.open_fund(
        programme=line.programme, name="Fonds", manager="G", size_cents=5000, act=envelopes.act(), by=None
    )
    investing.engage(
        fund=fund, kind="equity", label="Parts", cents=1000, on=today(), act=envelopes.act(number="C-1"), by=None
    )


def test_the_technical_administration_reads_and_never_writes(in_force, line, client):
    one_of_each_envelope(line)
    client.force_login(User.objects.create_superuser("admin@exemple.test", None))
    models = [model for model in admin.site._registry if model._meta.app_label == "funding"]
    assert len(models) >= 6
    for model in models:
        name = f"admin:funding_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        row = [model.objects.first().pk]
        assert client.get(reverse(f"{name}_change", args=row)).status_code == 200
        assert client.get(reverse(f"{name}_add")).status_code == 403
        assert (
            client.post(reverse(f"{name}_delete", args=[model.objects.first().pk]), {"post": "yes"}).status_code == 403
        )
