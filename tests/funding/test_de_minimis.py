"""De minimis aid here: held at reservation, granted by the act, judged both times for the undertaking."""

import datetime
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from applications import state_aid
from applications.de_minimis import Regime
from applications.models import Application, LinkedUndertaking, Revision
from funding import awards
from funding.de_minimis import CeilingPassed, counted_cents, mark_registered, register_by
from funding.endings import giving_up, hearings, undoing, withdrawals
from funding.models import Award, DeMinimisGrant, Hearing, Recovery, RecoveryEntry
from tests.funding import conftest as make
from tests.funding.conftest import (
    GRANT,
    commit,
    first_of_year,
    make_application,
    make_line,
    make_user,
    make_wave,
    open_credits,
    request_for,
    reserve,
    today,
)
from tests.funding.endings.conftest import asked, withdraw, write_for

pytestmark = pytest.mark.django_db
SIRET = "80000001200016"


@pytest.fixture
def world():
    line = make_line()
    open_credits(line, "ae", 20 * GRANT)
    return SimpleNamespace(line=line, programme=line.programme)


def wave_under(world, basis="de_minimis"):
    wave = make_wave(world.programme)
    wave.call.versions.update(state_aid_basis=basis)
    return wave


def dossier(world, *, organisation=None, aids=(), linked=(), consortium=None, basis="de_minimis"):
    """A sent dossier of a call of this basis, with what it declares."""
    application = make_application(wave_under(world, basis))
    # Each structure has a SIREN of its own here.
    application.organisation.siret = f"{900_000_000 + application.organisation_id}00011"
    application.organisation.save()
    if organisation:
        application.organisation = organisation
        application.fabrique.organisation = organisation
        application.fabrique.save()
        application.save()
    content = {
        "organisation": {"name": application.organisation.name}, "consortium": consortium or {},
        "aid": {"regime": basis, "nace_code": "9499Z", "declaration": "some", "aids": list(aids),
                "linked": [{"siren": siren, "name": "Liée"} for siren in linked]},
    }  # fmt: skip
    Revision.objects.create(application=application, number=1, content=content, sha256="0" * 64,
                            sent_at=application.submitted_at, sent_by=application.created_by)  # fmt: skip
    return application


def held(world, application, cents=GRANT, **more):
    request = request_for(application.wave, world.line, cents=cents, application=application)
    (award,) = reserve(application.wave, [request], **more)
    return award


def declared(cents, day, siren=""):
    return {"granted_on": day.isoformat(), "cents": cents, "grantor": "Région", "regime": "de_minimis", "siren": siren}


def test_an_aid_is_held_then_granted_whole_on_the_day_of_the_act(world):
    award = held(world, dossier(world))
    row = DeMinimisGrant.objects.get()
    assert (row.cents, row.granted_on, row.nace_code) == (GRANT, None, "9499Z")
    commit([award])
    row.refresh_from_db()
    assert (row.granted_on, row.before_cents) == (today(), 0)


def test_another_basis_counts_nothing(world):
    for basis in ("not_aid", "exempted"):
        commit([held(world, dossier(world, basis=basis))])
    assert not DeMinimisGrant.objects.exists()


def test_two_aids_fit_and_the_third_is_refused_in_words(world):
    first = dossier(world)
    commit([held(world, first)])
    held(world, dossier(world, organisation=first.organisation))
    with pytest.raises(CeilingPassed, match="Il ne reste rien") as refused:
        held(world, dossier(world, organisation=first.organisation), cents=1)
    assert "300\u00a0000\u00a0€" in refused.value.message and first.organisation.name in refused.value.message
    assert Award.objects.count() == 2 and DeMinimisGrant.objects.count() == 2


def test_a_released_award_gives_its_room_back(world):
    first = dossier(world, aids=[declared(GRANT, today())])
    award = held(world, first)
    second = dossier(world, organisation=first.organisation, aids=[declared(GRANT, today())])
    with pytest.raises(CeilingPassed):
        held(world, second)
    awards.release(awards=[award], on=today(), act="Annulation", by=None, key="release")
    assert held(world, second).total_cents == GRANT


def test_what_was_declared_counts_for_three_years_to_the_day(world):
    out, inside = (
        today().replace(year=today().year - 3),
        today().replace(year=today().year - 3) + datetime.timedelta(1),
    )
    held(world, dossier(world, aids=[declared(GRANT + 1, out)]))
    with pytest.raises(CeilingPassed, match="réduisez le montant de 0,01"):
        held(world, dossier(world, aids=[declared(GRANT + 1, inside)]))


