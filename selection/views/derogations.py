"""Which rules were set aside, for whom, and why?"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.lists import ChoiceFilter, Column, DateFilter, ListPage
from applications.models import Application
from selection.after_forms import DerogationForm, NamedWaveForm
from selection.deferrals import name_wave
from selection.derogations import RECORD, record_derogation
from selection.models import Derogation, Outcome, PreparedOutcome

READ = "selection.read_panel"


class DerogationList(ListPage):
    name = "derogations"
    caption = "Dérogations, la dernière d’abord"
    noun = ("dérogation", "dérogations")
    default_sort = "-le"
    search_field = "application__search_text"
    search_label = "Lieu, structure ou numéro du dossier"
    empty_title = "Aucune dérogation"
    empty_text = "Une règle écartée s’inscrit ici avec son motif, à la signature d’une décision ou à la main."
    columns = [
        Column("le", "Décidée le", "decided_on", kind="date", sort="decided_on"),
        Column("regle", "Règle écartée", "get_rule_display", note="basis", header=True),
        Column(
            "dossier",
            "Dossier",
            lambda row: row.application.fabrique.name if row.application else "La vague entière",
            note=lambda row: row.application.reference if row.application else "",
        ),
        Column("vague", "Vague", lambda row: f"{row.wave}, {row.wave.call.title}"),
        Column("motif", "Motif", "reason"),
        Column("par", "Enregistrée par", lambda row: str(row.recorded_by or "Le service")),
        Column("enregistree", "Enregistrée le", "recorded_at", kind="datetime", sort="recorded_at", shown=False),
    ]
    filters = [
        ChoiceFilter("regle", "Règle", field="rule", choices=Derogation.Rule.choices),
        DateFilter("du", "À partir du", field="decided_on"),
        DateFilter("au", "Jusqu’au", field="decided_on", lookup="lte"),
    ]

    def page_rows(self, ids):
        return Derogation.objects.filter(pk__in=ids).select_related(
            "application__fabrique", "wave__call", "recorded_by"
        )


@require_GET
@permission_required(READ)
def derogations(request):
    listing = DerogationList(request, Derogation.objects.visible_to(request.user))
    context = {"listing": listing, "may_record": request.user.has_perm(RECORD)}
    return listing.file() or render(request, "selection/derogations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RECORD)
def record(request):
    form = DerogationForm(request.POST or None, reader=request.user, initial={"decided_on": timezone.localdate()})
    if request.method == "POST" and attempt(form, lambda data: record_derogation(by=request.user, **data)):
        messages.success(request, "La dérogation est enregistrée ; elle est montrée à l’audit.")
        return redirect("selection:derogations")
    return render(request, "selection/record_derogation.html", {"form": form}, status=status_of(form))


def back_from(request, application):
    """The table that the reader came from, at the row of the dossier; else its decision."""
    names = {"comite": "selection:panel", "ligne": "selection:funding_line"}
    if name := names.get(request.GET.get("depuis", "")):
        return f"{reverse(name, args=[application.wave.public_id])}#d{application.public_id.hex}"
    return reverse("selection:dossier", args=[application.public_id])


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("selection.prepare")
def defer_to(request, public_id):
    """To which wave does this dossier come back, and what is to improve?"""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("wave__call", "fabrique"), public_id=public_id
    )
    prepared = PreparedOutcome.objects.filter(application=application).select_related("deferred_to").first()
    if prepared is None or prepared.outcome != Outcome.DEFERRED:
        raise StalePage("L’issue préparée n’est pas un ajournement : donnez-lui d’abord cette issue au comité.")
    initial = {"wave": prepared.deferred_to and prepared.deferred_to.public_id, "improvements": prepared.improvements}
    form = NamedWaveForm(request.POST or None, deliberated=application.wave, initial=initial)
    version = version_of(request) if request.method == "POST" else None

    def verb(data):
        return name_wave(application=application, by=request.user, version=version, **data)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, f"Le dossier est reporté à la vague {form.result.deferred_to.number}.")
        return redirect(back_from(request, application))
    context = {"application": application, "prepared": prepared, "form": form, "back": back_from(request, application)}
    return render(request, "selection/defer_to.html", context, status=status_of(form))
