"""What fills the URLs of envelopes: lines, acts, other people's money, the fund."""

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import LegalForm
from funding.envelopes import investing, lines, outside
from funding.envelopes.acts import add_text, record_act
from funding.models import Act, InstrumentEvent
from tests import factories
from tests.access.rows import Target
from tests.access.targets import today

ACT = {"act_kind": "order", "act_number": "A-1", "act_date": today().isoformat()}


def recorded(number="A-0"):
    return record_act(kind=Act.Kind.ORDER, number=number, dated_on=today(), by=None)


def text(actor=None):
    return {"act_file": SimpleUploadedFile("arrete.pdf", factories.pdf_bytes())}


def operation(world):
    """A preview: it says what the act would do, and keeps nothing."""
    data = {"axis": "ae", "line": world.line.public_id, "fiscal_year": today().year, "amount": "1 000"}
    return Target({"slug": "ouvrir"}, {**data, **ACT, "on": today().isoformat(), "preview": "1"})


def act(world):
    return Target({"public_id": recorded().public_id}, text)


def act_text(world):
    found = recorded()
    add_text(act=found, uploaded=SimpleUploadedFile("arrete.pdf", factories.pdf_bytes()),
             by=world.people["finance_officer"])  # fmt: skip
    return Target({"public_id": found.public_id})


def new_line(world):
    data = {"source_name": "Une source", "owner": "state", "instrument": "grant", "code": "NEUVE", "label": "Neuve"}
    return Target(data={**data, "lolf_programme": "112"})


def derogation(world):
    organisation = factories.organisation(world.people["owner"])
    organisation.legal_form = LegalForm.ENDOWMENT_FUND
    organisation.save()
    return Target(data={"organisation": organisation.public_id, "purpose": "Une œuvre", "amount": "1 000", **ACT})


def outside_line(world):
    source = lines.open_source(name="Un tiers", owner="outside", by=None)
    line = lines.open_line(
        programme=world.line.programme, source=source, code="TIERS", label="Un tiers", purpose="Amorcer", by=None
    )
    outside.pledge(
        line=line, fiscal_year=today().year, cents=100, effective_on=today(), act=recorded(), by=None, key="tiers"
    )
    return Target({"public_id": line.public_id, "fiscal_year": today().year})


def new_fund(world):
    return Target(data={"name": "Un fonds", "manager": "Un gestionnaire", "amount": "1 000", **ACT})


def fund(world):
    return investing.open_fund(
        programme=world.line.programme, name="Un fonds", manager="Un gestionnaire", size_cents=1_000_00,
        act=recorded(), by=None,
    )  # fmt: skip


def share(world, kind="equity"):
    return investing.engage(
        fund=fund(world), kind=kind, label="Un placement", cents=500_00, on=today(), act=recorded(), by=None
    )


def new_instrument(world):
    data = {"kind": "equity", "label": "Une part", "amount": "100", "on": today().isoformat()}
    return Target({"public_id": fund(world).public_id}, {**data, **ACT})


def instrument(world):
    data = {"kind": "call", "amount": "100", "on": today().isoformat()}
    return Target({"public_id": share(world).public_id}, {**data, **ACT})


def correction(world):
    found = share(world)
    event = investing.record_event(
        instrument=found, kind=InstrumentEvent.Kind.CALL, on=today(), cents=100, act=recorded(), by=None, key="appel"
    )
    return Target({"public_id": found.public_id, "event_id": event.public_id}, ACT)


def repayments(world):
    data = {"dues": f"{today():%d/%m/%Y} ; 500 ; 0"}
    return Target({"public_id": share(world, "loan").public_id}, data)
