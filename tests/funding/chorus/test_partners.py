"""A member of a consortium that is paid itself reads its own parts: its sums, its day of payment, and no more."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.models import Notification, Role
from funding import instalments
from funding.claims.partners import parts_of
from funding.conventions import sharing
from funding.endings import hearings, recoveries
from funding.models import Instalment
from tests import factories
from tests.funding.chorus.conftest import first_of, laureate
from tests.funding.chorus.test_applying import bring_in
from tests.funding.chorus.test_payees import PARTS, row, share_out
from tests.funding.conftest import CAP, make_organisation, make_user, open_credits, today


@pytest.fixture
def members(in_force, line, finance):
    """The award's two partners, its first instalment ordered."""
    found = [make_organisation(make_user(Role.APPLICANT)) for _ in range(2)]
    share_out(in_force, found)
    open_credits(line, "cp", 3 * CAP)
    instalments.certify(instalment=first_of(in_force), by=finance[0])
    instalments.order(instalment=first_of(in_force), by=finance[1])
    return found


def page_of(client, organisation, person=None):
    client.force_login(person or organisation.members.get())
    return client.get(reverse("funding:my_parts", args=[organisation.public_id]))


def told(client, organisation):
    return page_of(client, organisation).content.decode()


def test_a_partner_reads_its_own_parts_and_those_of_nobody_else(in_force, members, client):
    page = told(client, members[1])
    assert in_force.fabrique.name in page and in_force.organisation.name in page
    assert "16\u00a0670\u00a0€" in page
    assert "16\u00a0665\u00a0€" not in page and "50\u00a0000\u00a0€" not in page
    assert members[0].name not in page


def test_nobody_else_reads_it(in_force, members, client):
    lead, other = in_force.organisation.members.get(), members[0].members.get()
    for stranger in (lead, other, make_user()):
        assert page_of(client, members[1], stranger).status_code == 404
    # And a partner reads nothing of what is the lead's.
    client.force_login(members[1].members.get())
    for name in ("funding:my_payments", "funding:my_hearings", "funding:my_agreement"):
        assert client.get(reverse(name, args=[in_force.application.public_id])).status_code == 404


def test_a_partner_paid_before_the_others_reads_the_day_of_its_own(members, finance, client):
    bring_in([row(members[0], PARTS["first"])], finance[2])
    first, second = (parts_of(one)[0] for one in members)
    assert (first.paid_cents, second.paid_cents) == (PARTS["first"], 0)
    assert [one.label for one in first.rows][:2] == ["Versé", "Prévu"]
    assert second.rows[0].label == "Transmis au comptable"
    assert "Versé" in told(client, members[0])


def test_a_partner_whose_part_the_lead_passes_on_has_no_page_nor_link(in_force, client):
    partner = make_organisation(make_user(Role.APPLICANT))
    lead = sharing.Member(in_force.organisation.name, 5_000, in_force.organisation.siret)
    sharing.share_out(award=in_force, members=[lead, sharing.Member(partner.name, 5_000, partner.siret)], by=None)
    assert "Aucun versement comme partenaire" in told(client, partner)
    assert reverse("funding:my_parts", args=[partner.public_id]) not in client.get("/mes-dossiers/").content.decode()


def test_nothing_is_told_before_the_announcement(in_force, members, client):
    type(in_force.application).objects.filter(pk=in_force.application_id).update(published_at=None)
    assert parts_of(members[0]) == []
    assert in_force.fabrique.name not in told(client, members[0])


def test_the_space_of_a_partner_leads_there(members, in_force, client):
    for organisation, leads in ((members[0], True), (in_force.organisation, False)):
        client.force_login(organisation.members.get())
        page = client.get("/mes-dossiers/").content.decode()
        assert (reverse("funding:my_parts", args=[organisation.public_id]) in page) is leads


def test_what_was_received_stays_when_the_shares_change(in_force, members, finance, client):
    bring_in([row(members[0], PARTS["first"])], finance[2])
    sharing.share_out(award=in_force, members=[], by=None)
    [part] = parts_of(members[0])
    assert (part.share, len(part.rows), part.paid_cents) == (None, 1, PARTS["first"])
    assert "la répartition a changé" in told(client, members[0])


@pytest.fixture
def heard(in_force, members, finance, officer):
    """Each has received its part of the first instalment, of which 10 000 € may be asked back."""
    everybody = [in_force.organisation, *members]
    for rank, (one, cents) in enumerate(zip(everybody, PARTS.values(), strict=True)):
        bring_in([row(one, cents, dp=f"DP{rank}00")], finance[2])
    return recoveries.open_recovery(
        award=type(in_force).objects.get(pk=in_force.pk), ground="unspent", facts="Un reproche au chef de file.",
        cents=1_000_000, known_on=today(), answer_by=today() + datetime.timedelta(days=30), by=officer,
        instalment=first_of(in_force),
    ).hearing  # fmt: skip


