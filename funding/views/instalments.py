"""What is due, since when, what is missing; certify, order: two people. Chorus pays, and a third one imports it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import euros, long_date
from accounts.history import entries_of
from funding import instalments as verbs
from funding.claims import withholding
from funding.claims.certifying import needs_claim
from funding.claims.forms import ReasonForm
from funding.claims.payees import payee_rows
from funding.endings import prescription
from funding.forms import CancelOrderForm, CertifyForm, DueForm, OrderForm
from funding.lists import InstalmentList, clock, pay_before, who_may_act
from funding.models import Account, Award, Claim, Instalment, Kind

READ = "accounts.read_steering"
PAY, WITHHOLD = "funding.pay", "funding.withhold"
S = Instalment.State
# State → (name of the act, form, verb, permission, title, what follows).
STEPS = {
    S.PLANNED: ("due", DueForm, verbs.make_due, "funding.make_due", "Rendre exigible", "Les finances certifient"),
    S.DUE: ("certify", CertifyForm, verbs.certify, PAY, "Certifier le service fait", "Une autre personne ordonne"),
    S.CERTIFIED: ("order", OrderForm, verbs.order, PAY, "Mettre en paiement", "Le comptable paie"),
}


# Acts beside the next step.
BESIDE = {
    "cancel": (verbs.cancel_order, "Elle peut être mise en paiement de nouveau"),
    "withhold": (withholding.withhold, "Le délai de paiement est suspendu et la structure prévenue"),
}


@require_GET
@permission_required(READ)
def instalments(request):
    listing = InstalmentList(request, Instalment.objects.visible_to(request.user).live())
    return listing.file() or render(
        request, "funding/instalments.html",
        {"listing": listing, "views": views_of(request), "may_pay": request.user.has_perm(PAY)},
    )  # fmt: skip


VIEWS = (
    ("À traiter", "a-traiter"), ("Bientôt en retard", "bientot"), ("En retard", "en-retard"),
    ("Prévues", "planned"), ("Payées", "paid"), ("Toutes", ""),
)  # fmt: skip


def views_of(request):
    """The questions that the list answers most: [(label, address, current)]."""
    asked = request.GET.getlist("etat") or ["a-traiter"]
    return [(label, f"{reverse('funding:instalments')}?etat={key}", asked == [key]) for label, key in VIEWS]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def instalment(request, public_id):
    found = get_object_or_404(
        Instalment.objects.visible_to(request.user).select_related(
            "schedule_year__schedule", "certified_by", "ordered_by", "paid_recorded_by", "award__fabrique__commune",
            "award__organisation", "award__agreement", "award__application__call_version", "award__wave__call",
            "claim",
        ),
        public_id=public_id,
    )  # fmt: skip
    left = cp_left(found) if found.state == S.CERTIFIED else {}
    forms = forms_of(request, found, left)
    if request.method == "POST":
        done = act(request, found, forms)
        if done:
            messages.success(request, done)
            return redirect(found.get_absolute_url())
    bound = next((form for form in forms.values() if form.is_bound), None)
    return render(
        request, "funding/instalment.html", page_of(found, forms, left, request.user),
        status=status_of(bound) if bound else 200,
    )  # fmt: skip


def forms_of(request, found, left):
    """The forms this reader may use on this state; the one that was sent is bound."""
    name, form_class, _, permission, *_ = STEPS.get(found.state, ("", None, None, ""))
    sent = request.POST.get("act") if request.method == "POST" else None
    forms = {}
    if form_class and request.user.has_perm(permission):
        extra = {"left_by_year": left} if form_class is OrderForm else {}
        forms[name] = form_class(request.POST if sent == name else None, prefix=name, **extra)
    if found.state == S.ORDERED and request.user.has_perm(PAY):
        forms["cancel"] = CancelOrderForm(request.POST if sent == "cancel" else None, prefix="cancel")
    if found.state in (S.PLANNED, S.DUE) and request.user.has_perm(WITHHOLD):
        forms["withhold"] = ReasonForm(request.POST if sent == "withhold" else None, prefix="withhold")
    return forms


def act(request, found, forms):
    """Do what was sent; the sentence that says so, or "" when the form came back with errors."""
    found.expect_version(version_of(request))
    name = request.POST.get("act")
    if name == "resume":
        withholding.resume(instalment=found, by=request.user, version=version_of(request))
        return "Échéance reprise : le délai de paiement est repoussé d’autant de jours."
    form = forms.get(name)
    if form is None:
        raise NotAllowed
    verb, follows = BESIDE.get(name) or STEPS[found.state][2::3]
    arguments = {"instalment": found, "by": request.user, "version": version_of(request)}
    if not attempt(form, lambda data: verb(**arguments, **data)):
        return ""
    return f"{form.result.get_state_display()} : c’est noté. {follows}."


def page_of(found, forms, left, user):
    name, _, _, permission, title, _ = STEPS.get(found.state, ("", None, None, "", "", ""))
    last_day = prescription.instalment_day(found)
    return {
        "instalment": found,
        "award": found.award,
        "agreement": verbs.agreement_of(found.award),
        "form": forms.get(name),
        "act": name,
        "step_title": title,
        "cancel_form": forms.get("cancel"),
        "withhold_form": forms.get("withhold"),
        "may_resume": found.state == S.WITHHELD and user.has_perm(WITHHOLD),
        "may_pay": user.has_perm(PAY),
        "claim": Claim.objects.filter(instalment=found).exclude(state=Claim.State.DRAFTED).first(),
        "needs_claim": found.state in (S.PLANNED, S.DUE) and needs_claim(found),
        "requests": found.request_parts.filter(live=True).select_related("request__export"),
        "commitments": found.award.commitments.all(),
        "allotments": found.allotments.select_related("row__file"),
        "blocked": blocked(found, user) if user.has_perm(permission) else "",
        "consequences": consequences(found, left),
        "who": who_may_act(found),
        "missing": verbs.missing_of(found),
        "pay_before": pay_before(found),
        "clock": clock(found),
        "prescribed_on": last_day,
        "prescription": prescription.told(last_day, timezone.localdate()),
        "steps": steps_of(found),
        "parts": verbs.split(found),
        "payees": payee_rows(found),
        "history": entries_of(found),
    }


def blocked(found, user):
    """Why this reader cannot do the next step, though the role could."""
    if found.state == S.PLANNED and (missing := verbs.missing_before_due(found.award)):
        return ", ".join(missing).capitalize() + "."
    if found.state in (S.DUE, S.CERTIFIED) and found.award.state == Award.State.SUSPENDED:
        return verbs.stopped_sentence(found.award)
    if found.state == S.CERTIFIED and user.pk == found.certified_by_id:
        return "Vous avez certifié le service fait : une autre personne des finances doit agir."
    return ""


def cp_left(found):
    """CP left by fiscal year on the lines that this instalment draws on, in cents."""
    lines = {draw.line_id for draw, _ in verbs.split(found)}
    years = {timezone.localdate().year: 0}
    for account in Account.objects.filter(kind=Kind.CP_AVAILABLE, line__in=lines, fiscal_year__gte=min(years)):
        years[account.fiscal_year] = years.get(account.fiscal_year, 0) + account.balance_cents
    return dict(sorted(years.items()))


def consequences(found, left):
    """What the next step does, in numbers."""
    cents = euros(found.cents)
    if found.state == S.PLANNED:
        return [f"{cents} sont dus à {found.award.organisation or 'la structure'}", "Le délai de 60 jours commence"]
    if found.state == S.DUE:
        return [f"Vous attestez que {cents} sont dus", "Vous ne pourrez ni mettre en paiement ni importer le paiement"]
    if found.state == S.CERTIFIED:
        return [
            f"CP {year} : {euros(cents)} → {euros(cents - found.cents)}"
            + (f", il manque {euros(found.cents - cents)}" if cents < found.cents else "")
            for year, cents in left.items()
        ]
    return []


def steps_of(found):
    order = [S.DUE, S.CERTIFIED, S.ORDERED, S.PAID]
    reached = order.index(found.state) if found.state in order else -1
    rows = [
        ("Exigible", found.due_on, found.condition),
        ("Service fait certifié", found.certified_on, found.certified_by),
        ("Mise en paiement", found.ordered_on, found.ordered_by),
        ("Payée", found.paid_on, found.paid_recorded_by),
    ]
    return [
        {
            "label": label,
            "date": long_date(day) if day else "",
            "note": str(note or ""),
            "state": "done" if rank <= reached else "now" if rank == reached + 1 else "next",
        }
        for rank, (label, day, note) in enumerate(rows)
    ]
