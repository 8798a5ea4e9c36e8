"""What comes of a marked dossier: a meeting of the panel, scenarios, decisions, the announcement, an appeal, money."""

import datetime
from types import SimpleNamespace

from django.utils import timezone

from applications.models import Application
from documents import production
from documents.models import Document
from funding import instalments
from funding.chorus import confirming, exporting, numbering, reading
from funding.claims import bank_details, claiming
from funding.conventions import amending
from funding.endings import hearings, withdrawals
from funding.models import Award, Claim
from programme import waves
from selection import appeals, decisions, derogations, embargo, meetings, notification, outcomes, sittings, votes
from selection.models import Decision
from selection.scenarios import create_scenario
from tests import factories
from tests.access.chorus_targets import BIC, IBAN, pdf
from tests.funding import conftest as money
from tests.funding.chorus import extracts
from tests.selection import conftest as panels
from tests.selection.test_meetings import begin, sit, the_day_comes, vote_together


def deliberate(dossier, marks, excluded):
    """The panel sits on the dossier: votes, a moderated score, notes, a scenario; the `panel` of the next stages."""
    wave = waves.start_deliberation(wave=factories.fresh(dossier.wave), by=None)
    panel = SimpleNamespace(
        wave=wave, line=panels.line_with(3 * panels.GRANT), dossier=dossier, chair=factories.panel_chair(),
        officer=factories.officer(), signatory=factories.decision_maker(),
        others=list(Application.objects.filter(wave=wave, state="reviewed").exclude(pk=dossier.pk)),
    )  # fmt: skip
    panels.delegate(panel.signatory, wave)
    voters = [factories.panel_member(), factories.panel_member()]
    panel.meeting = open_meeting(panel, [*voters, excluded["déclarée"]])
    panel.tied = excluded["déclarée"]
    item = vote(panel, dossier, outcome="proposed", amount_cents=panels.GRANT)
    sittings.note(meeting=panel.meeting, item=item, text=f"Le comité relève {marks['minute']}", by=panel.officer)
    create_scenario(wave=wave, name="Le classement", origin="ranking", by=panel.officer)
    return panel


def vote(panel, dossier, **motion):
    item = begin(panel, panel.meeting, dossier)
    put = votes.put(item=item, by=panel.officer, **motion)
    staying = panel.meeting.members.exclude(user=panel.tied if dossier == panel.dossier else None)
    votes.cast(motion=put, ballots={member.pk: "for" for member in staying}, by=panel.officer)
    votes.close_vote(motion=put, by=panel.officer)
    return item


def close(panel, dossier):
    sittings.close_item(item=panel.meeting.items.get(application=dossier), by=panel.officer)


def open_meeting(panel, members):
    at = timezone.now() + datetime.timedelta(days=7)
    planned = meetings.plan(
        wave=panel.wave, meets_at=at, place="Salle 4", chair=panel.chair, members=members, by=panel.officer
    )
    called = meetings.convene(meeting=planned, by=panel.officer)
    the_day_comes(called)
    sit(panel, called, len(members) + 1)
    return meetings.open_meeting(meeting=called, by=panel.chair)


def decide(panel, marks):
    """The meeting ends with its minutes, the proposal is adopted and signed; a préfet is told."""
    close(panel, panel.dossier)
    for other in panel.others:
        panels.wait(panel, other)
    panels.propose(panel, panel.dossier)
    if panel.others:
        vote_together(panel, panel.meeting, ["for"] * panel.meeting.members.count())
    meetings.close_meeting(meeting=panel.meeting, by=panel.officer)
    store_documents()
    outcomes.adopt(wave=factories.fresh(panel.wave), by=panel.officer)
    store_documents()
    decisions.sign_wave(wave=factories.fresh(panel.wave), by=panel.signatory)
    store_documents()
    embargo.communicate(
        wave=factories.fresh(panel.wave), recipient_name="Claire Morel", recipient_title="Préfète",
        recipient_email="claire.morel@prefecture.example", reason="Une visite.", by=panel.officer,
    )  # fmt: skip


