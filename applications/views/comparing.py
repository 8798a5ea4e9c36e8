"""What was sent, each time; and two versions side by side, word by word."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from accounts.french import long_datetime
from applications import comparison, reading, snapshots
from applications.views.scope import own_dossier, staff_dossier_of, trail_of

READ = "accounts.read_steering"
CURRENT = "en-cours"


@login_required
@require_GET
def revision(request, public_id, number):
    """The dossier as it was sent that time."""
    application = own_dossier(request, public_id)
    sent = get_object_or_404(application.revisions.select_related("sent_by"), number=number)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "revision": sent,
        "revisions": list(application.revisions.defer("content").order_by("-number")),
        "content": reading.readable(sent.content),
    }
    return render(request, "applications/sent.html", context)


@login_required
@require_GET
def compare(request, public_id):
    """What changed between two versions that were sent, or since the last one."""
    application = own_dossier(request, public_id)
    versions = versions_sent(application)
    if application.is_editable and versions:
        versions[CURRENT] = ("En cours, pas envoyée", lambda: snapshots.snapshot(application))
    context = {"dossier": application, "trail": trail_of(application), **context_of(request, versions)}
    return render(request, "applications/compare.html", context)


@permission_required(READ)
@require_GET
def staff_compare(request, public_id):
    """The same for the service, which reads what was sent and nothing else."""
    application = staff_dossier_of(request, public_id)
    here = reverse("applications:staff_dossier", args=[application.public_id])
    context = {
        "application": application,
        "trail": [("Dossiers", reverse("applications:staff_list")), (application.reference, here)],
        **context_of(request, versions_sent(application)),
    }
    return render(request, "applications/staff_compare.html", context)


def versions_sent(application):
    """{key in the address: (label, function that gives the content)} of what was sent, the first first."""
    return {
        str(one.number): (label_of(one), lambda one=one: one.content)
        for one in application.revisions.order_by("number")
    }


def label_of(revision):
    by_staff = ", correction du service" if revision.staff_reason else ""
    return f"Version {revision.number}, {long_datetime(revision.sent_at)}{by_staff}"


def chosen_pair(request, versions):
    """The keys of the two versions asked for; the last two when the address says nothing.

    Raises:
        Http404: a version that does not exist, or fewer than two of them.
    """
    keys = list(versions)
    if len(keys) < 2:
        raise Http404("Ce dossier n’a pas deux versions à comparer.")
    before, after = request.GET.get("de", keys[-2]), request.GET.get("a", keys[-1])
    if before not in versions or after not in versions:
        raise Http404("Cette version n’existe pas.")
    return before, after


def context_of(request, versions):
    chosen = chosen_pair(request, versions)
    (before, old), (after, new) = (versions[key] for key in chosen)
    sections = comparison.compare(old(), new())
    everything = request.GET.get("tout") == "1"
    shown = [(section.title, section.rows if everything else section.changed) for section in sections]
    return {
        "choices": [(key, label) for key, (label, _) in versions.items()],
        "chosen": chosen,
        "before": before,
        "after": after,
        "everything": everything,
        "sections": [(title, rows) for title, rows in shown if rows],
        "changed": sum(len(section.changed) for section in sections),
        "unchanged": [section.title for section in sections if not section.changed],
    }
