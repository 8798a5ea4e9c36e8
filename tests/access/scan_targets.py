"""What fills the URLs of the copies signed by hand."""

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import ScanPage, ScanPile, SignedScan
from documents.uploads import store_upload
from tests import factories
from tests.access.rows import Target
from tests.access.targets import words_of


def pile_to_leave(world):
    return Target(data=lambda actor: {"sheets": SimpleUploadedFile("pile.pdf", factories.pdf_bytes())})


def torn_sheet(world):
    """A page of a letter about a dossier with which the recused ones have a tie; its number was not read."""
    officer = world.people["officer"]
    pile = ScanPile.objects.create(
        stored_file=store_upload(uploaded=factories.upload(), by=officer), page_count=1, uploaded_by=officer
    )
    page = ScanPage(pile=pile, number=1, reading=ScanPage.Reading.UNKNOWN, document=world.letter, page=99)
    page.content.save("page.pdf", ContentFile(factories.pdf_bytes()), save=False)
    page.picture.save("page.png", ContentFile(b"\x89PNG\r\n\x1a\n"), save=True)
    data = {"number": world.letter.number, "page": 1}
    return Target({"public_id": page.public_id}, data, words_of(world.awarded))


def whole_copy(world):
    stored = store_upload(uploaded=factories.upload(), by=world.people["officer"])
    SignedScan.objects.create(document=world.letter, stored_file=stored)
    return Target({"public_id": world.letter.public_id}, {}, words_of(world.awarded))
