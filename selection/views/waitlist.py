"""Who may still be called, with what money, until when; and what waits for a signature."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.french import plural
from accounts.permissions import require
from programme.models import Wave
from selection.after_forms import CallForm
from selection.forms import ReasonForm
from selection.late_awards import drop_award, laureates
from selection.late_decisions import prepared_late, sign_late, signed_late
from selection.late_ways import better_placed
from selection.models import Decision
from selection.money import credits_of
from selection.sending import letters_of, progress_of_letters
from selection.views.late_award import prepare

READ = "selection.read_panel"
PREPARE = "selection.prepare"
SIGN = "selection.sign"
State = Decision.State


def find_wave(request, public_id):
    waves = Wave.objects.visible_to(request.user).select_related("call__programme")
    return get_object_or_404(waves, public_id=public_id)


def visible(request, wave):
    """Decisions of the wave on the dossiers that the reader may read: nothing of those with which she has a tie."""
    return Decision.objects.visible_to(request.user).filter(wave=wave)


@require_GET
@permission_required(READ)
def waitlist(request, public_id):
    wave = find_wave(request, public_id)
    return render(request, "selection/waitlist.html", context_of(request, wave))


def context_of(request, wave):
    scope = visible(request, wave)
    prepared = list(prepared_late(wave).filter(pk__in=scope.values("pk")))
    replacements = Decision.objects.filter(wave=wave, replaces__isnull=False).exclude(state=State.DROPPED)
    answered = set(replacements.values_list("replaces", flat=True))
    waiting = scope.waiting().select_related("application__fabrique__commune", "application__organisation")
    late = signed_late().filter(pk__in=scope.values("pk"))
    return {
        "wave": wave,
        "waiting": [(one, one.pk in answered) for one in waiting.order_by("rank", "pk")],
        "prepared": prepared,
        "handing": late.count(),
        "progress": progress_of_letters(letters_of(late)),
        "credits": credits_of(wave.call.programme),
        "laureates": laureates(wave),
        "today": timezone.localdate(),
        "may_prepare": request.user.has_perm(PREPARE),
        "may_sign": request.user.has_perm(SIGN) and bool(prepared),
        "is_announced": wave.state == Wave.State.ANNOUNCED,
    }


def find_decision(request, public_id):
    rows = Decision.objects.visible_to(request.user).select_related(
        "application__fabrique", "application__call_version", "wave__call__programme", "award"
    )
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PREPARE)
def call(request, public_id):
    """Call one dossier: its AE are reserved now, the award waits for a signature."""
    decision = find_decision(request, public_id)
    application = decision.application
    form, is_done = prepare(request, decision, CallForm)
    if is_done:
        messages.success(request, f"{application} est appelé : les crédits sont réservés, la décision est à signer.")
        return redirect("selection:waitlist", public_id=decision.wave.public_id)
    context = {
        "decision": decision,
        "application": application,
        "wave": decision.wave,
        "form": form,
        "passed_over": passed_over(request, decision) if decision.rank else [],
    }
    return render(request, "selection/call.html", context, status=status_of(form))


def passed_over(request, decision):
    """The dossiers with a better place that still wait, among those that the reader may read."""
    better = better_placed(decision)
    known = Decision.objects.visible_to(request.user).filter(pk__in=[one.pk for one in better])
    readable = set(known.values_list("pk", flat=True))
    return [one for one in better if one.pk in readable]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PREPARE)
def drop(request, public_id):
    """Give up a late award that is not signed."""
    decision = find_decision(request, public_id)
    form = ReasonForm(request.POST or None)
    version = version_of(request) if request.method == "POST" else None

    def verb(data):
        return drop_award(decision=decision, by=request.user, reason=data["reason"], version=version)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, "L’attribution est abandonnée : les crédits sont revenus sur leur ligne.")
        return redirect("selection:waitlist", public_id=decision.wave.public_id)
    context = {"decision": decision, "application": decision.application, "wave": decision.wave, "form": form}
    return render(request, "selection/drop.html", context, status=status_of(form))


@require_POST
@permission_required(READ)
def sign(request, public_id):
    """Sign what was ticked, all of it or none."""
    require(request.user, SIGN)
    wave = find_wave(request, public_id)
    chosen = set(request.POST.getlist("decisions"))
    known = {str(key): key for key in visible(request, wave).values_list("public_id", flat=True)}
    if not chosen <= set(known):
        raise StalePage
    done = sign_late(wave=wave, decisions=[known[key] for key in chosen], by=request.user)
    messages.success(
        request,
        f"{plural(len(done), 'décision signée', 'décisions signées')}. Chacune est remise dès son courrier prêt.",
    )
    return redirect("selection:waitlist", public_id=public_id)
