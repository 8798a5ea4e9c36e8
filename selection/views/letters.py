"""Which letters are made, missing, failed?"""

import uuid

from django.contrib import messages
from django.db.models import Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.french import hour, integer, long_date, plural
from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from accounts.permissions import require
from applications.evaluations.doors import but, closed_dossiers
from documents.missing import SOURCES, ask_all
from documents.models import Document
from documents.twins import answer
from documents.unwritten import reasons
from programme.models import Wave
from selection.letter_files import MOST_IN_ONE, structure_of
from selection.letter_work import job_of, pause, paused_since, resume
from selection.models import Decision
from selection.sending import (
    FAILED,
    FOLLOW,
    STATES,
    announcement_block,
    letters_of,
    progress_of,
    remedy,
    retry_failed,
    retry_letter,
    state_of,
    visible_to,
    with_notification,
    with_urgency,
)

READ = "selection.read_panel"
EVERY = "toutes"


def addressee(document):
    """The place where the letter is about one, else whoever it is written to."""
    dossier = document.facts["letter"].get("dossier")
    return f"{dossier['place']}, {dossier['commune']}" if dossier else structure_of(document)


def when(document):
    if document.rendered_at:
        return f"{long_date(document.rendered_at)}, {hour(document.rendered_at)}, {kilobytes(document.byte_size)}"
    return plural(document.attempts, "essai") if document.attempts else ""


def amount(document):
    return document.facts["letter"].get("amount_cents")


def yes_or_no(field):
    return {"oui": ("Oui", Q(**{f"{field}__isnull": False})), "non": ("Non", Q(**{f"{field}__isnull": True}))}


def kilobytes(size):
    return f"{integer(-(-size // 1024))}\u00a0ko"


def error_text(document):
    if document.urgency != FAILED:
        return ""
    return document.last_error or "Aucune erreur notée."


class LetterList(ListPage):
    name = "courriers"
    caption = "Courriers : erreurs, puis en cours, en attente, suspendus, prêts"
    noun = ("courrier", "courriers")
    default_sort = "etat"
    search_field = "number_and_dossier"
    search_label = "Numéro du courrier ou du dossier"
    empty_title = "Aucun courrier"
    empty_text = "Les courriers apparaissent à la signature d’une vague, un par décision."
    columns = [
        Column("etat", "État", state_of, kind="badge", sort=("urgency", "number")),
        Column("numero", "Numéro", "number", sort="number"),
        Column("destinataire", "Destinataire", addressee, header=True, note="get_kind_display"),
        Column("structure", "Structure", structure_of, shown=False),
        Column("montant", "Montant", amount, kind="cents", shown=False),
        Column("erreur", "Erreur et remède", error_text, note=remedy),
        Column("quand", "Fabriqué", when, sort="rendered_at"),
        Column("demande", "Demandé le", "created_at", kind="datetime", sort="created_at", shown=False),
        Column("remis", "Remis le", "released_at", kind="datetime", sort="released_at"),
        Column("notifie", "Notifié le", "notified_on", kind="date", sort="notified_on"),
        Column("sans-effet", "Sans effet depuis", "voided_on", kind="date", sort="voided_on", shown=False),
    ]
    filters = [
        ChoiceFilter(
            "etat",
            "État",
            field="urgency",
            choices=[(state, label) for state, (label, _) in STATES.items()],
        ),
        ChoiceFilter("sorte", "Sorte", field="kind", choices=Document.Kind.choices),
        ConditionFilter("remis", "Remis", conditions=yes_or_no("released_at")),
        ConditionFilter("notifie", "Notifié", conditions=yes_or_no("notified_on")),
        DateFilter("du", "Demandé à partir du", field="created_at", lookup="gte"),
        DateFilter("au", "Demandé jusqu’au", field="created_at", lookup="lte"),
    ]

    @property
    def kept(self):
        return [*super().kept, *[("vague", value) for value in self.request.GET.getlist("vague")]]

    @property
    def question(self):
        """The filters in force, as a query string: what is downloaded is what is listed."""
        query = self.request.GET.copy()
        for name in ("page", "tri", "colonnes", "format"):
            query.pop(name, None)
        return query.urlencode()

    def page_rows(self, ids):
        return with_notification(with_urgency(Document.objects.filter(pk__in=ids)))


def listing_of(request, wave):
    """The list of letters of a wave, or of all of them."""
    letters = with_notification(with_urgency(scope_of(request, wave)))
    reference = Coalesce(KT("facts__letter__dossier__reference"), Value(""), output_field=TextField())
    both = Concat("number", Value(" "), reference, output_field=TextField())
    return LetterList(request, letters.annotate(number_and_dossier=Lower(both)))


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
    listing = listing_of(request, wave)
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
        "most_in_one": MOST_IN_ONE,
        "printed_by_worker": listing.count > MOST_IN_ONE,
        "missing": missing_for(request.user, wave),
        **(wave_context(request, wave) if wave else {}),
    }
    return render(request, "selection/letters.html", context)


def missing_for(user, wave):
    """[(what is missing, [(act, why it could not be written)])] of what the reader may know of, fifty of each sort."""
    closed = closed_dossiers(user)
    found = []
    for source in SOURCES.values():
        acts = source.find()
        if wave is not None:
            acts = acts.filter(wave=wave) if acts.model is Decision else acts.none()
        rows = list(but(acts, closed, source.dossier) if source.dossier else acts)[:50]
        if rows:
            why = reasons(source.key, rows)
            found.append((source.label, [(act, why.get(act.pk, "")) for act in rows]))
    return found


def wave_context(request, wave):
    closed = closed_dossiers(request.user)
    decisions, progress = Decision.objects.filter(wave=wave), progress_of(wave, closed=closed)
    return {
        "progress": progress,
        "progress_url": reverse("selection:progress", args=[wave.public_id]),
        "paused_since": paused_since(wave) if progress.paused else None,
        "job": job_of(wave),
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


@require_POST
@permission_required(READ)
def pause_wave(request, public_id):
    wave = get_object_or_404(Wave.objects.visible_to(request.user), public_id=public_id)
    done = pause(wave=wave, by=request.user)
    messages.success(
        request, f"{plural(done, 'courrier suspendu', 'courriers suspendus')}. Ceux que le worker tient sont finis."
    )
    return redirect(f"{reverse('selection:letters')}?{urlencode({'vague': wave.public_id})}")


@require_POST
@permission_required(READ)
def resume_wave(request, public_id):
    wave = get_object_or_404(Wave.objects.visible_to(request.user), public_id=public_id)
    done = resume(wave=wave, by=request.user)
    messages.success(request, f"La fabrication reprend : {plural(done, 'courrier')}.")
    return redirect(f"{reverse('selection:letters')}?{urlencode({'vague': wave.public_id})}")


@require_POST
@permission_required(READ)
def ask_missing(request):
    """Ask at once for the letters that the sweep would ask for."""
    require(request.user, FOLLOW)
    done = ask_all(by=request.user)
    messages.success(request, f"{plural(done, 'courrier demandé', 'courriers demandés')}.")
    return back(request)


def back(request):
    asked = request.GET.get("vague", "")
    query = f"?{urlencode({'vague': asked})}" if asked else ""
    return redirect(reverse("selection:letters") + query)
