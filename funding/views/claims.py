"""Claims: written and sent by the structure, accepted or returned by the service."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import euros
from accounts.history import entries_of
from documents.downloads import serve_upload
from funding.claims import certifying, claiming
from funding.claims.forms import AcceptForm, LineForm, PeriodForm, ReasonForm
from funding.claims.lists import ClaimList
from funding.models import Award, Claim, ClaimLine, Instalment
from funding.models.claim import JUDGE
from funding.views.agreements import uuids

READ = "accounts.read_steering"
FORM = require_http_methods(["GET", "HEAD", "POST"])
LABELS = dict(claiming.ACCOUNTS)


# --- The structure ---------------------------------------------------------------------------------------------------


@FORM
@login_required
def my_claim(request, public_id, number):
    """The claim of one instalment of one's dossier."""
    instalment = my_instalment(request.user, public_id, number)
    may_write = claiming.may_write(instalment.award, request.user)
    claim = Claim.objects.filter(instalment=instalment).select_related("judged_by").first()
    sent = request.POST.get("act") if request.method == "POST" else None
    forms = forms_of(request, claim, sent) if may_write and claim and claim.is_writable else {}
    if request.method == "POST":
        if not may_write:
            raise NotAllowed
        if wrote(request, instalment, claim, sent, forms):
            return redirect("funding:my_claim", public_id=public_id, number=number)
    context = {
        "instalment": instalment, "application": instalment.award.application, "claim": claim,
        "lines": lines_of(claim), "total": claiming.total(claim) if claim else 0, "may_write": may_write,
        "may_start": may_write and claim is None and instalment.state in claiming.CLAIMABLE,
        "period_form": forms.get("period"), "line_form": forms.get("line"),
    }  # fmt: skip
    bound = forms.get(sent)
    return render(request, "funding/my_claim.html", context, status=status_of(bound) if bound else 200)


def my_instalment(user, public_id, number):
    awards = Award.objects.announced_to(user).filter(application__public_id=public_id)
    return get_object_or_404(
        Instalment.objects.live().select_related(
            "award__organisation", "award__application__fabrique", "award__application__call_version",
            "award__fabrique", "schedule_year",
        ),
        award__in=awards,
        number=number,
    )  # fmt: skip


def forms_of(request, claim, sent):
    period = {"period_from": claim.period_from, "period_to": claim.period_to, "note": claim.note}
    data = request.POST if sent == "line" else None
    return {
        "period": PeriodForm(request.POST if sent == "period" else None, prefix="period", initial=period),
        "line": LineForm(data, request.FILES if sent == "line" else None, prefix="line"),
    }


def wrote(request, instalment, claim, sent, forms):
    """Do what was sent; False when a form comes back with errors."""
    by = request.user
    if sent == "start":
        claiming.start(instalment=instalment, by=by)
        return True
    if claim is None:
        raise NotAllowed
    asked = {"claim": claim, "by": by, "version": version_of(request)}
    if sent == "send":
        claiming.send(**asked)
        messages.success(request, "Demande envoyée. Le service l’examine et vous écrit.")
    elif sent == "remove":
        line = get_object_or_404(ClaimLine.objects.filter(claim=claim), public_id=uuid_of(request.POST.get("line")))
        claiming.remove_line(line=line, by=by, version=version_of(request))
    elif sent not in forms:
        raise NotAllowed
    else:
        verb = claiming.describe if sent == "period" else claiming.add_line
        return attempt(forms[sent], lambda data: verb(**asked, **data))
    return True


def uuid_of(text):

    found = next(iter(uuids([text or ""])), None)
    if found is None:
        raise Http404
    return found


def lines_of(claim):
    if claim is None:
        return []
    return [
        {"line": line, "account": LABELS.get(line.account, line.account)}
        for line in claim.lines.select_related("evidence").order_by("pk")
    ]


@require_GET
@login_required
def evidence(request, public_id):
    """The paper of an expense: for the structure, and for staff once the claim was sent."""
    line = get_object_or_404(ClaimLine.objects.select_related("evidence", "claim"), public_id=public_id)
    claims = Claim.objects.filter(pk=line.claim_id)
    mine = claims.visible_to(request.user)
    if request.user.has_perm(READ):
        own = claims.filter(instalment__award__in=Award.objects.announced_to(request.user))
        mine = claims.sent_to(request.user) | own
    if not mine.exists() or line.evidence is None:
        raise Http404
    return serve_upload(line.evidence)


# --- The service -----------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def claims(request):
    listing = ClaimList(request, Claim.objects.sent_to(request.user))
    return listing.file() or render(request, "funding/claims.html", {"listing": listing})


@FORM
@permission_required(READ)
def claim(request, public_id):
    """A claim as the structure sent it: accept it line by line, or return it."""
    found = get_object_or_404(
        Claim.objects.sent_to(request.user).select_related(
            "instalment__award__fabrique", "instalment__award__organisation", "instalment__award__application",
            "sent_by", "judged_by",
        ),
        public_id=public_id,
    )  # fmt: skip
    sent = request.POST.get("act") if request.method == "POST" else None
    forms = judging_forms(request, found, sent)
    if request.method == "POST":
        if sent not in forms:
            raise NotAllowed
        if done := judged(request, found, sent, forms[sent]):
            messages.success(request, done)
            return redirect(found.get_absolute_url())
    context = {
        "claim": found, "instalment": found.instalment, "award": found.instalment.award, "lines": lines_of(found),
        "total": claiming.total(found), "accepted": certifying.accepted_cents(found),
        "accept_form": forms.get("accept"), "return_form": forms.get("return"), "history": entries_of(found),
    }  # fmt: skip
    bound = forms.get(sent)
    return render(request, "funding/claim.html", context, status=status_of(bound) if bound else 200)


def judging_forms(request, found, sent):
    if found.state != Claim.State.SENT or not request.user.has_perm(JUDGE):
        return {}
    return {
        "accept": AcceptForm(request.POST if sent == "accept" else None, claim=found, prefix="accept"),
        "return": ReasonForm(request.POST if sent == "return" else None, prefix="return"),
    }


def judged(request, found, sent, form):
    asked = {"claim": found, "by": request.user, "version": version_of(request)}
    if sent == "return":
        if attempt(form, lambda data: certifying.give_back(**asked, **data)):
            return "Demande rendue. La structure lit votre motif et la complète."
    elif attempt(form, lambda _: certifying.accept(**asked, amounts=form.amounts)):
        return f"Demande acceptée pour {euros(certifying.accepted_cents(form.result))}. Les finances certifient."
    return ""
