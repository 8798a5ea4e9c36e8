"""Sending: on time by the server's clock, complete, once, with a receipt that says what the law wants."""

import datetime
import threading
import uuid
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Membership, OutboxMessage
from applications import admissibility, drafting, snapshots, submission
from applications.drafting import DepositClosed
from applications.models import Application, ApplicationState, Attachment, BudgetEntry, CorrectionRequest, Revision
from documents.models import Document, NumberCounter
from programme import waves
from tests import factories
from tests.applications.web import signed_in

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)


def send(application, **fields):
    return submission.submit(application=application, by=application.created_by, **fields)


def test_sending_gives_a_number_a_receipt_a_revision_and_a_mail():
    application = factories.submitted(segment="qpv")
    receipt = Document.objects.about(application).get()
    facts = receipt.facts["letter"]
    assert application.state == ApplicationState.SUBMITTED and application.segment == "qpv"
    assert application.reference == f"DOS-{timezone.localdate().year}-00001"
    assert receipt.number.startswith("AR-") and receipt.released_at == application.submitted_at
    assert facts["dossier"]["reference"] == application.reference
    assert facts["silence_is_refusal_on"] == application.implied_rejection_on.isoformat()
    assert facts["service"]["phone"] and facts["service"]["address_lines"] and facts["appeal"]["court"]
    assert [piece["text"] for piece in facts["pieces"]] == ["statuts.pdf"]
    revision = application.revisions.get()
    assert revision.sha256 == snapshots.digest(revision.content)
    assert revision.content["budget"]["requested_cents"] == application.requested_cents == 15_000_000
    mail = OutboxMessage.objects.get(key__startswith="receipt:")
    assert application.reference in mail.subject and "notre silence vaut refus" in mail.body


def test_a_wave_longer_than_two_months_says_that_silence_comes_first():
    application = factories.submitted()
    steps = Document.objects.about(application).get().facts["letter"]["steps"]
    assert steps[-1]["title"] == "Une attente plus longue que deux mois."
    short = factories.wave(
        closes_at=factories.days(5), instruction_until=factories.day(10), reviews_due_on=factories.day(15),
        panel_on=factories.day(20), announcement_on=factories.day(30),
    )  # fmt: skip
    steps = Document.objects.about(factories.submitted(wave_=short)).get().facts["letter"]["steps"]
    assert steps[-1]["title"] == "Annonce."


def test_the_zoning_is_frozen_and_not_known_stays_not_known():
    application = factories.submitted()
    assert application.zoning["density"] is None and application.zoning["qpv"] is None
    assert application.segment == "unknown"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 12), 2, date(2027, 1, 12)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
    ],
)
def test_two_months_later(day, months, expected):
    assert submission.months_after(day, months) == expected


def test_the_last_second_is_in_time_and_the_closing_second_is_late():
    application = factories.complete_draft()
    closes_at = application.wave.closes_at
    with pytest.raises(DepositClosed) as refused:
        send(application, at=closes_at)
    assert "est clos depuis le" in refused.value.message and "Votre brouillon est gardé" in refused.value.message
    assert "équipe" in refused.value.message or "@" in refused.value.message
    assert_nothing_half_written(application)
    send(application, at=closes_at - SECOND)
    assert factories.fresh(application).submitted_at == closes_at - SECOND


def test_the_opening_second_is_in_time_and_the_second_before_is_not():
    application = factories.complete_draft()
    opens_at = application.wave.opens_at
    with pytest.raises(DepositClosed, match="pas encore ouvert"):
        send(application, at=opens_at - SECOND)
    send(application, at=opens_at)


def test_a_window_shortened_by_an_amendment_is_what_counts():
    application = factories.complete_draft()
    waves.amend_wave(wave=application.wave, by=None, reason="Essai", closes_at=timezone.now() + SECOND)
    with pytest.raises(DepositClosed):
        send(application, at=timezone.now() + 2 * SECOND)


def assert_nothing_half_written(application):
    application = factories.fresh(application)
    assert application.state == "draft" and application.reference is None and application.submitted_at is None
    assert not application.revisions.exists() and not Document.objects.about(application).exists()
    assert not OutboxMessage.objects.filter(key__startswith="receipt:").exists()


