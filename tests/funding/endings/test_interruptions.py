"""What interrupts the four years of an instalment (loi 68-1250 art. 2): they start again on 1 January after it."""

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Role
from funding.endings import interrupting, prescription
from funding.models import Instalment, Interruption
from funding.then import Then
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import today
from tests.funding.endings.conftest import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(in_force):
    return in_force.instalments.get(number=1)


def in_year(year, month=3):
    return time_machine.travel(datetime.datetime(year, month, 1, 12, tzinfo=datetime.UTC))


def note(instalment, by, *, kind="request", on=None, source="Lettre du 3 mars, n° 12", **more):
    return interrupting.record_interruption(
        instalment=instalment, kind=kind, on=on or today(), source=source, by=by, **more
    )


def last_day(instalment):
    return prescription.instalment_day(Instalment.objects.get(pk=instalment.pk))


@pytest.mark.parametrize("kind", ["request", "answer", "payment"])
def test_four_years_start_again_on_the_first_of_january_after(first, finance, kind):
    born = first.due_on.year
    assert last_day(first) == datetime.date(born + 4, 12, 31)
    with in_year(born + 2):
        note(first, finance[0], kind=kind)
    assert last_day(first) == datetime.date(born + 6, 12, 31)
    assert not prescription.prescribed_by(born + 5).exists()
    assert prescription.prescribed_by(born + 6).get() == first
    assert JournalEntry.objects.filter(action="interrupt_prescription").count() == 1


def test_a_court_stops_them_until_its_judgment_is_final(first, finance):
    born = first.due_on.year
    with in_year(born + 3):
        case = note(first, finance[0], kind="court", source="TA de Lyon, n° 2601234")
    assert last_day(first) is None and not prescription.prescribed_by(born + 50).exists()
    with in_year(born + 7):
        with pytest.raises(Refusal, match="après le recours"):
            interrupting.end_case(interruption=case, final_on=case.on - days(1), by=finance[0])
        interrupting.end_case(interruption=case, final_on=today(), by=finance[0])
        with pytest.raises(StalePage):
            interrupting.end_case(interruption=case, final_on=today(), by=finance[0])
    assert last_day(first) == datetime.date(born + 11, 12, 31)


def test_the_latest_counts_whatever_the_order_they_are_noted_in(first, finance):
    born = first.due_on.year
    with in_year(born + 3):
        note(first, finance[0])
        note(first, finance[0], on=first.due_on + days(400), source="Réponse du service", kind="answer")
    assert last_day(first) == datetime.date(born + 7, 12, 31)


def test_what_is_extinguished_does_not_start_again(first, finance):
    born = first.due_on.year
    with in_year(born + 6):
        with pytest.raises(Refusal, match="acquise"):
            note(first, finance[0])
        # One of before, noted late, saves the one after it.
        note(first, finance[0], on=datetime.date(born + 3, 5, 1), source="Réclamation")
        note(first, finance[0])
    assert last_day(first) == datetime.date(born + 10, 12, 31)


def test_a_part_paid_by_chorus_interrupts_by_itself(in_force, finance, line):
    from funding.chorus.numbering import Asked, link_request
    from tests.funding.chorus.test_applying import bring_in, line_for
    from tests.funding.test_payments import ordered

    one = ordered(in_force, finance, line)
    link_request("777001", [Asked(one, one.payees.get(), 3_000_000)], finance[0])
    bring_in([line_for(one, dp="777001", euros=30_000)], finance[2])
    # Paid this year: the same last day; what is read is the year of the row, whatever the due date.
    Instalment.objects.filter(pk=one.pk).update(due_on=today() - days(800))
    assert last_day(one) == datetime.date(today().year + 4, 12, 31)


# --- On another day -------------------------------------------------------------------------------------------------


def owed_after(year, day, known=None):
    return prescription.prescribed_by(year, then=Then(day, known or day)).exists()


def test_a_fact_noted_late_counts_from_the_day_it_was_known(first, finance):
    born = first.due_on.year
    with in_year(born + 4, month=6):
        note(first, finance[0], on=datetime.date(born + 3, 5, 1))
    with in_year(born + 4, month=9):
        before, since = datetime.date(born + 4, 5, 1), datetime.date(born + 4, 8, 1)
        assert owed_after(born + 4, before)
        # True since the third year, known in June of the fourth.
        assert not owed_after(born + 4, before, known=since) and not owed_after(born + 4, since)
        assert owed_after(born + 4, since, known=before)


