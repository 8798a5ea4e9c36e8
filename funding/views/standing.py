"""The award itself: suspended, resumed, terminated; shared in a consortium; committed year by year."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP, euros
from accounts.history import entries_of
from funding.conventions import drafting, sharing, standing
from funding.conventions.commitments import commit_year, uncommitted_cents
from funding.conventions.forms import ResumeForm, SharesForm, SuspendForm, TerminateForm, YearPartForm
from funding.conventions.snapshots import current_shares
from funding.instalments import agreement_of
from funding.models import Agreement, Award

S = Award.State
RELATED = (
    "organisation", "fabrique__commune", "wave__call", "application__call_version", "agreement",
)  # fmt: skip


def find(request, public_id):
    return get_object_or_404(
        Award.objects.visible_to(request.user).select_related(*RELATED), public_id=public_id, application__isnull=False
    )


def dossier_url(award):
    return reverse("funding:dossier", args=[award.application.public_id])


# --- Stopping -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(standing.STOP)
def stop(request, public_id):
    award = find(request, public_id)
    forms = stop_forms(request, award)
    if request.method == "POST" and (done := stopped(request, award, forms)):
        messages.success(request, done)
        return redirect("funding:stop_award", award.public_id)
    bound = next((form for form in forms.values() if form.is_bound), None)
    context = {
        "award": award,
        "dossier_url": dossier_url(award),
        "suspend_form": forms.get("suspend"),
        "resume_form": forms.get("resume"),
        "terminate_form": forms.get("terminate"),
        "consequences": standing.consequences(award) if "terminate" in forms else [],
        "history": entries_of(award),
    }
    return render(request, "funding/stop_award.html", context, status=status_of(bound) if bound else 200)


def stop_forms(request, award):
    asked = request.POST.get("act") if request.method == "POST" else None
    classes = {}
    if award.state == S.IN_FORCE:
        classes["suspend"] = SuspendForm
    if award.state == S.SUSPENDED:
        classes["resume"] = ResumeForm
    if award.state in (S.COMMITTED, S.IN_FORCE, S.SUSPENDED):
        classes["terminate"] = TerminateForm
    return {name: made(request.POST if asked == name else None, prefix=name) for name, made in classes.items()}


def stopped(request, award, forms):
    award.expect_version(version_of(request))
    name = request.POST.get("act", "")
    form = forms.get(name)
    if form is None:
        raise NotAllowed
    common = {"award": award, "by": request.user, "version": version_of(request)}
    if name == "terminate":
        done = attempt(form, lambda data: standing.terminate(on=data["on"], termination=form.termination(), **common))
        return f"L’aide est résiliée, {euros(form.result[1])} d’AE sont rendus." if done else ""
    verb, said = {
        "suspend": (standing.suspend, "Les versements sont suspendus"),
        "resume": (standing.resume, "Les versements reprennent"),
    }[name]
    return f"{said}{NBSP}: la structure est prévenue." if attempt(form, lambda data: verb(**common, **data)) else ""


# --- Shares -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(drafting.MANAGE)
def shares(request, public_id):
    """The shares of a consortium, until the agreement is signed; then an amendment changes them."""
    award = find(request, public_id)
    agreement = agreement_of(award)
    if agreement is not None and agreement.state != Agreement.State.DRAFTED:
        raise Http404("La convention est envoyée : un avenant change la répartition.")
    form = SharesForm(request.POST or None, shares=current_shares(award), lead=award.organisation)
    if request.method == "POST":
        award.expect_version(version_of(request))
        if attempt(form, lambda data: sharing.share_out(award=award, members=form.members(), by=request.user)):
            messages.success(request, "La répartition est enregistrée.")
            return redirect(agreement.get_absolute_url() if agreement else "funding:uncontracted")
    context = {"award": award, "agreement": agreement, "form": form}
    return render(request, "funding/shares.html", context, status=status_of(form))


# --- Year by year -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("funding.commit")
def year_part(request, public_id):
    """Commit the part of one more year, where the call commits year by year."""
    award = find(request, public_id)
    form = YearPartForm(request.POST or None, user=request.user)
    if request.method == "POST":
        award.expect_version(version_of(request))
        if attempt(form, lambda data: committed(request, award, data)):
            messages.success(request, "La part de l’année est engagée.")
            return redirect("funding:year_part", award.public_id)
    context = {
        "award": award, "form": form, "dossier_url": dossier_url(award), "left_cents": uncommitted_cents(award),
        "draws": award.draws.select_related("line").order_by("pk"),
    }  # fmt: skip
    return render(request, "funding/year_part.html", context, status=status_of(form))


def committed(request, award, data):
    return commit_year(
        award=award, line=data["line"], fiscal_year=data["on"].year, cents=data["amount"], on=data["on"],
        act=data["act"], by=request.user, key=f"year:{request.POST.get('idempotency_key')}",
    )  # fmt: skip
