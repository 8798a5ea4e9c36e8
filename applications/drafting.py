"""Writing a dossier: starting it, saving its sections, joining and setting aside pieces, giving it up.

Every verb locks the dossier first, so two people who save at once never mix their texts.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import deadline, folded, hour, integer, plural
from accounts.models import JournalEntry, Organisation
from accounts.organisations import require_writer
from applications import budget, cells_of_plan, cofunding, questions
from applications.completeness import PIECES, PLACE, PLAN
from applications.models import Answer, Application, Attachment, Fabrique, SavedSection
from applications.windows import is_extended
from documents.uploads import examine, keep
from programme.communes import resolve_commune
from programme.models import Question, Segment, Wave

MAX_PIECES = 20
# What one person saves in one section without a longer pause is one fact of the journal.
ONE_SITTING = timedelta(minutes=15)


class DepositClosed(Refusal):
    """The window of the wave is not open."""

    title = "Le dépôt n’est pas ouvert"


class SectionChanged(StalePage):
    """Somebody saved this section while the reader was writing; `saved` says who and when."""

    def __init__(self, saved):
        who = saved.saved_by or "Quelqu’un"
        super().__init__(
            f"{who} a enregistré cette page à {hour(saved.saved_at)}, pendant que vous écriviez. "
            "Rien de ce que vous avez écrit n’a été enregistré : votre texte est gardé. "
            "Comparez avec la version enregistrée, puis enregistrez de nouveau."
        )
        self.saved = saved


def start_application(
    *, wave, organisation, place_name, commune_code, by, address="", declared_segment=Segment.UNKNOWN
):
    """Start a draft for one place in one wave.

    Args:
        wave: an open `Wave`.
        organisation: the `Organisation` that asks; `by` may write for it.
        place_name, address: of the place.
        commune_code: official code, of today or of a former commune.
        declared_segment: a `Segment`; unknown is an answer.

    Raises:
        DepositClosed: the wave takes no new dossier.
        UnknownCommune: the code is not that of a commune.
        NotAllowed: `by` may only read for this organisation.
        Refusal: this place has a dossier in this wave already.
    """
    with transaction.atomic():
        # Two tabs at once: the second one waits here, then finds the first one's place.
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require_writer(organisation, by)
        wave = Wave.objects.select_related("call__programme").get(pk=wave.pk)
        refuse_closed_to_drafts(wave, organisation)
        fabrique = place_for(wave, organisation, clean_place_name(place_name), commune_code, address, declared_segment)
        refuse_second_dossier(wave, fabrique)
        application = Application(
            wave=wave,
            call_version=wave.call.version_in_force(),
            organisation=organisation,
            fabrique=fabrique,
            created_by=by,
            declared_segment=declared_segment,
        )
        application.index()
        application.save()
        save_section(application, PLACE, by)
        JournalEntry.write(action="start_application", subject=application, actor=by)
    return application


def refuse_closed_to_drafts(wave, organisation):
    if wave.closes_at and is_extended(wave, organisation, timezone.now()):
        return
    if wave.state == Wave.State.PLANNED or wave.closes_at is None:
        raise DepositClosed(f"Le dépôt de la vague {wave.number} n’est pas encore ouvert. Revenez à son ouverture.")
    if wave.state != Wave.State.COLLECTING or wave.closes_at <= timezone.now():
        raise DepositClosed(
            f"Le dépôt de la vague {wave.number} est clos depuis le {deadline(wave.closes_at)} (heure de Paris). "
            "Consultez la page des appels pour connaître la prochaine vague."
        )


def clean_place_name(name):
    name = " ".join((name or "").split())
    if not name:
        raise Refusal("Donnez le nom du lieu.", field="place_name")
    return name[:600]


def place_for(wave, organisation, name, commune_code, address, segment):
    """The place of that name of this organisation in this commune: the one already known, or a new one."""
    commune = resolve_commune(commune_code)
    known = Fabrique.objects.filter(
        programme=wave.call.programme, organisation=organisation, sort_name=folded(name)[:600], commune=commune
    ).first()
    if known:
        return known
    return Fabrique.objects.create(
        programme=wave.call.programme,
        organisation=organisation,
        origin=wave.origin,
        **place_fields(name, commune, commune_code, address, segment),
    )


def place_fields(name, commune, commune_code, address, segment):
    received = commune_code.strip().upper()
    return {
        "name": name,
        "sort_name": folded(name)[:600],
        "commune": commune,
        "commune_code_received": received if received != commune.code else "",
        "region": commune.region,
        "address": " ".join((address or "").split())[:250],
        "segment": segment,
    }


def refuse_second_dossier(wave, fabrique, *, but=None):
    if Application.objects.filter(wave=wave, fabrique=fabrique).exclude(state="withdrawn").exclude(pk=but).exists():
        raise Refusal(
            f"Ce lieu a déjà un dossier dans la vague {wave.number}. Ouvrez-le depuis « Mes dossiers », "
            "ou donnez un autre nom s’il s’agit d’un autre lieu.",
            field="place_name",
        )


def locked_for_edit(application, by):
    """The dossier, locked, when `by` may write in it and its content may still change.

    Raises:
        NotAllowed: `by` may only read.
        StalePage: it was sent, or is finished.
    """
    related = ("wave__call__programme", "fabrique__commune", "organisation", "call_version")
    application = Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)
    if by is not None:
        require_writer(application.organisation, by)
    if not application.is_editable:
        raise StalePage(
            f"Ce dossier est maintenant « {application.applicant_label} » : son contenu ne change plus. "
            "Rien n’a été enregistré, et votre texte est gardé ci-dessous. "
            "Pour signaler un changement, écrivez au service."
        )
    return application


def save_section(application, slug, by, version=None, page=""):
    """Note that a section was saved now; refuses a page that was read before another save.

    Args:
        version: `SavedSection.version` as the page read it (0: never saved), or None when not from a page.
        page: key of the form that saves.
    """
    saved, _ = SavedSection.objects.get_or_create(application=application, slug=slug, defaults={"saved_by": by})
    if version is not None and int(version) != saved.version:
        raise SectionChanged(saved)
    now = timezone.now()
    same_person = by is not None and saved.saved_by_id == by.pk
    saved.goes_on = same_person and saved.version > 0 and now - saved.saved_at < ONE_SITTING
    saved.version += 1
    saved.saved_at, saved.saved_by, saved.page = now, by, page
    saved.save()
    application.saved_at = saved.saved_at
    application.saved_section = saved
    return saved


def record_edit(application, slug, by, typing=False):
    """Save the dossier, and say in the journal who wrote; once a sitting for what is saved while one types."""
    application.save()
    if not (typing and application.saved_section.goes_on):
        JournalEntry.write(action="edit_section", subject=application, actor=by, details={"section": slug})


def save_place(
    *,
    application,
    place_name,
    commune_code,
    by,
    address="",
    declared_segment=Segment.UNKNOWN,
    version=None,
    page="",
    typing=False,
):
    """Save the section on the place; `page` and `typing` as in `save_answers`.

    Raises:
        UnknownCommune, NotAllowed, SectionChanged, StalePage, Refusal: see `start_application`.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, PLACE, by, version, page)
        name = clean_place_name(place_name)
        application.fabrique = moved_place(application, name, commune_code, address, declared_segment)
        refuse_second_dossier(application.wave, application.fabrique, but=application.pk)
        application.declared_segment = declared_segment
        application.index()
        record_edit(application, PLACE, by, typing)
    return application


