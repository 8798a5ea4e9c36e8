"""Entering the pool by the link of a mail, and one's own profile afterwards."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import role_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.models import Role
from accounts.remembering import local_path
from applications.evaluations import pool, profiles
from applications.evaluations import terms as rules
from applications.evaluations.ties import JUDGES, in_force
from applications.models import Interest, ReviewerProfile
from applications.pool_forms import DeclarationForm, JoinForm, ProfileForm, RefuseForm


@require_http_methods(["GET", "POST"])
def invitation(request, token):
    """Do I accept to review? Answered by whoever has the link, without an account."""
    asked = pool.open_invitation(token)
    if asked is None:
        raise Http404
    if not asked.is_open:
        return render(request, "applications/pool/closed.html", {"invitation": asked})
    refusing = request.method == "POST" and "refuse" in request.POST
    names = ("first_name", "last_name", "employer", "employer_siren")
    initial = {name: getattr(asked, name) for name in names}
    join = JoinForm(request.POST if request.method == "POST" and not refusing else None, initial=initial)
    refuse = RefuseForm(request.POST if refusing else None, prefix="non")
    if refusing and attempt(refuse, lambda data: pool.decline(invitation=asked, **data)):
        return redirect("applications:reviewer_invitation", token)
    if (
        request.method == "POST"
        and not refusing
        and attempt(join, lambda data: pool.accept(invitation=asked, **join.answer()))
    ):
        return redirect("applications:reviewer_invitation", token)
    context = {"invitation": asked, "form": join, "refuse": refuse}
    return render(request, "applications/pool/join.html", context, status=status_of(refuse if refusing else join))


@role_required(*JUDGES)
@require_http_methods(["GET", "POST"])
def own_profile(request):
    """What do you know of me, what do I declare, what have I accepted? Of a reviewer, or of a member of the panel."""
    known = ReviewerProfile.objects.select_related("commune").filter(user=request.user).first()
    forms = {
        "profile": ProfileForm.of(request.user, initial=ProfileForm.initial_of(known), prefix="profil"),
        "interest": DeclarationForm(prefix="interet"),
    }
    status = 200
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")
        name, said = act(request, forms, known)
        if said:
            messages.success(request, said)
            return redirect("applications:own_profile")
        status = status_of(forms[name])
    lines = Interest.objects.filter(user=request.user).select_related("commune")
    context = {
        **forms,
        "version": known.version if known else None,
        "lines": in_force(lines),
        "accepted": rules.terms_accepted(request.user),
        "reviews": request.user.has_role(Role.REVIEWER),
    }
    return render(request, "applications/pool/own_profile.html", context, status=status)


def save_profile(request, forms, known):
    initial = ProfileForm.initial_of(known)
    form = forms["profile"] = ProfileForm.of(request.user, request.POST, initial=initial, prefix="profil")
    done = attempt(
        form,
        lambda data: profiles.describe_reviewer(
            user=request.user, by=request.user, version=version_of(request) if known else None, **form.profile()
        ),
    )
    return "profile", done and "Votre profil est enregistré."


def add_interest(request, forms, known):
    form = forms["interest"] = DeclarationForm(request.POST, prefix="interet")
    done = attempt(form, lambda data: profiles.declare_interest(user=request.user, by=request.user, **form.line()))
    return "interest", done and "Cet intérêt est déclaré : les dossiers qu’il concerne vous sont fermés."


ACTS = {"profile": save_profile, "interest": add_interest}


@role_required(Role.REVIEWER)
@require_http_methods(["GET", "POST"])
def review_terms(request):
    """Which rules do I accept, before any dossier opens?"""
    if request.method == "POST":
        rules.accept_terms(user=request.user)
        messages.success(request, "C’est noté : vous avez accepté les règles de l’évaluation.")
        suite = request.POST.get("suite", "")
        return redirect(local_path(suite) if suite else "applications:desk")
    context = {
        "lines": rules.LINES,
        "edition": rules.EDITION,
        "accepted": rules.terms_accepted(request.user),
        "following": request.GET.get("suite", ""),
    }
    return render(request, "applications/pool/terms.html", context)
