"""Exchanges with Chorus: extracts read, looked at, confirmed; differences explained or corrected."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP, plural
from accounts.history import entries_of
from accounts.models import Job
from documents.downloads import serve_upload
from funding.chorus import confirming, reading
from funding.chorus.closed import Hidden, pays_closed
from funding.chorus.exporting import to_take_out
from funding.chorus.forms import ExplainForm, ExtractForm, TypedRowForm
from funding.chorus.lists import ChorusFileList, DifferenceList
from funding.claims.payees import paid_by_payee, payees
from funding.models import ChorusFile, ChorusRow, Difference, Instalment, RequestPart
from funding.models.chorus import IMPORT
from funding.views.agreements import uuids

READ = "accounts.read_steering"
FORM = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 200


@require_GET
@permission_required(READ)
def chorus(request):
    """What waits, then the files."""
    listing = ChorusFileList(request, ChorusFile.objects.visible_to(request.user))
    return listing.file() or render(
        request, "funding/chorus.html",
        {"listing": listing, "waiting": waiting(request.user), "may_import": request.user.has_perm(IMPORT)},
    )  # fmt: skip


def waiting(user):
    """[(how many, in words, address)] of what is to do."""
    numberless = RequestPart.objects.filter(live=True, request__number=None, instalment__state="ordered")
    counts = (
        (to_take_out(user).count(), "échéance à demander", "échéances à demander", "funding:chorus_requests", ""),
        (
            Instalment.objects.visible_to(user).filter(pk__in=numberless.values("instalment")).count(),
            "demande sans numéro de DP", "demandes sans numéro de DP", "funding:instalments", "?etat=ordered",
        ),
        (
            ChorusFile.objects.visible_to(user).filter(state="read").count(),
            "import à confirmer", "imports à confirmer", "funding:chorus", "?etat=read",
        ),
        (
            Difference.objects.visible_to(user).filter(state="open").count(),
            "écart à traiter", "écarts à traiter", "funding:differences", "?etat=open",
        ),
    )  # fmt: skip
    return [
        {"count": count, "label": one if count < 2 else many, "view": view, "query": query}
        for count, one, many, view, query in counts
    ]


@FORM
@permission_required(IMPORT)
def extract(request):
    """Send an extract; it is read and shown, nothing moves."""
    form = ExtractForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(form, lambda data: receive(request, data)):
        return redirect(form.result.get_absolute_url())
    return render(request, "funding/chorus_import.html", {"form": form}, status=status_of(form))


def receive(request, data):
    return reading.receive(
        uploaded=data["file"], fiscal_year=data["fiscal_year"], whole_year=data["whole_year"], by=request.user
    )


@FORM
@permission_required(IMPORT)
def typed_row(request):
    """Copy one line of Chorus by hand; it takes the same way as an extract."""
    form = TypedRowForm(request.POST or None, initial=asked(request))
    if request.method == "POST" and attempt(form, lambda _: reading.type_row(typed=form.typed, by=request.user)):
        return redirect(form.result.get_absolute_url())
    return render(request, "funding/chorus_row.html", {"form": form}, status=status_of(form))


def asked(request):
    """What the page of an instalment knows of the line."""
    if (named := request.GET.get("echeance")) is None:
        return {}
    key = next(iter(uuids([named])), None)
    visible = Instalment.objects.visible_to(request.user).select_related("award__organisation")
    one = get_object_or_404(visible, public_id=key)
    payee = next_unpaid(one)
    number = one.request_parts.filter(live=True, payee=payee.pk).values_list("request__number", flat=True).first()
    commitment = one.award.commitments.values_list("number", flat=True).first()
    siret = payee.organisation.siret if payee.organisation else ""
    return {"commitment": commitment, "request": number, "siret": siret, "cents": payee.cents}


def next_unpaid(instalment):
    """The first payee that no row of Chorus pays yet, else the first."""
    found, paid = payees(instalment), paid_by_payee(instalment)
    return next((one for one in found if one.pk not in paid), found[0])


@FORM
@permission_required(READ)
def file(request, public_id):
    """The preview of a file, or what became of it."""
    found = get_object_or_404(
        ChorusFile.objects.visible_to(request.user).select_related("read_by", "confirmed_by", "stored_file"),
        public_id=public_id,
    )
    if request.method == "POST":
        return act(request, found)
    context = {"file": found, "may_import": request.user.has_perm(IMPORT), "history": entries_of(found)}
    if found.state == ChorusFile.State.READ:
        context |= preview_of(request.user, found)
    else:
        context |= outcome_of(request.user, found)
    return render(request, "funding/chorus_file.html", context)


def act(request, found):
    if not request.user.has_perm(IMPORT):
        raise NotAllowed
    version = version_of(request)
    if request.POST.get("act") == "abandon":
        reading.abandon(file=found, by=request.user, version=version)
        messages.success(request, f"Import abandonné : rien n’a été appliqué de « {found.name} ».")
        return redirect("funding:chorus")
    job = confirming.confirm(file=found, by=request.user, digest=request.POST.get("digest", ""), version=version)
    if job is None:
        messages.success(request, "Import confirmé : il n’y avait rien à appliquer.")
        return redirect(found.get_absolute_url())
    messages.success(request, f"Import confirmé{NBSP}: {plural(job.total, 'demande')} de paiement en cours.")
    return redirect("accounts:job", public_id=job.public_id)


def preview_of(user, found):
    seen = confirming.preview(file=found, by=user)
    hidden = Hidden(user, seen)
    groups = [
        ("À appliquer", "success", seen.applied),
        ("Écarts : rien ne bouge", "warning", seen.differing),
        ("Écarts déjà expliqués", "info", seen.explained),
        ("Déjà appliquées", "", seen.known),
        ("Hors du dispositif", "", seen.foreign),
    ]
    return {
        "preview": seen,
        "missing": [one for one in seen.missing if one.award_id not in hidden.awards],
        "row_count": found.rows.count(),
        "groups": [
            {
                "title": title, "tone": tone, "count": len(verdicts), "more": max(len(verdicts) - SHOWN, 0),
                "rows": [line_of(one, hidden) for one in verdicts[:SHOWN]],
            }
            for title, tone, verdicts in groups
            if verdicts
        ],
    }  # fmt: skip


def line_of(verdict, hidden):
    """One payment request as the preview shows it."""
    first = (verdict.rows or verdict.repeated)[0]
    line = {
        "request": first.request, "commitment": first.commitment, "payee": first.payee or first.siret,
        "cents": verdict.cents or first.cents or 0, "lines": [row.line for row in verdict.rows or verdict.repeated],
        "kind": verdict.kind_label, "sentence": verdict.sentence, "shares": verdict.shares,
        "learned": verdict.learned, "on": first.paid_on,
    }  # fmt: skip
    if hidden.holds(verdict, line):
        line |= {"payee": "Dossier avec lequel vous avez un lien", "sentence": "", "shares": [], "learned": []}
    return line


def outcome_of(user, found):
    return {
        "states": states_of(found),
        "differences": differences_of(user, found),
        "job": Job.objects.filter(kind=confirming.KIND, started_by=user, created_at__gte=found.confirmed_at).last()
        if found.confirmed_at
        else None,
    }


def differences_of(user, found):
    return Difference.objects.visible_to(user).filter(file=found).select_related("instalment").order_by("pk")


def states_of(found):
    """[(what became of rows, how many, cents)]."""
    rows = found.rows.order_by().values_list("status").annotate(count=Count("pk"), cents=Sum("cents"))
    return [(ChorusRow.Status(status).label, count, cents or 0) for status, count, cents in sorted(rows)]


@require_GET
@permission_required(IMPORT)
def source(request, public_id):
    """The extract as it was sent."""
    found = get_object_or_404(ChorusFile.objects.visible_to(request.user), public_id=public_id)
    if found.stored_file is None:
        raise Http404
    if pays_closed(request.user, found):
        raise NotAllowed(
            "Cet extrait porte des paiements de dossiers avec lesquels vous avez un lien : une autre personne des "
            "finances peut l’enregistrer."
        )
    return serve_upload(found.stored_file)


# --- Differences -----------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def differences(request):
    listing = DifferenceList(request, Difference.objects.visible_to(request.user))
    return listing.file() or render(request, "funding/differences.html", {"listing": listing})


@FORM
@permission_required(READ)
def difference(request, public_id):
    found = get_object_or_404(
        Difference.objects.visible_to(request.user).select_related("file", "instalment__award__fabrique", "closed_by"),
        public_id=public_id,
    )
    may = request.user.has_perm(IMPORT)
    sent = request.POST.get("act") if request.method == "POST" else None
    form = ExplainForm(request.POST if sent == "explain" else None) if may and found.state == "open" else None
    if request.method == "POST":
        if not may:
            raise NotAllowed
        if answer := answered(request, found, sent, form):
            return answer
    context = {
        "difference": found,
        "form": form,
        "may": may,
        "may_retry": may and found.state == "open" and bool(confirming.number_of(found)),
        "rows": confirming.rows_of(found).select_related("file").order_by("file", "line")[:SHOWN],
        "history": entries_of(found),
    }
    return render(request, "funding/difference.html", context, status=status_of(form) if form else 200)


def answered(request, found, sent, form):
    """Do what was sent; None when the form comes back with errors."""
    asked = {"difference": found, "by": request.user, "version": version_of(request)}
    if sent == "retry":
        done, sentence = confirming.retry(**asked)
        (messages.success if done else messages.warning)(request, sentence)
    elif sent == "reopen":
        confirming.reopen(**asked)
        messages.success(request, "L’écart est repris : expliquez-le autrement, ou corrigez sa cause.")
    elif form is None:
        raise NotAllowed
    elif attempt(form, lambda data: confirming.explain(**asked, **data)):
        messages.success(request, "Écart expliqué : il est fermé, le motif reste sur lui.")
    else:
        return None
    return redirect(found.get_absolute_url())
