"""Claims of instalments, their acceptance before the certification, withholdings and the clock of payment."""

import datetime
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Role
from funding import instalments
from funding.claims import certifying, claiming, clock, withholding
from funding.models import Claim, Instalment
from programme.models import CallVersion
from tests import factories
from tests.funding.conftest import make_user, today

DAY = datetime.timedelta(days=1)


def post(client, url, data):
    """As a form of ours does: each sending has its key."""
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **data})


def pdf():
    return SimpleUploadedFile("facture.pdf", factories.pdf_bytes())


@pytest.fixture
def due(in_force):
    """The first instalment, due; paid on a claim as an interim payment is."""
    CallVersion.objects.filter(call=in_force.wave.call).update(claim_required=True)
    Instalment.objects.filter(award=in_force, number=1).update(kind="interim")
    return Instalment.objects.get(award=in_force, number=1)


@pytest.fixture
def member(due):
    return due.award.organisation.members.get()


def written(due, member, *amounts):
    claim = claiming.start(instalment=due, by=member)
    claiming.describe(claim=claim, by=member, period_from=today() - 90 * DAY, period_to=today(), note="Le poste.")
    for cents in amounts or (6_000_000,):
        claiming.add_line(claim=claim, by=member, account="64", label="Salaires", cents=cents, evidence=pdf())
    return Claim.objects.get(pk=claim.pk)


def sent(due, member, *amounts):
    return claiming.send(claim=written(due, member, *amounts), by=member)


def test_the_service_done_waits_for_an_accepted_claim(due, member, officer, finance):
    with pytest.raises(Refusal, match="demande acceptée"):
        instalments.certify(instalment=due, by=finance[0])
    claim = sent(due, member)
    with pytest.raises(Refusal, match="acceptez-la ou rendez-la"):
        instalments.certify(instalment=due, by=finance[0])
    certifying.accept(claim=claim, by=officer)
    instalments.certify(instalment=due, by=finance[0])
    assert Instalment.objects.get(pk=due.pk).state == "certified"


def test_an_advance_needs_no_claim(due, finance):
    Instalment.objects.filter(pk=due.pk).update(kind="advance")
    instalments.certify(instalment=Instalment.objects.get(pk=due.pk), by=finance[0])


def test_a_claim_is_sent_whole(due, member):
    claim = claiming.start(instalment=due, by=member)
    with pytest.raises(Refusal, match="période"):
        claiming.send(claim=claim, by=member)
    claiming.describe(claim=claim, by=member, period_from=today(), period_to=today(), note="")
    with pytest.raises(Refusal, match="au moins une dépense"):
        claiming.send(claim=claim, by=member)
    for wrong in ({"cents": 0}, {"account": "86"}, {"evidence": None}):
        data = {"account": "64", "label": "Salaires", "cents": 100, "evidence": pdf()} | wrong
        with pytest.raises(Refusal):
            claiming.add_line(claim=claim, by=member, **data)
    with pytest.raises(Refusal, match="pas finie"):
        claiming.describe(claim=claim, by=member, period_from=today(), period_to=today() + DAY, note="")


def test_only_those_who_write_for_the_structure_claim(due):
    with pytest.raises(NotAllowed):
        claiming.start(instalment=due, by=make_user(Role.APPLICANT))


def test_what_is_sent_does_not_change_until_it_is_returned(due, member, officer):
    claim = sent(due, member)
    with pytest.raises(Refusal, match="envoyée"):
        claiming.add_line(claim=claim, by=member, account="64", label="X", cents=1, evidence=pdf())
    with pytest.raises(Refusal, match="Dites ce qui manque"):
        certifying.give_back(claim=claim, by=officer, reason=" ")
    claim = certifying.give_back(claim=claim, by=officer, reason="Il manque la fiche de paie de mars.")
    claiming.add_line(claim=claim, by=member, account="64", label="Mars", cents=100, evidence=pdf())
    claiming.send(claim=Claim.objects.get(), by=member)
    assert Claim.objects.get().state == "sent"


def test_each_line_is_accepted_for_what_its_paper_shows(due, member, officer):
    claim = sent(due, member, 4_000_000, 2_000_000)
    first, second = claim.lines.order_by("pk")
    with pytest.raises(Refusal, match="dites pourquoi"):
        certifying.accept(claim=claim, by=officer, amounts={first.pk: (1, "")})
    with pytest.raises(Refusal, match="retenez entre"):
        certifying.accept(claim=claim, by=officer, amounts={first.pk: (4_000_001, "x")})
    with pytest.raises(Refusal, match="Aucune dépense"):
        certifying.accept(claim=claim, by=officer, amounts={one.pk: (0, "Hors période") for one in (first, second)})
    certifying.accept(claim=claim, by=officer, amounts={first.pk: (3_000_000, "Facture de 30 000 € seulement.")})
    assert certifying.accepted_cents(Claim.objects.get()) == 5_000_000


