"""What every object of the house inherits: a version that guards it, a journal that writes itself."""

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, StalePage
from accounts.models import JournalEntry, User
from programme.models import Call, Programme
from tests import factories


@pytest.fixture
def call(db):
    programme = Programme.objects.create(name="Essai", slug="essai", service_name="Service")
    return Call.objects.create(programme=programme, slug="appel", title="Appel d’essai")


def entries_of(call):
    return list(JournalEntry.objects.filter(subject_type="programme.Call", subject_id=call.pk).order_by("pk"))


def test_a_transition_writes_its_line_of_the_journal(call):
    by = factories.administrator()
    call.move("cancel", by=by)
    (entry,) = entries_of(call)
    assert (entry.action, entry.actor, entry.from_state, entry.to_state) == ("cancel", by, "draft", "cancelled")


def test_update_fields_does_not_lose_the_transition(call):
    call.cancel(by=None)
    call.title = "Autre titre"
    call.save(update_fields=["title"])
    call = Call.objects.get(pk=call.pk)
    assert (call.state, call.title) == ("cancelled", "Autre titre")
    assert len(entries_of(call)) == 1


def test_an_impossible_transition_is_a_stale_page_in_words(call):
    call.move("cancel", by=None)
    with pytest.raises(StalePage, match="« Retiré »"):
        call.move("cancel", by=None)
    assert len(entries_of(call)) == 1


def test_a_transition_asks_for_its_permission(call):
    with pytest.raises(NotAllowed):
        call.move("cancel", by=factories.auditor())
    assert Call.objects.get(pk=call.pk).state == "draft"


def test_the_state_cannot_be_assigned(call):
    with pytest.raises(AttributeError):
        call.state = "published"


def test_two_people_cannot_move_from_the_same_state(call):
    twin = Call.objects.get(pk=call.pk)
    call.move("cancel", by=None)
    with pytest.raises(StalePage), transaction.atomic():
        twin.move("cancel", by=None)
    assert len(entries_of(call)) == 1


def test_a_stale_write_changes_nothing(call):
    twin = Call.objects.get(pk=call.pk)
    call.title = "Premier"
    call.save()
    twin.title = "Second"
    with pytest.raises(StalePage), transaction.atomic():
        twin.save()
    assert Call.objects.get(pk=call.pk).title == "Premier"
    assert twin.version == 1


def test_expect_version(call):
    call.expect_version(None)
    call.expect_version("1")
    with pytest.raises(StalePage):
        call.expect_version(2)


def test_signing_in_is_not_an_edit(db):
    person = factories.applicant()
    twin = User.objects.get(pk=person.pk)
    person.save()
    twin.save(update_fields=["last_login"])
    assert User.objects.get(pk=person.pk).version == 2


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_journal_is_append_only(db, change):
    entry = JournalEntry.write(action="grant_role", subject=factories.applicant(), actor=None)
    rows = JournalEntry.objects.filter(pk=entry.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(action="autre") if change == "update" else rows.delete()
    assert JournalEntry.objects.get(pk=entry.pk).action == "grant_role"


def test_the_journal_finds_without_accents(db):
    person = factories.applicant(first_name="Zoé", last_name="Œuvrard")
    JournalEntry.write(action="sign_up", subject=person, actor=person)
    assert JournalEntry.objects.filter(search_text__contains="zoe oeuvrard").exists()