def announce(panel, marks):
    """The wave is announced; an agreement is drawn up; the decision is contested, a derogation recorded."""
    decisions.announce(wave=factories.fresh(panel.wave), by=panel.signatory)
    member = panels.member_of(panel.dossier)
    decision = Decision.objects.get(application=panel.dossier, replaces=None)
    notification.open_letter(decision=decision, by=member)
    decisions.prepare_agreements(wave=factories.fresh(panel.wave), by=panel.officer)
    appeals.lodge(decision=factories.fresh(decision), kind="gracious", grounds=f"Nous {marks['appeal']}", by=member)
    derogations.record_derogation(
        wave=factories.fresh(panel.wave), rule="other", reason=f"Une raison {marks['derogation']}",
        application=factories.fresh(panel.dossier), by=panel.officer,
    )  # fmt: skip
    store_documents()


def pay(panel, marks):
    """Its agreement is signed and amended, an instalment asked of Chorus, another claimed; an extract disagrees."""
    award = Award.objects.get(application=panel.dossier)
    money.sign_agreement(award, panel.officer)
    store_documents()
    changes = amending.Changes(suspended=True)
    amending.amend(
        agreement=factories.fresh(award.agreement), changes=changes, reason=f"Le temps {marks['amendment']}",
        by=panel.officer,
    )  # fmt: skip
    claim(award, panels.member_of(panel.dossier), marks)
    to_chorus(award, marks)


def give_back(panel, marks):
    """Part of it may be withdrawn: the structure is heard, and answers with a paper."""
    award = Award.objects.get(application=panel.dossier)
    today = timezone.localdate()
    heard = withdrawals.open_withdrawal(
        award=award, ground="breach", facts=f"Les travaux {marks['facts']}", cents=100, known_on=today,
        answer_by=today + datetime.timedelta(days=20), by=panel.signatory,
    ).hearing  # fmt: skip
    store_documents()
    hearings.observe(
        hearing=heard, by=panels.member_of(panel.dossier), text=f"Nous {marks['observation']}",
        uploaded=pdf("photos.pdf"),
    )  # fmt: skip


def claim(award, member, marks):
    """The second instalment, with its evidence; the account of the structure."""
    bank_details.propose(
        organisation=award.organisation, iban=IBAN, bic=BIC, holder=f"Association {marks['structure']}",
        rib=pdf(f"{marks['rib']}.pdf"), by=member,
    )  # fmt: skip
    asked = claiming.start(instalment=award.instalments.get(number=2), by=member)
    claiming.describe(
        claim=asked, by=member, period_from=timezone.localdate(), period_to=timezone.localdate(),
        note=f"Année {marks['claim']}",
    )  # fmt: skip
    claiming.add_line(
        claim=asked, by=member, account="64", label=f"Salaires {marks['claim']}", cents=100, evidence=pdf("paie.pdf")
    )
    claiming.send(claim=Claim.objects.get(pk=asked.pk), by=member)


def to_chorus(award, marks):
    """Ordered, taken out; one extract that was read, another confirmed that pays too much."""
    money.open_credits(award.draws.get().line, "cp", panels.GRANT)
    first, people = award.instalments.get(number=1), [factories.user("finance_officer") for _ in range(3)]
    instalments.certify(instalment=first, by=people[0])
    instalments.order(instalment=factories.fresh(first), by=people[1])
    exporting.take_out(instalments=[factories.fresh(first)], by=people[2])
    numbering.record_commitment(award=award, number="2112345678", by=people[2])
    too_much = read(award, first.cents + 100, people[2])
    confirming.confirm(file=too_much, by=people[2], digest=confirming.preview(file=too_much, by=people[2]).digest)
    read(award, first.cents, people[2])


def read(award, cents, by):
    row = extracts.line(
        "2112345678", "10004567", cents / 100, timezone.localdate(), siret=award.organisation.siret,
        payee=award.organisation.name,
    )  # fmt: skip
    return reading.receive(uploaded=extracts.as_csv([row]), fiscal_year=timezone.localdate().year, by=by)


def store_documents():
    for document in Document.objects.filter(rendered_at=None):
        production._store(document.pk, factories.pdf_bytes())


def every(dossier, marks, excluded):
    """The dossier at each stage: reviewed, before the panel, signed, announced and contested, paid, asked back."""
    yield factories.fresh(dossier)
    panel = deliberate(factories.fresh(dossier), marks, excluded)
    for act in (decide, announce, pay, give_back):
        yield factories.fresh(dossier)
        act(panel, marks)
    yield factories.fresh(dossier)
