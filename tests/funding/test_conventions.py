"""The texts of an agreement: drafted from a model, frozen when sent, signed by both, kept; and when one is needed."""

import datetime
import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Membership, OutboxMessage, Role
from documents import production
from documents.models import Document, StoredFile
from documents.rendering import as_html
from funding import agreements, awards, schedules
from funding.conventions import clauses as wording
from funding.conventions import drafting, obligation, sending, signing
from funding.conventions.clauses import COMPULSORY
from funding.models import Agreement, AgreementSignature, AgreementVersion, Award, Kind, Line
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
V = AgreementVersion.State


@pytest.fixture
def agreement(committed, officer):
    make.announce(committed)
    return agreements.prepare(award=committed, by=officer)


@pytest.fixture
def text(agreement):
    return agreement.versions.get()


@pytest.fixture
def sent(agreement, officer):
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    return agreement.versions.get()


@pytest.fixture
def president(committed):
    """The legal representative of the beneficiary."""
    person = make.make_user(Role.APPLICANT, name="Ada")
    Membership.objects.create(user=person, organisation=committed.organisation, role="owner", is_representative=True)
    return person


@pytest.fixture
def signatory(committed):
    return make.make_signatory(committed.wave.call.programme)


def signed_online(text, president, **more):
    fields = {"capacity": "présidente", "accepted": True, "text_sha256": text.text_sha256} | more
    return signing.sign_online(agreement_version=text, by=president, **fields)


# --- When one is needed (L. 2000-321 art. 10) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "asked", "public_act", "year_cents", "needed"),
    [
        ("association", True, "agreement", 1, True),
        ("association", False, "agreement", 2_300_000, False),
        ("association", False, "agreement", 2_300_001, True),
        ("grouping", False, "decision", 2_300_001, True),
        ("local_authority", True, "agreement", 5_000_000, True),
        ("local_authority", True, "decision", 5_000_000, False),
        ("public_body", False, "agreement", 5_000_000, False),
    ],
)
def test_the_law_binds_private_bodies_and_the_call_the_others(
    committed, officer, form, asked, public_act, year_cents, needed
):
    version = committed.application.call_version
    version.agreement_required, version.public_body_act = asked, public_act
    type(version).objects.filter(pk=version.pk).update(agreement_required=asked, public_body_act=public_act)
    type(committed.organisation).objects.update(legal_form=form)
    committed = Award.objects.get(pk=committed.pk)
    assert obligation.is_needed(version, committed.organisation, year_cents) is needed
    # The same rule in the database, on the schedule that stands (50 000 € a year).
    stands = obligation.is_needed(version, committed.organisation, obligation.largest_year(committed))
    assert Award.objects.without_agreement().filter(pk=committed.pk).exists() is stands
    assert schedules.needs_agreement(committed) is stands


def test_a_public_body_whose_call_wants_no_agreement_is_paid_on_its_notified_act(line, officer):
    wave = make.make_wave(line.programme)
    type(wave.call.versions.get()).objects.filter(call=wave.call).update(public_body_act="decision")
    make.open_credits(line, "ae", GRANT)
    application = make.make_application(wave)
    type(application.organisation).objects.filter(pk=application.organisation_id).update(legal_form="local_authority")
    application.refresh_from_db()
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    make.commit([award])
    with pytest.raises(Refusal, match="ne demande pas de convention"):
        agreements.prepare(award=award, by=officer)
    awards.mark_notified(award=award, on=today())
    award.refresh_from_db()
    first = award.instalments.get(number=1)
    assert (award.state, first.state, first.condition) == ("in_force", "due", schedules.ON_NOTIFICATION)


# --- The text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", COMPULSORY)
def test_each_clause_of_the_law_is_there_and_read_again(agreement, officer, code):
    clauses = [clause | ({"body": " "} if clause["code"] == code else {}) for clause in wording.standard()]
    with pytest.raises(Refusal) as refusal:
        drafting.rewrite(agreement_version=agreement.versions.get(), clauses=clauses, by=officer)
    assert refusal.value.field == f"clause-{code}"
    with pytest.raises(Refusal, match="Relisez"):
        agreements.send(agreement=agreement, by=officer, checked=set(COMPULSORY) - {code})
    assert agreement.versions.get().state == V.DRAFTED


def test_an_unknown_field_and_a_missing_one_are_told(agreement, officer):
    clauses = wording.standard()
    clauses[0]["body"] += " {{ inconnu }}"
    with pytest.raises(Refusal, match="inconnu"):
        drafting.rewrite(agreement_version=agreement.versions.get(), clauses=clauses, by=officer)
    clauses = wording.standard()
    clauses[2]["body"] = "Une aide."
    with pytest.raises(Refusal, match="montant"):
        drafting.rewrite(agreement_version=agreement.versions.get(), clauses=clauses, by=officer)


