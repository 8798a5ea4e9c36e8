"""What a request asks for, item by item: on a section or on a kind of piece; what the structure answers to each."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from accounts.organisations import require_writer
from applications import completeness, part_problems
from applications.models import Application, Attachment, CorrectionItem, CorrectionRequest
from applications.part_problems import part_slugs

SECTION, PIECE = "section:", "piece:"
MOST_ITEMS = 30


def targets_of(application, content=None):
    """[(code, label)] of what may be asked for: the sections of the dossier, then the kinds of pieces.

    Args:
        content: of the last sent version; the sections of the form are read from the call when it is not given.
    """
    before, after = part_slugs(application)
    asked = (
        [(one["slug"], one["title"]) for one in content["sections"]]
        if content
        else list(application.call_version.sections.order_by("position").values_list("slug", "title"))
    )
    titles = completeness.TITLES | part_problems.TITLES
    outline = [
        *((slug, titles[slug]) for slug in (completeness.STRUCTURE, completeness.PLACE, *before)),
        *asked,
        *((slug, titles[slug]) for slug in (*after, completeness.PLAN, completeness.PIECES)),
    ]
    return [
        *((f"{SECTION}{slug}", f"Section « {title} »") for slug, title in outline),
        *((f"{PIECE}{kind}", f"Pièce : {kind.label}") for kind in Attachment.Kind),
    ]


def read(application, asked):
    """The `CorrectionItem`s, not saved, of [(code of a target or "", what is asked)].

    Raises:
        Refusal: a target is not one of this dossier, a target without a text, or too many (field "items").
    """
    titles, found = dict(targets_of(application)), []
    for code, text in asked:
        text = " ".join((text or "").strip(" -•\t").split())[:1000]
        if code and not text:
            raise Refusal(f"Dites ce que vous demandez pour {titles.get(code, 'ce point')}.", field="items")
        if code and code not in titles:
            raise Refusal("Cette section n’est pas dans ce dossier. Rechargez la page.", field="items")
        if text:
            found.append(item(code, titles.get(code, ""), text))
    if len(found) > MOST_ITEMS:
        raise Refusal(f"Une demande compte au plus {MOST_ITEMS} points : regroupez-les.", field="items")
    return found


def item(code, title, text):
    if code.startswith(PIECE):
        kind = code.removeprefix(PIECE)
        return CorrectionItem(section=completeness.PIECES, piece_kind=kind, title=title, text=text)
    return CorrectionItem(section=code.removeprefix(SECTION), title=title, text=text)


def waiting(applications):
    """Those of a queryset of dossiers whose structure is being asked for something; one query."""
    asked = CorrectionRequest.objects.filter(application=OuterRef("pk"), closed_at=None)
    return list(applications.filter(Exists(asked)).select_related("fabrique").order_by("pk"))


def of_section(asked, slug):
    """The items of an open request that are about one section, or about the whole dossier; one query."""
    if asked is None:
        return []
    return [one for one in asked.asked_items.select_related("replied_by") if one.section in ("", slug)]


def reply(*, item, text, by):
    """Answer one item of an open request in words, beside what is changed in the dossier; the last words hold.

    Args:
        item: a `CorrectionItem`.
        text: what the structure says; empty takes the answer back.

    Raises:
        StalePage: the request is closed.
        NotAllowed: `by` may only read for this structure.
    """
    text = (text or "").strip()[:2000]
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).select_related("organisation").get(
            pk=item.request.application_id
        )  # fmt: skip
        require_writer(application.organisation, by)
        item = CorrectionItem.objects.select_for_update(of=("self",)).select_related("request").get(pk=item.pk)
        if item.request.closed_at or application.state != Application.State.CORRECTION_REQUESTED:
            raise StalePage("Cette demande est close : votre réponse n’est pas enregistrée. Écrivez un message.")
        item.reply, item.replied_at, item.replied_by = text, timezone.now(), by
        item.save(update_fields=["reply", "replied_at", "replied_by"])
        details = {"item": str(item)[:200]}
        JournalEntry.write(action="reply_to_item", subject=application, actor=by, details=details)
    return item
