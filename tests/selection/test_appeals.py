"""The register of appeals: lodged on line with a receipt, recorded, answered, refused by silence."""

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Membership, Notification, OutboxMessage
from applications.clocks import months_after
from applications.evaluations import recusals
from documents.models import Document
from documents.notifying import open_act
from documents.production import produce
from selection import appeal_follow_ups, appeals
from selection.models import Appeal, AppealFollowUp, Decision
from selection.notification import answer_notification_of
from tests import factories
from tests.built_once import stage
from tests.selection.after import announced, decision_of, opened, today
from tests.selection.conftest import delegate, member_of

pytestmark = pytest.mark.django_db
TEXT = "Notre lettre de la commune était jointe : le motif retenu est inexact."


@stage
def panel(db):
    return announced()


@stage
def refused(panel):
    return opened(panel.refused[0])


def lodge(decision, kind="gracious", **fields):
    person = fields.pop("by", None) or member_of(decision.application)
    return appeals.lodge(decision=decision, kind=kind, grounds=TEXT, by=person, **fields)


def record(panel, decision, kind, **fields):
    fields = {"channel": "post", "lodged_on": today(), "received_on": today(), "grounds": "Ils contestent.", **fields}
    return appeals.record(decision=decision, kind=kind, by=panel.officer, **fields)


def test_an_applicant_lodges_an_appeal_and_receives_a_receipt(refused):
    appeal = lodge(refused)
    assert appeal.number == f"REC-{today().year}-00001"
    assert appeal.silence_on == months_after(today(), 2)
    receipt = Document.objects.about(appeal).get()
    assert (receipt.kind, receipt.released_at is not None) == ("appeal_receipt", True)
    assert receipt.letter.interrupts
    produce(receipt.pk)
    assert factories.fresh(receipt).byte_size > 1000


def test_the_officer_of_the_dossier_is_told(panel, refused):
    lodge(refused)
    assert Notification.objects.get(key__startswith="appeal:").user == panel.officer


def test_an_officer_to_whom_the_dossier_is_closed_is_not_told(panel, refused):
    other = factories.officer()
    recusals.recuse(application=refused.application, user=panel.officer, text="Une parente.", by=panel.officer)
    lodge(refused)
    told = Notification.objects.filter(key__startswith="appeal:")
    assert other in [one.user for one in told] and panel.officer not in [one.user for one in told]


def test_a_letter_is_opened_before_it_is_contested(panel):
    decision = decision_of(panel.refused[0])
    with pytest.raises(Refusal, match="Ouvrez d’abord"):
        lodge(decision)


@pytest.mark.parametrize("kind", ["litigation", "mediation"])
def test_the_court_and_a_mediation_are_not_lodged_here(refused, kind):
    with pytest.raises(Refusal, match="gracieux ou"):
        lodge(refused, kind)


def test_only_who_acts_for_the_structure_lodges(panel, refused):
    for stranger in (member_of(panel.dossiers[0]), panel.officer):
        with pytest.raises(NotAllowed):
            lodge(refused, by=stranger)
    reader = factories.applicant()
    organisation = refused.application.organisation
    Membership.objects.create(user=reader, organisation=organisation, role=Membership.Role.READER)
    with pytest.raises(NotAllowed):
        lodge(refused, by=reader)


def test_nothing_said_is_nothing_contested(refused):
    with pytest.raises(Refusal) as error:
        appeals.lodge(decision=refused, kind="gracious", grounds="  ", by=member_of(refused.application))
    assert error.value.field == "grounds"


def test_one_of_each_kind(refused):
    first = lodge(refused)
    with pytest.raises(Refusal, match=first.number):
        lodge(refused)
    lodge(refused, "hierarchical")
    assert Appeal.objects.count() == 2


def test_a_late_appeal_is_taken_and_its_receipt_says_what_it_does_not_stop(refused):
    with time_machine.travel(timezone.now() + datetime.timedelta(days=75)):
        appeal = lodge(refused)
    assert not Document.objects.about(appeal).get().letter.interrupts


