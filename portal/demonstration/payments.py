"""Bank details in the demonstration: one account approved that rests, one that waits for its verification."""

from django.core.files.uploadedfile import SimpleUploadedFile

from funding.claims import bank_details
from funding.models import Agreement
from portal.demonstration.places import small_pdf

# Accounts of the examples that banks print: nobody's.
FIRST = ("FR7630006000011234567890189", "AGRIFRPPXXX")
SECOND = ("FR7630001007941234567890185", "BDFEFRPPXXX")
CHECKED = "Appel au secrétariat, au numéro du dossier : IBAN relu, titulaire confirmé."


def live(wave, people):
    first, second, *_ = Agreement.objects.filter(award__wave=wave).order_by("pk")
    approved(first, FIRST, people)
    propose(second, *SECOND)


def approved(agreement, details, people):
    account = propose(agreement, *details)
    bank_details.verify(account=account, by=people["finances1"], checked_how=CHECKED)
    bank_details.approve(account=account, by=people["finances2"])


def propose(agreement, iban, bic):
    organisation = agreement.award.organisation
    rib = SimpleUploadedFile("rib.pdf", small_pdf(f"RIB, {organisation} (exemple)"), "application/pdf")
    return bank_details.propose(
        organisation=organisation, iban=iban, bic=bic, holder=organisation.name, rib=rib,
        by=organisation.members.order_by("pk").first(),
    )  # fmt: skip
