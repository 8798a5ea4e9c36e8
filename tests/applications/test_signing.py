"""The signature of the legal representative: of exactly what is sent, and voided by any change."""

import pytest

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Membership, OutboxMessage
from applications import drafting, sign_off, snapshots, submission
from applications.models import SignOff
from applications.submission import Incomplete
from tests import factories
from tests.applications.web import post, signed_in, text, url
from tests.built_once import stage

pytestmark = pytest.mark.django_db


def with_representative(application, role="reader"):
    """A member who signs for the structure of a dossier."""
    person = factories.applicant(first_name="Nadia", last_name="Benali")
    Membership.objects.create(organisation=application.organisation, user=person, role=role, is_representative=True)
    return person


@stage
def complete(db):
    return factories.complete_draft()


@pytest.fixture
def nadia(complete):
    return with_representative(complete)


def content_hash(application):
    return snapshots.digest(snapshots.snapshot(factories.fresh(application)))


def signed(application, person):
    return sign_off.sign(application=application, sha256=content_hash(application), by=person)


def change_the_plan(application):
    cells = {("resource", "70", 1): 500_000, ("resource", "74-region", 1): 700_000}
    drafting.save_budget(application=application, cells=cells, by=application.created_by)


def test_without_a_representative_among_its_members_a_structure_sends_as_before(complete):
    submission.submit(application=complete, by=complete.created_by)
    assert not SignOff.objects.exists()


def test_nothing_is_sent_without_the_signature(complete, nadia):
    with pytest.raises(Incomplete, match="la signature de Nadia Benali"):
        submission.submit(application=complete, by=complete.created_by)
    signed(complete, nadia)
    submission.submit(application=complete, by=complete.created_by)
    revision = complete.revisions.get()
    assert sign_off.of_revision(revision).signed_by == nadia
    assert SignOff.objects.get().sha256 == revision.sha256


def test_any_later_change_voids_the_signature_and_says_which(complete, nadia):
    signed(complete, nadia)
    change_the_plan(complete)
    with pytest.raises(Incomplete, match="« Le plan de financement » a changé : sa signature ne vaut plus"):
        submission.submit(application=complete, by=complete.created_by)
    signed(complete, nadia)
    submission.submit(application=complete, by=complete.created_by)


def test_a_change_of_the_structure_voids_it_too(complete, nadia):
    signed(complete, nadia)
    complete.organisation.representative_name = "Quelqu’un d’autre"
    complete.organisation.save()
    with pytest.raises(Incomplete, match="« Votre structure » a changé"):
        submission.submit(application=factories.fresh(complete), by=complete.created_by)


def test_the_representative_who_sends_signs_by_sending(complete):
    nadia = with_representative(complete, role="editor")
    submission.submit(application=complete, by=nadia)
    assert sign_off.of_revision(complete.revisions.get()).signed_by == nadia


def test_the_call_may_ask_for_it_whoever_writes():
    wave = factories.wave(call=factories.draft_call(sign_off_required=True))
    application = factories.complete_draft(wave_=wave)
    with pytest.raises(Incomplete, match="personne n’est désigné"):
        submission.submit(application=application, by=application.created_by)
    with pytest.raises(Refusal, match="Désignez d’abord"):
        sign_off.ask(application=application, by=application.created_by)
    Membership.objects.filter(user=application.created_by).update(is_representative=True)
    submission.submit(application=application, by=application.created_by)


def test_what_is_signed_is_what_was_read(complete, nadia):
    read = content_hash(complete)
    change_the_plan(complete)
    with pytest.raises(StalePage, match="a changé pendant que vous le lisiez"):
        sign_off.sign(application=complete, sha256=read, by=nadia)
    with pytest.raises(NotAllowed):
        signed(complete, complete.created_by)
    assert signed(complete, nadia) == signed(complete, nadia)
    assert JournalEntry.objects.filter(action="sign_off").count() == 1


def test_an_incomplete_dossier_is_not_signed():
    application = factories.draft()
    nadia = with_representative(application)
    for act in (
        lambda: signed(application, nadia),
        lambda: sign_off.ask(application=application, by=application.created_by),
    ):
        with pytest.raises(Refusal, match="n’est pas complet"):
            act()


def test_asking_sends_a_mail_and_the_signature_answers(complete, nadia):
    sign_off.ask(application=complete, by=complete.created_by)
    mail = OutboxMessage.objects.get(recipient=nadia.email)
    assert f"/dossiers/{complete.public_id}/signature/" in mail.body
    assert [one.application for one in sign_off.waiting_for(nadia)] == [complete]
    signed(complete, nadia)
    assert not sign_off.waiting_for(nadia)
    assert "peut être envoyé" in OutboxMessage.objects.get(recipient=complete.created_by.email).subject
    with pytest.raises(Refusal, match="déjà signé"):
        sign_off.ask(application=complete, by=complete.created_by)


def test_pages_lead_from_the_check_to_the_signature_to_the_sending(complete, nadia):
    writer, hers = signed_in(complete.created_by), signed_in(nadia)
    page = text(writer.get(url(complete, "envoyer/")))
    assert "Demander la signature" in page and "Envoyer mon dossier" not in page
    answer = post(writer, url(complete, "envoyer/"), {"version": complete.version, "sincere": "on"})
    assert answer.status_code == 422 and "la signature de Nadia Benali" in text(answer)
    assert post(writer, url(complete, "signature/demander/")).status_code == 302
    assert "Relancer par courriel" in text(writer.get(url(complete, "envoyer/")))

    assert "À lire et à signer" in text(hers.get("/mes-dossiers/"))
    page = text(hers.get(url(complete, "signature/")))
    assert "Signer ce dossier" in page and content_hash(complete) in page
    assert post(hers, url(complete, "signature/"), {"empreinte": content_hash(complete)}).status_code == 422
    data = {"empreinte": content_hash(complete), "read": "on"}
    assert post(writer, url(complete, "signature/"), data).status_code == 403
    assert post(hers, url(complete, "signature/"), {**data, "empreinte": "0" * 64}).status_code == 409
    assert post(hers, url(complete, "signature/"), data).status_code == 302
    assert "Ce dossier est signé" in text(hers.get(url(complete, "signature/")))

    assert "Envoyer mon dossier" in text(writer.get(url(complete, "envoyer/")))
    change_the_plan(complete)
    assert "sa signature ne vaut plus" in text(writer.get(url(complete, "envoyer/")))
    assert "sa signature ne vaut plus" in text(hers.get(url(complete, "signature/")))