def test_two_months_of_silence_refuse_it_once(refused):
    appeal = lodge(refused)
    assert appeals.sweep() == 0
    at = datetime.datetime.combine(appeal.silence_on, datetime.time(12), tzinfo=datetime.UTC)
    with time_machine.travel(at):
        assert appeals.sweep() == 0
    with time_machine.travel(at + datetime.timedelta(days=1)):
        assert appeals.sweep() == 1
        assert appeals.sweep() == 0
    appeal = factories.fresh(appeal)
    assert (appeal.state, appeal.concluded_on, appeal.concluded_by) == ("silent", appeal.silence_on, None)


def test_after_the_silence_an_express_answer_is_still_possible(panel, refused):
    appeal = lodge(refused)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=90)):
        appeals.sweep()
        delegate(panel.signatory, panel.wave)
        done = appeals.conclude(
            appeal=appeal,
            outcome="upheld",
            on=today(),
            conclusion="La pièce était jointe.",
            by=panel.signatory,
            follow_up=asked(panel),
        )
    assert done.state == "upheld"


def test_a_gracious_appeal_is_answered_by_who_decides(panel, refused):
    appeal = lodge(refused)
    appeals.examine(appeal=appeal, by=panel.officer)
    with pytest.raises(NotAllowed):
        appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.officer)
    done = appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.signatory)
    assert (done.state, done.concluded_by) == ("rejected", panel.signatory)
    assert Notification.objects.filter(key__startswith="appeal-answer", user=member_of(refused.application)).exists()
    with pytest.raises(StalePage):
        appeals.conclude(
            appeal=appeal, outcome="upheld", on=today(), conclusion="Si.", by=panel.signatory, follow_up=asked(panel)
        )


def test_the_answer_makes_the_delay_run_again_from_its_notification(panel, refused):
    appeal = lodge(refused)
    assert appeals.delay_of(refused, refused.appeals.all()).last_day is None
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.signatory)
    assert "pas notifiée" in appeals.delay_of(refused, refused.appeals.all()).why
    with time_machine.travel(timezone.now() + datetime.timedelta(days=5)):
        open_act(notification=answer_notification_of(appeal), by=member_of(panel.refused[0]))
        told = today()
    last = appeals.delay_of(refused, refused.appeals.all()).last_day
    assert last > months_after(told, 2)


def test_nobody_writes_the_day_of_an_answer_without_its_notification(panel, refused):
    appeal = lodge(refused)
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.signatory)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(answer_notified_on=today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(act="award").update(state="notified", notified_on=today())


def test_an_officer_records_what_came_otherwise(panel, refused):
    with pytest.raises(Refusal) as error:
        record(panel, refused, "litigation", channel="court")
    assert error.value.field == "court_number"
    court = record(panel, refused, "litigation", channel="court", court_number="2601234")
    talk = record(panel, refused, "mediation", channel="agreement")
    assert (court.silence_on, talk.silence_on) == (None, None)
    assert court.authority == panel.wave.call.programme.appeal_court
    assert not Document.objects.about(court).exists()
    assert appeals.delay_of(refused, refused.appeals.all()).last_day is None
    ended = appeals.conclude(appeal=talk, outcome="ended", on=today(), conclusion="Accord.", by=panel.officer)
    assert ended.state == "ended"
    assert appeals.delay_of(refused, refused.appeals.all()).last_day > today()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lodged_on": datetime.timedelta(days=-1)}, "lodged_on"),
        ({"lodged_on": datetime.timedelta(days=1)}, "lodged_on"),
        ({"received_on": datetime.timedelta(days=-1)}, "received_on"),
        ({"received_on": datetime.timedelta(days=1)}, "received_on"),
        ({"grounds": ""}, "grounds"),
    ],
)
def test_dates_that_cannot_be_are_refused(panel, refused, fields, field):
    fields = {
        name: today() + value if isinstance(value, datetime.timedelta) else value for name, value in fields.items()
    }
    with pytest.raises(Refusal) as error:
        record(panel, refused, "hierarchical", **fields)
    assert error.value.field == field


def test_an_outcome_is_one_of_its_kind(panel, refused):
    talk = record(panel, refused, "mediation", channel="agreement")
    with pytest.raises(Refusal, match="n’existe pas"):
        appeals.conclude(appeal=talk, outcome="rejected", on=today(), conclusion="x", by=panel.officer)


def test_the_applicant_gives_up(refused):
    appeal = lodge(refused)
    assert appeals.withdraw(appeal=appeal, by=member_of(refused.application)).state == "withdrawn"
    assert lodge(refused).number.endswith("00002")


