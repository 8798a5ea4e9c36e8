"""The notification of an act: with consent at its opening, else by registered letter; the database holds it."""

import datetime
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, Membership
from applications import admissibility
from applications.evaluations.recusals import recuse
from documents import consents, notifying, registered
from documents.models import Document, ElectronicConsent, FormalNotification
from selection.notification import notification_of, visible_to
from tests import factories
from tests.built_once import stage
from tests.selection.after import announced, decision_of, today
from tests.selection.conftest import member_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LETTER = {"number": "1A 234 567 8901 2"}


@stage
def panel(db):
    return announced()


@pytest.fixture
def dossier(panel):
    return panel.dossiers[0]


@pytest.fixture
def row(dossier):
    return notification_of(decision_of(dossier))


@pytest.fixture
def without(row, dossier):
    """The structure has not accepted the electronic way."""
    consents.withdraw(organisation=dossier.organisation, by=member_of(dossier))
    return row


def fresh(row):
    return FormalNotification.objects.with_consent().get(pk=row.pk)


def open_it(row, dossier):
    return notifying.open_act(notification=row, by=member_of(dossier))


def later(days):
    return time_machine.travel(timezone.now() + days * DAY)


# --- Made available ------------------------------------------------------------------------------------------------


def test_each_decision_handed_over_waits_for_its_notification(panel):
    rows = FormalNotification.objects.all()
    assert {row.kind for row in rows} == {"award_letter", "waitlist_letter", "refusal_letter"}
    assert {row.state for row in rows} == {"waiting"} and len(rows) == len(panel.dossiers)
    assert {row.document.subject_id for row in rows} == {decision_of(one).pk for one in panel.dossiers}


def test_announcing_and_mailing_notify_nobody(panel):
    assert {decision_of(one).notified_on for one in panel.dossiers} == {None}
    assert not FormalNotification.objects.exclude(notified_on=None).exists()


def test_a_receipt_decides_nothing():
    factories.submitted()
    assert Document.objects.filter(kind="receipt").exists() and not FormalNotification.objects.exists()


# --- Consent -------------------------------------------------------------------------------------------------------


def test_consent_keeps_who_when_and_the_very_words():
    owner = factories.applicant()
    structure = factories.organisation(owner, notified_online=False)
    found = consents.give(organisation=structure, by=owner)
    assert consents.give(organisation=structure, by=owner) == found, "accepted once"
    assert (found.given_by, found.words, found.withdrawn_at) == (owner, consents.WORDS, None)
    entry = JournalEntry.objects.get(action="give_consent")
    assert (entry.actor, entry.details["words"]) == (owner, consents.WORDS)
    consents.withdraw(organisation=structure, by=owner)
    assert consents.consent_of(structure) is None
    with pytest.raises(Refusal, match="rien à retirer"):
        consents.withdraw(organisation=structure, by=owner)
    assert consents.give(organisation=structure, by=owner) != found


@pytest.mark.parametrize("right", [Membership.Role.EDITOR, Membership.Role.READER])
def test_only_who_answers_for_a_structure_commits_it(right):
    structure, person = factories.organisation(notified_online=False), factories.applicant()
    held = structure.memberships.create(user=person, role=right)
    with pytest.raises(NotAllowed):
        consents.give(organisation=structure, by=person)
    held.is_representative = True
    held.save()
    assert consents.give(organisation=structure, by=person).given_by == person


