"""Who was told the laureates before the announcement, when, why, and who opened the list."""

import csv
import io

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required, safe_to_repeat
from accounts.exports import neutral
from accounts.forms import attempt, status_of
from programme.models import Wave
from selection import embargo
from selection.after_forms import EmbargoForm
from selection.forms import ReasonForm
from selection.models import EmbargoAccess, EmbargoedList

READ = "selection.read_panel"


def find_wave(request, public_id):
    waves = Wave.objects.visible_to(request.user).select_related("call__programme")
    return get_object_or_404(waves, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def register(request, public_id):
    """The register of a wave, and the form that adds to it between the signature and the announcement."""
    wave = find_wave(request, public_id)
    is_open = wave.state == Wave.State.DECIDED
    form = EmbargoForm(request.POST or None, regions=embargo.regions_of(wave) if is_open else ())
    if request.method == "POST" and attempt(
        form, lambda data: embargo.communicate(wave=wave, by=request.user, **data)
    ):
        messages.success(
            request, f"Le lien est envoyé à {form.result.recipient_email}. La communication est inscrite."
        )
        return redirect("selection:embargo", public_id=public_id)
    rows = EmbargoedList.objects.filter(wave=wave).select_related("communicated_by").defer("rows")
    kept = list(rows.prefetch_related("accesses__by"))
    for one in kept:
        one.is_closed = any(access.kind == EmbargoAccess.Kind.CLOSED for access in one.accesses.all())
    context = {
        "wave": wave,
        "kept": kept,
        "form": form,
        "is_open": is_open,
        "may_communicate": request.user.has_perm(embargo.COMMUNICATE),
    }
    return render(request, "selection/embargo.html", context, status=status_of(form))


def find_list(request, public_id):
    rows = EmbargoedList.objects.filter(wave__in=Wave.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("wave__call"), public_id=public_id)


@safe_to_repeat
@require_POST
@permission_required(READ)
@never_cache
def download(request, public_id):
    """The file of one communication: a POST, because each download is written down."""
    kept = find_list(request, public_id)
    rows = embargo.download(kept=kept, by=request.user)
    return file_of(kept, rows, str(request.user))


def file_of(kept, rows, reader):
    """A CSV file that says itself that it is under embargo, to whom it was told and why."""
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";")
    writer.writerow(
        [f"SOUS EMBARGO jusqu’à l’annonce. {neutral(str(kept))}. Motif : {kept.reason}. Pris par {reader}."]
    )
    writer.writerow(embargo.HEADINGS)
    writer.writerows([neutral(str(value)) for value in line] for line in embargo.table_of(rows))
    response = HttpResponse("\ufeff" + told.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="embargo-vague-{kept.wave.number}.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(embargo.COMMUNICATE)
def close(request, public_id):
    kept = find_list(request, public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: embargo.close_link(kept=kept, reason=data["reason"], by=request.user)
    ):
        messages.success(request, "Le lien est fermé : il n’ouvre plus rien.")
        return redirect("selection:embargo", public_id=kept.wave.public_id)
    return render(request, "selection/close_embargo.html", {"kept": kept, "form": form}, status=status_of(form))


@safe_to_repeat
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def by_link(request, secret):
    """What the addressee opens: first the embargo, then, by a POST that is written down, the list."""
    kept = embargo.find_by_secret(secret)
    if kept is None:
        raise Http404
    rows = embargo.open_by_link(kept=kept) if request.method == "POST" else None
    context = {
        "kept": kept,
        "wave": kept.wave,
        "programme": kept.wave.call.programme,
        "closed": embargo.closed_sentence(kept, kept.wave) if rows is None else "",
        "rows": rows,
    }
    return render(request, "selection/embargo_link.html", context)