def test_sending_freezes_the_text_and_its_fingerprint(sent):
    assert sent.facts["amount_cents"] == GRANT and len(sent.text_sha256) == 64
    words = " ".join(clause["text"] for clause in sent.facts["clauses"])
    assert "150\u00a0000" in words and "{" not in words
    for change in ({"facts": {}}, {"clauses": []}, {"text_sha256": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgreementVersion.objects.filter(pk=sent.pk).update(**change)


def test_a_text_taken_back_is_replaced_by_another(agreement, sent, officer, president):
    with pytest.raises(Refusal):
        drafting.recall(agreement=agreement, reason=" ", by=officer)
    new = drafting.recall(agreement=agreement, reason="Le SIRET était faux.", by=officer)
    agreement.refresh_from_db()
    sent.refresh_from_db()
    assert (sent.state, new.state, new.number, agreement.state, agreement.sent_on) == (
        "abandoned", "drafted", 2, "drafted", None,
    )  # fmt: skip
    assert sent.document.voided_on == today()
    with pytest.raises(StalePage):
        signed_online(sent, president)


# --- The structure signs ------------------------------------------------------------------------------------------


def test_the_representative_signs_online_with_identity_statement_and_fingerprint(sent, president):
    signed_online(sent, president)
    kept = AgreementSignature.objects.get()
    assert (kept.side, kept.means, kept.signatory, kept.signed_on) == ("beneficiary", "electronic", president, today())
    assert sent.text_sha256 in kept.statement and "présidente" in kept.name
    assert Agreement.objects.get().state == "signed_by_beneficiary"


def test_nobody_else_signs_and_nobody_signs_another_text(sent, president, officer, committed):
    member = committed.organisation.memberships.exclude(user=president).get().user
    for person in (member, officer):
        with pytest.raises(NotAllowed):
            signed_online(sent, person)
    with pytest.raises(StalePage, match="a changé"):
        signed_online(sent, president, text_sha256="0" * 64)
    with pytest.raises(Refusal) as refusal:
        signed_online(sent, president, accepted=False)
    assert refusal.value.field == "accepted"
    assert not AgreementSignature.objects.exists()


def pdf(pages, keywords=""):
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        if keywords:
            document.docinfo["/Keywords"] = keywords
        out = io.BytesIO()
        document.save(out)
    return SimpleUploadedFile("signee.pdf", out.getvalue())


def send_copy(text, person, uploaded, **more):
    fields = {"on": today(), "signatory": "Ada", "capacity": "présidente"} | more
    return signing.send_copy(agreement_version=text, uploaded=uploaded, by=person, **fields)


def test_a_signed_copy_is_checked_by_the_file_then_by_an_officer(sent, president, officer):
    with pytest.raises(Refusal, match="en cours de fabrication"):
        send_copy(sent, president, pdf(9))
    production.produce(sent.document_id)
    document = Document.objects.get(pk=sent.document_id)
    original = SimpleUploadedFile("texte.pdf", bytes(document.content.data))
    for wrong, sentence in (
        (original, "non signé"),
        (pdf(9, "AAAA-BBBB-CCCC"), "autre document"),
        (pdf(1), "manque des pages"),
        (SimpleUploadedFile("texte.pdf", b"GIF89a"), "PDF"),
    ):
        with pytest.raises(Refusal, match=sentence):
            send_copy(sent, president, wrong)
    first = send_copy(sent, president, pdf(9))
    with pytest.raises(StalePage):
        send_copy(sent, president, pdf(9))
    signing.return_copy(signed_copy=first, reason="La page 3 est illisible.", by=officer)
    second = send_copy(sent, president, pdf(9, document.verification_code))
    signing.accept_copy(signed_copy=second, by=officer)
    kept = AgreementSignature.objects.get()
    assert (kept.means, kept.copy, kept.name) == ("copy", second, "Ada, présidente")
    assert OutboxMessage.objects.filter(body__contains="illisible").exists()


def test_an_infected_copy_signs_nothing(sent, president, officer):
    production.produce(sent.document_id)
    copy = send_copy(sent, president, pdf(9))
    StoredFile.objects.update(scan_state="infected")
    with pytest.raises(Refusal):
        signing.accept_copy(signed_copy=copy, by=officer)
    assert not AgreementSignature.objects.exists()


def test_the_database_owes_nothing_before_notification_and_both_signatures(sent, committed, president, signatory):
    first = committed.instalments.get(number=1)

    def owe():
        with transaction.atomic():
            type(first).objects.filter(pk=first.pk).update(state="due", due_on=today())

    with pytest.raises(IntegrityError):
        owe()
    Award.objects.filter(pk=committed.pk).update(notified_on=today())
    with pytest.raises(IntegrityError):
        owe()
    signed_online(sent, president)
    with pytest.raises(IntegrityError):
        owe()
    signing.sign_for_state(agreement_version=sent, by=signatory)
    first.refresh_from_db()
    assert first.state == "due"


# --- The State signs ----------------------------------------------------------------------------------------------


def test_the_state_signs_under_a_delegation_that_covers_the_amount(sent, president, committed, officer):
    programme = committed.wave.call.programme
    signed_online(sent, president)
    none = make.make_user(Role.DECISION_MAKER)
    low = make.make_signatory(programme, ceiling_cents=GRANT - 1)
    other = make.make_signatory(programme, acts=("award",))
    for person, sentence in ((none, "aucune délégation"), (low, "plafond"), (other, "ne couvre pas")):
        with pytest.raises(Refusal, match=sentence):
            signing.sign_for_state(agreement_version=sent, by=person)
        with pytest.raises(Refusal):
            signing.record_state_signature(agreement_version=sent, by=officer, on=today(), signatory=person)
    with pytest.raises(NotAllowed):
        signing.sign_for_state(agreement_version=sent, by=officer)
    assert AgreementSignature.objects.count() == 1


def test_the_signed_copy_bears_both_signatures(sent, president, signatory, committed):
    awards.mark_notified(award=committed, on=today())
    signed_online(sent, president)
    signing.sign_for_state(agreement_version=sent, by=signatory)
    text = AgreementVersion.objects.select_related("signed_document").get()
    html = as_html("signed_agreement", text.signed_document.facts)
    assert str(president) in html and str(signatory) in html and "Arrêté de délégation" in html
    assert sent.text_sha256 in html
    production.produce(text.signed_document_id)
    production.produce(text.document_id)
    assert {one.rendered_at is not None for one in Document.objects.all()} == {True}
    committed.refresh_from_db()
    assert (committed.state, committed.instalments.get(number=1).state) == ("in_force", "due")
    with pytest.raises(StalePage):
        signing.sign_for_state(agreement_version=sent, by=signatory)


def test_signatures_are_never_rewritten(sent, president):
    signed_online(sent, president)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementSignature.objects.update(name="Autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementSignature.objects.all().delete()


def test_an_agreement_sent_before_its_texts_were_kept_is_still_signed(committed, officer, signatory):
    make.announce(committed)
    agreement = agreements.prepare(award=committed, by=officer)
    raw(f"UPDATE funding_agreement SET state = 'sent', sent_on = '{today()}'")
    bare(agreement)
    agreements.record_beneficiary_signature(agreement=agreement, by=officer, on=today(), signatory="Mme A")
    agreements.record_state_signature(agreement=agreement, by=officer, on=today(), signatory=signatory)
    agreement.refresh_from_db()
    assert agreement.state == "in_force" and agreement.versions.get(state="in_force").text_sha256


def bare(agreement):
    """As an agreement of before: without its text."""
    agreement.versions.get().move("abandon", by=None, reason="Essai")
    agreement.versions.update(agreement=Agreement.objects.create(award=other_award(agreement), number="AUTRE"))
    agreement.refresh_from_db()


def other_award(agreement):
    line = Line.objects.get()
    make.open_credits(line, "ae", GRANT)
    wave = make.make_wave(line.programme, number=2)
    return make.reserve(wave, [make.request_for(wave, line)])[0]


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


# --- Full or yearly -----------------------------------------------------------------------------------------------


def test_a_call_may_commit_year_by_year(line, officer):
    from funding.conventions.commitments import commit_year, uncommitted_cents

    wave = make.make_wave(line.programme)
    type(wave.call.versions.get()).objects.filter(call=wave.call).update(commitment_extent="yearly")
    make.open_credits(line, "ae", CAP)
    application = make.make_application(wave, announced=True)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    make.announce(award)
    make.commit([award])
    award.refresh_from_db()
    assert balance(Kind.AE_COMMITTED, award) == CAP and uncommitted_cents(award) == 2 * CAP
    awards.mark_notified(award=award, on=today())
    make.sign_agreement(award, officer)
    second = award.instalments.get(number=2)
    decides = make.make_user(Role.DECISION_MAKER)
    fields = {"award": award, "line": line, "fiscal_year": today().year, "on": today(), "by": decides}
    with pytest.raises(Refusal, match="reste"):
        commit_year(**fields, cents=3 * CAP, act="Arrêté 2", key="y1")
    with pytest.raises(Refusal, match="manque"):
        commit_year(**fields, cents=CAP, act="Arrêté 2", key="y2")
    make.open_credits(line, "ae", 2 * CAP)
    commit_year(**fields, cents=CAP, act="Arrêté 2", key="y3")
    commit_year(**fields, cents=CAP, act="Arrêté 2", key="y3")
    assert balance(Kind.AE_COMMITTED, award) == 2 * CAP
    assert [cents for _, cents in schedules_split(second)] == [CAP]
    assert schedules_split(award.instalments.get(number=3)) == []


def schedules_split(instalment):
    from funding.draws import split

    return split(instalment)


def test_where_the_call_commits_in_full_there_is_no_part(committed, line):
    from funding.conventions.commitments import commit_year

    decides = make.make_user(Role.DECISION_MAKER)
    with pytest.raises(Refusal, match="en totalité"):
        commit_year(
            award=committed, line=line, fiscal_year=today().year, cents=1, on=today(), act="A", by=decides, key="k"
        )


def test_the_name_and_the_page_of_a_text(sent, committed):
    assert sending.name_of(sent) == f"Convention {sent.agreement.number}"
    assert str(committed.application.public_id) in sending.page_of(committed)
