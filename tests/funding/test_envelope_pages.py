"""The pages of envelopes: an act is previewed, confirmed once on what was seen, and says what is wrong in words."""

import datetime
import io
import uuid
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.french import NBSP
from accounts.models import LegalForm, Role
from funding import budgets
from funding.envelopes import investing, lines, outside
from funding.envelopes.acts import record_act
from funding.envelopes.operations import OPERATIONS
from funding.models import Account, Act, ClosedYear, Derogation, Fund, Instrument, Kind, Line, Posting, Source
from programme.models import Announcement
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import GRANT, today
from tests.funding.test_envelopes import PURPOSE, given, outside_line

pytestmark = pytest.mark.django_db
ACT = {"act_kind": "order", "act_number": "2026-7", "act_date": today().isoformat(), "act_title": "Arrêté"}


def text(response):
    return response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ").replace("&#x27;", "'")


@pytest.fixture
def officer_of_finance(client, finance):
    client.force_login(finance[0])
    return client


def url(slug):
    return reverse("funding:operation", args=[slug])


def fields(line, /, **changes):
    values = {
        "idempotency_key": uuid.uuid4().hex, "axis": "ae", "line": line.public_id, "fiscal_year": today().year,
        "amount": "100 000", "on": today().isoformat(), **ACT,
    }  # fmt: skip
    return {**values, **changes}


def seen_in(response):
    return response.context["outcome"].digest


def record(client, slug, data):
    """Preview, then confirm what was seen."""
    preview = client.post(url(slug), {**data, "preview": "1"})
    assert preview.status_code == 200, text(preview)
    confirmed = {**data, "idempotency_key": uuid.uuid4().hex, "seen": seen_in(preview), "confirm": "1"}
    return client.post(url(slug), confirmed), confirmed


def held(kind, line):
    return sum(Account.objects.filter(kind=kind, line=line).values_list("balance_cents", flat=True))


# --- One form for every act --------------------------------------------------------------------------------------


def test_an_act_is_previewed_then_recorded_once_with_its_text(line, officer_of_finance, finance):
    client, data = officer_of_finance, fields(line)
    preview = client.post(url("ouvrir"), {**data, "preview": "1"})
    assert f"AE libres {today().year} : 0 € → 100 000 €" in text(preview)
    assert not Posting.objects.exists()
    assert not Act.objects.exists()
    data = {**data, "idempotency_key": uuid.uuid4().hex, "seen": seen_in(preview), "confirm": "1"}
    for _ in range(2):
        again = {**data, "act_file": SimpleUploadedFile("arrete.pdf", factories.pdf_bytes())}
        assert client.post(url("ouvrir"), again).status_code == 302
    posting = Posting.objects.get()
    assert [posting.actor, posting.act_file.number, posting.act_file.file.name] == [finance[0], "2026-7", "arrete.pdf"]
    page = text(client.get(reverse("funding:act", args=[posting.act_file.public_id])))
    assert "100 000 €" in page
    assert "arrete.pdf" in page
    pdf = client.get(reverse("funding:act_text", args=[posting.act_file.public_id]))
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    pdf.close()


def test_what_moved_since_the_preview_is_shown_again_and_nothing_is_written(line, officer_of_finance):
    client, data = officer_of_finance, fields(line)
    preview = client.post(url("ouvrir"), {**data, "preview": "1"})
    make.open_credits(line, "ae", 100)
    late = {**data, "idempotency_key": uuid.uuid4().hex, "seen": seen_in(preview), "confirm": "1"}
    answer = client.post(url("ouvrir"), late)
    assert answer.status_code == 409
    assert "ont bougé depuis cet aperçu" in text(answer)
    assert "1 € → 100 001 €" in text(answer)
    assert Posting.objects.count() == 1
    # A confirmation that saw nothing is not one.
    assert client.post(url("ouvrir"), {**fields(line), "confirm": "1"}).status_code == 409


