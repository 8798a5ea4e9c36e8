"""Asking again in a wave that is open: a draft that came too late, or a request that ended."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms import attempt, status_of, version_of
from accounts.organisations import can_write
from applications import reapplying
from applications.deadline_forms import WaveChoiceForm
from applications.views.scope import own_dossier, trail_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_up(request, public_id):
    """To which wave, and what is carried there."""
    application = own_dossier(request, public_id)
    now = timezone.now()
    waves = reapplying.open_waves_for(application, now)
    form = WaveChoiceForm(request.POST or None, waves=waves)
    if request.method == "POST" and attempt(form, lambda data: bring(request, application, data["wave"])):
        tell(request, application, form.result)
        return redirect("applications:dossier", form.result.application.public_id)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "form": form,
        "waves": waves,
        "possible": reapplying.may_take_up(application, now),
        "can_write": can_write(application.organisation, request.user),
        "ended": reapplying.earlier_words(application) if application.state in reapplying.ENDED else "",
        "grounds": reapplying.grounds_of(application),
    }
    return render(request, "applications/take_up.html", context, status=status_of(form))


def bring(request, application, wave):
    return reapplying.take_up(application=application, wave=wave, by=request.user, version=version_of(request))


def tell(request, earlier, taken_up):
    wave = taken_up.application.wave
    if taken_up.application.pk == earlier.pk:
        messages.success(request, f"Votre brouillon est maintenant dans la vague {wave.number} : rien n’en est perdu.")
        return
    messages.success(
        request,
        f"Nouveau dossier dans la vague {wave.number}, avec vos réponses et votre plan de financement. "
        "Relisez-les, et joignez vos pièces à jour.",
    )
    if taken_up.left_out:
        names = ", ".join(f"« {label} »" for label in taken_up.left_out)
        messages.warning(request, f"À reprendre, la réponse d’avant n’entre pas telle quelle ici : {names}.")