def test_the_end_of_a_case_counts_from_the_day_it_was_known(first, finance):
    born = first.due_on.year
    with in_year(born + 1):
        case = note(first, finance[0], kind="court", source="TA de Lyon, n° 2601234")
    with in_year(born + 7, month=6):
        interrupting.end_case(interruption=case, final_on=datetime.date(born + 2, 1, 5), by=finance[0])
    with in_year(born + 7, month=9):
        before, since = datetime.date(born + 7, 5, 1), datetime.date(born + 7, 8, 1)
        assert not owed_after(born + 7, before) and not owed_after(born + 7, since, known=before)
        assert owed_after(born + 7, before, known=since) and owed_after(born + 7, since)


def test_a_payment_in_part_counts_from_the_day_its_file_was_confirmed(in_force, finance, line):
    from funding.chorus.numbering import Asked, link_request
    from funding.models import ChorusFile
    from tests.funding.chorus.test_applying import bring_in, line_for
    from tests.funding.test_payments import ordered

    one = ordered(in_force, finance, line)
    link_request("777001", [Asked(one, one.payees.get(), 3_000_000)], finance[0])
    bring_in([line_for(one, dp="777001", euros=30_000)], finance[2])
    Instalment.objects.filter(pk=one.pk).update(due_on=today() - days(1500), due_at=None)
    paid_on = today()
    confirmed = timezone.make_aware(datetime.datetime.combine(paid_on + days(10), datetime.time(9)))
    ChorusFile.objects.update(confirmed_at=confirmed)
    with time_machine.travel(datetime.datetime.combine(paid_on + days(20), datetime.time(12), datetime.UTC)):
        year = (paid_on - days(1500)).year + 4
        assert owed_after(year, paid_on + days(15), known=paid_on + days(9))
        assert not owed_after(year, paid_on + days(15), known=paid_on + days(10))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": " "}, "Dites où"),
        ({"kind": "phone"}, "Choisissez"),
        ({"on": datetime.date(2000, 1, 1)}, "trop tôt"),
        ({"on": datetime.date(2199, 1, 1)}, "futur"),
        ({"final_on": datetime.date(2026, 1, 1)}, "juridiction"),
    ],
)  # fmt: skip
def test_what_is_not_one_is_refused_in_words(first, finance, change, words):
    with pytest.raises(Refusal, match=words):
        note(first, finance[0], **change)
    assert not Interruption.objects.exists()


def test_nothing_runs_before_it_is_due_and_the_same_fact_is_noted_once(first, in_force, finance, officer):
    with pytest.raises(Refusal, match="Rien n’est dû"):
        note(in_force.instalments.get(number=2), finance[0])
    with pytest.raises(NotAllowed):
        note(first, officer)
    note(first, finance[0])
    with pytest.raises(Refusal, match="déjà noté"):
        note(first, finance[0])


def test_the_database_keeps_what_was_noted(first, finance):
    row = note(first, finance[0], kind="court")
    for change in ({"on": today() - days(1)}, {"source": "x"}, {"kind": "request"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Interruption.objects.filter(pk=row.pk).update(**change)
    Interruption.objects.filter(pk=row.pk).update(final_on=today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Interruption.objects.filter(pk=row.pk).update(final_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interruption.objects.all().delete()


def test_the_page_notes_it_with_its_paper(first, finance, client):
    client.force_login(finance[0])
    url = reverse("funding:prescription", args=[first.public_id])
    assert url in client.get(first.get_absolute_url()).content.decode()
    paper = SimpleUploadedFile("lettre.pdf", factories.pdf_bytes())
    data = {"act": "record", "record-kind": "court", "record-on": today().isoformat(), "version": first.version}
    assert client.post(url, {**data, "record-source": "", "idempotency_key": "c" * 32}).status_code == 422
    sent = client.post(
        url, {**data, "record-source": "TA, n° 1", "record-uploaded": paper, "idempotency_key": "d" * 32}
    )
    assert sent.status_code == 302
    row, page = Interruption.objects.get(), client.get(url).content.decode()
    assert "la fin du recours" in page and "lettre.pdf" in page and "Noter le jugement définitif" in page
    assert b"".join(client.get(row.get_absolute_url()).streaming_content).startswith(b"%PDF")
    end = {"act": "end", "interruption": row.public_id, "end-final_on": today().isoformat()}
    assert client.post(url, {**end, "idempotency_key": "e" * 32}).status_code == 302
    assert str(today().year + 4) in client.get(url).content.decode()
    client.force_login(make.make_user(Role.AUDITOR))
    assert "Noter un fait" not in client.get(url).content.decode()
