"""What a person keeps of her lists, and the jobs she asked for. Every list posts its columns and filters here."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import jobs, remembering
from accounts.access import guarded, permission_required
from accounts.filters import ChoiceFilter
from accounts.french import plural
from accounts.lists import Column, ListPage
from accounts.models import Job, JobRow, SavedFilter
from accounts.remembering import local_path

signed_in = guarded(lambda user: True)
LISTING = re.compile(r"[a-z]{1,20}\.[a-z-]{1,50}")
TONES = {"waiting": "", "done": "success", "refused": "warning", "failed": "error"}
JOB_TONES = {"queued": "", "running": "info", "done": "success", "failed": "error"}


def known_or_404(listing):
    if not LISTING.fullmatch(listing):
        raise Http404


@signed_in
@require_POST
def columns(request, listing):
    """Show these columns of a list from now on; « Colonnes d’origine » forgets the choice."""
    known_or_404(listing)
    chosen = [] if "origine" in request.POST else request.POST.getlist("colonnes")
    remembering.choose_columns(user=request.user, listing=listing, columns=chosen)
    return redirect(local_path(request.POST.get("retour", "")))


@signed_in
@require_POST
def save_filter(request, listing):
    """Keep the question of a list under a name."""
    known_or_404(listing)
    saved = remembering.save_filter(
        user=request.user,
        listing=listing,
        name=request.POST.get("name", ""),
        path=request.POST.get("chemin", ""),
        query=request.POST.get("question", ""),
    )
    messages.success(request, f"Filtre « {saved.name} » enregistré. Son adresse peut être donnée à un collègue.")
    return redirect(f"{saved.path}?{saved.query}")


@signed_in
@require_GET
def saved_filter(request, public_id):
    """The list as somebody saved it: the address is enough, the list itself says who may read it."""
    saved = get_object_or_404(SavedFilter, public_id=public_id)
    return redirect(f"{saved.path}?{saved.query}")


@signed_in
@require_POST
def forget_filter(request, public_id):
    saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), public_id=public_id)
    remembering.forget_filter(saved=saved)
    messages.success(request, f"Filtre « {saved.name} » supprimé.")
    return redirect(local_path(request.POST.get("retour", "")))


class JobList(ListPage):
    name = "travaux"
    caption = "Travaux demandés"
    noun = ("travail", "travaux")
    default_sort = "-demande"
    empty_title = "Aucun travail"
    empty_text = "Un acte sur plusieurs dossiers à la fois apparaît ici, avec ce qu’il est advenu de chacun."
    columns = (
        Column("travail", "Travail", lambda row: label_of(row), url=lambda row: job_url(row), header=True),
        Column("demande", "Demandé le", "created_at", kind="datetime", sort="id"),
        Column("par", "Par", "started_by"),
        Column("fait", "Lignes traitées", "progress"),
        Column("fin", "Fini le", "ended_at", kind="datetime"),
        Column("etat", "État", lambda row: (row.get_status_display(), JOB_TONES[row.status]), kind="badge"),
    )

    def page_rows(self, ids):
        rows = list(Job.objects.filter(pk__in=ids).select_related("started_by"))
        hidden = jobs.not_told(ids, self.request.user)
        for row in rows:
            total, done = hidden.get(row.pk, (0, 0))
            row.progress = f"{row.done - done} sur {row.total - total}"
        return rows


class JobRowList(ListPage):
    name = "resultats"
    caption = "Ce qu’il est advenu de chaque ligne"
    noun = ("ligne", "lignes")
    default_sort = "objet"
    facets = True
    columns = (
        Column("objet", "Objet", "label", url=lambda row: row.url or None, sort="id", header=True),
        Column("etat", "État", lambda row: (row.get_status_display(), TONES[row.status]), kind="badge"),
        Column("resultat", "Résultat", "sentence"),
    )
    filters = (ChoiceFilter("etat", "État", field="status", choices=JobRow.Status.choices),)


def label_of(job):
    kind = jobs.KINDS.get(job.kind)
    return kind.label if kind else job.kind


def job_url(job):
    return reverse("accounts:job", args=[job.public_id])


@permission_required("accounts.read_steering")
@require_GET
def job_list(request):
    """What I asked for on many objects at once: where is it?"""
    kinds = Job.objects.visible_to(request.user).filter(kind__in=jobs.KINDS)
    listing = JobList(request, kinds)
    return listing.file() or render(request, "accounts/jobs/list.html", {"listing": listing})


@permission_required("accounts.read_steering")
@require_GET
def job(request, public_id):
    """How far is this job, and what became of each row?"""
    found = job_of(request, public_id)
    rows = jobs.rows_of(found, reader=request.user)
    listing = JobRowList(request, rows)
    if file := listing.file():
        return file
    kind, outcomes = jobs.KINDS.get(found.kind), jobs.outcomes(rows)
    total = sum(outcomes.values())
    done = total - outcomes.get(JobRow.Status.WAITING, 0)
    context = {
        "job": found,
        "label": label_of(found),
        "home": kind.home if kind else "/",
        "tone": JOB_TONES[found.status],
        "done": done,
        "total": total,
        "done_text": f"{plural(done, 'ligne traitée', 'lignes traitées')} sur {total}",
        "outcomes": outcomes,
        "mine": found.started_by_id == request.user.pk and bool(kind and kind.listing),
        "listing": listing,
    }
    template = "accounts/jobs/_progress.html" if request.htmx else "accounts/jobs/job.html"
    return render(request, template, context)


def job_of(request, public_id):
    return get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)


@permission_required("accounts.read_steering")
@require_POST
def keep_undone(request, public_id):
    """Choose in the list the rows that were not done, and nothing else; or nothing at all."""
    found = get_object_or_404(Job.objects.filter(started_by=request.user, kind__in=jobs.KINDS), public_id=public_id)
    kind = jobs.KINDS[found.kind]
    keys = jobs.undone(found) if request.POST.get("garder") == "non-faites" else []
    remembering.select_only(user=request.user, listing=kind.listing, keys=keys)
    return redirect(kind.home)