def test_sending_twice_gives_the_same_receipt_even_from_an_old_page():
    application = factories.complete_draft()
    first = send(application, version=application.version)
    again = send(application, version=application.version)
    late = send(application, at=application.wave.closes_at + SECOND)
    assert first == again == late
    assert application.revisions.count() == 1 and OutboxMessage.objects.filter(key__startswith="receipt:").count() == 1


def test_a_page_read_before_a_change_does_not_send():
    application = factories.complete_draft()
    old = application.version
    drafting.save_budget(application=application, cells=factories.balanced_plan(4_000_000), by=application.created_by)
    with pytest.raises(StalePage):
        send(application, version=old)
    assert_nothing_half_written(application)


def test_numbers_leave_no_gap_when_a_sending_fails():
    wave = factories.wave()
    for fails in (False, True, False):
        application = factories.complete_draft(wave_=wave)
        with transaction.atomic():
            send(application)
            transaction.set_rollback(fails)
    sent = Application.objects.filter(reference__isnull=False).order_by("pk").values_list("reference", flat=True)
    year = timezone.localdate().year
    assert list(sent) == [f"DOS-{year}-00001", f"DOS-{year}-00002"]
    assert NumberCounter.objects.get(name="DOS").last == 2


def test_an_incomplete_dossier_says_what_and_stays_a_draft():
    application = factories.draft()
    with pytest.raises(submission.Incomplete) as refused:
        send(application)
    assert "Le dossier n’est pas envoyé." in refused.value.message
    assert {problem.section for problem in refused.value.problems} >= {"plan-de-financement", "pieces", "projet"}
    assert_nothing_half_written(application)


def test_a_structure_without_siret_may_send_unless_the_call_says_otherwise():
    person = factories.applicant()
    organisation = factories.organisation(person, siret=None, legal_form="association_forming")
    assert factories.submitted(by=person, organisation_=organisation).state == "submitted"
    strict = factories.wave(factories.draft_call(siret_required_to_submit=True))
    application = factories.complete_draft(by=person, organisation_=organisation, wave_=strict)
    with pytest.raises(submission.Incomplete, match="SIRET"):
        send(application)


def test_a_reader_does_not_send():
    application = factories.complete_draft()
    reader = factories.applicant()
    Membership.objects.create(user=reader, organisation=application.organisation, role="reader")
    for person in (reader, factories.applicant()):
        with pytest.raises(NotAllowed):
            submission.submit(application=application, by=person)
    assert_nothing_half_written(application)


def test_a_place_given_up_may_be_asked_for_again():
    application = factories.draft(place_name="La Halle")
    drafting.withdraw(application=application, by=application.created_by)
    again = factories.draft(by=application.created_by, wave_=application.wave, place_name="La Halle")
    assert again.fabrique == application.fabrique
    with pytest.raises(Refusal, match="a déjà un dossier"):
        factories.draft(by=application.created_by, wave_=application.wave, place_name="la halle")


def test_a_place_of_two_waves_keeps_its_first_description():
    first = factories.submitted(place_name="La Halle")
    second = factories.draft(by=first.created_by, place_name="La Halle")
    assert second.fabrique == first.fabrique
    drafting.save_place(
        application=second, place_name="La Nouvelle Halle", commune_code=factories.THIERS, by=first.created_by
    )
    assert factories.fresh(first).fabrique.name == "La Halle"
    assert factories.fresh(second).fabrique.name == "La Nouvelle Halle"


def test_a_wave_that_is_closed_takes_no_draft():
    wave = factories.wave()
    type(wave).objects.filter(pk=wave.pk).update(closes_at=timezone.now() - SECOND)
    with pytest.raises(DepositClosed, match="est clos depuis le"):
        factories.draft(wave_=wave)


# --- Asking for what is missing ---------------------------------------------------------------------------------


@pytest.fixture
def officer():
    return factories.officer()


def asked(application, officer, days=10):
    return admissibility.request_correction(
        application=application, items="Le bail\nLe budget", due_at=factories.days(days), by=officer
    )


def test_the_clock_stops_until_the_answer(officer):
    application = factories.submitted()
    before = application.implied_rejection_on
    request = asked(application, officer)
    answered_at = timezone.now() + datetime.timedelta(days=4)
    admissibility.answer_correction(application=application, by=application.created_by, at=answered_at)
    application = factories.fresh(application)
    assert application.state == "submitted" and application.clock_suspended_on is None
    assert application.implied_rejection_on == before + datetime.timedelta(days=4)
    request = factories.fresh(request)
    assert request.answered_at == request.closed_at == answered_at
    assert [revision.number for revision in application.revisions.all()] == [1, 2]