@pytest.mark.parametrize(
    ("slug", "changes", "sentence"),
    [
        ("ouvrir", {"amount": "-5"}, "ne peut pas être négatif"),
        ("ouvrir", {"amount": "0"}, "trop petit"),
        ("ouvrir", {"amount": "9" * 20}, "trop grand"),
        ("ouvrir", {"amount": "beaucoup"}, "Saisissez un montant"),
        ("ouvrir", {"on": "2199-01-01"}, "dans le futur"),
        ("ouvrir", {"fiscal_year": "2019"}, "L’exercice 2019 est terminé"),
        ("geler", {"fiscal_year": today().year + 1}, "n’est pas commencé"),
        ("geler", {}, "il manque 100 000 €"),
        ("reporter", {}, "il manque 100 000 €"),
        ("ouvrir", {"act_number": ""}, "obligatoire"),
        ("ouvrir", {"act_date": ""}, "obligatoire"),
        ("ouvrir", {"act_date": "2199-01-01"}, "attendez sa signature"),
        ("ouvrir", {"on": f"{today().year - 1}-06-01"}, "ne peut pas prendre effet"),
        ("ouvrir", {"line": str(uuid.uuid4())}, "Choisissez une ligne"),
        ("ouvrir", {"line": "x"}, "Choisissez une ligne"),
        ("annuler", {}, "Sélectionnez un choix valide"),
        ("reporter", {"act_kind": "letter"}, "Sélectionnez un choix valide"),
        ("clore", {"fiscal_year": today().year}, "n’est pas terminé"),
    ],
)
def test_wrong_acts_come_back_with_their_sentence(line, officer_of_finance, slug, changes, sentence):
    for button in ("preview", "confirm"):
        response = officer_of_finance.post(url(slug), fields(line, **{button: "1"}, **changes))
        assert response.status_code == 422
        assert sentence in text(response)
    assert not Posting.objects.exists()
    assert not Act.objects.exists()


def test_every_operation_has_its_page_and_unknown_ones_none(line, officer_of_finance):
    hub = text(officer_of_finance.get(reverse("funding:credits")))
    for operation in OPERATIONS.values():
        page = officer_of_finance.get(url(operation.slug))
        assert page.status_code == 200
        assert operation.title in hub
    assert officer_of_finance.get(url("inconnu")).status_code == 404


def test_credits_are_delegated_transferred_and_carried_by_their_pages(line, officer_of_finance):
    client, other = officer_of_finance, make.make_line(line.programme)
    make.open_credits(line, "ae", 1_000_000_00)
    answer, _ = record(client, "deleguer", fields(line, region="84"))
    assert answer.status_code == 302
    part = Line.objects.get(parent=line)
    assert [held(Kind.AE_OPENED, one) for one in (line, part)] == [900_000_00, 100_000_00]
    assert record(client, "retirer-delegation", fields(part, amount="40 000"))[0].status_code == 302
    assert record(client, "virer", fields(line, to_line=other.public_id, amount="10 000"))[0].status_code == 302
    assert record(client, "reporter", fields(line, amount="5"))[0].status_code == 302
    assert held(Kind.AE_OPENED, other) == 10_000_00
    page = text(client.get(reverse("funding:budget")))
    assert "Auvergne-Rhône-Alpes" in page
    assert f"Total {today().year}, subventions" in page
    assert f"Ensemble {line.code}, parts régionales comprises" in page
    whole = client.get(reverse("funding:line", args=[line.public_id, today().year]), {"ensemble": 1})
    assert "989 995 €" in text(whole)
    moves = text(client.get(reverse("funding:line", args=[part.public_id, today().year])))
    assert "Délégation à une région" in moves
    assert "Arrêté n° 2026-7" in moves
    assert "Part de" in moves


def test_a_year_is_closed_by_its_page(line, officer_of_finance):
    last = today().year - 1
    make.open_credits(line, "ae", 700, year=last, on=datetime.date(last, 1, 1))
    data = fields(line, fiscal_year=last)
    preview = officer_of_finance.post(url("clore"), {**data, "preview": "1"})
    assert "7 € tombent" in text(preview)
    assert not ClosedYear.objects.exists()
    assert record(officer_of_finance, "clore", data)[0].status_code == 302
    assert ClosedYear.objects.get().year == last


