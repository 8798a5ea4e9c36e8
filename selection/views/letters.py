"""Which letters are made, missing, failed?"""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.french import hour, integer, long_date, plural
from accounts.lists import ChoiceFilter, Column, ListPage
from applications.evaluations.doors import closed_dossiers
from documents.models import Document
from documents.twins import answer
from programme.models import Wave
from selection.models import Decision
from selection.sending import (
    FAILED,
    FOLLOW,
    READY,
    RUNNING,
    WAITING,
    announcement_block,
    letters_of,
    progress_of,
    remedy,
    retry_failed,
    retry_letter,
    state_of,
    visible_to,
    with_urgency,
)

READ = "selection.read_panel"
EVERY = "toutes"


def addressee(document):
    dossier = document.facts["letter"]["dossier"]
    return f"{dossier['place']}, {dossier['commune']}"


def when(document):
    if document.rendered_at:
        return f"{long_date(document.rendered_at)}, {hour(document.rendered_at)}, {kilobytes(document.byte_size)}"
    return plural(document.attempts, "essai") if document.attempts else ""


def kilobytes(size):
    return f"{integer(-(-size // 1024))}\u00a0ko"


def error_text(document):
    if document.urgency != FAILED:
        return ""
    return document.last_error or "Aucune erreur notée."


class LetterList(ListPage):
    name = "courriers"
    caption = "Courriers : erreurs, puis en cours, puis prêts"
    noun = ("courrier", "courriers")
    default_sort = "etat"
    search_field = "number"
    search_label = "Numéro"
    empty_title = "Aucun courrier"
    empty_text = "Les courriers apparaissent à la signature d’une vague, un par décision."
    columns = [
        Column("etat", "État", state_of, kind="badge", sort=("urgency", "number")),
        Column("numero", "Numéro", "number", sort="number"),
        Column("destinataire", "Destinataire", addressee, header=True, note="get_kind_display"),
        Column("erreur", "Erreur et remède", error_text, note=remedy),
        Column("quand", "Quand", when, sort="rendered_at"),
    ]
    filters = [
        ChoiceFilter(
            "etat",
            "État",
            field="urgency",
            choices=[(FAILED, "En erreur"), (RUNNING, "En cours"), (WAITING, "En attente"), (READY, "Prêt")],
        ),
        ChoiceFilter("sorte", "Sorte", field="kind", choices=Document.Kind.choices),
    ]

    @property
    def kept(self):
        return [*super().kept, *[("vague", value) for value in self.request.GET.getlist("vague")]]

    def page_rows(self, ids):
        return with_urgency(Document.objects.filter(pk__in=ids))


def wave_asked(request):
    """The wave of the URL; else the one whose letters are awaited, else the last one that has some."""
    waves = Wave.objects.visible_to(request.user).select_related("call")
    asked = request.GET.get("vague", "")
    if asked == EVERY:
        return None
    signed = waves.filter(pk__in=Decision.objects.values("wave"))
    if asked:
        return get_object_or_404(signed, public_id=asked) if is_uuid(asked) else None
    waiting = signed.filter(state=Wave.State.DECIDED).order_by("-pk").first()
    return waiting or signed.order_by("-announced_at", "-pk").first()


def is_uuid(text):
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def scope_of(request, wave):
    """The letters of a wave, or all of them, among those about what the reader may read."""
    if wave is None:
        return visible_to(request.user)
    return letters_of(Decision.objects.visible_to(request.user).filter(wave=wave))


@require_GET
@permission_required(READ)
def letters(request):
    wave = wave_asked(request)
    listing = LetterList(request, with_urgency(scope_of(request, wave)))
    if file := listing.file():
        return file
    waves = Wave.objects.visible_to(request.user).filter(pk__in=Decision.objects.values("wave"))
    choices = list(waves.select_related("call").order_by("-pk")[:12])
    context = {
        "listing": listing,
        "wave": wave,
        "waves": choices,
        "several_calls": len({one.call_id for one in choices}) > 1,
        "may_follow": request.user.has_perm(FOLLOW),
        **(wave_context(request, wave) if wave else {}),
    }
    return render(request, "selection/letters.html", context)


def wave_context(request, wave):
    closed = closed_dossiers(request.user)
    decisions, progress = Decision.objects.filter(wave=wave), progress_of(wave, closed=closed)
    return {
        "progress": progress,
        "progress_url": reverse("selection:progress", args=[wave.public_id]),
        "blocked": announcement_block(progress),
        "first": decisions.select_related("signed_by").order_by("pk").first(),
        "may_announce": wave.state == Wave.State.DECIDED and request.user.has_perm("selection.sign"),
    }


@require_GET
@permission_required(READ)
def letter(request, public_id):
    """The bytes of one letter, for the team."""
    document = get_object_or_404(visible_to(request.user), public_id=public_id)
    return answer(request, document, attachment="telecharger" in request.GET)


@require_POST
@permission_required(READ)
def retry(request, public_id):
    document = get_object_or_404(visible_to(request.user), public_id=public_id)
    retry_letter(document=document, by=request.user)
    messages.success(request, f"Le courrier {document.number} est relancé.")
    return back(request)


@require_POST
@permission_required(READ)
def retry_all(request):
    wave = wave_asked(request)
    # Asking again for a whole wave reads nothing: a tie with one dossier does not leave its letter unmade.
    scope = letters_of(Decision.objects.filter(wave=wave)) if wave else Document.objects.all()
    done = retry_failed(letters=scope, by=request.user)
    messages.success(request, f"{plural(done, 'courrier relancé', 'courriers relancés')}.")
    return back(request)


def back(request):
    asked = request.GET.get("vague", "")
    query = f"?{urlencode({'vague': asked})}" if asked else ""
    return redirect(reverse("selection:letters") + query)