def test_an_answer_at_the_deadline_is_late_and_one_second_before_is_not(officer):
    application = factories.submitted()
    request = asked(application, officer)
    with pytest.raises(Refusal, match="Le délai pour répondre est passé"):
        admissibility.answer_correction(application=application, by=application.created_by, at=request.due_at)
    assert factories.fresh(application).state == "correction_requested"
    admissibility.answer_correction(application=application, by=application.created_by, at=request.due_at - SECOND)


def test_without_an_answer_the_examination_goes_on_after_the_deadline(officer):
    application = factories.submitted()
    before = application.implied_rejection_on
    request = asked(application, officer)
    with pytest.raises(Refusal, match="peut répondre jusqu’au"):
        admissibility.close_correction(application=application, by=officer)
    due_at, asked_on = timezone.now() - SECOND, timezone.localdate() - datetime.timedelta(days=6)
    CorrectionRequest.objects.filter(pk=request.pk).update(due_at=due_at)
    Application.objects.filter(pk=application.pk).update(clock_suspended_on=asked_on)
    admissibility.close_correction(application=application, by=officer)
    application = factories.fresh(application)
    assert application.state == "submitted" and factories.fresh(request).answered_at is None
    assert application.implied_rejection_on == before + datetime.timedelta(days=6)


def test_lists_show_what_was_sent_while_the_applicant_corrects(officer):
    application = factories.submitted()
    asked(application, officer)
    drafting.save_budget(
        application=application, cells=factories.balanced_plan(4_000_000, 4_000_000, 4_000_000),
        by=application.created_by,
    )  # fmt: skip
    assert factories.fresh(application).requested_cents == 15_000_000
    admissibility.answer_correction(application=application, by=application.created_by)
    assert factories.fresh(application).requested_cents == 12_000_000


def test_an_officer_alone_judges(officer):
    application = factories.submitted()
    acts = {
        "admit": {},
        "reject_as_inadmissible": {"ground": "Hors zone"},
        "request_correction": {"items": "x", "due_at": factories.days(3)},
        "take_charge": {},
    }
    for name, fields in acts.items():
        with pytest.raises(NotAllowed):
            getattr(admissibility, name)(application=application, by=application.created_by, **fields)
    assert factories.fresh(application).state == "submitted"


# --- What the database refuses ----------------------------------------------------------------------------------


def refused():
    return pytest.raises(IntegrityError)


def test_the_database_refuses_two_dossiers_of_one_place_in_one_wave():
    application = factories.draft()
    application.pk = application.public_id = None
    fields = {
        name: getattr(application, name)
        for name in ("wave", "call_version", "organisation", "fabrique", "created_by")
    }  # fmt: skip
    with refused(), transaction.atomic():
        Application.objects.create(**fields)


def test_the_database_refuses_a_sent_dossier_without_number_or_ground():
    application = factories.draft()
    for changes in ({"state": "submitted"}, {"requested_cents": -1}):
        with refused(), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(**changes)
    sent = factories.submitted()
    with refused(), transaction.atomic():
        Application.objects.filter(pk=sent.pk).update(state="inadmissible")
    with refused(), transaction.atomic():
        Application.objects.filter(pk=sent.pk).update(reference=None)


def test_the_database_refuses_impossible_amounts():
    application = factories.draft()
    for fields in ({"cents": -1, "year_rank": 1}, {"cents": 10_000_000_001, "year_rank": 1},
                   {"cents": 1, "year_rank": 0}, {"cents": 1, "year_rank": 6}):  # fmt: skip
        with refused(), transaction.atomic():
            BudgetEntry.objects.create(application=application, side="expense", account="60", **fields)


def test_the_verb_refuses_impossible_amounts_before_the_database():
    application = factories.draft()
    for cell, cents in [(("expense", "60", 1), -1), (("expense", "60", 1), 10**13), (("expense", "99", 1), 5),
                        (("expense", "60", 4), 5)]:  # fmt: skip
        with pytest.raises(Refusal):
            drafting.save_budget(application=application, cells={cell: cents}, by=application.created_by)
    assert not application.budget.exists()


