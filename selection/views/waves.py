"""Where does this wave stand, and what is its next step?"""

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.french import plural
from accounts.history import entries_of
from accounts.lists import ChoiceFilter, Column, ListPage
from applications.evaluations.doors import but, closed_dossiers
from applications.evaluations.register import left_to_judge
from applications.models import Application
from applications.silence import silence_of_wave
from programme import waves as steps
from programme.models import Wave
from selection.decisions import prepare_agreements
from selection.models import Decision
from selection.progress import critical_path, next_step, standing_of
from selection.wave_forms import AmendmentForm, amendment_lines

READ = "selection.read_panel"
TONES = {"collecting": "new", "deliberation": "info", "decided": "warning", "announced": "success"}


def counted(rows, **conditions):
    rows = rows.filter(wave=OuterRef("pk"), **conditions).order_by().values("wave")
    return Subquery(rows.annotate(n=Count("pk")).values("n"))


class WaveList(ListPage):
    name = "vagues"
    caption = "Vagues de tous les appels"
    noun = ("vague", "vagues")
    default_sort = "-annonce"
    empty_title = "Aucune vague"
    empty_text = "Une vague se prévoit sur la page de son appel."
    columns = [
        Column(
            "vague",
            "Vague",
            str,
            header=True,
            sort=("number",),
            note="call.title",
            url=lambda wave: reverse("selection:wave", args=[wave.public_id]),
        ),
        Column(
            "etat",
            "État",
            lambda wave: (wave.get_state_display(), TONES.get(wave.state, "")),
            kind="badge",
            sort="state",
        ),
        Column("cloture", "Clôture du dépôt", "closes_at", kind="datetime", sort="closes_at"),
        Column("comite", "Comité", "panel_on", kind="date", sort="panel_on"),
        Column("annonce", "Annonce prévue", "announcement_on", kind="date", sort="announcement_on"),
        Column("recus", "Dossiers reçus", lambda wave: wave.received or 0, kind="integer"),
        Column("laureats", "Lauréats", lambda wave: wave.laureates or 0, kind="integer"),
    ]
    filters = [ChoiceFilter("etat", "État", field="state", choices=Wave.State.choices)]

    def page_rows(self, ids):
        rows, closed = Wave.objects.filter(pk__in=ids).select_related("call"), closed_dossiers(self.request.user)
        awards = but(Decision.objects.filter(act=Decision.Act.AWARD), closed, "application")
        return rows.annotate(
            received=counted(but(Application.objects.all(), closed), submitted_at__isnull=False),
            laureates=counted(awards, issued_at__isnull=False),
        )


@require_GET
@permission_required(READ)
def waves(request):
    listing = WaveList(request, Wave.objects.visible_to(request.user))
    return listing.file() or render(request, "selection/waves.html", {"listing": listing})


def find(request, public_id):
    return get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("call__programme"), public_id=public_id
    )


@require_GET
@permission_required(READ)
def wave(request, public_id):
    wave = find(request, public_id)
    standing = standing_of(wave, reader=request.user)
    step = next_step(standing)
    context = {
        "wave": wave,
        "standing": standing,
        "steps": critical_path(standing),
        "step": step,
        "may_step": step.verb and request.user.has_perm(PERMISSIONS.get(step.verb, "programme.steer_wave")),
        "may_amend": request.user.has_perm("programme.steer_wave") and wave.state not in ("announced",),
        "amendments": amendment_lines(wave),
        "history": entries_of(wave, limit=20),
        "tone": TONES.get(wave.state, ""),
        "to_judge": left_to_judge(wave, reader=request.user),
        "silence": list(silence_of_wave(wave, reader=request.user).sentences()),
    }
    return render(request, "selection/wave.html", context)


def do_prepare_agreements(*, wave, by, version=None):
    done = prepare_agreements(wave=wave, by=by)
    return (
        f"{plural(done, 'convention')} en préparation. Envoyez chacune depuis sa page." if done else "Rien à préparer."
    )


def stepping(verb, sentence):
    def act(*, wave, by, version=None):
        verb(wave=wave, by=by, version=version)
        return sentence

    return act


STEPS = {
    "start_instruction": stepping(steps.start_instruction, "Le dépôt est clos. L’instruction commence."),
    "start_review": stepping(steps.start_review, "La vague est en évaluation."),
    "start_deliberation": stepping(steps.start_deliberation, "La délibération est ouverte : préparez les issues."),
    "prepare_agreements": do_prepare_agreements,
}
PERMISSIONS = {"prepare_agreements": "funding.manage_agreement"}


@require_POST
@permission_required(READ)
def advance(request, public_id):
    wave = find(request, public_id)
    act = STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise StalePage
    messages.success(request, act(wave=wave, by=request.user, version=version_of(request)))
    return redirect("selection:wave", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("programme.steer_wave")
def amend(request, public_id):
    wave = find(request, public_id)
    form = AmendmentForm(request.POST or None, wave=wave)
    version = version_of(request) if request.method == "POST" else None

    def verb(data):
        reason = data.pop("reason")
        return steps.amend_wave(wave=wave, by=request.user, reason=reason, version=version, **data)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, "La vague est modifiée ; le motif est gardé dans son historique.")
        return redirect("selection:wave", public_id=public_id)
    return render(request, "selection/amend.html", {"wave": wave, "form": form}, status=status_of(form))
