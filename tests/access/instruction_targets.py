"""What fills the URLs of the instructing officer's desk."""

from django.utils import timezone

from applications.models import CorrectionItem, DuplicateHint
from applications.receipts import ask_for_pieces, pieces_letter_of
from documents import production
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, dossier, words_of


def to_check(world):
    return dossier(world.sent, item="section-adresse", verdict="met", note="")


def likely_double(world):
    # A row between two dossiers that exist, as sending makes it.
    fields = {"application": world.sent, "other": world.awarded}
    hint = DuplicateHint.objects.filter(**fields).first() or DuplicateHint.objects.create(same_siren=True, **fields)
    kwargs = {"public_id": world.sent.public_id, "hint_id": hint.public_id}
    return Target(kwargs, {"doublon-reason": REASON}, words_of(world.sent))


def to_correct(world):
    place = world.sent.fabrique
    data = {"place_name": "Un autre nom", "commune": place.commune.code, "declared_segment": "unknown"}
    where = dossier(world.sent, **data, **{"address": place.address, "motif-reason": REASON})
    return Target({**where.kwargs, "slug": "adresse"}, where.data, where.words)


def on_paper(world):
    today = timezone.localdate().isoformat()
    data = {
        "wave": world.waves[3].public_id, "postmarked_on": today, "received_on": today, "name": "Reçue par la poste",
        "legal_form": "association", "organisation_address": "1, rue du Port", "postal_code": "63300",
        "city": "Thiers", "place_name": "Le lieu du pli", "commune": factories.THIERS,
        "declared_segment": "unknown", "amount_1": "40 000",
    }  # fmt: skip
    return Target({}, data)


def asked_item(world):
    asked = world.correcting.correction_requests.get(closed_at=None)
    item = asked.asked_items.first() or CorrectionItem.objects.create(request=asked, text="Le bail")
    kwargs = {"public_id": world.correcting.public_id, "item_id": item.public_id}
    return Target(kwargs, {"reply": "Voici."}, words_of(world.correcting))


def pieces_letter(world):
    """The letter of a request of pieces, made."""
    found = pieces_letter_of(world.correcting) or ask_for_pieces(
        world.correcting.correction_requests.get(closed_at=None), None
    )
    if found.rendered_at is None:
        production._store(found.pk, factories.pdf_bytes())
    return Target({"public_id": world.correcting.public_id}, {}, words_of(world.correcting))


def invitation(world):
    told = {"told": "Réseau", "audience": "network", "channel": "mail", "told_on": timezone.localdate().isoformat()}
    return Target({"slug": world.call.slug}, told)