def test_the_single_undertaking_counts_as_one(world):
    mother = dossier(world)
    commit([held(world, mother)])
    daughter = dossier(world, linked=[mother.organisation.siren])
    held(world, daughter)
    # The link is followed from the other side too, once the dossier that declares it is sent.
    LinkedUndertaking.objects.create(application=daughter, position=1, siren=mother.organisation.siren, name="Mère")
    with pytest.raises(CeilingPassed):
        held(world, dossier(world, organisation=mother.organisation), cents=1)


def test_a_draft_of_somebody_else_links_nobody(world):
    mine, other = dossier(world), dossier(world)
    LinkedUndertaking.objects.create(application=other, position=1, siren=mine.organisation.siren, name="Moi")
    assert other.organisation.siren in state_aid.single_undertaking(mine.organisation.siren)
    type(other).objects.filter(pk=other.pk).update(submitted_at=None, reference=None, state="draft")
    assert state_aid.single_undertaking(mine.organisation.siren) == {mine.organisation.siren}


def test_other_aids_granted_between_reservation_and_act_stop_the_act(world):
    first = dossier(world)
    award = held(world, first)
    # What the reservation could not know: an aid declared since, in the version that counts.
    content = first.revisions.get().content
    content["aid"]["aids"] = [declared(GRANT + 1, today())]
    Revision.objects.create(application=first, number=2, content=content, sha256="1" * 64, sent_at=first.submitted_at,
                            sent_by=first.created_by)  # fmt: skip
    with pytest.raises(CeilingPassed), transaction.atomic():
        commit([award])
    assert Award.objects.get().state == "reserved" and DeMinimisGrant.objects.get().granted_on is None


def test_a_consortium_counts_each_member_by_its_share(world):
    partners = [{"name": "Ville", "siret": SIRET, "foreign_id": "", "role": "", "share": 3_333}]
    award = held(world, dossier(world, consortium={"lead_share": 6_667, "lead_role": "", "partners": partners}))
    rows = {row.siret: row.cents for row in award.de_minimis.all()}
    assert sum(rows.values()) == GRANT and rows[SIRET] == GRANT * 3_333 // 10_000
    with pytest.raises(CeilingPassed, match="Ville"):
        partners = [{**partners[0], "share": 10_000}]
        aids = [declared(GRANT, today(), siren=SIRET[:9])]
        held(world, dossier(world, aids=aids, consortium={"lead_share": 0, "lead_role": "", "partners": partners}))


def test_the_services_of_general_interest_have_their_own_ceiling(world):
    first = dossier(world, basis="sieg_de_minimis")
    commit([held(world, first)])
    for _ in range(4):
        commit([held(world, dossier(world, organisation=first.organisation, basis="sieg_de_minimis"))])
    with pytest.raises(CeilingPassed, match="750"):
        held(world, dossier(world, organisation=first.organisation, basis="sieg_de_minimis"), cents=1)
    assert held(world, dossier(world, organisation=first.organisation)).de_minimis.get().regime == Regime.GENERAL


