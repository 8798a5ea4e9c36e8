"""What fills the URLs of Chorus, of bank details and of claims."""

from django.core.files.uploadedfile import SimpleUploadedFile

from funding import instalments
from funding.chorus import confirming, exporting, reading
from funding.claims import bank_details, claiming
from funding.models import BankAccount, Claim, ClaimLine, Difference, Instalment
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, today, words_of

IBAN, BIC = "FR1420041010050500013M02606", "PSSTFRPPPAR"
HEADINGS = "N° EJ;N° DP;Exercice comptable;Montant payé;Date de dernière opération sur la DP;Code taxe 1\n"


def pdf(name="piece.pdf"):
    return SimpleUploadedFile(name, factories.pdf_bytes())


def extract(actor=None):
    line = f"2199;{actor or 'X'}99;{today().year};12,50;{today().isoformat()};\n"
    sent = SimpleUploadedFile("extrait.csv", (HEADINGS + line).encode())
    return {"file": sent, "fiscal_year": today().year}


def new_extract(world):
    return Target(data=extract)


def new_row(world):
    def data(actor):
        row = {"commitment": "2199", "request": f"77{actor}", "siret": "00000000000000", "cents": "12"}
        return {**row, "paid_on": today().isoformat()}

    return Target(data=data)


def read_file(world, euros="12,50"):
    line = f"2199;8888;{today().year};{euros};{today().isoformat()};\n"
    sent = SimpleUploadedFile("extrait.csv", (HEADINGS + line).encode())
    return reading.receive(uploaded=sent, fiscal_year=today().year, by=world.people["finance_officer"])


def to_confirm(world):
    file = read_file(world)
    seen = confirming.preview(file=file, by=world.people["finance_officer"])
    return Target({"public_id": file.public_id}, {"act": "confirm", "digest": seen.digest})


def file_to_save(world):
    return Target({"public_id": read_file(world).public_id})


def ordered(world):
    """The first due instalment, ordered by people who are not the walkers."""
    found = world.instalment("due")
    certifier, orderer = factories.user("finance_officer"), factories.user("finance_officer")
    instalments.certify(instalment=found, by=certifier)
    return instalments.order(instalment=factories.fresh(found), by=orderer)


def about(found, data=None, **more):
    return Target({"public_id": found.public_id, **more}, data or {}, words_of(found.award.application))


def to_number(world):
    return about(ordered(world), {"act": "ej", "ej-number": "2112345678"})


def to_take_out(world):
    found = ordered(world)
    return Target(data={"instalment": found.public_id}, words=words_of(found.award.application))


def taken_out(world):
    found = exporting.take_out(instalments=[ordered(world)], by=factories.user("finance_officer"))
    request = found.requests.get()

    def data(actor):
        lines = f"Référence;N° DP\n{request.public_id};4242{len(actor)}\n"
        return {"file": SimpleUploadedFile("envoi.csv", lines.encode())}

    return Target({"public_id": found.public_id}, data)


def difference(world):
    """Of an instalment: those who have a tie with its dossier do not learn of it."""
    one = world.instalment("due")
    found = Difference.objects.create(
        subject="dp:4242", kind="overpaid", sentence="Trop.", label=f"DP 4242, {one.award.fabrique.name}",
        file=read_file(world), instalment=one,
    )  # fmt: skip
    data = {"act": "explain", "reason": REASON}
    return Target({"public_id": found.public_id}, data, words_of(one.award.application))


# --- Bank details ----------------------------------------------------------------------------------------------------


def new_account(world):
    def data(actor):
        return {"holder": "La structure", "iban": IBAN, "bic": BIC, "rib": pdf("rib.pdf")}

    return Target({"public_id": world.organisation.public_id}, data)


def proposed(world):
    return bank_details.propose(
        organisation=world.organisation, iban=IBAN, bic=BIC, holder="La structure", rib=pdf("rib.pdf"),
        by=world.people["owner"],
    )  # fmt: skip


def to_verify(world):
    data = {"act": "verify", "verify-checked_how": "Appel au standard connu, le 3 mars."}
    return Target({"public_id": proposed(world).public_id}, data)


def rib(world):
    found = proposed(world)
    return Target({"public_id": BankAccount.objects.get(pk=found.pk).public_id}, words=("rib.pdf",))


# --- Claims ----------------------------------------------------------------------------------------------------------


def planned(world):
    return Instalment.objects.filter(award=world.award, state="planned").earliest("number")


def to_claim(world):
    found = planned(world)
    kwargs = {"public_id": world.awarded.public_id, "number": found.number}
    return Target(kwargs, {"act": "start"}, words_of(world.awarded))


def claim_of(world):
    owner = world.people["owner"]
    claim = claiming.start(instalment=planned(world), by=owner)
    claiming.describe(claim=claim, by=owner, period_from=today(), period_to=today(), note="")
    claiming.add_line(claim=claim, by=owner, account="64", label="Salaires", cents=100, evidence=pdf())
    return Claim.objects.get(pk=claim.pk)


def draft_claim(world):
    return Target({"public_id": claim_of(world).public_id}, words=words_of(world.awarded))


def sent_claim(world):
    claim = claiming.send(claim=claim_of(world), by=world.people["owner"])
    data = {"act": "return", "return-reason": REASON}
    return Target({"public_id": claim.public_id}, data, words_of(world.awarded))


def draft_evidence(world):
    return Target({"public_id": ClaimLine.objects.get(claim=claim_of(world)).public_id})


def sent_evidence(world):
    claim = claiming.send(claim=claim_of(world), by=world.people["owner"])
    return Target({"public_id": ClaimLine.objects.get(claim=claim).public_id})
