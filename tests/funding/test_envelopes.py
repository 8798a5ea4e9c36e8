"""Envelopes: lines, delegations, transfers, acts, other people's money, endowment funds, closed years."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal
from accounts.models import LegalForm, Role
from funding import budgets, positions
from funding.envelopes import acts, endowment, lines, moves, outside, years
from funding.envelopes.imputation import category_of
from funding.envelopes.others import contributions, outside_rows
from funding.ledger import InsufficientFunds, KeyReused, Leg, Slot, post
from funding.models import Account, Act, Contribution, Draw, Kind, Line, Movement, Posting, Source
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding.conftest import GRANT, today

pytestmark = pytest.mark.django_db
K = Kind
PURPOSE = "Amorcer des fabriques en quartier prioritaire"


def act(kind=Act.Kind.ORDER, number="2026-1", on=None, **fields):
    return acts.record_act(kind=kind, number=number, dated_on=on or today(), by=None, **fields)


def held(kind, line=None):
    scope = Account.objects.filter(kind=kind, **({"line": line} if line else {}))
    return sum(scope.values_list("balance_cents", flat=True))


def common(line, cents, key, *, axis="ae", year=None, on=None):
    return {
        "axis": axis, "line": line, "fiscal_year": year or today().year, "cents": cents,
        "effective_on": on or today(), "act": act(on=on), "by": None, "key": key,
    }  # fmt: skip


def outside_line(programme, *, owner="outside", name="Banque des Territoires", purpose=PURPOSE, code="BDT"):
    source = lines.open_source(name=name, owner=owner, by=None)
    state = {} if owner == "outside" else {"lolf_programme": "112"}
    return lines.open_line(
        programme=programme, source=source, code=code, label=f"{name}, amorçage", purpose=purpose, by=None, **state
    )


def given(line, cents, key, verb=outside.pledge, **extra):
    return verb(
        line=line, fiscal_year=today().year, cents=cents, effective_on=today(), by=None, key=key,
        act=act(Act.Kind.LETTER, "L-1"), **extra,
    )  # fmt: skip


# --- Acts --------------------------------------------------------------------------------------------------------


def test_an_act_is_recorded_once_and_named_by_all_its_postings(line):
    law = act(Act.Kind.FINANCE_ACT, "2026-103", datetime.date(today().year, 1, 1), title="Loi de finances")
    assert act(Act.Kind.FINANCE_ACT, " 2026-103 ", datetime.date(today().year, 1, 1)) == law
    for axis in ("ae", "cp"):
        budgets.open_credits(
            axis=axis, line=line, fiscal_year=today().year, cents=5, effective_on=today(), act=law, by=None, key=axis
        )
    assert law.postings.count() == 2
    assert Posting.objects.first().act == str(law)
    with pytest.raises(Refusal, match="déjà enregistré sous l’intitulé"):
        act(Act.Kind.FINANCE_ACT, "2026-103", datetime.date(today().year, 1, 1), title="Autre titre")
    with pytest.raises(Refusal, match="Donnez le numéro"):
        act(number="  ")


def test_an_act_takes_no_effect_before_its_day(line):
    with pytest.raises(Refusal, match="ne peut pas prendre effet") as refusal:
        budgets.open_credits(**{**common(line, 5, "k"), "effective_on": today() - datetime.timedelta(days=1)})
    assert refusal.value.field == "on"
    assert not Posting.objects.exists()


@pytest.mark.parametrize("change", [{"number": "autre"}, {"dated_on": datetime.date(2020, 1, 1)}, {"title": "autre"}])
def test_the_database_keeps_acts_as_they_were(change):
    known = act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Act.objects.filter(pk=known.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Act.objects.all()._raw_delete("default")


# --- Lines, delegation, transfer ---------------------------------------------------------------------------------


def test_a_line_holds_its_imputation_and_its_parts_repeat_it(line):
    source = lines.open_source(name="État, budget général", owner="state", by=None)
    opened = lines.open_line(
        programme=line.programme, source=source, code="P112-13", label="Ligne", by=None, lolf_programme="112",
        action="13", bop_uo="0112-CGET-C001", functional_domain="0112-13-02", activity="011201",
        cost_centre="ACTCGET075",
    )  # fmt: skip
    part = lines.part_of(opened, "84", by=None)
    assert lines.part_of(opened, "84", by=None) == part
    assert [part.functional_domain, part.activity, part.cost_centre] == ["0112-13-02", "011201", "ACTCGET075"]
    assert part.get_region_code_display() == "Auvergne-Rhône-Alpes"
    with pytest.raises(Refusal, match="existe déjà"):
        lines.open_line(
            programme=line.programme, source=source, code="P112-13", label="x", by=None, lolf_programme="1"
        )
    with pytest.raises(Refusal, match="programme LOLF"):
        lines.open_line(programme=line.programme, source=source, code="x", label="x", by=None)
    with pytest.raises(Refusal, match="ligne nationale"):
        lines.part_of(part, "53", by=None)
    with pytest.raises(NotAllowed):
        lines.part_of(opened, "53", by=make.make_user(Role.OFFICER))


def test_the_parts_never_exceed_the_whole(line):
    make.open_credits(line, "ae", 1000)
    north, south = (lines.part_of(line, code, by=None) for code in ("32", "93"))
    moves.delegate(to_line=north, **common(line, 600, "n"))
    with pytest.raises(InsufficientFunds, match="il manque"):
        moves.delegate(to_line=south, **common(line, 401, "s"))
    moves.delegate(to_line=south, **common(line, 400, "s2"))
    assert [held(K.AE_OPENED, one) for one in (line, north, south)] == [0, 600, 400]
    moves.withdraw_delegation(**common(north, 100, "back"))
    assert held(K.AE_OPENED, line) == 100
    with pytest.raises(InsufficientFunds):
        moves.withdraw_delegation(**common(north, 501, "more"))
    total = positions.years("ae")[0].total.amounts
    assert total["ae-ouvert"] == 1000
    assert differences() == []


def test_a_delegation_goes_to_a_part_of_its_own_line_and_comes_back_from_it(line):
    make.open_credits(line, "ae", 10)
    other = lines.part_of(make.make_line(line.programme), "32", by=None)
    with pytest.raises(Refusal, match="n’est pas celle"):
        moves.delegate(to_line=other, **common(line, 1, "k"))
    with pytest.raises(Refusal, match="la part d’une région"):
        moves.withdraw_delegation(**common(line, 1, "k"))
    # The ledger holds it by itself.
    for kind, ends in (("delegate", (line, other)), ("withdraw_part", (other, line)), ("delegate", (other, line))):
        leg = Leg(*(Slot(K.AE_OPENED, end.pk, today().year) for end in ends), 1)
        with pytest.raises(ValueError, match="is not a part"):
            post(key="raw", kind=kind, effective_on=today(), actor=None, act="x", legs=[leg])


def test_a_transfer_moves_what_is_unused_in_one_year(line):
    other = make.make_line(line.programme)
    make.open_credits(line, "cp", 100)
    moves.transfer(to_line=other, **common(line, 60, "t", axis="cp"))
    assert [held(K.CP_AVAILABLE, one) for one in (line, other)] == [40, 60]
    moves.transfer(to_line=other, **common(line, 60, "t", axis="cp"))
    with pytest.raises(KeyReused):
        moves.transfer(to_line=other, **common(line, 61, "t", axis="cp"))
    with pytest.raises(InsufficientFunds):
        moves.transfer(to_line=other, **common(line, 41, "u", axis="cp"))
    assert Posting.objects.filter(kind="transfer").count() == 1


def test_what_must_not_be_mixed_is_not_transferred(line):
    make.open_credits(line, "ae", 100)
    fund = Source.objects.create(name="Fonds", instrument="fund")
    fund_line = Line.objects.create(programme=line.programme, source=fund, code="F", label="F", lolf_programme="112")
    kept = outside_line(line.programme, owner="contribution", name="FDC", code="FDC")
    part = lines.part_of(line, "53", by=None)
    for target, sentence in (
        (line, "deux lignes différentes"),
        (make.make_line(), "dispositifs différents"),
        (fund_line, "ne se mélangent pas"),
        (outside_line(line.programme), "ni une AE ni un CP"),
        (kept, "17 II"),
        (part, "délégation"),
    ):
        with pytest.raises(Refusal, match=sentence):
            moves.transfer(to_line=target, **common(line, 1, f"k{target.pk}"))
    assert Posting.objects.count() == 1


def test_what_a_line_is_for_is_fixed(line):
    part = lines.part_of(line, "53", by=None)
    for change in (
        {"code": "x"},
        {"purpose": "x"},
        {"region_code": "84"},
        {"source": Source.objects.create(name="s")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.filter(pk=part.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(
            programme=line.programme, source=line.source, code="twin", label="t", parent=line, region_code="53"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(programme=line.programme, source=line.source, code="r", label="t", region_code="53")


@pytest.mark.parametrize(
    ("form", "category"),
    [
        (LegalForm.SAS, "62"),
        (LegalForm.SCIC, "62"),
        (LegalForm.SOLE_TRADER, "62"),
        (LegalForm.LOCAL_AUTHORITY, "63"),
        (LegalForm.ASSOCIATION, "64"),
        (LegalForm.PUBLIC_BODY, "64"),
        (LegalForm.FOUNDATION, "64"),
    ],
)
def test_the_category_comes_from_the_legal_form(form, category, line, wave):
    organisation = make.make_organisation()
    organisation.legal_form = form
    assert category_of(organisation) == category


def test_a_draw_keeps_the_category_of_its_beneficiary(committed):
    assert Draw.objects.get(award=committed).category == "64"
    assert category_of(None) == ""


# --- Years -------------------------------------------------------------------------------------------------------


@time_machine.travel("2027-02-10 10:00:00+01:00")
def test_credits_move_in_their_year_alone(line):
    other = make.make_line(line.programme)
    make.open_credits(line, "ae", 100, year=2026, on=datetime.date(2026, 1, 1))
    make.open_credits(line, "ae", 100, year=2027, on=datetime.date(2027, 1, 1))
    wrong = common(line, 1, "k", year=2026)
    for verb in (budgets.open_credits, budgets.freeze, budgets.unfreeze, budgets.cancel, budgets.cancel_unused):
        with pytest.raises(Refusal, match="L’exercice 2026 est terminé") as refusal:
            verb(**wrong)
        assert refusal.value.field == "fiscal_year"
    with pytest.raises(Refusal, match="est terminé"):
        moves.transfer(to_line=other, **wrong)
    with pytest.raises(Refusal, match="n’est pas commencé"):
        budgets.freeze(**common(line, 1, "k", year=2028))
    with pytest.raises(Refusal, match="n’est pas commencé"):
        budgets.open_credits(**common(line, 1, "k", year=2029))
    assert Posting.objects.count() == 2


@time_machine.travel("2027-02-10 10:00:00+01:00")
def test_a_carry_over_is_of_the_last_year(line):
    make.open_credits(line, "cp", 100, year=2025, on=datetime.date(2025, 1, 1))
    make.open_credits(line, "cp", 100, year=2026, on=datetime.date(2026, 1, 1))
    arguments = {"axis": "cp", "line": line, "cents": 40, "effective_on": today(), "act": act(), "by": None}
    with pytest.raises(Refusal, match="2025 est terminé"):
        budgets.carry_over(from_year=2025, key="a", **arguments)
    budgets.carry_over(from_year=2026, key="b", **arguments)
    leg = Leg(Slot(K.CP_AVAILABLE, line.pk, 2026), Slot(K.CP_AVAILABLE, line.pk, 2028), 1)
    with pytest.raises(Refusal, match="à aucun autre exercice"):
        post(key="c", kind="carry_over", effective_on=today(), actor=None, act="x", legs=[leg])


@time_machine.travel("2027-02-10 10:00:00+01:00")
def test_nothing_is_dated_in_a_closed_year(line, wave):
    make.open_credits(line, "ae", GRANT + 700, year=2026, on=datetime.date(2026, 1, 1))
    (award,) = make.reserve(wave, [make.request_for(wave, line, year=2026)], on=datetime.date(2026, 12, 1))
    closing = act(Act.Kind.STATEMENT, "C-2026")
    with pytest.raises(Refusal, match="engagez-les ou libérez-les"):
        years.close_year(year=2026, act=closing, by=None)
    make.commit([award], on=datetime.date(2026, 12, 30))
    with pytest.raises(Refusal, match="n’est pas terminé"):
        years.close_year(year=2027, act=closing, by=None)
    assert any("7\xa0€ tombent" in row for row in years.falling(2026))
    years.close_year(year=2026, act=closing, by=None)
    with pytest.raises(Refusal, match="déjà clos"):
        years.close_year(year=2026, act=closing, by=None)
    late = {**common(line, 1, "late", year=2026), "effective_on": datetime.date(2026, 12, 31), "act": "Décret"}
    with pytest.raises(Refusal, match="L’exercice 2026 est clos") as refusal:
        budgets.freeze(**late)
    assert refusal.value.field == "on"
    # A carry-over is an act of the next year: it still goes.
    budgets.carry_over(
        axis="ae", line=line, from_year=2026, cents=700, effective_on=today(), act=act(), by=None, key="r"
    )


# --- Money of others ---------------------------------------------------------------------------------------------


def test_money_of_others_is_pledged_received_used_and_never_an_ae_or_a_cp(line):
    theirs = outside_line(line.programme)
    given(theirs, 1000, "p")
    with pytest.raises(InsufficientFunds):
        given(theirs, 1001, "r", outside.receive)
    given(theirs, 600, "r1", outside.receive)
    with pytest.raises(InsufficientFunds):
        given(theirs, 601, "u", outside.use, what="Mobilier")
    given(theirs, 250, "u1", outside.use, what="Mobilier")
    given(theirs, 100, "d", outside.drop_pledge)
    (row,) = outside_rows()
    assert row.amounts == {
        "promis": 1000, "recu": 600, "employe": 250, "a-recevoir": 300, "a-employer": 350, "perdu": 100
    }  # fmt: skip
    assert positions.both_axes() == {"ae": [], "cp": []}
    assert differences() == []
    assert Posting.objects.get(key="u1").reason == "Mobilier"


def test_a_pledge_is_of_the_year_in_which_it_was_made(line):
    theirs = outside_line(line.programme)
    with pytest.raises(Refusal, match="est terminé"):
        outside.pledge(
            line=theirs, fiscal_year=today().year - 1, cents=5, effective_on=today(), act=act(), by=None, key="p"
        )


def test_the_two_worlds_never_share_a_line(line):
    theirs = outside_line(line.programme)
    with pytest.raises(Refusal, match="crédits de l’État"):
        given(line, 1, "p")
    for kind, wrong in ((K.AE_OPENED, theirs), (K.PLEDGED, line)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(kind=kind, line=wrong, fiscal_year=2026)
    with pytest.raises(Refusal, match="intention de la partie versante"):
        outside_line(line.programme, purpose="", code="x")
    with pytest.raises(Refusal, match="autre nature"):
        lines.open_source(name=theirs.source.name, owner="state", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(pk=theirs.source_id).update(owner="state")


def attached(theirs, line, cents, key="a", **changes):
    arguments = {
        "outside_line": theirs, "pledge_year": today().year, "line": line, "fiscal_year": today().year,
        "cents": cents, "effective_on": today(), "act": act(number="FDC-1"), "by": None, "key": key,
    }  # fmt: skip
    return outside.attach(**{**arguments, **changes})


def test_a_contribution_is_attached_by_arrete_to_a_line_of_its_purpose(line):
    theirs = outside_line(line.programme)
    earmarked = outside_line(line.programme, owner="contribution", name="Fonds de concours", code="FDC")
    other = outside_line(line.programme, owner="contribution", name="Fonds 2", code="FD2", purpose="Autre chose")
    given(theirs, 500, "p")
    given(theirs, 300, "r", outside.receive)
    for target, changes, sentence in (
        (earmarked, {"act": act(Act.Kind.LETTER, "L")}, "par arrêté"),
        (line, {}, "n’est pas celle d’un fonds de concours"),
        (other, {}, "Autre chose"),
    ):
        with pytest.raises(Refusal, match=sentence):
            attached(theirs, target, 200, **changes)
    with pytest.raises(InsufficientFunds):
        attached(theirs, earmarked, 301)
    assert not Contribution.objects.exists()
    contribution = attached(theirs, earmarked, 200)
    assert attached(theirs, earmarked, 200) == contribution
    assert [held(K.AE_OPENED, earmarked), held(K.CP_AVAILABLE, earmarked)] == [200, 200]
    assert [held(K.RECEIVED), held(K.USED)] == [100, 200]
    assert list(contributions(as_of=today())) == [contribution]
    assert Movement.objects.filter(posting=contribution.posting).count() == 3
    assert differences() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.update(cents=1)


# --- Endowment funds ---------------------------------------------------------------------------------------------


@pytest.fixture
def endowed(wave, line):
    make.open_credits(line, "ae", 2 * GRANT)
    application = make.make_application(wave)
    organisation = application.organisation
    organisation.legal_form = LegalForm.ENDOWMENT_FUND
    organisation.save()
    application.fabrique.refresh_from_db()
    return application


def derogate(organisation, line, cents, number="D-1"):
    return endowment.record_derogation(
        programme=line.programme, organisation=organisation, act=act(number=number), purpose="Une œuvre",
        max_cents=cents, by=None,
    )  # fmt: skip


def test_no_public_money_goes_to_an_endowment_fund_without_its_derogation(endowed, wave, line):
    request = make.request_for(wave, line, application=endowed)
    with pytest.raises(endowment.EndowmentFundRefused, match="140 III"):
        make.reserve(wave, [request])
    derogate(endowed.organisation, line, GRANT - 1)
    with pytest.raises(endowment.EndowmentFundRefused, match="dérogations couvrent"):
        make.reserve(wave, [request])
    derogate(endowed.organisation, line, 1, "D-2")
    (award,) = make.reserve(wave, [request])
    make.commit([award])
    # What is covered is used up.
    with pytest.raises(endowment.EndowmentFundRefused):
        endowment.refuse_uncovered([(endowed.organisation, 1)])


def test_the_commitment_asks_for_the_derogation_again(wave, line):
    make.open_credits(line, "ae", GRANT)
    application = make.make_application(wave)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    application.organisation.legal_form = LegalForm.ENDOWMENT_FUND
    application.organisation.save()
    with pytest.raises(endowment.EndowmentFundRefused):
        make.commit([award])
    assert held(K.AE_COMMITTED) == 0


def test_a_derogation_is_an_arrete_for_an_endowment_fund(endowed, line):
    with pytest.raises(Refusal, match="n’est pas un fonds de dotation"):
        derogate(make.make_organisation(), line, 5)
    with pytest.raises(Refusal, match="arrêté conjoint"):
        endowment.record_derogation(
            programme=line.programme, organisation=endowed.organisation, act=act(Act.Kind.LETTER), purpose="x",
            max_cents=5, by=None,
        )  # fmt: skip


def test_a_grant_draws_on_grants_of_the_state_and_of_its_own_region(wave, line):
    make.open_credits(line, "ae", 2 * GRANT)
    part = lines.part_of(line, "53", by=None)
    moves.delegate(to_line=part, **common(line, 2 * GRANT, "d"))
    fund = Source.objects.create(name="Fonds", instrument="fund")
    fund_line = Line.objects.create(programme=line.programme, source=fund, code="F", label="F", lolf_programme="112")
    for wrong in (outside_line(line.programme), fund_line):
        with pytest.raises(Refusal, match="ne porte pas de subventions"):
            make.reserve(wave, [make.request_for(wave, wrong)])
    requests = [make.request_for(wave, part) for _ in range(2)]
    requests[0].fabrique.region, requests[1].fabrique.region = "Occitanie", "Bretagne"
    with pytest.raises(Refusal, match="est la part de Bretagne") as refusal:
        make.reserve(wave, requests)
    assert refusal.value.field == "line"
    assert make.reserve(wave, requests[1:])