def test_what_was_granted_is_fixed_and_stays(world):
    commit([held(world, dossier(world))])
    for change in ({"cents": 1}, {"granted_on": first_of_year()}, {"granted_on": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DeMinimisGrant.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeMinimisGrant.objects.all().delete()


@pytest.mark.parametrize(
    ("granted_on", "last_day"),
    [("2026-11-20", "2026-12-18"), ("2026-11-21", "2026-12-18"), ("2026-11-23", "2026-12-21")],
)
def test_the_register_is_told_within_twenty_working_days(granted_on, last_day):
    assert register_by(datetime.date.fromisoformat(granted_on)) == datetime.date.fromisoformat(last_day)


def test_the_file_for_the_register_and_the_note_that_it_was_told(world):
    application = dossier(world)
    commit([held(world, application)])
    held(world, dossier(world))
    client = Client()
    client.force_login(make_user(Role.FINANCE_OFFICER))
    lines = client.get("/pilotage/aides-de-minimis/?format=csv").getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 2, "an aid that is only reserved is not granted"
    assert "Autorité" in lines[0] and "Code APE" in lines[0] and "Instrument" in lines[0]
    assert application.organisation.siret in lines[1] and "9499Z" in lines[1] and "2023/2831" in lines[1]
    data = {"until": today().isoformat(), "on": today().isoformat(), "idempotency_key": "r" * 32}
    assert client.post("/pilotage/aides-de-minimis/", data).status_code == 302
    told = DeMinimisGrant.objects.granted().get()
    assert told.registered_on == today()
    assert mark_registered(grants=[told], on=today(), by=None) == 0


def test_who_may_not_register_reads(world):
    client = Client()
    client.force_login(make_user(Role.AUDITOR))
    page = client.get("/pilotage/aides-de-minimis/")
    assert page.status_code == 200 and "Noter l’inscription" not in page.content.decode()
    assert client.post("/pilotage/aides-de-minimis/", {"idempotency_key": "x" * 32}).status_code == 403


# --- What remains granted ------------------------------------------------------------------------------------------


def in_force_under(world, **more):
    """An award of 150 000 € in force without an agreement."""
    application = dossier(world, **more)
    application.wave.call.versions.update(agreement_required=False)
    application.organisation.legal_form = "local_authority"
    application.organisation.save()
    award = held(world, application)
    commit([award])
    make.announce(award)
    awards.mark_notified(award=Award.objects.get(pk=award.pk), on=today())
    Application.objects.filter(pk=application.pk).update(state="awarded", published_at=application.submitted_at)
    return Award.objects.get(pk=award.pk)


def counted(award):
    return sum(counted_cents(list(award.de_minimis.all())).values())


def withdrawn(award, done, planned=3):
    opened = withdrawals.open_withdrawal(award=award, by=None, **asked(cents=GRANT))
    hearings.observe(hearing=opened.hearing, by=write_for(award.organisation), text="Bien.", complete=True)
    return withdraw(opened, make.make_signatory(award.wave.call.programme), done=done, planned=planned)


def test_what_is_withdrawn_in_part_counts_no_more(world):
    award = in_force_under(world)
    assert counted(award) == GRANT
    withdrawn(award, done=1)
    assert counted(award) == GRANT // 3
    # 150 000 + 150 000 + 50 000 is above 300 000: the room of what was withdrawn is there again, to the cent.
    held(world, dossier(world, organisation=award.organisation))
    with pytest.raises(CeilingPassed):
        held(world, dossier(world, organisation=award.organisation), cents=GRANT - GRANT // 3 + 1)
    held(world, dossier(world, organisation=award.organisation), cents=GRANT - GRANT // 3)


def test_a_withdrawal_undone_counts_again(world):
    award = in_force_under(world)
    found = withdrawn(award, done=1)
    by = make.make_signatory(award.wave.call.programme)
    undoing.undo(withdrawal=found, act="Jugement", on=today(), reason="Annulé.", by=by)
    assert counted(award) == GRANT


def test_what_is_given_up_counts_no_more(world):
    award = in_force_under(world)
    giving_up.give_up(
        award=award, why="unspent", cents=GRANT // 3, on=today(), act="Lettre", reason="Non dépensé.", by=None, key="g"
    )
    assert counted(award) == GRANT - GRANT // 3


def test_each_member_is_reduced_by_its_share_to_the_cent(world):
    partners = [{"name": "B", "siret": SIRET, "share": 3_333}]
    award = in_force_under(world, consortium={"lead_share": 6_667, "lead_role": "", "partners": partners})
    withdrawn(award, done=1)
    found = counted_cents(list(award.de_minimis.all()))
    assert sum(found.values()) == GRANT // 3
    lead = award.de_minimis.order_by("pk").first()
    assert found[lead.pk] == lead.cents // 3 + (lead.cents % 3 > 1)


def test_what_is_asked_back_counts_no_more_until_it_is_waived(world):
    award = in_force_under(world)
    hearing = Hearing.objects.create(
        award=award, ground="unspent", facts="x", asked_cents=100, known_on=today(), opened_on=today(),
        answer_by=today() + datetime.timedelta(days=30),
    )  # fmt: skip
    fields = {"due_cents": 100, "decided_on": today(), "act": "D", "reason": "R"}
    recovery = Recovery.objects.create(award=award, hearing=hearing, state="issued", title_number="T1",
                                       title_on=today(), **fields)  # fmt: skip
    assert counted(award) == GRANT - 100
    RecoveryEntry.objects.create(recovery=recovery, kind="waived", cents=40, on=today(), reference="R")
    assert counted(award) == GRANT - 60


def test_the_list_reads_what_counts_in_as_many_queries_for_three(world, client):
    in_force_under(world)
    client.force_login(make_user(Role.FINANCE_OFFICER))
    with CaptureQueriesContext(connection) as one:
        assert "Compte encore pour" in client.get("/pilotage/aides-de-minimis/").content.decode()
    in_force_under(world)
    in_force_under(world)
    with CaptureQueriesContext(connection) as three:
        client.get("/pilotage/aides-de-minimis/")
    assert len(one) == len(three)