def test_a_line_is_opened_by_its_page(line, officer_of_finance):
    client, page = officer_of_finance, reverse("funding:new_line")
    data = {
        "idempotency_key": uuid.uuid4().hex, "source_name": "Action Logement", "owner": "outside",
        "instrument": "grant", "code": "AL", "label": "Action Logement, amorçage",
    }  # fmt: skip
    refused = client.post(page, data)
    assert refused.status_code == 422
    assert "intention de la partie versante" in text(refused)
    assert not Source.objects.filter(name="Action Logement").exists()
    data = {**data, "idempotency_key": uuid.uuid4().hex, "purpose": PURPOSE}
    assert client.post(page, data).status_code == 302
    assert Line.objects.get(code="AL").source.owner == "outside"


# --- Acts --------------------------------------------------------------------------------------------------------


def test_the_text_of_an_act_is_added_once(officer_of_finance):
    act = record_act(kind="order", number="7", dated_on=today(), by=None)
    page = reverse("funding:act", args=[act.public_id])
    for file, status in ((b"pas un PDF", 422), (factories.pdf_bytes(), 302), (factories.pdf_bytes(), 422)):
        data = {"idempotency_key": uuid.uuid4().hex, "act_file": SimpleUploadedFile("arrete.pdf", file)}
        assert officer_of_finance.post(page, data).status_code == status
    listed = text(officer_of_finance.get(reverse("funding:acts"), {"q": "7", "texte": "joint"}))
    assert "1 acte" in listed


# --- Money of others ---------------------------------------------------------------------------------------------


def test_money_of_others_has_its_page_and_each_figure_opens_its_movements(line, officer_of_finance, settings):
    client, theirs = officer_of_finance, outside_line(line.programme)
    data = fields(theirs)
    del data["axis"]
    assert record(client, "promesse", data)[0].status_code == 302
    assert record(client, "encaisser", {**data, "amount": "60 000"})[0].status_code == 302
    assert record(client, "employer", {**data, "amount": "10 000", "what": "Mobilier"})[0].status_code == 302
    assert record(client, "promesse-perdue", {**data, "amount": "5 000"})[0].status_code == 302
    page = client.get(reverse("funding:outside"))
    assert "Banque des Territoires" in text(page)
    link = reverse("funding:outside_line", args=[theirs.public_id, today().year])
    for column, count, sum_ in (("promis", 1, "100 000 €"), ("a-recevoir", 3, "35 000 €"), ("employe", 1, "10 000 €")):
        assert urlencode({"chiffre": column}) in text(page)
        rows = text(client.get(link, {"chiffre": column}))
        assert f"{count} mouvement" in rows
        assert sum_ in rows
    assert client.get(link, {"chiffre": "inconnu"}).status_code == 404
    file = b"".join(client.get(reverse("funding:outside"), {"format": "csv"}).streaming_content).decode()
    assert "Banque des Territoires" in file
    assert "60000,00" in file
    day_before = (today() - datetime.timedelta(days=1)).isoformat()
    assert "Aucun autre financeur" in text(client.get(reverse("funding:outside"), {"au": day_before}))
    # Nothing of it in the budget.
    assert "Aucun crédit à cette date" in text(client.get(reverse("funding:budget")))


def test_a_contribution_is_attached_by_its_page(line, officer_of_finance):
    client, theirs = officer_of_finance, outside_line(line.programme)
    earmarked = outside_line(line.programme, owner="contribution", name="Fonds de concours", code="FDC")
    given(theirs, 100_000_00, "p")
    given(theirs, 100_000_00, "r", outside.receive)
    data = fields(theirs, to_line=earmarked.public_id, pledge_year=today().year)
    del data["axis"]
    letter = client.post(url("rattacher"), {**data, "act_kind": "letter", "preview": "1"})
    assert letter.status_code == 422
    answer, confirmed = record(client, "rattacher", data)
    assert answer.status_code == 302
    assert client.post(url("rattacher"), confirmed).status_code == 302
    page = text(client.get(reverse("funding:outside")))
    assert PURPOSE in page
    assert "Arrêté n° 2026-7" in page
    assert held(Kind.CP_AVAILABLE, earmarked) == 100_000_00


def test_the_page_of_others_asks_as_many_questions_for_one_line_as_for_three(line, officer_of_finance):
    def count():
        with CaptureQueriesContext(connection) as queries:
            officer_of_finance.get(reverse("funding:outside"))
        return len(queries)

    given(outside_line(line.programme), 5, "p0")
    count()
    one = count()
    for number in (1, 2):
        given(outside_line(line.programme, name=f"Tiers {number}", code=f"T{number}"), 5, f"p{number}")
    assert count() == one


