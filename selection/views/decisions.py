"""What am I about to sign, does it fit the money? Then the letters, then the announcement."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.forms import version_of
from accounts.french import plural
from applications.evaluations.doors import closed_dossiers
from programme.models import Wave
from selection.decisions import announce, sign_wave
from selection.foreseen import body_of
from selection.models import Decision
from selection.sending import announcement_block, progress_of
from selection.signing import signed, to_sign

READ = "selection.read_panel"
SIGNED_STATES = (Wave.State.DECIDED, Wave.State.ANNOUNCED)


def find(request, public_id):
    return get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("call__programme"), public_id=public_id
    )


@require_GET
@permission_required(READ)
def decisions(request, public_id):
    wave = find(request, public_id)
    if wave.state in SIGNED_STATES:
        return render(request, "selection/decisions.html", signed_context(request, wave))
    signature = to_sign(wave, reader=request.user)
    context = {"wave": wave, "signature": signature, "may_sign": request.user.has_perm("selection.sign")}
    return render(request, "selection/decisions.html", context)


@require_GET
@permission_required(READ)
def foreseen_letter(request, public_id, application_id):
    """One letter as it would be made, before anything is signed."""
    wave = find(request, public_id)
    if wave.state in SIGNED_STATES:
        raise Http404("La vague est signée : le courrier lui-même se lit sur la page des courriers.")
    signature = to_sign(wave, reader=request.user)
    keys = [line.application.public_id for line in signature.lines]
    if application_id not in keys:
        raise Http404
    place = keys.index(application_id)
    line = signature.lines[place]
    context = {
        "wave": wave,
        "line": line,
        "signature": signature,
        "body": body_of(line.foreseen) if line.foreseen.facts is not None else "",
        "before": signature.lines[place - 1] if place else None,
        "after": signature.lines[place + 1] if place + 1 < len(keys) else None,
        "position": f"{place + 1} sur {len(keys)}",
    }
    return render(request, "selection/foreseen_letter.html", context)


def signed_context(request, wave):
    signature = signed(wave, reader=request.user)
    progress = progress_of(wave, closed=closed_dossiers(request.user))
    decisions = Decision.objects.filter(wave=wave, signed_at__isnull=False).select_related("signed_by")
    first = decisions.order_by("pk").first()
    return {
        "wave": wave,
        "signature": signature,
        "first": first,
        "progress": progress,
        "progress_url": reverse("selection:progress", args=[wave.public_id]),
        "may_announce": wave.state == Wave.State.DECIDED and request.user.has_perm("selection.sign"),
        "announce_items": announce_items(signature),
        "announce_blocked": announcement_block(progress),
    }


def announce_items(signature):
    yield f"{plural(len(signature.lines), 'courrier')} visibles d’un coup, au même moment pour tous"
    yield f"{plural(len(signature.awards), 'lauréat')} au compteur des fabriques"
    yield "Un courriel par dossier : il dit que la réponse est là, sans dire laquelle"
    yield "Les délais de recours courent à l’ouverture de chaque courrier"


@require_GET
@permission_required(READ)
def progress(request, public_id):
    """The progress alone, asked again by the page while letters are being made; a plain reload does the same."""
    wave = find(request, public_id)
    now = progress_of(wave, closed=closed_dossiers(request.user))
    context = {"wave": wave, "progress": now, "progress_url": request.path}
    response = render(request, "selection/_progress.html", context)
    if not now.is_moving:
        # All that could be made is made: the whole page has news, the announcement may be possible.
        response["HX-Refresh"] = "true"
    return response


@require_POST
@permission_required(READ)
def sign(request, public_id):
    wave = find(request, public_id)
    read = request.POST.get("digest", "")
    done = sign_wave(wave=wave, by=request.user, version=version_of(request), digest=read)
    messages.success(
        request,
        f"{plural(len(done), 'décision signée', 'décisions signées')}. Les courriers sont en fabrication ; "
        "l’annonce sera possible quand ils seront tous prêts.",
    )
    return redirect("selection:decisions", public_id=public_id)


@require_POST
@permission_required(READ)
def announce_wave(request, public_id):
    wave = find(request, public_id)
    done = announce(wave=wave, by=request.user, version=version_of(request))
    messages.success(
        request,
        f"{plural(done, 'décision annoncée', 'décisions annoncées')} au même moment. "
        "Les conventions peuvent être préparées depuis la page de la vague.",
    )
    return redirect("selection:decisions", public_id=public_id)
