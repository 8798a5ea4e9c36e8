"""More time to send: for one structure, or for all after an outage that was measured."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed, StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.french import deadline, long_datetime
from applications.deadline_forms import ExtensionForm, OutageForm
from applications.extensions import extend_deposit
from applications.models import DepositExtension, Outage
from applications.outages import record_outage
from applications.silence import silence_of_wave
from applications.windows import TAKING
from programme.models import Wave
from programme.models.wave import STEER

READ = "accounts.read_steering"
EXTENSION, OUTAGE = "delai", "panne"


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def deadlines(request, public_id):
    """Who was given more time in this wave, and why? Two forms for those who steer waves."""
    waves = Wave.objects.visible_to(request.user).select_related("call__programme")
    wave = get_object_or_404(waves, public_id=public_id)
    forms = {EXTENSION: ExtensionForm(prefix=EXTENSION), OUTAGE: OutageForm(prefix=OUTAGE)}
    if request.method != "POST":
        return page(request, wave, forms)
    if not request.user.has_perm(STEER):
        raise NotAllowed
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise StalePage
    return act(request, wave, forms)


def extend(request, wave, forms):
    form = forms[EXTENSION] = ExtensionForm(request.POST, prefix=EXTENSION)
    if not attempt(form, lambda data: extend_deposit(wave=wave, by=request.user, **form.values())):
        return page(request, wave, forms, form)
    given = form.result
    sentence = f"{given.organisation} peut envoyer jusqu’au {deadline(given.until)}. Ses membres sont prévenus."
    messages.success(request, sentence)
    return redirect("applications:deadlines", wave.public_id)


def outage(request, wave, forms):
    form, version = OutageForm(request.POST, prefix=OUTAGE), version_of(request)
    forms[OUTAGE] = form
    if not attempt(form, lambda data: record_outage(wave=wave, by=request.user, version=version, **data)):
        return page(request, wave, forms, form)
    until = long_datetime(form.result.closes_at)
    messages.success(
        request, f"Panne notée. Le dépôt est ouvert à tous jusqu’au {until} ; chacun est prévenu, une seule fois."
    )
    return redirect("applications:deadlines", wave.public_id)


ACTS = {EXTENSION: extend, OUTAGE: outage}


def page(request, wave, forms, posted=None):
    context = {
        "wave": wave,
        "trail": [
            ("Vagues", "/pilotage/vagues/"),
            (str(wave), f"/pilotage/vagues/{wave.public_id}/"),
        ],
        "closes_at": wave.closes_at,
        "accepts_until": wave.accepts_until() if wave.has_window() else None,
        "rule": closing_rule(wave),
        "extensions": DepositExtension.objects.filter(wave=wave).select_related("organisation", "granted_by"),
        "outages": Outage.objects.filter(wave=wave).select_related("recorded_by"),
        "silence": list(silence_of_wave(wave, reader=request.user).sentences()),
        "may_steer": request.user.has_perm(STEER) and wave.state in TAKING and wave.has_window(),
        "extension_form": forms[EXTENSION],
        "outage_form": forms[OUTAGE],
        # The page of a floor above: its address, not its name.
        "amend_url": f"/pilotage/vagues/{wave.public_id}/modifier/",
    }
    return render(request, "applications/deadlines.html", context, status=status_of(posted) if posted else 200)


def closing_rule(wave):
    version = wave.call.version_in_force()
    return version.closing_rule if version else ""
