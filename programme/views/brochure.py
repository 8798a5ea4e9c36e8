"""The call to print."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from documents.rendering import RenderingUnavailable
from programme.brochure import brochure_of
from programme.models import Call
from programme.views.public import content_of


@require_safe
def pdf(request, slug):
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    version = call.version_in_force()
    try:
        content = brochure_of(call, {"version": version, **content_of(version)})
    except RenderingUnavailable:
        return render(request, "programme/brochure_unavailable.html", {"call": call}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="appel-{call.slug}.pdf"'
    return response
