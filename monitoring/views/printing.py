"""The board as a PDF: asked for, followed, downloaded."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.lists import Column, ListPage
from accounts.models import JobRow
from accounts.views.desk import JOB_TONES
from monitoring import printing
from monitoring.models import PRINT, READ, PrintedBoard
from monitoring.panels.rows import Addresses
from monitoring.views.rows import scope_of


class PrintList(ListPage):
    """Prints of one scheme, the last first."""

    name = "impressions"
    caption = "Tableaux de bord imprimés"
    noun = ("impression", "impressions")
    default_sort = "-demande"
    empty_title = "Aucune impression"
    empty_text = "Choisissez les deux dates, puis préparez le PDF : il est gardé ici."
    columns = (
        Column("au", "En date du", "as_of", kind="date", sort="as_of", url=lambda row: row.get_absolute_url(),
               header=True),
        Column("connu", "Connu au", "known_on", kind="date", sort="known_on"),
        Column("par", "Demandé par", "job.started_by"),
        Column("demande", "Demandé le", "job.created_at", kind="datetime", sort="id"),
        Column("pages", "Pages", lambda row: row.pages or None, kind="integer"),
        Column("etat", "État", lambda row: state_of(row), kind="badge"),
        Column("fichier", "Fichier", lambda row: "Télécharger" if row.made_at else None, url=lambda row: file_of(row)),
    )  # fmt: skip

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in ("dispositif", "au", "connu_au") if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        rows = PrintedBoard.objects.filter(pk__in=ids).select_related("job__started_by")
        return list(rows.defer("data"))


def state_of(one):
    """(words, tone): a job that ended without a file has failed, whatever it says of itself."""
    if one.made_at:
        return "Prêt", "success"
    if one.job.is_active:
        return one.job.get_status_display(), JOB_TONES[one.job.status]
    return "Non fait", "error"


def file_of(one):
    return reverse("monitoring:board_pdf", args=[one.public_id]) if one.made_at else None


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def prints(request):
    """What was printed, and the form that asks for one more, at the dates of the address."""
    scope = scope_of(request)
    if request.method == "POST":
        return redirect(printing.ask(programme=scope.programme, clocks=scope.clocks, by=request.user))
    listing = PrintList(request, PrintedBoard.objects.visible_to(request.user).filter(programme=scope.programme))
    to = Addresses(scope)
    context = {
        "listing": listing,
        "scope": scope,
        "ask_url": to.at("monitoring:prints"),
        "board_url": to.at("monitoring:board"),
        "may_print": request.user.has_perm(PRINT),
    }
    return listing.file() or render(request, "monitoring/prints.html", context)


@permission_required(READ)
@require_safe
def one_print(request, public_id):
    """How far is this print? Its file, once it is made."""
    rows = PrintedBoard.objects.visible_to(request.user).select_related("job__started_by", "programme").defer("data")
    found = get_object_or_404(rows, public_id=public_id)
    said = JobRow.objects.filter(job=found.job).values_list("sentence", flat=True).first()
    words, tone = state_of(found)
    context = {
        "print": found,
        "job": found.job,
        "words": words,
        "tone": tone,
        "sentence": said,
        "again_url": f"{reverse('monitoring:prints')}?dispositif={found.programme.slug}"
        f"&au={found.as_of.isoformat()}&connu_au={found.known_on.isoformat()}",
    }
    template = "monitoring/_print_progress.html" if request.htmx else "monitoring/print.html"
    return render(request, template, context)


@permission_required(READ)
@require_safe
def board_pdf(request, public_id):
    """The file, as it was made."""
    found = get_object_or_404(PrintedBoard.objects.visible_to(request.user), public_id=public_id)
    if found.made_at is None:
        raise Http404("Ce PDF n’est pas encore fait.")
    response = HttpResponse(bytes(found.data), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, found.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
