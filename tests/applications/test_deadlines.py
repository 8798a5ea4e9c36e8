"""Until when a dossier may be sent: window, grace of the call, more time for one, an outage for all."""

import datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, Membership, OutboxMessage, Role
from applications import drafting, submission
from applications.drafting import DepositClosed
from applications.extensions import extend_deposit, organisation_named
from applications.models import DepositExtension, Outage
from applications.outages import record_outage
from documents.models import Document
from documents.rendering import as_html
from programme import waves
from programme.models import Wave
from programme.waves import start_instruction
from tests import factories
from tests.applications import web

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = (datetime.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))


def send(application, **fields):
    return submission.submit(application=application, by=application.created_by, **fields)


def letter_of(application):
    return Document.objects.about(application).get().facts["letter"]


def closed(wave, ago=MINUTE):
    """The wave, its deposit over."""
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - ago)
    return factories.fresh(wave)


def in_instruction(wave):
    return start_instruction(wave=closed(wave), by=None)


@pytest.fixture
def officer():
    return factories.officer()


# --- The grace of the call --------------------------------------------------------------------------------------


def test_the_grace_of_the_call_is_an_instant_too():
    wave = factories.wave(factories.draft_call(grace_minutes=30))
    late, in_grace = factories.complete_draft(wave_=wave), factories.complete_draft(wave_=wave)
    with pytest.raises(DepositClosed, match="tolérance comprise"):
        send(late, at=wave.closes_at + 30 * MINUTE)
    send(in_grace, at=wave.closes_at + 30 * MINUTE - SECOND)
    in_grace = factories.fresh(in_grace)
    assert in_grace.deposit_basis == "grace" and in_grace.submitted_at == wave.closes_at + 30 * MINUTE - SECOND
    assert "tolérance que l’appel prévoit" in letter_of(in_grace)["in_time_by"]
    on_time = factories.submitted(wave_=factories.wave())
    assert on_time.deposit_basis == "window" and letter_of(on_time)["in_time_by"] == ""


def test_the_grace_is_for_sending_and_holds_the_instruction_back():
    wave = closed(factories.wave(factories.draft_call(grace_minutes=30)))
    with pytest.raises(DepositClosed):
        factories.draft(wave_=wave)
    with pytest.raises(Refusal, match="Le dépôt est ouvert jusqu’au"):
        start_instruction(wave=wave, by=None)
    assert in_instruction(factories.wave()).state == Wave.State.INSTRUCTION


def test_what_arrived_in_time_is_taken_though_the_deposit_was_closed_meanwhile():
    application = factories.complete_draft()
    at = timezone.now() - 2 * MINUTE
    in_instruction(application.wave)
    send(application, at=at)
    assert factories.fresh(application).deposit_basis == "window"


def test_the_page_tells_the_rule_of_closing_and_the_grace():
    wave = factories.wave(factories.draft_call(grace_minutes=30, closing_rule="Tout envoi commencé compte."))
    application = factories.complete_draft(wave_=wave)
    page = web.text(web.signed_in(application.created_by).get(web.url(application, "envoyer/")))
    assert "avec une tolérance jusqu’au" in page and "Tout envoi commencé compte." in page
    assert "Votre dossier est complet" in page
    closed(wave)
    page = web.text(web.signed_in(application.created_by).get(web.url(application)))
    assert "ceci est la tolérance de l’appel" in page


def test_the_receipt_says_what_is_missing_and_by_when():
    person = factories.applicant()
    forming = factories.organisation(person, siret=None, legal_form="association_forming")
    missing = letter_of(factories.submitted(by=person, organisation_=forming))["missing"]
    assert [(one["title"], one["text"]) for one in missing] == [
        ("Le SIRET de votre structure", "à donner avant toute attribution.")
    ]
    whole = Document.objects.about(factories.submitted()).get()
    assert whole.facts["letter"]["missing"] == []
    assert "Il nous manque encore" not in as_html("receipt", whole.facts)


# --- More time for one structure --------------------------------------------------------------------------------


