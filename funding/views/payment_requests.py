"""Payment requests taken out in a file for Chorus, and the numbers that Chorus gives back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed, Refusal
from accounts.exports import WRITERS
from accounts.forms import attempt, status_of
from accounts.french import plural
from funding.chorus import exporting, numbering, returning
from funding.chorus.forms import CommitmentForm, RequestForm, ReturnForm
from funding.chorus.lists import ExportList
from funding.models import Instalment, PaymentExport, RequestPart
from funding.models.chorus import IMPORT
from funding.views.agreements import uuids

READ = "accounts.read_steering"
FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
@permission_required(READ)
def requests(request):
    """What is ordered and not asked yet; the files that were taken out."""
    error, may = "", request.user.has_perm(exporting.TAKE_OUT)
    if request.method == "POST":
        if not may:
            raise NotAllowed
        try:
            return redirect(taken_out(request).get_absolute_url())
        except Refusal as refusal:
            error = refusal.message
    listing = ExportList(request, PaymentExport.objects.visible_to(request.user))
    context = {
        "listing": listing, "error": error, "waiting": exporting.to_take_out(request.user)[:200], "may": may,
    }  # fmt: skip
    return listing.file() or render(request, "funding/payment_requests.html", context, status=422 if error else 200)


def taken_out(request):
    asked = set(uuids(request.POST.getlist("instalment")))
    chosen = list(Instalment.objects.visible_to(request.user).filter(public_id__in=asked))
    if len(chosen) < len(asked):
        raise Http404
    export = exporting.take_out(instalments=chosen, by=request.user)
    messages.success(request, f"Envoi {export.number} prêt : enregistrez son fichier, puis saisissez-le dans Chorus.")
    return export


@FORM
@permission_required(READ)
def export(request, public_id):
    """What was taken out; its file holds whole IBANs and is for those who pay."""
    found = get_object_or_404(
        PaymentExport.objects.visible_to(request.user).select_related("made_by"), public_id=public_id
    )
    may_take = request.user.has_perm("funding.see_iban")
    rows, hidden = shown_rows(request.user, found)
    if asked := request.GET.get("format"):
        if not may_take:
            raise NotAllowed
        if asked not in WRITERS:
            raise Http404
        return WRITERS[asked](found.number, exporting.COLUMNS, rows)
    form = ReturnForm(request.POST or None, request.FILES or None) if request.user.has_perm(IMPORT) else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed
        if attempt(form, lambda data: returning.take_back(export=found, uploaded=data["file"], by=request.user)):
            messages.success(request, told(form.result))
            return redirect(found.get_absolute_url())
    context = {"export": found, "rows": rows, "hidden": hidden, "may_take": may_take, "form": form}
    return render(request, "funding/payment_export.html", context, status=status_of(form) if form else 200)


def shown_rows(user, export):
    """(the rows of dossiers that are open to the reader, whether others are left out)."""
    rows = exporting.rows_of(export)
    visible = Instalment.objects.visible_to(user).filter(pk__in=[row.instalment.pk for row in rows])
    seen = set(visible.values_list("pk", flat=True))
    shown = [row for row in rows if row.instalment.pk in seen]
    return shown, len(shown) < len(rows)


def told(noted):
    left = f" ; {plural(noted.empty, 'ligne')} sans numéro" if noted.empty else ""
    return f"{plural(noted.numbered, 'demande numérotée', 'demandes numérotées')}{left}."


@FORM
@permission_required(IMPORT)
def numbers(request, public_id):
    """The EJ of the award and the DP of the instalment, as Chorus gives them."""
    found = get_object_or_404(
        Instalment.objects.visible_to(request.user).select_related("award__fabrique", "award__organisation"),
        public_id=public_id,
    )
    sent = request.POST.get("act") if request.method == "POST" else None
    forms = {
        "ej": CommitmentForm(request.POST if sent == "ej" else None, prefix="ej"),
        "dp": RequestForm(request.POST if sent == "dp" else None, prefix="dp", payees=kept_payees(found)),
    }
    if request.method == "POST" and noted(request, found, sent, forms):
        return redirect("funding:chorus_numbers", public_id=found.public_id)
    context = {
        "instalment": found,
        "award": found.award,
        "ej_form": forms["ej"],
        "dp_form": forms["dp"],
        "commitments": found.award.commitments.all(),
        "parts": live_parts(found),
    }
    bound = forms.get(sent)
    return render(request, "funding/chorus_numbers.html", context, status=status_of(bound) if bound else 200)


def kept_payees(instalment):
    return list(instalment.payees.filter(live=True).select_related("organisation").order_by("pk"))


def live_parts(instalment):
    live = RequestPart.objects.filter(instalment=instalment, live=True)
    return live.select_related("request__export", "payee__organisation", "instalment__award__organisation")


def chosen_part(instalment, sent):
    """The part that was named: a DP that pays several members has one for each."""
    parts = live_parts(instalment).filter(request__public_id=next(iter(uuids([sent.get("number", "")])), None))
    if (payee := sent.get("payee", "")).isdecimal():
        parts = parts.filter(payee=payee)
    if (found := parts.order_by("pk").first()) is None:
        raise Http404
    return found


def note_request(found, data, by):
    chosen = {data["payee"]} if data.get("payee") else None
    return numbering.record_request(number=data["number"], instalments=[found], by=by, payees=chosen)


def noted(request, found, sent, forms):
    """Write the number that was sent, or undo one; False when the form comes back."""
    by = request.user
    if sent == "forget_ej":
        return undone(request, lambda: numbering.forget_commitment(
            award=found.award, number=request.POST.get("number", ""), by=by
        ))  # fmt: skip
    if sent == "forget_dp":
        part = chosen_part(found, request.POST)
        return undone(request, lambda: numbering.forget_request(part=part, by=by))
    if sent not in forms:
        raise NotAllowed
    verbs = {
        "ej": lambda data: numbering.record_commitment(award=found.award, by=by, **data),
        "dp": lambda data: note_request(found, data, by),
    }
    if done := attempt(forms[sent], verbs[sent]):
        messages.success(request, "Numéro noté.")
    return done


def undone(request, verb):
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Numéro retiré.")
    return True