# --- The fund ----------------------------------------------------------------------------------------------------


def test_the_fund_is_recorded_and_read_by_its_pages(committed, line, officer_of_finance):
    client = officer_of_finance
    Announcement.objects.create(
        programme=line.programme, kind="money", stated_on=datetime.date(2018, 9, 19), statement="110", source="CGET",
        amount_cents=110_000_000_00, grants_cents=60_000_000_00, fund_cents=50_000_000_00,
    )  # fmt: skip
    data = {"name": "Fonds tiers-lieux", "manager": "Un gestionnaire", "amount": "50 000 000", **ACT}
    assert client.post(reverse("funding:new_fund"), {**data, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    again = client.post(reverse("funding:new_fund"), {**data, "idempotency_key": uuid.uuid4().hex})
    assert again.status_code == 422
    fund = Fund.objects.get()
    new = reverse("funding:new_instrument", args=[fund.public_id])
    data = {"kind": "loan", "label": "Prêt", "amount": "1 000", "on": today().isoformat(), "rate": "1,5", **ACT}
    for wrong, sentence in (
        ({"amount": "50 000 001"}, "il reste"),
        ({"siret": "123"}, "Aucune structure"),
        ({"on": "2199-01-01"}, "à venir"),
    ):
        refused = client.post(new, {**data, **wrong, "idempotency_key": uuid.uuid4().hex})
        assert refused.status_code == 422
        assert sentence in text(refused)
    assert client.post(new, {**data, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    loan = Instrument.objects.get()
    assert loan.rate_hundredths == 150
    page = reverse("funding:instrument", args=[loan.public_id])
    paid = {"kind": "call", "amount": "1 000", "on": today().isoformat(), **ACT}
    assert client.post(page, {**paid, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    refused = client.post(page, {**paid, "idempotency_key": uuid.uuid4().hex, "act_number": "autre"})
    assert refused.status_code == 422
    assert "Il reste 0 € à appeler" in text(refused)
    assert not Act.objects.filter(number="autre").exists()
    dues = reverse("funding:repayments", args=[loan.public_id])
    for written, status in (
        ("demain ; 5", 422),
        ("30/06/2030 ; 500 ; 5", 422),
        ("30/06/2030;400;5\n30/06/2031;600", 302),
    ):
        answer = client.post(dues, {"dues": written, "idempotency_key": uuid.uuid4().hex})
        assert answer.status_code == status
    shown = text(client.get(page))
    assert "30 juin 2031" in shown
    event = loan.events.get()
    cited = text(client.get(reverse("funding:act", args=[event.act.public_id])))
    for words in ("Fonds : Fonds tiers-lieux", "Contrat : Prêt", "Prêt : Appel de fonds"):
        assert words in cited
    correct = reverse("funding:correct_event", args=[loan.public_id, event.public_id])
    assert client.post(correct, {**ACT, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert "Correction" in text(client.get(page))
    shown = text(client.get(reverse("funding:funds")))
    for words in ("60 000 000 €", "50 000 000 €", "150 000 €", "1 000 €", "sans total commun"):
        assert words in shown
    file = b"".join(client.get(reverse("funding:funds"), {"format": "csv"}).streaming_content).decode()
    assert "Prêt" in file


def test_a_line_of_the_fund_has_its_own_total_in_the_budget(line, officer_of_finance):
    source = Source.objects.create(name="Fonds", instrument="fund")
    fund_line = Line.objects.create(programme=line.programme, source=source, code="F", label="F", lolf_programme="112")
    make.open_credits(line, "ae", GRANT)
    make.open_credits(fund_line, "ae", 7_00)
    page = text(officer_of_finance.get(reverse("funding:budget")))
    assert f"Total {today().year}, subventions" in page
    assert f"Total {today().year}, fonds" in page
    total = reverse("funding:year", args=[today().year])
    for instrument, cents in (("grant", "150 000 €"), ("fund", "7 €")):
        rows = text(officer_of_finance.get(total, {"chiffre": "ae-ouvert", "instrument": instrument}))
        assert "1 mouvement" in rows
        assert cents in rows
    assert officer_of_finance.get(total, {"instrument": "x"}).status_code == 404


def test_the_page_of_the_fund_asks_as_many_questions_for_one_instrument_as_for_three(line, officer_of_finance):
    act = record_act(kind="order", number="7", dated_on=today(), by=None)
    fund = investing.open_fund(programme=line.programme, name="F", manager="G", size_cents=1000, act=act, by=None)

    def count():
        with CaptureQueriesContext(connection) as queries:
            officer_of_finance.get(reverse("funding:funds"))
        return len(queries)

    def engage(number):
        one = investing.engage(fund=fund, kind="equity", label=f"P{number}", cents=10, on=today(), act=act, by=None)
        investing.record_event(instrument=one, kind="call", on=today(), cents=5, act=act, by=None, key=f"c{number}")

    engage(0)
    count()
    one = count()
    engage(1)
    engage(2)
    assert count() == one


def test_a_derogation_is_recorded_by_its_page(line, officer_of_finance):
    organisation = make.make_organisation()
    page = reverse("funding:derogations")
    data = {"organisation": organisation.public_id, "purpose": "Une œuvre", "amount": "1 000", **ACT}
    assert officer_of_finance.post(page, {**data, "idempotency_key": uuid.uuid4().hex}).status_code == 422
    organisation.legal_form = LegalForm.ENDOWMENT_FUND
    organisation.save()
    assert officer_of_finance.post(page, {**data, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert Derogation.objects.get().max_cents == 1_000_00
    assert "Une œuvre" in text(officer_of_finance.get(page))


def test_readers_read_and_do_not_act(line, client):
    budgets.open_credits(
        axis="ae", line=line, fiscal_year=today().year, cents=5, effective_on=today(), by=None, key="k",
        act=record_act(kind="order", number="7", dated_on=today(), by=None),
    )  # fmt: skip
    client.force_login(make.make_user(Role.AUDITOR))
    for name in ("acts", "outside", "funds", "derogations"):
        assert client.get(reverse(f"funding:{name}")).status_code == 200
    for name in ("credits", "new_line", "new_fund"):
        assert client.get(reverse(f"funding:{name}")).status_code == 403
    assert client.post(url("ouvrir"), fields(line, confirm="1")).status_code == 403
    assert lines.Line.objects.count() == 1


def test_what_is_committed_is_read_by_imputation_and_category(in_force, line, officer_of_finance):
    page = reverse("funding:imputation")
    shown = text(officer_of_finance.get(page))
    assert "64, transferts aux autres collectivités" in shown
    assert "150 000 €" in shown
    file = b"".join(officer_of_finance.get(page, {"format": "csv"}).streaming_content).decode()
    assert "150000,00;0,00" in file
    day_before = (today() - datetime.timedelta(days=1)).isoformat()
    assert "Aucun engagement" in text(officer_of_finance.get(page, {"au": day_before}))
    assert "Aucun engagement" in text(officer_of_finance.get(page, {"connu_au": day_before}))


@pytest.mark.parametrize("name", ["budget", "outside", "imputation", "funds"])
def test_each_table_is_a_file_of_numbers(name, in_force, line, officer_of_finance):
    given(outside_line(line.programme), 123_45, "p")
    fund = investing.open_fund(
        programme=line.programme, name="Fonds", manager="G", size_cents=5000_00, by=None,
        act=record_act(kind="order", number="9", dated_on=today(), by=None),
    )  # fmt: skip
    investing.engage(
        fund=fund, kind="equity", label="Parts", cents=123_45, on=today(), by=None,
        act=record_act(kind="order", number="10", dated_on=today(), by=None),
    )  # fmt: skip
    page = reverse(f"funding:{name}")
    shown = text(officer_of_finance.get(page))
    for kind in ("csv", "xlsx"):
        assert f"format={kind}" in shown
    csv_rows = b"".join(officer_of_finance.get(page, {"format": "csv"}).streaming_content).decode().splitlines()
    book = b"".join(officer_of_finance.get(page, {"format": "xlsx"}).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [";".join(rows[0]), len(rows)] == [csv_rows[0].lstrip("\ufeff"), len(csv_rows)]
    amounts = {value for row in rows[1:] for value in row if isinstance(value, float)}
    assert amounts & {123.45, 150_000.0}
