"""The calls as the team steers them: state, preview, publication with its consequences, waves, history."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import french
from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from accounts.history import entries_of
from accounts.lists import ChoiceFilter, Column, ListPage
from programme import calls, waves
from programme.calendar import latest_wave
from programme.forms import WaveForm
from programme.models import Call
from programme.models.call import EDIT, PUBLISH
from programme.models.wave import STEER
from programme.publication import call_problems
from programme.querysets import READ_ALL
from programme.views.public import amendments_of, content_of

TONES = {"draft": "new", "published": "success", "closed": "info", "archived": "", "cancelled": "warning"}
WAVE_TONES = {"planned": "", "collecting": "success", "decided": "new", "announced": "success"}


def next_date(call):
    wave = latest_wave(call, timezone.now())
    if wave is None:
        return "aucune vague"
    if not wave.has_window():
        return f"annonce le {french.long_date(wave.announcement_on)}"
    return f"dépôt jusqu’au {french.long_datetime(wave.closes_at)}"


class CallList(ListPage):
    name = "appels"
    caption = "Appels du dispositif"
    noun = ("appel", "appels")
    default_sort = "-publie"
    columns = [
        Column(
            "appel", "Appel", "title", sort="title", url=lambda row: row.staff_path, note="origin_note", header=True
        ),
        Column("nature", "Nature", "get_kind_display", sort="kind"),
        Column("etat", "État", lambda row: (row.get_state_display(), TONES.get(row.state, "")), kind="badge"),
        Column("publie", "Publié le", "published_at", kind="date", sort="published_at"),
        Column("vagues", "Vagues", lambda row: len(row.waves.all()), kind="integer"),
        Column("echeance", "Prochaine date", next_date),
    ]
    filters = [ChoiceFilter("etat", "État", field="state", choices=Call.State.choices)]
    empty_title = "Aucun appel"
    empty_text = "Un appel se prépare avec son formulaire et ses critères, puis se publie ici."

    def page_rows(self, ids):
        return Call.objects.filter(pk__in=ids).for_list()


@require_GET
@permission_required(READ_ALL)
def manage_calls(request):
    listing = CallList(request, Call.objects.visible_to(request.user))
    return listing.file() or render(
        request, "programme/manage_calls.html", {"listing": listing, "can_edit": request.user.has_perm(EDIT)}
    )


ACTS = {
    "publish": (calls.publish_call, "L’appel est publié : tout le monde peut le lire, avec son formulaire."),
    "close": (calls.close_call, "L’appel est clos : plus aucune vague ne peut s’ouvrir."),
    "archive": (calls.archive_call, "L’appel est archivé : il reste lisible."),
}


@require_http_methods(["GET", "POST"])
@permission_required(READ_ALL)
def manage_call(request, slug):
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    if request.method == "POST" and (act := ACTS.get(request.POST.get("act", ""))):
        verb, done = act
        verb(call=call, by=request.user, version=version_of(request))
        messages.success(request, done)
        return redirect(call.staff_path)
    return render(request, "programme/manage_call.html", context_of(call, request.user))


def context_of(call, user):
    draft = call.state == Call.State.DRAFT
    problems = call_problems(call) if draft else []
    version = call.version_in_force()
    return {
        "call": call,
        "tone": TONES.get(call.state, ""),
        "version": version,
        **content_of(version),
        "waves": [(wave, WAVE_TONES.get(wave.state, "info")) for wave in call.waves.all()],
        "can_publish": user.has_perm(PUBLISH),
        "can_edit": user.has_perm(EDIT) and call.takes_waves,
        "can_clone": user.has_perm(EDIT) and version is not None,
        "prepared": call.draft_version(),
        "versions": sorted(call.versions.all(), key=lambda one: -one.number),
        "can_plan": user.has_perm(STEER) and call.takes_waves,
        "problems": problems,
        "consequences": calls.publication_consequences(call) if draft else [],
        "amendments": amendments_of(call),
        "history": entries_of(call),
    }


@require_http_methods(["GET", "POST"])
@permission_required(STEER)
def plan_wave(request, slug):
    call = get_object_or_404(Call.objects.visible_to(request.user), slug=slug)
    form = WaveForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: waves.plan_wave(call=call, by=request.user, **data)):
        messages.success(request, f"La vague {form.result.number} est prévue.")
        return redirect(call.staff_path)
    trail = [("Appels", reverse("programme:manage_calls")), (call.title, call.staff_path)]
    context = {"call": call, "form": form, "trail": trail}
    return render(request, "programme/plan_wave.html", context, status=status_of(form))