def test_more_time_is_for_one_structure_traced_and_told(officer):
    first = factories.complete_draft()
    other = factories.complete_draft(wave_=first.wave)
    wave, until = in_instruction(first.wave), timezone.now() + 2 * HOUR
    given = extend_deposit(
        wave=wave, organisation=first.organisation, until=until, reason="Serveur saturé", by=officer
    )
    assert JournalEntry.objects.get(action="extend_deposit").details["reason"] == "Serveur saturé"
    mail = OutboxMessage.objects.get(key__startswith=f"extension:{given.pk}:")
    assert mail.recipient == first.created_by.email and "Serveur saturé" in mail.body
    page = web.text(web.signed_in(first.created_by).get(web.url(first)))
    assert "Votre structure a un délai" in page and "Serveur saturé" in page
    with pytest.raises(DepositClosed):
        send(other)
    with pytest.raises(DepositClosed, match="Le délai accordé à votre structure est passé"):
        send(first, at=until)
    send(first, at=until - SECOND)
    first = factories.fresh(first)
    assert first.deposit_basis == "extension" and "délai accordé à votre structure" in letter_of(first)["in_time_by"]


def test_whoever_was_given_time_may_still_start(officer):
    person = factories.applicant()
    organisation, wave = factories.organisation(person), closed(factories.wave())
    with pytest.raises(DepositClosed):
        factories.draft(by=person, wave_=wave)
    extend_deposit(wave=wave, organisation=organisation, until=timezone.now() + HOUR, reason="Accès coupé", by=officer)
    assert f"{wave.public_id}" in web.signed_in(person).get("/dossiers/nouveau/").content.decode()
    assert factories.draft(by=person, wave_=wave).state == "draft"