def test_the_database_refuses_two_open_requests_and_an_empty_one(officer):
    application = factories.submitted()
    asked(application, officer)
    common = {"application": application, "due_at": factories.days(3), "requested_by": officer}
    with refused(), transaction.atomic():
        CorrectionRequest.objects.create(items="Encore", **common)
    with refused(), transaction.atomic():
        CorrectionRequest.objects.create(items="", closed_at=timezone.now(), **common)
    with refused(), transaction.atomic():
        CorrectionRequest.objects.create(items="x", answered_at=timezone.now(), **common)


def test_a_sent_version_is_never_changed_nor_deleted():
    revision = factories.submitted().revisions.get()
    with refused(), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(sha256="0")
    with refused(), transaction.atomic():
        revision.delete()


# --- At the same time -------------------------------------------------------------------------------------------


def at_once(number, act):
    """Run `act` on so many real connections at the same moment; what each returned or raised."""
    barrier, results = threading.Barrier(number), []

    def work():
        barrier.wait()
        try:
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_fifty_sendings_at_once_give_one_receipt():
    application = factories.complete_draft()
    results = at_once(50, lambda: send(application))
    assert [result for result in results if not isinstance(result, Document)] == []
    assert len({receipt.pk for receipt in results}) == 1
    application = factories.fresh(application)
    assert application.revisions.count() == 1 and Document.objects.about(application).count() == 1
    assert OutboxMessage.objects.filter(key__startswith="receipt:").count() == 1
    assert NumberCounter.objects.get(name="DOS").last == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_twenty_dossiers_at_once_are_numbered_without_gap():
    wave = factories.wave()
    dossiers = [factories.complete_draft(wave_=wave) for _ in range(20)]
    queue = iter(dossiers)
    lock = threading.Lock()

    def act():
        with lock:
            one = next(queue)
        return send(one)

    results = at_once(20, act)
    assert [result for result in results if not isinstance(result, Document)] == []
    numbers = sorted(Application.objects.values_list("reference", flat=True))
    assert numbers == [f"DOS-{timezone.localdate().year}-{n:05d}" for n in range(1, 21)]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_start_one_place_make_one_dossier():
    person = factories.applicant()
    wave, organisation = factories.wave(), factories.organisation(person)
    factories.communes()
    results = at_once(
        8, lambda: factories.draft(by=person, wave_=wave, organisation_=organisation, place_name="La Halle")
    )
    assert Application.objects.count() == 1
    assert sum(isinstance(result, Application) for result in results) == 1
    assert all("a déjà un dossier" in str(result) for result in results if isinstance(result, Exception))


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_people_who_save_one_section_never_mix():
    application = factories.draft()
    results = at_once(
        6,
        lambda: drafting.save_budget(
            application=application, cells=factories.balanced_plan(), by=application.created_by, version=0
        ),
    )
    assert sum(isinstance(result, Application) for result in results) == 1
    assert all(isinstance(result, Application | drafting.SectionChanged) for result in results)
    assert application.saved_sections.get(slug="plan-de-financement").version == 1


def test_the_pieces_of_a_dossier_are_counted_and_told():
    application = factories.draft()
    stored = factories.complete_draft().attachments.get().file
    Attachment.objects.bulk_create(
        Attachment(application=application, kind="other", file=stored, added_by=application.created_by)
        for _ in range(drafting.MAX_PIECES)
    )
    one_more = factories.upload(content=factories.pdf_bytes(pages=2))
    with pytest.raises(Refusal, match="au plus 20 pièces"):
        drafting.attach(application=application, kind="other", uploaded=one_more, by=application.created_by)


def test_sending_costs_few_queries_whoever_is_told():
    application = factories.complete_draft()
    for _ in range(2):
        colleague = factories.applicant()
        Membership.objects.create(user=colleague, organisation=application.organisation, role=Membership.Role.EDITOR)
    alone = factories.complete_draft()
    # Numbers exist: the first of a year costs its counter.
    factories.submitted()
    costs = [cost_of_sending(one) for one in (alone, application)]
    # One of them reads the wording of the receipt.
    assert costs[0] == costs[1] <= 41
    assert OutboxMessage.objects.filter(key__startswith=f"receipt:{application.pk}:").count() == 3


def cost_of_sending(application):
    client = signed_in(application.created_by)
    body = {"sincere": "on", "version": application.version, "idempotency_key": uuid.uuid4().hex}
    with CaptureQueriesContext(connection) as captured:
        assert client.post(f"/dossiers/{application.public_id}/envoyer/", body).status_code == 302
    assert factories.fresh(application).submitted_at
    return len(captured)