def test_the_database_keeps_the_claim(due, member, officer):
    claim = sent(due, member)
    line = claim.lines.get()
    for change in ({"accepted_cents": line.cents + 1}, {"accepted_cents": -1}, {"cents": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            claim.lines.update(**change)
    for change in ({"state": "accepted"}, {"judged_by": member}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(**change)


# --- Withheld, and the clock -----------------------------------------------------------------------------------------


def test_withheld_with_a_reason_then_resumed_with_its_days_back(due, officer, finance):
    limit = clock.pay_before(due)
    with pytest.raises(Refusal, match="Dites pourquoi"):
        withholding.withhold(instalment=due, by=officer, reason="  ")
    held = withholding.withhold(instalment=due, by=officer, reason="Le compte rendu financier manque.")
    assert (held.state, clock.told(held)) == ("withheld", "délai suspendu")
    with pytest.raises(StalePage):
        instalments.certify(instalment=held, by=finance[0])
    with time_machine.travel(datetime.datetime.combine(today() + 10 * DAY, datetime.time(9)), tick=False):
        back = withholding.resume(instalment=held, by=finance[0])
    assert (back.state, back.pay_by, back.withheld_on) == ("due", limit + 10 * DAY, None)


def test_a_planned_instalment_comes_back_planned(due, officer):
    planned = Instalment.objects.get(award=due.award, number=2)
    held = withholding.withhold(instalment=planned, by=officer, reason="Le lieu est fermé.")
    assert withholding.resume(instalment=held, by=officer).state == "planned"


def test_a_withholding_without_reason_is_refused_by_the_database(due):
    with pytest.raises(IntegrityError), transaction.atomic():
        Instalment.objects.filter(pk=due.pk).update(withheld_on=today())


def test_the_clock_is_that_of_the_agreement_then_of_the_call_then_sixty_days(committed, officer):
    from funding.models import Agreement

    assert clock.payment_days_of(committed) == 60
    CallVersion.objects.filter(call=committed.wave.call).update(payment_days=45)
    committed = type(committed).objects.get(pk=committed.pk)
    assert clock.payment_days_of(committed) == 45
    Agreement.objects.create(award=committed, number="X-1", payment_days=30)
    assert clock.payment_days_of(type(committed).objects.get(pk=committed.pk)) == 30


def test_late_and_soon_late_are_lists(due):
    def found(condition):
        return list(Instalment.objects.filter(condition).values_list("pk", flat=True))

    limit = clock.pay_before(due)
    assert found(clock.late(limit)) == found(clock.soon(limit - 16 * DAY)) == []
    assert found(clock.soon(limit - 15 * DAY)) == found(clock.soon(limit)) == [due.pk]
    assert found(clock.late(limit + DAY)) == [due.pk]
    # Known before the clock was kept: sixty days.
    Instalment.objects.filter(pk=due.pk).update(pay_by=None)
    assert found(clock.late(due.due_on + 61 * DAY)) == found(clock.soon(due.due_on + 60 * DAY)) == [due.pk]
    assert found(clock.late(due.due_on + 60 * DAY)) == []


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_from_the_page_of_the_structure_to_that_of_the_service(client, due, member, officer):
    application = due.award.application
    payments, mine = f"/dossiers/{application.public_id}/versements/", ""
    client.force_login(member)
    assert "Demander ce versement" in client.get(payments).content.decode()
    mine = f"{payments}1/demande/"
    assert post(client, mine, {"act": "start"}).status_code == 302
    day = today().isoformat()
    period = {"act": "period", "period-period_from": day, "period-period_to": day, "version": 1}
    assert post(client, mine, period).status_code == 302
    bad = post(
        client, mine, {"act": "line", "line-account": "64", "line-label": "S", "line-cents": "-3", "version": 2}
    )
    assert bad.status_code == 422
    line = {"act": "line", "line-account": "64", "line-label": "Salaires", "line-cents": "1 200,50", "version": 2}
    assert post(client, mine, {**line, "line-evidence": pdf()}).status_code == 302
    assert post(client, mine, {"act": "send", "version": 3}).status_code == 302
    claim = Claim.objects.get()
    assert (claim.state, claim.lines.get().cents) == ("sent", 120_050)
    client.force_login(officer)
    page = client.get(claim.get_absolute_url()).content.decode()
    assert "Salaires" in page
    answer = {"act": "accept", "version": claim.version}
    row = claim.lines.get().pk
    assert post(client, claim.get_absolute_url(), {**answer, f"accept-cents_{row}": "1 000"}).status_code == 422
    kept = {f"accept-cents_{row}": "1 000", f"accept-remark_{row}": "Facture de 1 000 €."}
    assert post(client, claim.get_absolute_url(), {**answer, **kept}).status_code == 302
    assert Claim.objects.get().state == "accepted"


def test_withhold_and_resume_on_the_page(client, due, officer):
    client.force_login(officer)
    url = due.get_absolute_url()
    assert post(client, url, {"act": "withhold", "withhold-reason": "", "version": due.version}).status_code == 422
    sent = {"act": "withhold", "withhold-reason": "Bilan attendu.", "version": due.version}
    assert post(client, url, sent).status_code == 302
    assert "Bilan attendu." in client.get(url).content.decode()
    assert post(client, url, {"act": "resume", "version": due.version + 1}).status_code == 302
    assert Instalment.objects.get(pk=due.pk).state == "due"


def test_an_agreement_sets_its_own_delay_before_it_is_sent(committed, officer):
    from funding import agreements
    from funding.conventions import drafting, texts
    from funding.models import Award

    agreement = agreements.prepare(award=committed, by=officer)
    drafting.set_payment_days(agreement=agreement, days=30, by=officer)
    award = Award.objects.get(pk=committed.pk)
    assert clock.payment_days_of(award) == 30
    text = drafting.open_version(award.agreement)
    [payments] = [one for one in texts.facts_of(text, today()).clauses if one.title == "Versements"]
    assert "30 jours" in " ".join(part for part in str(payments).replace("\\xa0", " ").split())