def test_an_extension_wants_a_reason_an_hour_that_helps_and_the_right(officer):
    wave, organisation = factories.wave(), factories.organisation()
    good = {
        "wave": wave,
        "organisation": organisation,
        "until": wave.closes_at + HOUR,
        "reason": "Panne",
        "by": officer,
    }
    for wrong in ({"reason": " "}, {"until": wave.closes_at}, {"until": timezone.now() - HOUR}):
        with pytest.raises(Refusal) as refused:
            extend_deposit(**{**good, **wrong})
        assert refused.value.field == next(iter(wrong))
    with pytest.raises(NotAllowed):
        extend_deposit(**{**good, "by": factories.applicant()})
    assert not DepositExtension.objects.exists()
    extend_deposit(**good)
    for act in (DepositExtension.objects.update, lambda **_: DepositExtension.objects.get().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act(reason="Autre")


def test_a_structure_is_named_by_a_member_or_its_siret():
    organisation = factories.organisation(person := factories.applicant(), siret="73282932000074")
    assert organisation_named(person.email.upper()) == organisation == organisation_named(organisation.siret)
    factories.organisation(person)
    for text, words in ((person.email, "plusieurs structures"), ("x@exemple.test", "Aucune"), ("12", "SIRET")):
        with pytest.raises(Refusal, match=words):
            organisation_named(text)


def test_an_officer_gives_time_from_the_page_and_the_auditor_reads_it(officer):
    application = factories.draft()
    wave, path = application.wave, f"/pilotage/vagues/{application.wave.public_id}/delais/"
    until = timezone.localtime(wave.closes_at + HOUR).strftime("%Y-%m-%dT%H:%M")
    data = {
        "act": "delai",
        "delai-structure": application.created_by.email,
        "delai-reason": "Panne",
        "version": wave.version,
    }
    client = web.signed_in(officer)
    refused = web.post(client, path, {**data, "delai-structure": "inconnue@exemple.test", "delai-until": until})
    assert refused.status_code == 422 and "Aucune structure ne correspond" in web.text(refused)
    assert application.fabrique.name not in web.text(refused)
    assert web.post(client, path, {**data, "delai-until": until}).status_code == 302
    page = web.text(web.signed_in(factories.auditor()).get(path))
    assert application.organisation.name in page and "Accorder le délai" not in page
    assert web.post(web.signed_in(factories.auditor()), path, data).status_code == 403


# --- A measured outage ------------------------------------------------------------------------------------------


def outage(wave, officer, **fields):
    started = timezone.now() - 3 * HOUR
    return record_outage(
        **{"wave": wave, "started_at": started, "ended_at": started + HOUR, "source": "Sonde /health/", "by": officer}
        | fields
    )


def test_an_outage_moves_the_closing_of_all_by_its_length(officer):
    wave = factories.wave()
    noted = outage(wave, officer)
    assert noted.closes_at == factories.fresh(wave).closes_at == wave.closes_at + HOUR
    amendment = wave.amendments.get()
    assert "Panne du service" in amendment.reason and "Sonde /health/" in amendment.reason
    assert JournalEntry.objects.filter(action="record_outage").count() == 1
    public = web.text(web.signed_in(factories.applicant()).get(f"/appels/{wave.call.slug}/"))
    assert "Sonde /health/" in public


def test_everyone_with_a_draft_is_told_once(officer):
    wave = factories.wave()
    first = factories.draft(wave_=wave, place_name="La Halle")
    second = factories.draft(wave_=wave, by=first.created_by, place_name="Le Four")
    colleague, reader, elsewhere = factories.applicant(), factories.applicant(), factories.draft()
    Membership.objects.create(user=colleague, organisation=first.organisation, role="editor")
    Membership.objects.create(user=reader, organisation=first.organisation, role="reader")
    factories.submitted(wave_=wave)
    outage(wave, officer)
    mails = {mail.recipient: mail.body for mail in OutboxMessage.objects.filter(key__startswith="outage:")}
    assert set(mails) == {first.created_by.email, colleague.email}
    assert elsewhere.created_by.email not in mails
    for body in mails.values():
        assert "La Halle" in body and "Le Four" in body and "2\u00a0brouillons" in body
    assert second.organisation == first.organisation


def test_an_outage_noted_after_the_closing_opens_the_deposit_again(officer):
    application = factories.complete_draft()
    wave = in_instruction(application.wave)
    before = timezone.now()
    noted = outage(wave, officer)
    wave = factories.fresh(wave)
    assert wave.state == Wave.State.COLLECTING and noted.closes_at >= before + HOUR
    send(application)
    assert factories.fresh(application).deposit_basis == "window"


def test_an_outage_is_measured_past_and_within_the_window(officer):
    wave, now = factories.wave(), timezone.now()
    for field, wrong in (
        ("source", {"source": " "}),
        ("ended_at", {"ended_at": now + HOUR}),
        ("ended_at", {"ended_at": now - 5 * HOUR}),
        ("started_at", {"started_at": wave.opens_at - 3 * HOUR, "ended_at": wave.opens_at - HOUR}),
        ("closes_at", {"closes_at": wave.closes_at + 59 * MINUTE}),
    ):
        with pytest.raises(Refusal) as refused:
            outage(wave, officer, **wrong)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        outage(wave, factories.reviewer())
    assert not Outage.objects.exists() and factories.fresh(wave).closes_at == wave.closes_at
    assert outage(wave, officer, closes_at=wave.closes_at + 60 * MINUTE).closes_at == wave.closes_at + HOUR


def test_a_wave_in_review_does_not_open_again(officer):
    wave = in_instruction(factories.wave())
    waves.start_review(wave=wave, by=None)
    with pytest.raises(Refusal, match="son dépôt ne s’ouvre plus"):
        outage(factories.fresh(wave), officer)


def test_an_outage_is_noted_from_the_page(officer):
    wave = factories.draft().wave
    path, start = f"/pilotage/vagues/{wave.public_id}/delais/", timezone.localtime() - 2 * HOUR
    data = {
        "act": "panne", "version": wave.version, "panne-source": "Journal du serveur",
        "panne-started_at": start.strftime("%Y-%m-%dT%H:%M"),
        "panne-ended_at": (start + HOUR).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    assert web.post(web.signed_in(officer), path, data).status_code == 302
    assert "Journal du serveur" in web.text(web.signed_in(factories.user(Role.AUDITOR)).get(path))
    with pytest.raises(ObjectDoesNotExist):
        Outage.objects.exclude(wave=wave).get()


def test_start_still_refuses_a_wave_that_is_not_open():
    wave = factories.wave(opens_at=factories.days(2))
    with pytest.raises(Refusal):
        send(factories.complete_draft(wave_=wave))
    assert drafting.DepositClosed.title
