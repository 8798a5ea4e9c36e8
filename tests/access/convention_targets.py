"""What fills the URLs of agreements: their texts, signatures and amendments, the halt of an award."""

from django.utils import timezone

from documents.models import Document
from documents.production import _store
from documents.uploads import store_upload
from funding.conventions import amending, drafting, sending, sharing, signing
from funding.conventions.amending import Changes
from funding.conventions.clauses import standard
from funding.endings import hearings, recoveries
from funding.models import (
    Agreement,
    AgreementTemplate,
    Allotment,
    Award,
    ChorusFile,
    ChorusRow,
    InstalmentPayee,
    PaymentRequest,
    RequestPart,
    SignedCopy,
)
from tests import factories
from tests.access.people_targets import represented_by
from tests.access.rows import Target
from tests.access.targets import REASON, today, words_of


def about(agreement, data=None, **more):
    return Target({"public_id": agreement.public_id, **more}, data or {}, words_of(agreement.award.application))


def in_force(world):
    return world.agreement("in_force")


def sent(world):
    return about(world.agreement("sent"), {"on": today().isoformat(), "signatory": "La présidente"})


def readable(world):
    """A text whose PDF is made."""
    found = in_force(world)
    text = found.versions.get(kind="initial")
    for document in Document.objects.filter(pk__in=[text.document_id, text.signed_document_id], rendered_at=None):
        _store(document.pk, factories.pdf_bytes())
    return about(found, number=text.number)


def drafted(world):
    """An agreement that an officer writes."""
    found = drafting.recall(agreement=world.agreement("sent"), reason=REASON, by=None).agreement
    return about(found, {f"clause-{clause['code']}": clause["body"] for clause in standard()})


def template(world):
    AgreementTemplate.objects.create(call=world.call, number=1, clauses=standard())
    return Target({"slug": world.call.slug})


def to_sign(world):
    """The structure has signed: the State's signature is next."""
    found = world.agreement("sent")
    text = found.versions.get(state="sent")
    signing.record_on_paper(agreement_version=text, by=None, on=today(), signatory="La présidente")
    return about(Agreement.objects.get(pk=found.pk))


def to_amend(world):
    """An amendment that suspends the payments; the plan and the shares are left as they are, empty."""
    found = in_force(world)
    data = {"act": "write", "reason": REASON, "suspension": "suspend"}
    for number, one in enumerate(found.award.instalments.live().filter(state="planned").order_by("number"), start=1):
        data |= {
            f"plan-{number}-kind": one.kind,
            f"plan-{number}-year": one.schedule_year.year,
            f"plan-{number}-amount": str(one.cents // 100),
            f"plan-{number}-expected_on": one.expected_on.isoformat(),
            f"plan-{number}-condition": one.condition,
        }
    return about(found, data)


def amendment(award):
    changes = Changes(suspended=True)
    drafted = amending.amend(agreement=award.agreement, changes=changes, reason=REASON, by=None)
    return sending.send(agreement_version=drafted, by=None)


def own_text(world):
    """The text that the owner's structure has to sign; the owner represents it."""
    award = world.award
    represent(world, award)
    if award.agreement.state == "sent":
        return award.agreement.versions.get(state="sent")
    return amendment(award)


def represent(world, award):
    represented_by("owner", world)
    award.organisation.memberships.filter(user=world.people["owner"]).update(is_representative=True)


def own_agreement(world):
    text = own_text(world)
    data = {
        "act": "sign", "sign-capacity": "présidente", "sign-accepted": "on", "sign-text_sha256": text.text_sha256,
    }  # fmt: skip
    return Target({"public_id": world.awarded.public_id}, data, words_of(world.awarded))


def own_pdf(world):
    text = own_text(world)
    _store(text.document_id, factories.pdf_bytes())
    return Target({"public_id": world.awarded.public_id, "number": text.number}, {}, words_of(world.awarded))


def own_parts(world):
    """The owner's structure is a partner, paid itself, of the award of another structure."""
    mine = world.organisation
    award = Award.objects.announced().exclude(organisation=mine).filter(organisation__isnull=False).earliest("pk")
    members = [sharing.Member(award.organisation.name, 6_000), sharing.Member(mine.name, 4_000, mine.siret, "member")]
    sharing.share_out(award=award, members=members, by=None)
    return Target({"public_id": mine.public_id}, {}, words_of(award.application))


def own_part_hearing(world):
    """What that award has paid the owner's structure may be asked back in part: it answers for it."""
    mine = own_parts(world).kwargs["public_id"]
    award = Award.objects.get(sharings__state="current", sharings__shares__organisation=world.organisation)
    instalment = award.instalments.earliest("number")
    payee = InstalmentPayee.objects.create(instalment=instalment, organisation=world.organisation, cents=100)
    asked = PaymentRequest.objects.create(number="100777")
    part = RequestPart.objects.create(request=asked, instalment=instalment, payee=payee, cents=100)
    found = ChorusFile.objects.create(
        name="Extrait", sha256="part", fiscal_year=today().year, read_by=world.people["owner"]
    )
    row = ChorusRow.objects.create(file=found, line=1, identity="part", request="100777", cents=100, paid_on=today())
    Allotment.objects.create(row=row, part=part, instalment=instalment, cents=100)
    recovery = recoveries.open_recovery(
        award=Award.objects.get(pk=award.pk), ground="double", facts=REASON, cents=100, known_on=today(),
        answer_by=hearings.answer_day(today()), by=None,
    )  # fmt: skip
    kwargs = {"public_id": mine, "hearing_id": recovery.hearing.public_id}
    return Target(kwargs, {"text": REASON}, words_of(award.application))


def copy(world):
    found = world.agreement("sent")
    stored = store_upload(uploaded=factories.upload(), by=world.people["owner"])
    copy = SignedCopy.objects.create(
        agreement_version=found.versions.get(state="sent"), file=stored, signed_on=today(), signatory="A",
        capacity="présidente", uploaded_by=world.people["owner"], uploaded_at=timezone.now(),
    )  # fmt: skip
    return Target({"public_id": copy.public_id}, {}, words_of(found.award.application))


# --- The award ----------------------------------------------------------------------------------------------------


def award_of(agreement, data):
    return Target({"public_id": agreement.award.public_id}, data, words_of(agreement.award.application))


def to_stop(world):
    data = {"suspend-on": today().isoformat(), "suspend-act": "Décision 1", "suspend-reason": REASON, "act": "suspend"}
    return award_of(in_force(world), data)


def to_share(world):
    """Before the agreement is sent."""
    drafted(world)
    found = world.agreement("drafted")
    return award_of(found, {"share-1-name": "La structure", "share-1-part": "100"})


def year_part(world):
    """A call that commits in full has no part: the sentence says so."""
    data = {"line": world.line.public_id, "amount": "1", "on": today().isoformat(), "act": "Arrêté"}
    return award_of(in_force(world), data)
