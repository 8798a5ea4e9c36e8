"""Amendments: before and after, the money of each through the ledger, nothing that is owed ever changed."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import Refusal, StalePage
from accounts.models import Role
from funding import instalments as paying
from funding.conventions import amending, sending, sharing, signing, standing
from funding.conventions.amending import Changes
from funding.draws import net_draws, split
from funding.ledger import InsufficientFunds
from funding.models import Account, AgreementVersion, Award, Kind, Schedule, Share, Sharing
from funding.reconciliation import differences
from funding.schedules import Plan, current_instalments
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db
YEAR = today().year


@pytest.fixture
def agreement(in_force):
    return in_force.agreement


def later(*cents, years=None):
    years = years or range(YEAR + 1, YEAR + 1 + len(cents))
    return tuple(
        Plan("interim", year, one, "Rapport accepté", datetime.date(year, 6, 30))
        for year, one in zip(years, cents, strict=True)
    )


def lower(award, officer):
    """An award of less than the most, so that more may be added."""
    sign(amend(award.agreement, officer, plans=later(CAP // 2)), officer)
    award.refresh_from_db()


def amend(agreement, officer, *, reason="Le projet change.", **changes):
    return amending.amend(agreement=agreement, changes=Changes(**changes), reason=reason, by=officer)


def sign(amendment, officer):
    award = amendment.agreement.award
    sending.send(agreement_version=amendment, by=officer)
    signing.record_on_paper(agreement_version=amendment, by=officer, on=today(), signatory="Mme A, présidente")
    signatory = make.make_signatory(award.wave.call.programme)
    signing.record_state_signature(agreement_version=amendment, by=officer, on=today(), signatory=signatory)
    amendment.refresh_from_db()
    return amendment


def test_a_new_schedule_keeps_what_is_owed_and_replaces_the_rest(in_force, agreement, officer):
    owed = in_force.instalments.get(number=1)
    before = [(one.number, one.cents) for one in current_instalments(in_force)]
    amendment = amend(agreement, officer, plans=later(CAP // 2, CAP, CAP // 2))
    assert [(one.number, one.cents) for one in current_instalments(in_force)] == before  # nothing before signatures
    sign(amendment, officer)
    rows = list(current_instalments(in_force))
    assert [(one.number, one.cents, one.state) for one in rows] == [
        (1, CAP, "due"), (2, CAP // 2, "planned"), (3, CAP, "planned"), (4, CAP // 2, "planned"),
    ]  # fmt: skip
    assert rows[0] == owed
    current = Schedule.objects.get(award=in_force, state="current")
    assert (current.number, current.kept_cents, current.planned_cents, current.total_cents) == (2, CAP, 2 * CAP, GRANT)
    assert [sum(cents for _, cents in split(one)) for one in rows] == [one.cents for one in rows]
    in_force.refresh_from_db()
    assert (in_force.total_cents, in_force.amendment_count) == (GRANT, 0) and differences() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"plans": later(CAP + 1, CAP - 1)}, "plafond"),
        ({"plans": later(CAP, CAP, CAP)}, "maximum"),
        ({"plans": later(CAP, CAP)[:1] + later(0, years=[YEAR + 2])}, "planifie"),
        ({}, "ne change rien"),
        ({"members": (sharing.Member("A", 6_000), sharing.Member("B", 3_000))}, "100"),
        ({"members": (sharing.Member("A", 5_000), sharing.Member("B", 5_000, "1" * 14, "member"))}, "fiche"),
    ],
)
def test_what_does_not_hold_is_refused_and_nothing_is_written(agreement, officer, changes, sentence):
    with pytest.raises(Refusal, match=sentence):
        amend(agreement, officer, **changes)
    assert not AgreementVersion.objects.filter(kind="amendment").exists()


def test_less_money_is_given_back_when_the_state_signs(in_force, agreement, officer, line):
    amendment = amend(agreement, officer, plans=later(CAP // 2))
    assert balance(Kind.AE_COMMITTED, in_force) == GRANT
    sign(amendment, officer)
    in_force.refresh_from_db()
    assert (in_force.total_cents, in_force.initial_cents, in_force.amendment_count) == (CAP + CAP // 2, GRANT, 1)
    assert balance(Kind.AE_COMMITTED, in_force) == CAP + CAP // 2
    assert Account.objects.get(kind=Kind.AE_OPENED, line=line).balance_cents == GRANT - CAP - CAP // 2
    assert differences() == []


def test_more_money_is_reserved_at_once_and_committed_at_the_signature(in_force, agreement, officer, line):
    lower(in_force, officer)
    amendment = amend(agreement, officer, plans=later(CAP, CAP), line=line, fiscal_year=YEAR)
    assert amendment.extra_cents == CAP + CAP // 2
    assert balance(Kind.AE_RESERVED, in_force) == amendment.extra_cents
    sign(amendment, officer)
    in_force.refresh_from_db()
    assert (in_force.total_cents, in_force.initial_cents, in_force.amendment_count) == (GRANT, GRANT, 2)
    assert balance(Kind.AE_COMMITTED, in_force) == GRANT and balance(Kind.AE_RESERVED, in_force) == 0
    assert sum(cents for _, cents in net_draws(in_force)) == GRANT
    assert all(sum(cents for _, cents in split(one)) == one.cents for one in current_instalments(in_force))
    assert differences() == []


def test_more_money_than_the_line_has_writes_nothing(in_force, agreement, officer, line):
    lower(in_force, officer)
    empty = make.make_line(line.programme)
    with pytest.raises(InsufficientFunds):
        amend(agreement, officer, plans=later(CAP, CAP), line=empty, fiscal_year=YEAR)
    with pytest.raises(Refusal, match="choisissez la ligne"):
        amend(agreement, officer, plans=later(CAP, CAP))
    assert AgreementVersion.objects.filter(kind="amendment").count() == 1


def test_an_abandoned_amendment_frees_what_it_reserved(in_force, agreement, officer, line):
    lower(in_force, officer)
    amendment = amend(agreement, officer, plans=later(CAP, CAP), line=line, fiscal_year=YEAR)
    with pytest.raises(StalePage, match="déjà en préparation"):
        amend(agreement, officer, plans=later(CAP // 4))
    amending.abandon(amendment=amendment, reason="Finalement non.", by=officer)
    assert balance(Kind.AE_RESERVED, in_force) == 0
    assert amend(agreement, officer, plans=later(CAP // 4)).state == "drafted"


def test_an_amendment_that_life_overtook_is_not_applied(in_force, agreement, officer):
    amendment = amend(agreement, officer, plans=later(CAP // 2))
    paying_first = in_force.instalments.get(number=1)
    amendment_of = sending.send(agreement_version=amendment, by=officer)
    signing.record_on_paper(agreement_version=amendment_of, by=officer, on=today(), signatory="Mme A")
    # What was to be replaced is withheld meanwhile; the amendment was drafted without it.
    share = sharing.Member(in_force.organisation.name, 5_000), sharing.Member("Partenaire", 5_000)
    sharing.share_out(award=in_force, members=share, by=None)
    signatory = make.make_signatory(in_force.wave.call.programme)
    with pytest.raises(StalePage, match="Abandonnez"):
        signing.record_state_signature(agreement_version=amendment, by=officer, on=today(), signatory=signatory)
    amendment.refresh_from_db()
    assert amendment.state == "signed_by_beneficiary" and balance(Kind.AE_COMMITTED, in_force) == GRANT
    assert paying_first.state == "due"


def test_an_amendment_suspends_and_another_resumes(in_force, agreement, officer, finance):
    sign(amend(agreement, officer, suspended=True, reason="Fermeture pour travaux."), officer)
    in_force.refresh_from_db()
    assert (in_force.state, in_force.suspended_on, in_force.stop_reason) == (
        "suspended", today(), "Fermeture pour travaux.",
    )  # fmt: skip
    first = in_force.instalments.get(number=1)
    with pytest.raises(Refusal, match="suspendue"):
        paying.certify(instalment=first, by=finance[0])
    sign(amend(agreement, officer, suspended=False, reason="Travaux finis."), officer)
    in_force.refresh_from_db()
    assert in_force.state == "in_force"
    paying.certify(instalment=first, by=finance[0])


def test_partners_and_payees_change_by_amendment(in_force, agreement, officer):
    partner = make.make_organisation()
    members = (
        sharing.Member(in_force.organisation.name, 3_333, in_force.organisation.siret),
        sharing.Member(partner.name, 3_333, partner.siret, "member"),
        sharing.Member("Collectif sans fiche", 3_334),
    )
    sign(amend(agreement, officer, members=members), officer)
    first = in_force.instalments.get(number=1)
    paid = sharing.payees_of(first)
    assert [one.payee for one in paid] == [in_force.organisation, partner]
    assert sum(one.cents for one in paid) == first.cents and paid[1].cents == first.cents * 3_333 // 10_000
    sign(amend(agreement, officer, members=()), officer)
    assert [(one.payee, one.cents) for one in sharing.payees_of(first)] == [(in_force.organisation, first.cents)]


def test_the_database_holds_the_whole_of_the_shares(in_force):
    sharing_row = Sharing.objects.create(award=in_force, number=1)
    Share.objects.create(sharing=sharing_row, position=1, name="A", ten_thousandths=9_999)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sharing.objects.filter(pk=sharing_row.pk).update(state="current")
    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.create(sharing=sharing_row, position=2, name="B", ten_thousandths=1, payee="member")
    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.update(ten_thousandths=10_000)


def test_the_amount_of_an_award_changes_by_a_counted_amendment_alone(in_force):
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.filter(pk=in_force.pk).update(total_cents=GRANT - 1)


# --- Stopping -----------------------------------------------------------------------------------------------------


@pytest.fixture
def decides(db):
    return make.make_user(Role.DECISION_MAKER)


def test_suspended_then_resumed_by_acts(in_force, decides, officer, finance):
    standing.suspend(award=in_force, on=today(), reason="Contrôle en cours.", act="Décision 12", by=decides)
    in_force.refresh_from_db()
    second = in_force.instalments.get(number=2)
    with pytest.raises(Refusal, match="suspendue"):
        paying.make_due(instalment=second, on=today(), by=officer)
    with pytest.raises(Refusal, match="acte"):
        standing.resume(award=in_force, on=today(), act=" ", by=decides)
    standing.resume(award=in_force, on=today(), act="Décision 13", by=decides)
    in_force.refresh_from_db()
    assert (in_force.state, in_force.suspended_on, in_force.stop_reason) == ("in_force", None, "")


def breach(**more):
    fields = {"ground": "breach", "reason": "Lieu fermé.", "act": "Arrêté 14", "heard_on": today()} | more
    return standing.Termination(**fields)


def test_a_termination_cancels_the_rest_and_gives_its_money_back(in_force, decides, line):
    for wrong, field in ((breach(heard_on=None), "heard_on"), (breach(act=""), "act"), (breach(reason=""), "reason")):
        with pytest.raises(Refusal) as refusal:
            standing.terminate(award=in_force, on=today(), termination=wrong, by=decides)
        assert refusal.value.field == field
    award, given_back = standing.terminate(award=in_force, on=today(), termination=breach(), by=decides)
    assert (award.state, given_back) == ("terminated", 2 * CAP)
    assert sorted(award.instalments.values_list("state", flat=True)) == ["cancelled", "cancelled", "due"]
    assert balance(Kind.AE_COMMITTED, award) == CAP
    assert Account.objects.get(kind=Kind.AE_OPENED, line=line).balance_cents == 2 * CAP
    assert award.agreement.__class__.objects.get().state == "closed" and differences() == []
    with pytest.raises(StalePage):
        standing.terminate(award=award, on=today(), termination=breach(), by=decides)


def test_what_was_owed_before_a_termination_is_still_paid(in_force, decides, finance, officer):
    standing.terminate(award=in_force, on=today(), termination=breach(), by=decides)
    paying.certify(instalment=in_force.instalments.get(number=1), by=finance[0])
    assert in_force.instalments.get(number=1).state == "certified"
    with pytest.raises(Refusal, match="résiliée"):
        paying.make_due(instalment=in_force.instalments.get(number=2), on=today(), by=officer)