def moved_place(application, name, commune_code, address, segment):
    """The place with its new description; one that other dossiers know is left to them."""
    place = application.fabrique
    if Application.objects.filter(fabrique=place).exclude(pk=application.pk).exists():
        place = place_for(application.wave, application.organisation, name, commune_code, address, segment)
    fields = place_fields(name, resolve_commune(commune_code), commune_code, address, segment)
    if any(getattr(place, field) != value for field, value in fields.items()):
        for field, value in fields.items():
            setattr(place, field, value)
        place.save()
    return place


def save_answers(*, application, section, answers, by, version=None, page="", typing=False):
    """Save what was typed in one section, complete or not, right or not: nothing typed is lost.

    What is an answer of its kind is kept in its one form (cents, ISO date, code…); what is not (yet) is kept as it was
    typed, said again by `completeness.problems`, and never sent.

    Args:
        section: a `FormSection` of the dossier's call version.
        answers: {question id: what was typed}, see `questions.read`. Questions not named stay as they are; files go
            through `attaching.answer_with_file`.
        version: of the section (`SavedSection.version`).
        page: key of the form that saves; typing: it saves while somebody writes, on its own.

    Raises:
        Refusal: a text is longer than any page lets one write (field "q<id>").
        NotAllowed, SectionChanged, StalePage.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, section.slug, by, version, page)
        write_answers(application, section, answers)
        record_edit(application, section.slug, by, typing)
    return application


def write_answers(application, section, answers):
    asked = {question.pk: question for question in section.questions.all()}
    if unknown := set(map(int, answers)) - set(asked):
        raise StalePage(f"Le formulaire a changé ({plural(len(unknown), 'question')} de moins). Rechargez la page.")
    rows = [
        Answer(application=application, question=asked[int(key)], **kept(asked[int(key)], typed))
        for key, typed in answers.items()
        if asked[int(key)].kind not in (Question.Kind.FILE, Question.Kind.COMPUTED)
    ]
    upsert(rows)


def upsert(answers):
    """Write these `Answer`s, new or not, in one query."""
    key, kept_fields = ["application", "question"], ["text", "as_typed"]
    Answer.objects.bulk_create(answers, update_conflicts=True, unique_fields=key, update_fields=kept_fields)


def kept(question, typed):
    """What `Answer` keeps of a typed text: the answer, or the text as it is."""
    typed = questions.clean(typed)
    if len(typed) > questions.MAX_TYPED:
        limit = integer(questions.MAX_TYPED)
        raise Refusal(f"Ce texte est trop long : {limit} signes au plus.", field=f"q{question.pk}")
    try:
        return {"text": questions.read(question, typed), "as_typed": False}
    except questions.Mistyped:
        return {"text": typed, "as_typed": True}


def save_budget(*, application, cells, by, cofunding_rows=None, note="", version=None, page="", typing=False):
    """Save the financing plan, balanced or not: what is wrong keeps it from being sent, not from being saved.

    Args:
        cells: {(side, account, year_rank): cents}; cells not named stay, 0 or None empties one.
        cofunding_rows, note: see `cofunding.write`; None: co-funders and note stay as they are.
        version: of the section; `page` and `typing` as in `save_answers`.

    Raises:
        Refusal: an amount is negative or above 100 000 000 €, or a cell is not in the plan.
        NotAllowed, SectionChanged, StalePage.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, PLAN, by, version, page)
        for cell, cents in cells.items():
            cells_of_plan.refuse_bad_cell(application.call_version, cell, cents)
        cells_of_plan.write_cells(application, cells)
        if cofunding_rows is not None:
            cofunding.write(application, cofunding_rows, note)
        if application.state == Application.State.DRAFT:
            # After sending, lists go on showing what was sent.
            application.requested_cents = budget.requested(budget.cells_of(application))
        record_edit(application, PLAN, by, typing)
    return application


