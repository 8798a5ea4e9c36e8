"""A consortium is paid member by member: exact sums held by the database, one request and one payment each."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import Notification
from funding import instalments
from funding.chorus import exporting, numbering, returning
from funding.claims.payees import paid_by_payee, payee_rows, payees
from funding.conventions import sharing
from funding.models import Allotment, BankAccount, Difference, Instalment, InstalmentPayee, PaymentRequest
from programme.models import CallVersion
from tests.funding.chorus import extracts
from tests.funding.chorus.conftest import first_of
from tests.funding.chorus.test_applying import DP, EJ, bring_in, state_of, the_difference
from tests.funding.conftest import CAP, make_organisation, make_user, open_credits, today
from tests.funding.test_bank_accounts import approved

PARTS = {"lead": 1_666_500, "first": 1_666_500, "second": 1_667_000}


@pytest.fixture
def partners(db):
    return [make_organisation(make_user()) for _ in range(2)]


def share_out(award, partners, shares=(3_333, 3_333, 3_334)):
    lead = sharing.Member(award.organisation.name, shares[0], award.organisation.siret)
    rest = [
        sharing.Member(one.name, part, one.siret, "member") for one, part in zip(partners, shares[1:], strict=True)
    ]
    sharing.share_out(award=award, members=[lead, *rest], by=None)


@pytest.fixture
def shared(in_force, line, finance, partners):
    """An instalment of 50 000 € of a consortium of three, certified by the first of the finances."""
    share_out(in_force, partners)
    open_credits(line, "cp", 3 * CAP)
    one = first_of(in_force)
    instalments.certify(instalment=one, by=finance[0])
    return first_of(in_force)


@pytest.fixture
def ordered(shared, finance):
    instalments.order(instalment=shared, by=finance[1])
    return Instalment.objects.get(pk=shared.pk)


def row(organisation, cents, *, dp=DP, **more):
    return extracts.line(EJ, dp, cents / 100, today(), siret=organisation.siret, payee=organisation.name, **more)


def taken_out(instalment, finance):
    export = exporting.take_out(instalments=[instalment], by=finance[1])
    return export, list(PaymentRequest.objects.filter(export=export).order_by("pk"))


def test_each_member_has_its_line_and_the_sum_is_the_instalment(ordered, partners, finance):
    kept = payees(ordered)
    assert [one.organisation for one in kept] == [ordered.award.organisation, *partners]
    assert [one.cents for one in kept] == list(PARTS.values()) and sum(PARTS.values()) == CAP
    export, requests = taken_out(ordered, finance)
    assert (len(requests), export.row_count, export.cents) == (3, 3, CAP)
    rows = exporting.rows_of(export)
    assert [(exporting.COLUMNS[4].value(one), one.cents) for one in rows] == [
        (one.organisation, one.cents) for one in kept
    ]
    assert list(exporting.to_take_out(finance[1])) == []


def test_the_odd_cents_go_to_the_largest_remainders(in_force, line, finance, partners):
    share_out(in_force, partners, (1, 4_999, 5_000))
    one = Instalment(award=in_force, cents=101)
    assert [payee.cents for payee in sharing.payees_of(one)] == [0, 50, 51]


def test_the_lines_of_the_file_draw_each_cent_once(ordered, finance):
    export, _ = taken_out(ordered, finance)
    rows = exporting.rows_of(export)
    assert sum(one.cents for one in rows) == CAP
    assert sum(cents for _, cents in instalments.split(ordered)) == CAP


def test_a_structure_alone_is_its_own_consortium(in_force, line, finance):
    open_credits(line, "cp", 3 * CAP)
    one = first_of(in_force)
    instalments.certify(instalment=one, by=finance[0])
    instalments.order(instalment=first_of(in_force), by=finance[1])
    [payee] = payees(first_of(in_force))
    assert (payee.organisation, payee.cents, payee.members) == (in_force.organisation, CAP, [])


def test_rows_pay_each_member_then_the_instalment(ordered, partners, finance):
    lead = ordered.award.organisation
    amounts = dict(zip([lead, *partners], PARTS.values(), strict=True))
    for rank, (organisation, cents) in enumerate(amounts.items()):
        assert state_of(ordered) == "ordered"
        bring_in([row(organisation, cents, dp=f"DP{rank}00")], finance[2])
    paid = Instalment.objects.get(pk=ordered.pk)
    assert (paid.state, paid.chorus_reference) == ("paid", "DP000/DP100/DP200")
    assert paid_by_payee(paid) == {one.pk: one.cents for one in payees(paid)}
    told = Notification.objects.filter(event="payment", user__in=partners[0].members.all())
    assert [one.subject for one in told] == [f"Versement de {euros(PARTS['first'])}".replace("\u00a0", " ")]


def test_two_members_of_equal_shares_are_told_apart_by_their_siret(ordered, partners, finance):
    lead = ordered.award.organisation
    rows = [row(partners[0], PARTS["first"], dp="2222"), row(lead, PARTS["lead"], dp="1111")]
    bring_in(rows, finance[2])
    got = {tie.part.payee.organisation: tie.row.request for tie in Allotment.objects.select_related("part", "row")}
    assert got == {lead: "1111", partners[0]: "2222"}
    assert not Difference.objects.exists()


def test_a_request_that_pays_all_of_them_gives_each_her_share(ordered, partners, finance):
    numbering.record_request(number=DP, instalments=[ordered], by=finance[2])
    lead = ordered.award.organisation
    swapped = [
        row(lead, 1_666_501, item="1"),
        row(partners[0], 1_666_499, item="2"),
        row(partners[1], PARTS["second"], item="3"),
    ]
    bring_in(swapped, finance[2])
    assert state_of(ordered) == "ordered"
    found = the_difference()
    assert found.kind == "other_payee" and "sa part est de" in found.sentence


def test_one_request_of_all_is_applied_when_the_shares_are_right(ordered, partners, finance):
    numbering.record_request(number=DP, instalments=[ordered], by=finance[2])
    everybody = [ordered.award.organisation, *partners]
    rows = [
        row(one, cents, item=str(at)) for at, (one, cents) in enumerate(zip(everybody, PARTS.values(), strict=True))
    ]
    bring_in(rows, finance[2])
    assert state_of(ordered) == "paid"
    ties = Allotment.objects.select_related("row", "part__payee__organisation")
    assert all(tie.row.siret == tie.part.payee.organisation.siret for tie in ties) and len(ties) == 3


def test_money_for_a_stranger_is_a_difference(ordered, finance):
    numbering.record_request(number=DP, instalments=[ordered], by=finance[2])
    bring_in([row(make_organisation(), CAP)], finance[2])
    assert state_of(ordered) == "ordered" and the_difference().kind == "other_payee"


def test_the_numbers_come_back_payee_by_payee(ordered, finance):
    export, requests = taken_out(ordered, finance)
    lines = "Référence;N° DP;N° EJ\n" + "".join(f"{one.public_id};700{n};{EJ}\n" for n, one in enumerate(requests))
    uploaded = extracts.SimpleUploadedFile("envoi.csv", lines.encode("utf-8-sig"))
    assert returning.take_back(export=export, uploaded=uploaded, by=finance[2]).numbered == 3
    numbered = PaymentRequest.objects.filter(export=export).order_by("pk")
    assert [one.number for one in numbered] == ["7000", "7001", "7002"]
    assert [one.parts.get(live=True).payee.cents for one in numbered] == list(PARTS.values())


def test_a_number_is_noted_for_one_member(ordered, partners, finance):
    second = payees(ordered)[1]
    numbering.record_request(number=DP, instalments=[ordered], by=finance[2], payees={second.pk})
    [part] = ordered.request_parts.filter(live=True)
    assert (part.payee, part.cents) == (second, second.cents)
    # The two others are still to take out.
    export, requests = taken_out(ordered, finance)
    assert len(requests) == 2 and export.cents == CAP - second.cents


def test_a_cancelled_order_follows_the_shares_of_the_next_one(ordered, finance):
    instalments.cancel_order(instalment=ordered, by=finance[1], reason="Rejet du comptable")
    sharing.share_out(award=ordered.award, members=[], by=None)
    instalments.order(instalment=Instalment.objects.get(pk=ordered.pk), by=finance[1])
    [payee] = payees(Instalment.objects.get(pk=ordered.pk))
    assert (payee.organisation, payee.cents) == (ordered.award.organisation, CAP)


def test_no_order_without_the_account_of_each_member(shared, partners, finance):
    CallVersion.objects.filter(pk=shared.award.application.call_version_id).update(
        bank_details_required=True, bank_cooling_days=0
    )
    everybody = [shared.award.organisation, *partners]
    for one in everybody[:2]:
        approved(one, one.members.get(), finance)
    with pytest.raises(Refusal, match=everybody[2].name):
        instalments.order(instalment=shared, by=finance[1])
    assert not InstalmentPayee.objects.exists()
    approved(everybody[2], everybody[2].members.get(), finance)
    instalments.order(instalment=Instalment.objects.get(pk=shared.pk), by=finance[1])
    export, _ = taken_out(shared, finance)
    accounts = [one.account for one in exporting.rows_of(export)]
    assert [one.organisation for one in accounts] == everybody
    assert BankAccount.objects.count() == 3


def test_the_database_orders_nothing_that_is_not_shared_out_whole(shared, ordered_by):
    InstalmentPayee.objects.create(instalment=shared, organisation=shared.award.organisation, cents=CAP - 1)
    with pytest.raises(IntegrityError, match="whole"), transaction.atomic():
        Instalment.objects.filter(pk=shared.pk).update(state="ordered", **ordered_by)


@pytest.fixture
def ordered_by(finance):
    return {"ordered_on": today(), "ordered_by": finance[1], "cp_year": today().year}


def test_the_database_fixes_the_payees_of_what_is_ordered(ordered):
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalmentPayee.objects.create(instalment=ordered, organisation=make_organisation(), cents=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalmentPayee.objects.update(live=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalmentPayee.objects.filter(cents=PARTS["second"]).update(cents=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalmentPayee.objects.all().delete()


def test_the_pages_say_who_receives_what(ordered, partners, finance, client):
    client.force_login(finance[2])
    page = client.get(ordered.get_absolute_url()).content.decode()
    assert partners[0].name in page and "16\u00a0670" in page
    member = ordered.award.organisation.members.get()
    client.force_login(member)
    url = f"/dossiers/{ordered.award.application.public_id}/versements/"
    with CaptureQueriesContext(
        connection,
    ) as shared_queries:
        page = client.get(url).content.decode()
    assert partners[1].name in page
    sharing.share_out(award=ordered.award, members=[], by=None)
    with CaptureQueriesContext(connection) as alone:
        client.get(url)
    assert len(shared_queries) == len(alone)


def test_the_page_of_numbers_asks_for_which_member(ordered, finance, client):
    client.force_login(finance[2])
    url = f"/pilotage/echeances/{ordered.public_id}/chorus/"
    assert "Structure payée" in client.get(url).content.decode()


def test_the_accounts_of_the_payees_are_one_question_however_many_they_are(in_force, partners, finance):
    """With two of them, with three: as many questions, and each its own account."""
    counts = []
    for some, shares in ((partners[:1], (5_000, 5_000)), (partners, (3_333, 3_333, 3_334))):
        share_out(in_force, some, shares)
        one = first_of(in_force)
        with CaptureQueriesContext(connection) as queries:
            rows = payee_rows(one)
        assert len(rows) == len(some) + 1
        counts.append(len(queries))
    assert counts[0] == counts[1]
    CallVersion.objects.filter(pk=in_force.application.call_version_id).update(bank_cooling_days=0)
    account = approved(partners[1], partners[1].members.get(), finance)
    assert [one.account for one in payee_rows(first_of(in_force))] == ["", "", account.masked]