def test_the_database_fixes_a_consent():
    structure = factories.organisation()
    for change in ({"words": "Autre chose."}, {"given_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ElectronicConsent.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ElectronicConsent.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.accept_online(structure, structure.memberships.get().user)


# --- On line -------------------------------------------------------------------------------------------------------


def test_with_consent_the_first_opening_notifies(row, dossier):
    found = open_it(row, dossier)
    assert (found.state, found.way, found.notified_on) == ("notified", "opened", today())
    assert (found.opened_by, found.consent.organisation) == (member_of(dossier), dossier.organisation)
    with later(3):
        assert open_it(row, dossier).notified_on == found.notified_on
    assert decision_of(dossier).notified_on == found.notified_on


def test_without_consent_an_opening_is_an_acknowledgement_of_reading(without, dossier):
    found = open_it(without, dossier)
    assert found.opened_by == member_of(dossier) and found.notified_on is None
    assert decision_of(dossier).state == "issued"
    assert "recommandé" in notifying.next_act(fresh(without)) and "Lu en ligne" in notifying.next_act(fresh(without))


def test_unopened_with_consent_it_is_notified_when_it_was_made_available(row, dossier):
    with later(15):
        assert notifying.sweep() == 0
    with later(16):
        notifying.sweep()
    found = fresh(row)
    assert (found.way, found.notified_on, found.recorded_by) == ("unopened", found.available_on, None)


def test_unopened_without_consent_nothing_is_presumed(without, dossier):
    with later(40):
        notifying.sweep()
        assert fresh(without).state == "waiting" and decision_of(dossier).notified_on is None


def test_a_consent_given_after_presumes_nothing_but_lets_the_opening_notify(without, dossier):
    with later(10):
        consents.give(organisation=dossier.organisation, by=member_of(dossier))
    with later(30):
        notifying.sweep()
        assert fresh(without).state == "waiting"
        found = open_it(without, dossier)
        assert (found.way, found.notified_on) == ("opened", today())


def test_what_was_withdrawn_before_it_was_read_is_not_presumed(row):
    Document.objects.filter(pk=row.document_id).update(voided_on=today(), void_kind="withdrawn")
    with later(20):
        notifying.sweep()
    assert fresh(row).state == "waiting"


# --- By post -------------------------------------------------------------------------------------------------------


def record(row, panel, **fields):
    return registered.record(notification=row, by=panel.officer, **LETTER | fields)


def test_a_registered_letter_is_posted_then_handed_over(without, panel, dossier):
    posted = today()
    found = record(without, panel, posted_on=posted)
    assert (found.state, found.registered_number, found.notified_on) == ("posted", "1A23456789012", None)
    with later(4):
        proof = SimpleUploadedFile("avis.pdf", factories.pdf_bytes())
        dates = {"presented_on": posted + 2 * DAY, "delivered_on": posted + 3 * DAY}
        found = record(without, panel, posted_on=posted, proof=proof, **dates)
    assert (found.way, found.notified_on, found.proof.name) == ("registered", posted + 3 * DAY, "avis.pdf")
    assert decision_of(dossier).notified_on == posted + 3 * DAY


def test_a_letter_nobody_fetched_is_notified_on_the_day_it_was_presented(without, panel):
    posted = today()
    with later(16), pytest.raises(Refusal, match="quinze jours à la Poste") as refused:
        record(without, panel, posted_on=posted, presented_on=posted + DAY)
    assert refused.value.field == "delivered_on"
    with later(18):
        assert record(without, panel, posted_on=posted, presented_on=posted + DAY).notified_on == posted + DAY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": "12"}, "number"),
        ({"posted_on": -1}, "posted_on"),
        ({"posted_on": 1}, "posted_on"),
        ({"posted_on": 0, "presented_on": 1}, "presented_on"),
        ({"posted_on": 0, "presented_on": 0, "delivered_on": 1}, "delivered_on"),
        ({"posted_on": 0, "delivered_on": 0}, "presented_on"),
    ],
)
def test_an_impossible_letter_is_refused_at_its_field(without, panel, fields, field):
    dates = {name: today() + value * DAY if isinstance(value, int) else value for name, value in fields.items()}
    with pytest.raises(Refusal) as refused:
        record(without, panel, **{"posted_on": today()} | dates)
    assert refused.value.field == field and fresh(without).state == "waiting"


def test_only_who_follows_the_letters_records_one(without):
    with pytest.raises(NotAllowed):
        registered.record(notification=without, by=factories.auditor(), posted_on=today(), **LETTER)


def lines(*rows):
    return "".join(f"{' ; '.join(row)}\n" for row in rows)


def test_the_letters_of_a_wave_are_recorded_from_a_list_all_or_none(panel):
    rows = list(FormalNotification.objects.select_related("document").order_by("pk"))
    day = today().strftime("%d/%m/%Y")
    good = [(row.document.number, f"1A2345678{n:04d}", day, day, day) for n, row in enumerate(rows)]
    heading = ("Courrier", "Recommandé", "Déposé", "Présenté", "Remis")
    scope = visible_to(panel.officer)
    with pytest.raises(Refusal, match=r"Ligne 2 : .*aucun acte.*Ligne 3 : jour de dépôt illisible"):
        bad = [("DEC-0", "1A23456789012", day), (rows[0].document.number, "1A23456789012", "hier"), *good[1:]]
        registered.record_many(text=lines(heading, *bad), scope=scope, by=panel.officer)
    assert not FormalNotification.objects.exclude(state="waiting").exists()
    proof = SimpleUploadedFile("bordereau.pdf", factories.pdf_bytes())
    assert registered.record_many(text=lines(heading, *good), scope=scope, by=panel.officer, proof=proof) == len(rows)
    assert {decision_of(one).notified_on for one in panel.dossiers} == {today()}


def test_a_dossier_closed_to_the_officer_is_not_in_her_list(panel, dossier, row):
    officer = factories.officer()
    assert visible_to(officer).filter(pk=row.pk).exists()
    recuse(application=dossier, user=officer, text="Mon frère y travaille.", by=officer)
    assert not visible_to(officer).filter(pk=row.pk).exists() and visible_to(officer).exists()


