"""What officers ask of the calculation of a wave's assignment: propose, price, lock, keep apart."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt
from accounts.french import plural
from applications.assigning_forms import ApartForm, ProposalForm
from applications.evaluations import proposing
from applications.models import Assignment, AssignmentRun, KeptApart
from applications.models.review import ASSIGN
from applications.roster import seats_of
from applications.views import assigning

may_assign = permission_required(ASSIGN)


@may_assign
@require_POST
def propose(request, public_id):
    wave = assigning.wave_of(request, public_id)
    form = ProposalForm(request.POST, prefix="calcul")
    if not attempt(form, lambda data: proposing.propose(wave=wave, by=request.user, **form.asked())):
        return assigning.page(request, wave, proposal_form=form)
    tell(request, form.result)
    return redirect("applications:assignment", public_id)


def tell(request, run):
    if run.cost is None:
        messages.error(request, "Les règles ne peuvent pas toutes être tenues : rien n’a changé.")
        return
    found = run.findings
    told = [plural(found["added"], "évaluation proposée", "évaluations proposées")]
    if found["dropped"]:
        told.append(plural(found["dropped"], "proposition retirée", "propositions retirées"))
    if found["kept"]:
        told.append(plural(found["kept"], "choix gardé", "choix gardés"))
    messages.success(request, f"{', '.join(told)}. Relisez, puis envoyez.")


@may_assign
@require_POST
def price(request, public_id):
    wave = assigning.wave_of(request, public_id)
    run = AssignmentRun.objects.filter(wave=wave).first()
    if run is None or run.cost is None:
        raise StalePage("Il n’y a pas de proposition à chiffrer. Demandez-en une d’abord.")
    try:
        proposing.price_rules(run=run, by=request.user)
    except StalePage:
        if request.htmx:
            # The page asked by itself: it stays as it is, and its button says why.
            return HttpResponse(status=204)
        raise
    return redirect("applications:assignment", public_id)


@may_assign
@require_POST
def lock(request, public_id):
    """Lock, or free, the one choice whose button was pressed."""
    wave = assigning.wave_of(request, public_id)
    locked = "verrouiller" in request.POST
    key = request.POST.get("verrouiller" if locked else "liberer", "")
    chosen = get_object_or_404(assignments_of(request, wave), public_id=assigning.uuid_of(key))
    proposing.lock_choice(assignment=chosen, locked=locked, by=request.user)
    told = "verrouillé : aucun calcul ne le change" if locked else "déverrouillé : le prochain calcul peut le changer"
    messages.success(request, f"{chosen.reviewer}, dossier {chosen.application.reference} : choix {told}.")
    return redirect("applications:assignment", public_id)


def assignments_of(request, wave):
    rows = Assignment.objects.visible_to(request.user).filter(application__wave=wave)
    return rows.select_related("reviewer", "application")


@may_assign
@require_POST
def keep_apart(request, public_id):
    wave = assigning.wave_of(request, public_id)
    form = ApartForm(request.POST, prefix="paire", seats=seats_of(wave).values())
    if not attempt(form, lambda data: proposing.keep_apart(by=request.user, **form.asked())):
        return assigning.page(request, wave, apart_form=form)
    messages.success(request, f"{form.result}. Le prochain calcul en tiendra compte.")
    return redirect("applications:assignment", public_id)


@may_assign
@require_POST
def let_meet(request, public_id, pair_id):
    wave = assigning.wave_of(request, public_id)
    pair = get_object_or_404(KeptApart.objects.select_related("first", "second"), public_id=pair_id)
    proposing.let_meet(pair=pair, by=request.user)
    messages.success(request, f"{pair.first} et {pair.second} peuvent de nouveau évaluer un même dossier.")
    return redirect("applications:assignment", wave.public_id)
