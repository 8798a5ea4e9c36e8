"""The pages of the end of an aid: no JavaScript, errors told and kept, as many queries for three rows as for one."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from documents import production
from documents.models import FormalNotification
from funding.endings import hearings, recoveries
from funding.endings.closing import SECTIONS
from funding.models import Hearing, Kind, Observation, Posting, Recovery, Withdrawal
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import FACTS, asked, write_for
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db


def post(client, address, **data):
    return client.post(address, {"idempotency_key": uuid.uuid4().hex, **data})


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def act(name, **fields):
    return {"act": name, **{f"{name}-{key}": value for key, value in fields.items()}}


# --- The service -----


def test_giving_back_from_its_page(client, paid, finance):
    client.force_login(finance[0])
    address = reverse("funding:give_up", args=[paid.public_id])
    page = text_of(client.get(address))
    assert "Rendre ce qui ne sera pas dépensé" in page and "100 000" in page
    fields = {"why": "unspent", "on": today().isoformat(), "act": "Décision 5", "reason": "Moins de dépenses."}
    wrong = post(client, address, amount="100 001", version=paid.version, **fields)
    assert wrong.status_code == 422 and "Moins de dépenses." in wrong.content.decode()
    assert not Posting.objects.filter(kind="decommit").exists()
    done = post(client, address, amount="40 000,01", version=paid.version, **fields)
    assert done.status_code == 302 and balance(Kind.AE_OPENED) == 4_000_001


def test_a_recovery_from_its_opening_to_its_last_cent(client, paid, officer, decider, finance, line):
    writer = write_for(paid.organisation)
    client.force_login(officer)
    address = reverse("funding:open_recovery", args=[paid.public_id])
    fields = {"ground": "unspent", "facts": FACTS, "cents": "10 000", "known_on": today().isoformat()}
    late = post(client, address, answer_by=today().isoformat(), version=paid.version, **fields)
    assert late.status_code == 422 and "au moins 15" in text_of(late)
    post(client, address, answer_by=hearings.answer_day(today()).isoformat(), version=paid.version, **fields)
    recovery = Recovery.objects.get()
    page = recovery.get_absolute_url()
    assert "peut répondre jusqu’au" in text_of(client.get(page))
    hearings.observe(hearing=recovery.hearing, by=writer, text="Voici.", complete=True)

    def go(person, data, version):
        client.force_login(person)
        answer = post(client, page, version=version, **data)
        recovery.refresh_from_db()
        return answer.status_code

    assert go(officer, act("decide", cents="9 000", act="D 7", reason="Reliquat."), recovery.version) == 403
    assert go(decider, act("decide", cents="11 000", act="D 7", reason="Reliquat."), recovery.version) == 422
    assert go(decider, act("decide", cents="9 000", act="D 7", reason="Reliquat."), recovery.version) == 302
    on = today().isoformat()
    assert go(finance[0], act("issue", number="ADCE 1", on=on), recovery.version) == 302
    entry = act("entry", kind="collected", cents="9 000", on=on, reference="R1")
    assert go(finance[0], entry, recovery.version - 1) == 409
    assert go(finance[0], entry, recovery.version) == 302
    assert (recovery.state, recovery.left_cents) == ("collected", 0)
    given = act(
        "reinstate", line=line.public_id, cents="9 000", on=on, act_kind="order", act_number="RC 1", act_date=on
    )
    assert go(finance[0], given, recovery.version) == 302
    assert balance(Kind.CP_AVAILABLE) == 900_000
    assert "rétabli des crédits" in text_of(client.get(page))


def test_a_withdrawal_is_shown_in_numbers_before_it_is_decided(client, answered, decider):
    client.force_login(decider)
    page = answered.get_absolute_url()
    data = act("decide", what="Jours d’ouverture", planned="200", done="40", act="D 8", reason="Peu d’ouverture.")
    seen = post(client, page, version=answered.version, **data)
    assert seen.status_code == 200 and "30 000 € maintenus sur 150 000 €" in text_of(seen)
    assert Withdrawal.objects.get().state == "hearing"
    assert post(client, page, version=answered.version, confirm="1", **data).status_code == 302
    found = Withdrawal.objects.get()
    assert (found.state, found.kept_cents) == ("decided", 3_000_000)
    assert "Décision" in text_of(client.get(page))


def test_letters_are_read_by_those_who_read_the_dossier(client, recovery, officer, writer):
    hearing = recovery.hearing
    production._store(hearing.document_id, factories.pdf_bytes())
    address = reverse("funding:ending_letter", args=[hearing.public_id, "contradictoire"])
    client.force_login(officer)
    assert client.get(address).status_code == 200
    assert client.get(reverse("funding:ending_letter", args=[hearing.public_id, "retrait"])).status_code == 404
    client.force_login(writer)
    own = reverse(
        "funding:my_hearing_letter",
        args=[recovery.award.application.public_id, hearing.public_id, "contradictoire"],
    )
    # Not before she opened it: a GET notifies nothing.
    assert client.get(own).status_code == 302 and not FormalNotification.objects.exclude(opened_at=None).exists()
    assert post(client, f"{own}ouvrir/").status_code == 302
    assert client.get(own).status_code == 200
    client.force_login(make.make_user(Role.APPLICANT))
    assert client.get(own).status_code == 404 and post(client, f"{own}ouvrir/").status_code == 404


# --- The structure -----


def test_the_structure_answers_in_her_space(client, recovery, writer):
    client.force_login(writer)
    address = reverse("funding:my_hearings", args=[recovery.award.application.public_id])
    page = text_of(client.get(address))
    assert "Répondre jusqu’au" in page and "Le lieu a ouvert 120 jours" in page
    assert post(client, address, text=" ", version=1).status_code == 422
    paper = SimpleUploadedFile("comptes.pdf", factories.pdf_bytes())
    version = Hearing.objects.get().version
    assert post(client, address, text="Voici nos comptes.", uploaded=paper, version=version).status_code == 302
    found = Observation.objects.get()
    assert (found.text, found.by, found.file.name) == ("Voici nos comptes.", writer, "comptes.pdf")
    assert "Voici nos comptes." in text_of(client.get(address))
    served = client.get(found.get_absolute_url())
    assert served.status_code == 200 and b"".join(served.streaming_content).startswith(b"%PDF")
    payments = reverse("funding:my_payments", args=[recovery.award.application.public_id])
    assert address in client.get(payments).content.decode()


def test_a_member_who_only_reads_reads(client, recovery):
    reader = make.make_user(Role.APPLICANT)
    recovery.award.organisation.memberships.create(user=reader, role="reader")
    client.force_login(reader)
    address = reverse("funding:my_hearings", args=[recovery.award.application.public_id])
    assert "Envoyer mes observations" not in text_of(client.get(address))
    assert post(client, address, text="Moi", version=1).status_code == 403


# --- The closing -----


@pytest.fixture
def full(in_force, line, recovery_in_hearing):
    make.open_credits(line, "ae", GRANT)
    make.open_credits(line, "cp", CAP)
    second = in_force.wave.call.waves.create(number=7)
    make.reserve(second, [make.request_for(second, line, cents=CAP)])
    return in_force


@pytest.fixture
def recovery_in_hearing(in_force, officer):
    from funding.endings import recoveries

    return recoveries.open_recovery(award=in_force, by=officer, **asked(ground="double", cents=5))


def test_the_closing_shows_each_list_its_total_and_its_act(client, full, finance):
    client.force_login(finance[0])
    page = text_of(client.get(reverse("funding:closing", args=[today().year])))
    for section in SECTIONS.values():
        assert section.title in page
    for words in (
        "Signer la décision, ou annuler l’adoption",
        "Noter un report par arrêté",
        "Rien n’est appliqué ici",
    ):
        assert words in page
    assert f"nature=ae&amp;exercice={today().year}" in page


@pytest.mark.parametrize("slug", list(SECTIONS))
@pytest.mark.parametrize("kind", ["", "csv", "xlsx"])
def test_each_list_has_its_page_and_its_files(client, full, finance, slug, kind):
    client.force_login(finance[0])
    answer = client.get(reverse("funding:closing_list", args=[today().year, slug]), {"format": kind} if kind else {})
    assert answer.status_code == 200
    if kind:
        assert "attachment" in answer["Content-Disposition"] and b"".join(answer)


def test_a_year_to_come_or_before_the_programme_has_no_closing(client, finance):
    client.force_login(finance[0])
    for year in (today().year + 1, 1999):
        assert client.get(reverse("funding:closing", args=[year])).status_code == 404
    assert client.get(reverse("funding:closing_list", args=[today().year, "rien"])).status_code == 404


def count_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_as_many_queries_for_three_awards_as_for_one(client, full, line, finance):
    client.force_login(finance[0])
    addresses = [reverse("funding:closing", args=[today().year]), reverse("funding:dormant"),
                 reverse("funding:recoveries"), reverse("funding:remaining")]  # fmt: skip
    before = [count_of(client, address) for address in addresses]
    for number in (11, 12):
        wave = full.wave.call.waves.create(number=number)
        make.open_credits(line, "ae", GRANT)
        application = make.make_application(wave, announced=True)
        (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
        make.commit([award])
        from funding.endings import recoveries

        recoveries.open_recovery(award=award, by=None, **asked(ground="double", cents=5))
    assert [count_of(client, address) for address in addresses] == before


def test_dormant_commitments_are_given_back_from_their_page(client, paid, finance, officer):
    from tests.funding.endings.test_closing import in_years

    address = reverse("funding:dormant")
    with in_years(3):
        client.force_login(officer)
        assert "Rendre les engagements cochés" not in text_of(client.get(address))
        assert post(client, address, award=paid.public_id).status_code == 403
        client.force_login(finance[0])
        page = text_of(client.get(address))
        assert paid.fabrique.name in page and "Rendre les engagements cochés" in page
        fields = {"on": today().isoformat(), "act": "Décision 6", "reason": "Rien ne bouge."}
        assert post(client, address, **fields).status_code == 422
        assert post(client, address, award=paid.public_id, **fields).status_code == 302
        assert balance(Kind.AE_LAPSED, paid) == 2 * CAP
        assert client.get(address, {"format": "csv"}).status_code == 200


def test_remaining_opens_its_movements_and_its_file(client, paid, finance):
    client.force_login(finance[0])
    page = text_of(client.get(reverse("funding:remaining")))
    assert "100 000" in page and f"/pilotage/budget/exercices/{today().year}/?chiffre=ae-engage" in page
    file = client.get(reverse("funding:remaining"), {"format": "csv"})
    assert "100000,00" in b"".join(file).decode()
    for kind in ("xlsx", "ods"):
        file = client.get(reverse("funding:remaining"), {"format": kind})
        assert file.status_code == 200 and b"".join(file.streaming_content).startswith(b"PK")


def test_the_money_of_a_dossier_says_how_it_may_end(client, recovery, officer):
    client.force_login(officer)
    page = text_of(client.get(reverse("funding:dossier", args=[recovery.award.application.public_id])))
    assert "Envisager un retrait" in page and "Reversement : phase contradictoire" in page
    assert "Rendre ce qui ne sera pas dépensé" not in page


def test_a_request_that_is_cancelled_after_it_was_paid_says_that_the_money_comes_back(client, issued, writer, decider):
    with_entry = recoveries.record_entry(
        recovery=issued, kind="collected", cents=1_000_001, on=today(), reference="ENC-1", by=None
    )
    Recovery.objects.get(pk=with_entry.pk).move("owe_back", by=decider, reason="Le retrait est annulé.")
    client.force_login(writer)
    page = text_of(client.get(reverse("funding:my_hearings", args=[issued.award.application.public_id])))
    assert "Demandé, puis annulé" in page and "10 000,01 € vous sont rendus" in page
    assert "À rembourser" not in page
    client.force_login(decider)
    assert "Titre de perception, annulé" in text_of(client.get(issued.get_absolute_url()))