def attach(*, application, kind, uploaded, by):
    """Join a piece, told from its bytes; the same bytes are joined once, so a form sent twice changes nothing.

    Args:
        kind: an `Attachment.Kind`.
        uploaded: the file of the form.

    Raises:
        UploadRefused: not a file that can be accepted (field "file").
        Refusal: too many pieces, or this very file is joined already.
        NotAllowed, StalePage.
    """
    # Reading a hostile file may take a second: the dossier is not locked meanwhile.
    examined = examine(uploaded=uploaded, field="file")
    with transaction.atomic():
        application = locked_for_edit(application, by)
        refuse_excess_piece(application, examined)
        stored = keep(examined=examined, by=by)
        piece = Attachment.objects.create(application=application, kind=kind, file=stored, added_by=by)
        save_section(application, PIECES, by)
        application.save()
        JournalEntry.write(action="attach", subject=application, actor=by, details={"name": stored.name})
    return piece


def refuse_excess_piece(application, examined):
    joined = [piece.file for piece in application.attachments.filter(removed_at=None).select_related("file")]
    same = next((file for file in joined if file.sha256 == examined.sha256), None)
    if same:
        raise Refusal(
            f"Le fichier « {examined.name} » est déjà joint à ce dossier, sous le nom « {same.name} ».", field="file"
        )
    if len(joined) >= MAX_PIECES:
        raise Refusal(f"Un dossier compte au plus {MAX_PIECES} pièces : retirez-en une.", field="file")


def remove_attachment(*, attachment, by):
    """Set a piece aside; its file stays, since a version that was sent may hold it. Twice is once."""
    with transaction.atomic():
        application = locked_for_edit(attachment.application, by)
        attachment = Attachment.objects.select_for_update(of=("self",)).select_related("file").get(pk=attachment.pk)
        if attachment.removed_at is None:
            attachment.removed_at = timezone.now()
            attachment.save(update_fields=["removed_at"])
            application.answers.filter(question=attachment.question_id).update(text="", as_typed=False)
            save_section(application, PIECES, by)
            application.save()
            details = {"name": attachment.file.name}
            JournalEntry.write(action="remove_attachment", subject=application, actor=by, details=details)
    return attachment


def withdraw(*, application, by, version=None):
    """The applicant gives the request up, before any award ("se désister").

    Raises:
        NotAllowed: `by` may only read.
        StalePage: too late: an outcome was published, or it is done already.
    """
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        require_writer(application.organisation, by)
        application.expect_version(version)
        application.move("withdraw", by=by)
        application.correction_requests.filter(closed_at=None).update(closed_at=timezone.now())
    return application
