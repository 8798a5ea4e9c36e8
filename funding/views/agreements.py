"""Which agreements wait for whom; their signatures, one after the other."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP, euros, long_date, plural
from accounts.history import entries_of
from funding import agreements as verbs
from funding.forms import SendForm, SignatureForm
from funding.lists import WAITED_FOR, AgreementList, UncontractedList
from funding.models import Agreement, Award
from funding.schedules import current_instalments

READ = "accounts.read_steering"
S = Agreement.State
# State → (form, verb, title of the step, what it does).
STEPS = {
    S.DRAFTED: (SendForm, verbs.send, "Noter l’envoi à la structure", "La structure est prévenue par courriel"),
    S.SENT: (SignatureForm, verbs.record_beneficiary_signature, "Noter la signature de la structure", ""),
    S.SIGNED_BY_BENEFICIARY: (SignatureForm, verbs.record_state_signature, "Noter la signature de l’État", ""),
}


@require_GET
@permission_required(READ)
def agreements(request):
    listing = AgreementList(request, Agreement.objects.visible_to(request.user))
    waiting = Award.objects.visible_to(request.user).without_agreement().count()
    context = {"listing": listing, "waiting": waiting}
    return listing.file() or render(request, "funding/agreements.html", context)


@require_GET
@permission_required(READ)
def uncontracted(request):
    """Awards that wait for their agreement."""
    listing = UncontractedList(request, Award.objects.visible_to(request.user).without_agreement())
    context = {"listing": listing, "may_prepare": request.user.has_perm(verbs.MANAGE)}
    return listing.file() or render(request, "funding/uncontracted.html", context)


@require_POST
@permission_required(verbs.MANAGE)
def prepare(request):
    """Prepare the agreements of the awards named in the form: all of them, or none."""
    asked = set(uuids(request.POST.getlist("award")))
    found = list(Award.objects.visible_to(request.user).filter(public_id__in=asked).order_by("pk"))
    if len(found) < len(asked):
        raise Http404
    with transaction.atomic():
        done = [verbs.prepare(award=award, by=request.user) for award in found]
    if not done:
        messages.warning(request, "Choisissez au moins une attribution.")
        return redirect("funding:uncontracted")
    messages.success(
        request, f"{plural(len(done), 'convention préparée', 'conventions préparées')}. Il reste à les envoyer."
    )
    return redirect(done[0].get_absolute_url() if len(done) == 1 else "funding:agreements")


def uuids(texts):
    for text in texts:
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def agreement(request, public_id):
    found = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related(
            "award__fabrique__commune", "award__organisation", "award__wave__call",
            "award__application__call_version",
        ),
        public_id=public_id,
    )  # fmt: skip
    form_class, verb, title, _ = STEPS.get(found.state, (None, None, "", ""))
    may_act = bool(form_class) and request.user.has_perm(verbs.MANAGE)
    form = form_class(request.POST or None) if may_act else None
    if request.method == "POST":
        done = act(request, found, form, verb)
        if done:
            messages.success(request, done)
            return redirect(found.get_absolute_url())
    context = {
        "agreement": found,
        "award": found.award,
        "form": form,
        "step_title": title,
        "consequences": consequences(found),
        "steps": steps_of(found),
        "waited_for": WAITED_FOR[found.state],
        "instalments": current_instalments(found.award),
        "history": entries_of(found),
    }
    return render(request, "funding/agreement.html", context, status=status_of(form) if form else 200)


def act(request, found, form, verb):
    """Do the step of the state that the page showed; the sentence that says so, or "" when it came back."""
    found.expect_version(version_of(request))
    if form is None:
        raise NotAllowed
    arguments = {"agreement": found, "by": request.user, "version": version_of(request)}
    if not attempt(form, lambda data: verb(**arguments, **data)):
        return ""
    return f"{form.result.get_state_display()} : c’est noté. {WAITED_FOR[form.result.state]}."


def consequences(found):
    """What the next step does, in numbers."""
    award = found.award
    if found.state == S.DRAFTED:
        return ["La structure est prévenue par courriel", "Rien d’autre ne change"]
    if found.state == S.SENT:
        return ["La convention attend alors la signature de l’État"]
    if found.state != S.SIGNED_BY_BENEFICIARY:
        return []
    first = current_instalments(award).first()
    said = [f"La convention entre en vigueur pour {euros(award.total_cents)}", "Le lieu est compté « conventionné »"]
    if award.notified_on is None:
        return [*said, "Aucune échéance n’est exigible avant la notification de la décision"]
    if first:
        said.append(f"L’échéance 1 ({euros(first.cents)}) devient exigible{NBSP}: délai de paiement de 60{NBSP}jours")
    return said


def steps_of(found):
    reached = list(S.values).index(found.state)
    rows = [
        ("Préparée", None, "", 0),
        ("Envoyée à la structure", found.sent_on, "", 1),
        ("Signée par la structure", found.beneficiary_signed_on, found.beneficiary_signatory, 2),
        ("Signée par l’État", found.state_signed_on, found.state_signatory, 3),
        ("En vigueur", found.state_signed_on, "", 4),
    ]
    return [
        {
            "label": label,
            "date": long_date(day) if day else "",
            "note": note,
            "state": "done" if rank <= reached else "now" if rank == reached + 1 else "next",
        }
        for label, day, note, rank in rows
    ]
