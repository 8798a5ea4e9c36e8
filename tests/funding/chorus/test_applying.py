"""Rows of Chorus pay instalments, once; what disagrees moves nothing and is told in one sentence."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Job, Role
from funding import instalments, reconciliation
from funding.chorus import confirming, numbering, reading
from funding.models import (
    Account,
    Act,
    Allotment,
    ChorusFile,
    ChorusRow,
    ClosedYear,
    Difference,
    Instalment,
    Kind,
    LegalCommitment,
    Movement,
    PaymentRequest,
)
from tests.funding.chorus import extracts
from tests.funding.chorus.conftest import first_of, laureate, order_first
from tests.funding.conftest import CAP, make_user, open_credits, today

EJ, DP = "2103456789", "10004567"
K = Difference.Kind


def siret_of(instalment):
    return instalment.award.organisation.siret


def line_for(instalment, *, euros=None, ej=EJ, dp=DP, on=None, **more):
    more.setdefault("siret", siret_of(instalment))
    return extracts.line(ej, dp, instalment.cents / 100 if euros is None else euros, on or today(), **more)


def read(lines, by, **more):
    return reading.receive(uploaded=extracts.as_csv(lines), fiscal_year=more.pop("year", today().year), by=by, **more)


def bring_in(lines, by, **more):
    """Read, look, confirm, and let the worker work."""
    file = read(lines, by, **more)
    seen = confirming.preview(file=file, by=by)
    job = confirming.confirm(file=file, by=by, digest=seen.digest)
    if job:
        jobs.run(job.pk)
    return ChorusFile.objects.get(pk=file.pk)


def asked(instalment, cents=None):
    """What one payment request asks of an instalment that is paid to one structure."""
    return [numbering.Asked(instalment, instalment.payees.get(live=True), cents)]


def state_of(instalment):
    return Instalment.objects.get(pk=instalment.pk).state


def balance(kind):
    return sum(account.balance_cents for account in Account.objects.filter(kind=kind))


def the_difference():
    [one] = Difference.objects.filter(state=Difference.State.OPEN)
    return one


def test_a_row_of_chorus_pays_the_instalment(ordered, importer):
    file = bring_in([line_for(ordered)], importer)
    paid = Instalment.objects.get(pk=ordered.pk)
    assert (paid.state, paid.paid_on, paid.paid_recorded_by, paid.chorus_reference) == ("paid", today(), importer, DP)
    assert file.state == "confirmed"
    assert [row.status for row in file.rows.all()] == ["applied"]
    [tie] = Allotment.objects.all()
    assert (tie.instalment, tie.cents, tie.part.request.number) == (paid, CAP, DP)
    assert list(LegalCommitment.objects.values_list("number", "awards")) == [(EJ, ordered.award_id)]
    assert not Difference.objects.exists()
    assert reconciliation.differences() == []


def test_the_preview_moves_nothing(ordered, importer):
    before = Movement.objects.count()
    file = read([line_for(ordered)], importer)
    seen = confirming.preview(file=file, by=importer)
    assert [(one.outcome, one.cents) for one in seen.verdicts] == [("apply", CAP)]
    assert Movement.objects.count() == before
    assert state_of(ordered) == "ordered"
    assert not PaymentRequest.objects.exists()


def test_the_same_rows_in_another_file_change_nothing(ordered, importer):
    bring_in([line_for(ordered)], importer)
    before = Movement.objects.count()
    again = read([line_for(ordered), extracts.line("9", "8", 12, today())], importer)
    seen = confirming.preview(file=again, by=importer)
    assert [one.outcome for one in seen.verdicts] == ["known", "foreign"]
    assert confirming.confirm(file=again, by=importer, digest=seen.digest) is None
    assert Movement.objects.count() == before
    assert sorted(row.status for row in again.rows.all()) == ["foreign", "known"]
    assert not Difference.objects.exists()


def test_a_line_twice_in_one_file_counts_once(ordered, importer):
    bring_in([line_for(ordered), line_for(ordered)], importer)
    assert state_of(ordered) == "paid"
    assert sorted(ChorusRow.objects.values_list("status", flat=True)) == ["applied", "known"]


def test_the_database_applies_a_line_once(ordered, importer):
    file = bring_in([line_for(ordered)], importer)
    [row] = file.rows.all()
    twin = ChorusRow(file=file, line=99, identity=row.identity, request=DP, cents=1, paid_on=today(), status="applied")
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_what_chorus_wrote_is_fixed_in_the_database(ordered, importer):
    file = bring_in([line_for(ordered)], importer)
    for change in ({"cents": 1}, {"status": "waiting"}, {"paid_on": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            file.rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allotment.objects.update(cents=1)


def test_many_to_many(ordered, importer, line, wave, officer, finance):
    """One DP pays two awards under two EJ; one instalment is paid by two DPs; one EJ carries two awards."""
    other = order_first(laureate(wave, line, officer), finance)
    third = order_first(laureate(wave, line, officer), finance)
    numbering.record_request(number=DP, instalments=[ordered, other], by=finance[0])
    numbering.record_commitment(award=ordered.award, number=EJ, by=finance[0])
    numbering.record_commitment(award=other.award, number="2109999999", by=finance[0])
    numbering.record_commitment(award=third.award, number="2109999999", by=finance[0])
    numbering.link_request("777001", asked(third, 3_000_000), finance[0])
    numbering.link_request("777002", asked(third), finance[0])
    bring_in(
        [
            line_for(other, ej="2109999999"),
            line_for(ordered, item="2"),
            line_for(third, ej="2109999999", dp="777001", euros=30_000),
            line_for(third, ej="2109999999", dp="777002", euros=20_000),
        ],
        importer,
    )
    assert not Difference.objects.exists(), Difference.objects.get().sentence
    assert {state_of(one) for one in (ordered, other, third)} == {"paid"}
    assert Instalment.objects.get(pk=third.pk).chorus_reference == "777001/777002"
    ties = {(tie.row.commitment, tie.instalment_id) for tie in Allotment.objects.filter(part__request__number=DP)}
    assert ties == {(EJ, ordered.pk), ("2109999999", other.pk)}
    assert balance(Kind.CP_PAID) == 3 * CAP
    assert reconciliation.differences() == []


def test_an_instalment_is_paid_once_the_whole_of_it_is(ordered, importer, finance):
    numbering.link_request("777001", asked(ordered, 3_000_000), finance[0])
    numbering.link_request("777002", asked(ordered), finance[0])
    bring_in([line_for(ordered, dp="777001", euros=30_000)], importer)
    assert state_of(ordered) == "ordered"
    assert balance(Kind.CP_PAID) == 0
    with pytest.raises(Refusal, match="déjà payée dans Chorus"):
        instalments.cancel_order(instalment=ordered, by=finance[0], reason="rejet")
    bring_in([line_for(ordered, dp="777002", euros=20_000)], importer)
    assert state_of(ordered) == "paid"


# --- What disagrees --------------------------------------------------------------------------------------------------


def unmoved(instalment, before):
    assert state_of(instalment) == "ordered"
    assert Movement.objects.count() == before
    assert not Allotment.objects.exists()
    return the_difference()


@pytest.fixture
def before(ordered):
    return Movement.objects.count()


def test_a_payment_larger_than_due(ordered, importer, before):
    bring_in([line_for(ordered, euros=50_000.01)], importer)
    found = unmoved(ordered, before)
    assert found.kind == K.OVERPAID
    assert "0,01\u00a0€ de trop" in found.sentence
    assert found.instalment == ordered


def test_a_negative_line(ordered, importer, before):
    bring_in([line_for(ordered), line_for(ordered, item="2", euros=-50_000)], importer)
    found = unmoved(ordered, before)
    assert found.kind == K.NEGATIVE
    assert "recouvrement" in found.sentence


def test_an_ej_of_another_award(ordered, importer, before, line, wave, officer, finance):
    other = laureate(wave, line, officer)
    moved = Movement.objects.count()
    numbering.record_commitment(award=other, number=EJ, by=finance[0])
    bring_in([line_for(ordered)], importer)
    found = unmoved(ordered, moved)
    assert found.kind == K.OTHER_AWARD
    assert str(other.fabrique) in found.sentence


def test_an_ej_of_another_award_under_a_known_request(ordered, importer, line, wave, officer, finance):
    other = laureate(wave, line, officer)
    moved = Movement.objects.count()
    numbering.record_commitment(award=other, number=EJ, by=finance[0])
    numbering.record_request(number=DP, instalments=[ordered], by=finance[0])
    bring_in([line_for(ordered, siret="")], importer)
    assert unmoved(ordered, moved).kind == K.OTHER_AWARD


def test_an_ej_that_nobody_noted(ordered, importer, before, finance):
    numbering.record_commitment(award=ordered.award, number="2100000001", by=finance[0])
    bring_in([line_for(ordered)], importer)
    assert unmoved(ordered, before).kind == K.UNKNOWN_COMMITMENT


def test_a_closed_year(ordered, importer, before):
    act = Act.objects.create(kind=Act.Kind.values[0], number="1", dated_on=today(), title="Clôture")
    ClosedYear.objects.create(year=today().year, act=act)
    bring_in([line_for(ordered)], importer)
    found = unmoved(ordered, before)
    assert found.kind == K.CLOSED_YEAR
    assert "exercice clos" in found.sentence


def test_another_payee(ordered, importer, before, finance):
    numbering.record_request(number=DP, instalments=[ordered], by=finance[0])
    bring_in([line_for(ordered, siret="99999999999999")], importer)
    assert unmoved(ordered, before).kind == K.OTHER_PAYEE


def test_before_its_order(ordered, importer, before):
    bring_in([line_for(ordered, on=today() - datetime.timedelta(days=2))], importer)
    assert unmoved(ordered, before).kind == K.WRONG_DATE


def test_a_day_to_come(ordered, importer, before):
    bring_in([line_for(ordered, on=today() + datetime.timedelta(days=3), year=today().year)], importer)
    assert unmoved(ordered, before).kind == K.WRONG_DATE


def test_not_ordered_here(in_force, line, importer):
    open_credits(line, "cp", CAP)
    one = first_of(in_force)
    before = Movement.objects.count()
    bring_in([line_for(one)], importer)
    assert state_of(one) == "due"
    assert Movement.objects.count() == before
    assert the_difference().kind == K.NOT_ORDERED


def test_whoever_certified_or_ordered_does_not_confirm_the_payment(ordered, finance, before):
    for person in finance[:2]:
        bring_in([line_for(ordered, payee=str(person))], person)
        assert unmoved(ordered, before).kind == K.SAME_PERSON
    found = the_difference()
    done, _ = confirming.retry(difference=found, by=finance[2])
    assert done
    assert state_of(ordered) == "paid"
    assert Difference.objects.get().state == "corrected"


def test_a_part_waits_for_the_rest(ordered, importer):
    bring_in([line_for(ordered, euros=30_000)], importer)
    assert the_difference().kind == K.PART_PAID
    assert state_of(ordered) == "ordered"
    bring_in([line_for(ordered, item="2", euros=20_000)], importer)
    assert state_of(ordered) == "paid"
    assert Difference.objects.get().state == "corrected"
    assert Allotment.objects.count() == 2


def test_a_part_that_comes_again_in_the_whole_extract_counts_once(ordered, importer):
    bring_in([line_for(ordered, euros=30_000)], importer)
    bring_in([line_for(ordered, euros=30_000), line_for(ordered, item="2", euros=20_000)], importer)
    assert state_of(ordered) == "paid"
    assert sorted(ChorusRow.objects.values_list("status", flat=True)) == ["applied", "applied", "replaced"]


def test_a_line_that_changed_after_it_was_applied(ordered, importer):
    bring_in([line_for(ordered)], importer)
    bring_in([line_for(ordered, euros=45_000)], importer)
    assert the_difference().kind == K.CHANGED
    assert state_of(ordered) == "paid"


def test_a_second_payment_of_what_is_paid(ordered, importer):
    bring_in([line_for(ordered)], importer)
    bring_in([line_for(ordered, item="2")], importer)
    found = the_difference()
    assert found.kind == K.OVERPAID
    assert balance(Kind.CP_PAID) == CAP


def test_two_requests_found_for_one_instalment(ordered, importer):
    file = read([line_for(ordered), line_for(ordered, dp="777777")], importer)
    seen = confirming.preview(file=file, by=importer)
    assert [one.outcome for one in seen.verdicts] == ["apply", "differs"]
    jobs.run(confirming.confirm(file=file, by=importer, digest=seen.digest).pk)
    assert state_of(ordered) == "paid"
    assert the_difference().subject == "dp:777777"
    assert balance(Kind.CP_PAID) == CAP


def test_the_complementary_period_counts_in_its_year(ordered, importer, finance):

    last = datetime.date(today().year, 12, 31)
    with time_machine.travel(
        datetime.datetime.combine(last + datetime.timedelta(days=12), datetime.time(9)), tick=False
    ):
        bring_in([line_for(ordered, on=last + datetime.timedelta(days=9), year=last.year)], importer, year=last.year)
    assert Instalment.objects.get(pk=ordered.pk).paid_on == last


def test_an_unreadable_line_of_ours(ordered, importer, before):
    bring_in([{**line_for(ordered), "Montant payé": "50.000"}], importer)
    found = unmoved(ordered, before)
    assert found.kind == K.UNREADABLE
    assert "deux façons" in found.sentence


def test_what_is_paid_here_and_absent_from_the_whole_extract(ordered, importer, line, wave, officer, finance):
    other = order_first(laureate(wave, line, officer), finance)
    bring_in([line_for(ordered)], importer)
    bring_in([line_for(other, dp="999999", ej="2200000001")], importer, whole_year=True)
    found = the_difference()
    assert (found.kind, found.instalment) == (K.MISSING, ordered)
    both = [line_for(ordered), line_for(other, dp="999999", ej="2200000001")]
    bring_in(both, importer, whole_year=True)
    assert not Difference.objects.filter(state="open").exists()


# --- Explained, or corrected -----------------------------------------------------------------------------------------


def test_a_difference_is_explained_with_a_reason_and_not_asked_again(ordered, importer):
    bring_in([line_for(ordered, euros=60_000)], importer)
    found = the_difference()
    for reason in ("", "  "):
        with pytest.raises(Refusal, match="Dites pourquoi"):
            confirming.explain(difference=found, by=importer, reason=reason)
    confirming.explain(difference=found, by=importer, reason="Erreur de saisie dans Chorus, en cours de correction.")
    again = read([line_for(ordered, euros=60_000), extracts.line("9", "8", 1, today())], importer)
    assert [one.outcome for one in confirming.preview(file=again, by=importer).verdicts] == ["explained", "foreign"]
    confirming.reopen(difference=Difference.objects.get(), by=importer)
    assert ChorusRow.objects.filter(file__state="confirmed", status="waiting").count() == 1


def test_the_database_wants_the_reason(ordered, importer):
    bring_in([line_for(ordered, euros=60_000)], importer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Difference.objects.update(state="explained")


def test_a_difference_whose_cause_is_corrected_is_applied(ordered, importer, finance):
    numbering.record_commitment(award=ordered.award, number="2100000001", by=finance[0])
    bring_in([line_for(ordered)], importer)
    found = the_difference()
    done, sentence = confirming.retry(difference=found, by=importer)
    assert not done
    assert "Écart" in sentence
    numbering.record_commitment(award=ordered.award, number=EJ, by=finance[0])
    found.refresh_from_db()
    done, _ = confirming.retry(difference=found, by=importer)
    assert done
    assert state_of(ordered) == "paid"
    assert Difference.objects.get().state == "corrected"


def test_the_preview_that_was_read_is_what_is_confirmed(ordered, importer, finance):
    file = read([line_for(ordered)], importer)
    seen = confirming.preview(file=file, by=importer)
    numbering.record_commitment(award=ordered.award, number="2100000001", by=finance[0])
    with pytest.raises(StalePage):
        confirming.confirm(file=file, by=importer, digest=seen.digest)
    assert not Job.objects.exists()


def test_what_moves_between_the_confirmation_and_the_worker_becomes_a_difference(ordered, importer, finance):
    file = read([line_for(ordered)], importer)
    job = confirming.confirm(file=file, by=importer, digest=confirming.preview(file=file, by=importer).digest)
    instalments.cancel_order(instalment=ordered, by=finance[1], reason="Rejet du comptable")
    jobs.run(job.pk)
    assert the_difference().kind == K.NOT_ORDERED


def test_a_typed_row_goes_the_same_way_and_the_extract_confirms_it(ordered, importer, finance):
    typed = reading.Typed(commitment=EJ, request=DP, cents=CAP, paid_on=today(), siret=siret_of(ordered))
    file = reading.type_row(typed=typed, by=importer)
    assert file.origin == "typed"
    seen = confirming.preview(file=file, by=importer)
    jobs.run(confirming.confirm(file=file, by=importer, digest=seen.digest).pk)
    assert state_of(ordered) == "paid"
    extract = read([line_for(ordered)], finance[0])
    assert [one.outcome for one in confirming.preview(file=extract, by=finance[0]).verdicts] == ["known"]


def test_only_the_finances_import(ordered, officer):
    with pytest.raises(NotAllowed):
        read([line_for(ordered)], officer)
    with pytest.raises(NotAllowed):
        reading.receive(
            uploaded=extracts.as_csv([line_for(ordered)]), fiscal_year=today().year, by=make_user(Role.AUDITOR)
        )


def test_numbers_are_undone_until_something_is_paid_under_them(ordered, importer, finance):
    numbering.record_commitment(award=ordered.award, number=EJ, by=finance[0])
    request = numbering.record_request(number=DP, instalments=[ordered], by=finance[0])
    [part] = request.parts.all()
    numbering.forget_request(part=part, by=finance[0])
    numbering.forget_commitment(award=ordered.award, number=EJ, by=finance[0])
    assert not ordered.award.commitments.exists()
    bring_in([line_for(ordered)], importer)
    assert state_of(ordered) == "paid"
    with pytest.raises(Refusal, match="déjà appliqué"):
        numbering.forget_commitment(award=ordered.award, number=EJ, by=finance[0])
    with pytest.raises(Refusal, match="déjà appliqué"):
        numbering.forget_request(part=request.parts.get(live=True), by=finance[0])


def test_a_cancelled_order_takes_its_request_with_it(ordered, finance):
    numbering.record_request(number=DP, instalments=[ordered], by=finance[0])
    instalments.cancel_order(instalment=ordered, by=finance[1], reason="Rejet du comptable")
    assert not PaymentRequest.objects.get().parts.filter(live=True).exists()


def test_the_queries_do_not_grow_with_the_rows(
    ordered, importer, line, wave, officer, finance, django_assert_num_queries
):

    others = [order_first(laureate(wave, line, officer), finance) for _ in range(3)]
    one = read([line_for(ordered)], importer)
    many = read([line_for(other, dp=f"9000{rank}", ej=f"2200{rank}") for rank, other in enumerate(others)], importer)
    with CaptureQueriesContext(connection) as first:
        confirming.preview(file=one, by=importer)
    with CaptureQueriesContext(connection) as second:
        confirming.preview(file=many, by=importer)
    assert len(first) == len(second) <= 14