# --- Every act -----------------------------------------------------------------------------------------------------


def test_a_dossier_declared_inadmissible_is_notified_too(client):
    dossier = factories.submitted()
    admissibility.reject_as_inadmissible(application=dossier, by=factories.officer(), ground="Hors zone.")
    found = FormalNotification.objects.get()
    assert (found.kind, found.reference, found.document) == ("inadmissibility_letter", dossier.reference, None)
    client.force_login(dossier.created_by)
    own = f"/organisations/{dossier.organisation.public_id}/notifications/"
    assert "Lire et accuser réception" in client.get(own).content.decode()
    action = f"{own}{found.public_id}/ouvrir/"
    assert client.get(action).status_code == 405 and fresh(found).opened_at is None
    assert client.post(action, {"idempotency_key": "c" * 32})["Location"] == f"/dossiers/{dossier.public_id}/"
    assert (fresh(found).opened_by, fresh(found).notified_on) == (dossier.created_by, today())


# --- What the database holds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": "notified"},
        {"state": "notified", "way": "opened", "notified_on": "today", "recorded_on": "today"},
        {"state": "notified", "way": "registered", "notified_on": "today", "recorded_on": "today"},
        {"state": "posted"},
        {"notified_on": "today"},
        {"available_on": "yesterday"},
    ],
)
def test_no_notification_without_its_reason(row, change):
    days = {"today": today(), "yesterday": today() - DAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalNotification.objects.filter(pk=row.pk).update(**{k: days.get(v, v) for k, v in change.items()})


@pytest.mark.parametrize(("notified", "recorded"), [(-1, 0), (1, 0)])
def test_neither_before_it_is_available_nor_in_the_future(row, dossier, notified, recorded):
    consent = consents.consent_of(dossier.organisation)
    fields = {
        "state": "notified", "way": "opened", "consent": consent, "opened_at": timezone.now(),
        "opened_by": member_of(dossier), "notified_on": today() + notified * DAY,
        "recorded_on": today() + recorded * DAY,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalNotification.objects.filter(pk=row.pk).update(**fields)


def test_one_notification_a_document_dated_once_and_never_deleted(row, dossier):
    open_it(row, dossier)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalNotification.objects.filter(pk=row.pk).update(notified_on=today() + DAY, recorded_on=today() + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalNotification.objects.filter(pk=row.pk).delete()
    again = FormalNotification.objects.get(pk=row.pk)
    again.pk, again.public_id, again.kind = None, "00000000-0000-0000-0000-000000000001", "hearing_letter"
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_nothing_is_notified_before_it_is_handed_over():
    factories.submitted()
    receipt = Document.objects.get(kind="receipt")
    copied = Document.objects.get(pk=receipt.pk)
    copied.pk, copied.public_id, copied.kind = None, uuid.uuid4(), "refusal_letter"
    copied.number, copied.verification_code, copied.released_at = "X-1", "X", None
    copied.save(force_insert=True)
    about = notifying.About(factories.organisation().pk, "", "/", "/")
    waiting = notifying.row_of("refusal_letter", "selection.Decision", 1, about, timezone.now(), document=copied)
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.save()


# --- The pages -----------------------------------------------------------------------------------------------------


def test_a_structure_accepts_as_it_opens_and_both_read_who_opened(client, without, panel, dossier):
    client.force_login(member_of(dossier))
    page = client.get(f"/dossiers/{dossier.public_id}/decision/").content.decode()
    assert "J’accepte la notification électronique" in page and "lettre recommandée" in page
    action = f"/dossiers/{dossier.public_id}/decision/ouvrir/"
    client.post(action, {"idempotency_key": "d" * 32, "accept": "1"})
    assert fresh(without).notified_on == today()
    for person, address in (
        (member_of(dossier), f"/dossiers/{dossier.public_id}/decision/"),
        (member_of(dossier), f"/organisations/{dossier.organisation.public_id}/notifications/"),
        (panel.officer, f"/pilotage/notifications/{without.public_id}/"),
        (panel.officer, f"/pilotage/dossiers/{dossier.public_id}/decision/"),
    ):
        client.force_login(person)
        assert f"par {member_of(dossier)}" in client.get(address).content.decode(), address


def test_the_list_says_the_next_act_and_costs_the_same(client, panel, without):
    client.force_login(panel.officer)
    counts = []
    for query in ("?q=inconnue-de-tous", "", "?etat=waiting&accord=non"):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/pilotage/notifications/{query}").content.decode()
        counts.append(len(captured))
    assert "Envoyez un recommandé." in page and "4\xa0actes à notifier" in page
    assert counts[1] == counts[2]
    client.get("/pilotage/notifications/?format=csv").getvalue()