def test_who_sees_the_register(panel, refused):
    appeal = lodge(refused)
    for person in (panel.officer, panel.signatory, factories.auditor(), member_of(refused.application)):
        assert list(Appeal.objects.visible_to(person)) == [appeal]
    for person in (member_of(panel.dossiers[0]), factories.reviewer()):
        assert not Appeal.objects.visible_to(person).exists()


def test_the_database_keeps_what_was_lodged(refused):
    appeal = lodge(refused)
    rows = Appeal.objects.filter(pk=appeal.pk)
    for change in ({"grounds": "Autre"}, {"kind": "hierarchical"}, {"silence_on": today()}):
        with pytest.raises(IntegrityError, match="dates are fixed"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        rows._raw_delete("default")
    with pytest.raises(IntegrityError, match="appeal_concluded_has_day"), transaction.atomic():
        rows.update(state="withdrawn")


# --- Pieces, and what follows an upheld one --------------------------------------------------------------------------


def asked(panel, **fields):
    return {"what": "examine", "owner": panel.officer, "due_on": today() + datetime.timedelta(days=30), **fields}


def upheld(panel, refused):
    appeal = lodge(refused)
    return appeals.conclude(
        appeal=appeal, outcome="upheld", on=today(), conclusion="La pièce était jointe.", by=panel.signatory,
        follow_up=asked(panel),
    )  # fmt: skip


def test_the_files_of_an_appeal_are_checked_and_kept(refused):
    bail = SimpleUploadedFile("bail.pdf", factories.pdf_bytes())
    appeal = lodge(refused, pieces=[bail])
    assert [one.file.name for one in appeal.pieces.select_related("file")] == ["bail.pdf"]


def test_a_file_that_is_not_what_it_says_stops_the_appeal(refused):
    with pytest.raises(Refusal):
        lodge(refused, pieces=[SimpleUploadedFile("bail.pdf", b"MZ not a pdf")])
    assert not Appeal.objects.exists()
    with pytest.raises(Refusal, match="5"):
        lodge(refused, pieces=[SimpleUploadedFile(f"{n}.pdf", factories.pdf_bytes()) for n in range(6)])


@pytest.mark.parametrize(
    ("fields", "field"), [({"what": ""}, "what"), ({"owner": None}, "owner"), ({"due_on": None}, "due_on")]
)
def test_an_upheld_appeal_has_a_follow_up_an_owner_and_a_day(panel, refused, fields, field):
    appeal = lodge(refused)
    with pytest.raises(Refusal) as told:
        appeals.conclude(
            appeal=appeal, outcome="partly_upheld", on=today(), conclusion="En partie.", by=panel.signatory,
            follow_up=asked(panel, **fields),
        )  # fmt: skip
    assert told.value.field == field
    assert factories.fresh(appeal).state == "lodged" and not AppealFollowUp.objects.exists()


def test_what_an_upheld_appeal_asks_for_is_owed_until_somebody_says_what_was_done(panel, refused):
    row = upheld(panel, refused).follow_ups.get()
    assert OutboxMessage.objects.filter(key__startswith=f"follow-up:{row.pk}:asked").count() == 1
    for _ in range(2):
        appeal_follow_ups.remind(timezone.now() + datetime.timedelta(days=31))
    assert OutboxMessage.objects.filter(key__startswith=f"follow-up:{row.pk}:due").count() == 1
    with pytest.raises(Refusal, match="Dites ce qui a été fait"):
        appeal_follow_ups.settle(follow_up=row, done_note=" ", by=panel.officer)
    appeal_follow_ups.settle(follow_up=row, done_note="Dossier réexaminé, refus confirmé.", by=panel.officer)
    with pytest.raises(StalePage):
        appeal_follow_ups.settle(follow_up=row, done_note="Encore.", by=panel.officer)
    assert appeal_follow_ups.remind(timezone.now() + datetime.timedelta(days=31)) == 0


def test_a_rejected_appeal_asks_for_nothing(panel, refused):
    appeal = lodge(refused)
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Rien de neuf.", by=panel.signatory)
    assert not AppealFollowUp.objects.exists()
    with pytest.raises(StalePage):
        appeal_follow_ups.ask(appeal=appeal, by=panel.officer, **asked(panel))
