"""Acts on credits: which one, what it would change, then its recording; the acts themselves and the lines."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of
from documents.downloads import serve_upload
from funding.envelopes import acts, endowment, lines
from funding.envelopes.forms import DerogationForm, LineForm, OperationForm, TextForm
from funding.envelopes.lists import ActList
from funding.envelopes.operations import OPERATIONS, Outcome, attempt_operation
from funding.models import Act, ClosedYear, Derogation, Line
from programme.models import Programme

READ = "accounts.read_steering"
WRITE = "funding.open_credits"
# Postings and facts that one page of an act shows.
SHOWN = 200
FORM = require_http_methods(["GET", "HEAD", "POST"])
MOVED = "Les crédits ont bougé depuis cet aperçu : rien n’a été enregistré. Relisez, puis confirmez."


@require_GET
@permission_required(WRITE)
def credits(request):
    """Which act? Grouped by what it touches."""
    groups: dict[str, list] = {}
    for operation in OPERATIONS.values():
        groups.setdefault(operation.group, []).append(operation)
    context = {"groups": groups.items(), "closed": ClosedYear.objects.select_related("act")}
    return render(request, "funding/credits.html", context)


@FORM
@permission_required(WRITE)
def operation(request, slug):
    """Fill in, see what it does in numbers, then record: the same form twice."""
    chosen = OPERATIONS.get(slug)
    if chosen is None:
        raise Http404
    form = OperationForm(
        request.POST or None, request.FILES or None, user=request.user, operation=chosen, initial=asked(request)
    )
    outcome, moved = None, False
    if request.method == "POST":
        confirmed = "confirm" in request.POST
        outcome = tried(request, form, chosen, keep=confirmed)
        if outcome and outcome.recorded:
            messages.success(request, f"{chosen.title} : enregistré.")
            return redirect("funding:outside" if chosen.lines == "outside" else "funding:budget")
        moved = confirmed and outcome is not None
    context = {"form": form, "operation": chosen, "outcome": outcome, "moved": MOVED if moved else ""}
    return render(request, "funding/operation.html", context, status=409 if moved else status_of(form))


def tried(request, form, chosen, *, keep) -> Outcome | None:
    key, seen = f"credits:{request.POST['idempotency_key']}", request.POST.get("seen", "")

    def verb(data):
        return attempt_operation(chosen, data, by=request.user, key=key, keep=keep, seen=seen)

    return form.result if attempt(form, verb) else None


def asked(request):
    """What a link may fill in: a line, an axis, a year."""
    asked_for = {"line": request.GET.get("ligne"), "axis": request.GET.get("nature", "ae")}
    year = request.GET.get("exercice", "")
    return {**asked_for, "fiscal_year": year if year.isdecimal() else timezone.localdate().year}


# --- The acts ----------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def all_acts(request):
    listing = ActList(request, Act.objects.all())
    return listing.file() or render(request, "funding/acts.html", {"listing": listing})


@FORM
@permission_required(READ)
def act(request, public_id):
    """One act: its text, and every posting that it founds."""
    found = get_object_or_404(Act.objects.select_related("file"), public_id=public_id)
    may_add = found.file_id is None and request.user.has_perm(WRITE)
    form = TextForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(
        form, lambda data: acts.add_text(act=found, uploaded=data["act_file"], by=request.user)
    ):
        messages.success(request, "Texte joint à l’acte.")
        return redirect("funding:act", public_id=public_id)
    postings = found.postings.visible_to(request.user).with_sums().order_by("-effective_on", "-pk")
    context = {
        "act": found,
        "postings": postings[:SHOWN],
        "cited": acts.cited_by(found)[:SHOWN],
        "form": form if may_add or form.is_bound else None,
    }
    return render(request, "funding/act.html", context, status=status_of(form))


@require_GET
@permission_required(READ)
def act_text(request, public_id):
    found = get_object_or_404(Act.objects.select_related("file"), public_id=public_id, file__isnull=False)
    return serve_upload(found.file)


# --- Lines and derogations ---------------------------------------------------------------------------------------


@FORM
@permission_required(WRITE)
def new_line(request):
    form = LineForm(request.POST or None, initial={"owner": request.GET.get("a-qui", "state")})
    if request.method == "POST" and attempt(form, lambda data: open_line(data, request.user)):
        messages.success(request, f"Ligne « {form.result.code} » ouverte. Elle ne tient rien avant un acte.")
        return redirect("funding:credits")
    return render(request, "funding/new_line.html", {"form": form}, status=status_of(form))


@transaction.atomic
def open_line(data, by):
    programme = current_programme()
    source = lines.open_source(
        name=data.pop("source_name"), owner=data.pop("owner"), instrument=data.pop("instrument"), by=by
    )
    return lines.open_line(programme=programme, source=source, by=by, origin=programme.origin, **data)


def current_programme():
    """The scheme of the lines, or the first one where no line is open yet."""
    used = Programme.objects.filter(pk__in=Line.objects.values("programme")).first()
    return used or Programme.objects.order_by("pk")[0]


@FORM
@permission_required(READ)
def derogations(request):
    """Which endowment funds may receive public money, for what, up to how much."""
    may_record = request.user.has_perm(WRITE)
    form = DerogationForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and attempt(form, lambda data: derogate(form, data, request.user)):
        messages.success(request, "Dérogation enregistrée.")
        return redirect("funding:derogations")
    rows = Derogation.objects.select_related("organisation", "act", "recorded_by")
    context = {"form": form if may_record or form.is_bound else None, "derogations": rows}
    return render(request, "funding/derogations.html", context, status=status_of(form))


@transaction.atomic
def derogate(form, data, by):
    return endowment.record_derogation(
        programme=current_programme(), organisation=data["organisation"], purpose=data["purpose"],
        max_cents=data["amount"], act=acts.record_act(by=by, **form.act_values), by=by,
    )  # fmt: skip