def answers(hearing, partner, text="Nous avons tout employé.", complete=False, by=None):
    by = by or (partner or hearing.award.organisation).members.get()
    return hearings.observe(hearing=hearing, by=by, text=text, complete=complete, partner=partner)


def hearing_page(client, organisation, hearing, person=None):
    client.force_login(person or organisation.members.get())
    return client.get(reverse("funding:my_part_hearing", args=[organisation.public_id, hearing.public_id]))


def test_a_partner_knows_what_is_asked_back_and_not_what_is_reproached(heard, members, client):
    page = told(client, members[0])
    assert "Répondre pour votre part" in page and "Un reproche" not in page
    told_to = Notification.objects.get(event="payment", user=members[0].members.get())
    assert "«\u00a0Versements reçus comme partenaire\u00a0»" in told_to.body
    asked = Notification.objects.get(event="request", user=members[0].members.get())
    assert "16\u00a0665\u00a0€" in asked.body and "10\u00a0000\u00a0€ au plus" in asked.body


def test_a_partner_answers_for_its_share_and_reads_nothing_of_the_others(heard, members, in_force, client):
    answers(heard, None, "Le chef de file répond.")
    answers(heard, members[1], "L’autre partenaire répond.")
    client.force_login(members[0].members.get())
    address = reverse("funding:my_part_hearing", args=[members[0].public_id, heard.public_id])
    sent = client.post(address, {"text": "Notre part est dépensée.", "idempotency_key": "c" * 32})
    assert sent.status_code == 302
    page = client.get(address).content.decode()
    assert "Notre part est dépensée." in page and "16\u00a0665\u00a0€" in page and "10\u00a0000\u00a0€" in page
    for hidden in ("Un reproche", "Le chef de file répond.", "L’autre partenaire répond.", "16\u00a0670"):
        assert hidden not in page
    client.force_login(in_force.organisation.members.get())
    lead = client.get(reverse("funding:my_hearings", args=[in_force.application.public_id])).content.decode()
    assert "Le chef de file répond." in lead and "Notre part" not in lead and "L’autre partenaire" not in lead


def test_the_staff_reads_who_answers_for_what(heard, members, officer, client):
    answers(heard, members[0])
    client.force_login(officer)
    page = client.get(heard.recovery.get_absolute_url()).content.decode()
    assert f"pour {members[0].name}, partenaire payé directement" in page
    assert f"{members[1].name} (16\u00a0670\u00a0€)" in page


def test_the_decision_does_not_come_before_each_has_nothing_to_add(heard, members):
    assert answers(heard, None, complete=True).complete_at is None
    assert answers(heard, members[0], complete=True).complete_at is None
    assert answers(heard, members[1], complete=True).complete_at is not None


def test_who_received_nothing_or_does_not_write_for_it_does_not_answer(heard, members, client):
    stranger = make_organisation(make_user(Role.APPLICANT))
    for partner, by in ((stranger, None), (members[0], members[1].members.get())):
        with pytest.raises(NotAllowed):
            answers(heard, partner, by=by)
    assert hearing_page(client, stranger, heard).status_code == 404
    assert hearing_page(client, members[0], heard, stranger.members.get()).status_code == 404


def test_the_paper_of_a_partner_is_read_by_it_and_by_the_staff_alone(heard, members, in_force, officer, client):
    by = members[0].members.get()
    hearings.observe(
        hearing=heard, by=by, text="Voici.", partner=members[0],
        uploaded=SimpleUploadedFile("factures.pdf", factories.pdf_bytes()),
    )  # fmt: skip
    address = heard.observations.get().get_absolute_url()
    readers = {
        by: 200, officer: 200, in_force.organisation.members.get(): 404, members[1].members.get(): 404,
    }  # fmt: skip
    for person, status in readers.items():
        client.force_login(person)
        read = client.get(address)
        assert read.status_code == status and bool(b"".join(read)) is True


def test_two_awards_cost_as_many_questions_as_one(in_force, members, wave, line, officer, client):
    counts = []
    for award in (None, laureate(wave, line, officer)):
        if award is not None:
            share_out(award, members)
        page_of(client, members[0])
        with CaptureQueriesContext(connection) as queries:
            page_of(client, members[0])
        counts.append(len(queries))
    assert len(parts_of(members[0])) == 2 and counts[0] == counts[1]
    assert Instalment.objects.filter(state="ordered").count() == 1
