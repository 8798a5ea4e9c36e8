"""The minutes of a meeting and their addenda: on the screen without what the reader may not know, and their PDF."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from accounts.errors import NotAllowed
from applications.evaluations.register import left_to_judge
from documents.frozen import to_json
from documents.models import Document
from documents.rendering import said
from documents.twins import answer
from selection.addenda import addenda_of
from selection.meeting_pages import addendum_for_reader, for_reader
from selection.minutes import facts_of, minutes_of, wording_of
from selection.models import MinutesAddendum
from selection.views.meetings import READ, meeting_of


@require_safe
@permission_required(READ)
def minutes(request, public_id):
    found = meeting_of(request, public_id)
    document = minutes_of(found)
    letter, is_partial = for_reader(document.letter if document else facts_of(found), found.wave, request.user)
    frozen = document.facts if document else {"wording": wording_of(found)}
    context = {"meeting": found, "wave": found.wave, "document": document, "partial": is_partial}
    context |= said(Document.Kind.PANEL_MINUTES, frozen | {"letter": to_json(letter)})
    context |= {"addenda": addenda_of(found), "to_judge": left_to_judge(found.wave, reader=request.user)}
    empty = [] if document else context["filled"].empty
    return render(request, "selection/minutes.html", {**context, "empty": empty, "now": timezone.now()})


@require_safe
@permission_required(READ)
def minutes_pdf(request, public_id):
    """The whole of it: whoever has a tie with one of its dossiers reads the page, without that dossier."""
    found = meeting_of(request, public_id)
    document = minutes_of(found)
    if document is None:
        raise Http404("La séance n’est pas levée.")
    if for_reader(document.letter, found.wave, request.user)[1]:
        raise NotAllowed("Ce procès-verbal parle d’un dossier dont vous êtes déporté·e : lisez-le à l’écran.")
    return answer(request, document)


def addendum_of(request, public_id, addendum_id):
    """(meeting, addendum, its document, what the reader may read of it, whether something is left out)."""
    found = meeting_of(request, public_id)
    row = get_object_or_404(found.addenda.select_related("by"), public_id=addendum_id)
    rows = Document.objects.filter(kind=Document.Kind.PANEL_ADDENDUM, subject_type=MinutesAddendum._meta.label)
    document = get_object_or_404(rows, subject_id=row.pk)
    letter, is_partial = addendum_for_reader(document.letter, found.wave, request.user)
    return found, row, document, letter, is_partial


@require_safe
@permission_required(READ)
def addendum(request, public_id, addendum_id):
    found, row, document, letter, is_partial = addendum_of(request, public_id, addendum_id)
    context = {"meeting": found, "wave": found.wave, "addendum": row, "document": document}
    context |= said(document.template, document.facts | {"letter": to_json(letter)})
    return render(request, "selection/addendum.html", {**context, "partial": is_partial})


@require_safe
@permission_required(READ)
def addendum_pdf(request, public_id, addendum_id):
    _, _, document, _, is_partial = addendum_of(request, public_id, addendum_id)
    if is_partial:
        raise NotAllowed("Cet additif parle d’un dossier dont vous êtes déporté·e : lisez-le à l’écran.")
    return answer(request, document)
