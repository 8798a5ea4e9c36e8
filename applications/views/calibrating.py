"""Who is severe and who is not: the chair's page of a wave; and to each reviewer, hers, once the wave is decided."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import permission_required, role_required
from accounts.models import Role
from applications.evaluations.severity import scores_of_wave, waves_told
from applications.evaluations.severity_chart import chart_of
from programme.models import Wave


@require_safe
@permission_required("applications.read_calibration")
def calibration(request, public_id):
    """Do reviewers agree, who is severe, and may the scores be adjusted?"""
    waves = Wave.objects.visible_to(request.user).select_related("call")
    wave = get_object_or_404(waves, public_id=public_id)
    found = scores_of_wave(wave, reader=request.user)
    told = found.is_calibrated and not found.owed
    context = {
        "wave": wave,
        "found": found,
        "sheets": sum(line.given for line in found.lines),
        "chart": chart_of(found.lines) if told else None,
    }
    return render(request, "applications/calibration.html", context)


@require_safe
@role_required(Role.REVIEWER)
def feedback(request, public_id):
    """How did I score in this wave, beside the others? Read by nobody else, and no colleague is named."""
    wave = next((wave for wave in waves_told(request.user) if wave.public_id == public_id), None)
    if wave is None:
        raise Http404
    found = scores_of_wave(wave)
    context = {"wave": wave, "found": found, "line": found.line_of(request.user)}
    return render(request, "applications/reviews/feedback.html", context)
