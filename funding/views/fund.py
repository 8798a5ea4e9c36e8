"""The investment fund: what was engaged, called, valued, returned; beside the grants, never added to them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from accounts.models import Organisation
from funding.envelopes import investing, standing
from funding.envelopes.acts import record_act
from funding.envelopes.forms import EventForm, FundForm, InstrumentForm, RepaymentsForm
from funding.files import file_links, table_file
from funding.models import Fund, Instrument
from funding.positions import grants_committed
from funding.views.budget import Clocks
from funding.views.credits import current_programme
from programme.models import Announcement

READ = "accounts.read_steering"
WRITE = "funding.record_fund"
FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
@permission_required(READ)
def funds(request):
    """Every fund and its instruments on both clocks; the grants beside, each against its own announcement."""
    clocks = Clocks(request)
    day = clocks.as_of or timezone.localdate()
    found = standing.funds_on(day, known_on=clocks.known_on)
    if file := table_file(request, f"fonds-au-{day:%Y-%m-%d}", HEADS, lambda: instrument_rows(found)):
        return file
    statement = Announcement.objects.in_force(current_programme(), on=day)
    context = {
        "clocks": clocks,
        "day": day,
        "known_on": clocks.known_on or timezone.localdate(),
        "kept": f"?{urlencode(clocks.query)}" if clocks.query else "",
        "funds": found,
        "statement": statement,
        "grants_cents": grants_committed(day, clocks.known_on),
        "fund_cents": sum(one.engaged_cents for one in found),
        "may_write": request.user.has_perm(WRITE),
        "files": file_links(**clocks.query),
    }
    return render(request, "funding/funds.html", context)


HEADS = [
    ("Fonds", "text"), ("Instrument", "text"), ("Nature", "text"), ("Structure", "text"),
    ("Souscrit ou accordé le", "date"), ("Souscrit ou accordé", "cents"), ("Appelé ou versé", "cents"),
    ("Valeur déclarée", "cents"), ("Valeur au", "date"), ("Distribué et intérêts", "cents"),
    ("Capital rendu", "cents"), ("Perdu", "cents"), ("Terminé", "text"),
]  # fmt: skip


def instrument_rows(found):
    return [
        [one.fund.name, line.instrument.label, line.instrument.get_kind_display(), line.instrument.organisation or "",
         line.instrument.engaged_on, line.instrument.engaged_cents, line.called_cents, line.value_cents,
         line.valued_on, line.income_cents, line.repaid_cents, line.lost_cents, line.ended]
        for one in found
        for line in one.instruments
    ]  # fmt: skip


@FORM
@permission_required(WRITE)
def new_fund(request):
    form = FundForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(form, lambda data: create_fund(form, data, request.user)):
        messages.success(request, "Fonds enregistré.")
        return redirect("funding:funds")
    context = {"form": form, "title": "Enregistrer un fonds"}
    return render(request, "funding/fund_form.html", context, status=status_of(form))


@transaction.atomic
def create_fund(form, data, by):
    programme = current_programme()
    return investing.open_fund(
        programme=programme, name=data["name"], manager=data["manager"], size_cents=data["amount"],
        act=record_act(by=by, **form.act_values), by=by, origin=programme.origin,
    )  # fmt: skip


@FORM
@permission_required(WRITE)
def new_instrument(request, public_id):
    fund = get_object_or_404(Fund.objects.visible_to(request.user), public_id=public_id)
    form = InstrumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(form, lambda data: create_instrument(form, fund, data, request.user)):
        messages.success(request, "Instrument enregistré.")
        return redirect("funding:instrument", public_id=form.result.public_id)
    context = {"form": form, "title": f"{fund.name} : nouvel instrument"}
    return render(request, "funding/fund_form.html", context, status=status_of(form))


@transaction.atomic
def create_instrument(form, fund, data, by):
    organisation = Organisation.objects.filter(siret=data["siret"]).first() if data["siret"] else None
    return investing.engage(
        fund=fund, kind=data["kind"], label=data["label"], cents=data["amount"], on=data["on"],
        organisation=organisation, rate_hundredths=int((data["rate"] or 0) * 100),
        act=record_act(by=by, **form.act_values), by=by, origin=fund.origin,
    )  # fmt: skip


@FORM
@permission_required(READ)
def instrument(request, public_id):
    """One instrument: its sums on a day, every fact with its document, what is still to be repaid."""
    found = get_object_or_404(
        Instrument.objects.visible_to(request.user).select_related("fund", "organisation", "fabrique", "act"),
        public_id=public_id,
    )
    form = EventForm(request.POST or None, request.FILES or None, kinds=investing.FACTS[found.is_debt])
    if request.method == "POST" and attempt(form, lambda data: add_event(request, form, found, data)):
        messages.success(request, "Fait enregistré.")
        return redirect("funding:instrument", public_id=public_id)
    clocks = Clocks(request)
    day, known_on = clocks.as_of or timezone.localdate(), clocks.known_on
    events = standing.events_of([found], day, known_on=known_on)
    may_write = request.user.has_perm(WRITE)
    context = {
        "instrument": found,
        "clocks": clocks,
        "day": day,
        "known_on": known_on or timezone.localdate(),
        "standing": standing.standings_of([found], day, known_on=known_on)[found.pk],
        "events": events.select_related("act", "recorded_by", "reverses"),
        "corrected": corrected(events),
        "dues": standing.dues_on(found, day, known_on=known_on),
        "form": form if form.is_bound or (may_write and found.ended_on is None) else None,
        "may_write": may_write,
    }
    return render(request, "funding/instrument.html", context, status=status_of(form))


def corrected(events):
    """Keys of the facts that a correction among these took back."""
    return set(events.filter(reverses__isnull=False).values_list("reverses", flat=True))


@transaction.atomic
def add_event(request, form, found, data):
    return investing.record_event(
        instrument=found, kind=data["kind"], on=data["on"], cents=data["amount"] or 0, note=data["note"],
        act=record_act(by=request.user, **form.act_values), by=request.user,
        key=f"instrument:{request.POST['idempotency_key']}", expected_events=version_of(request),
    )  # fmt: skip


@FORM
@permission_required(WRITE)
def correct(request, public_id, event_id):
    """Take a fact back, with the document that says why."""
    found = get_object_or_404(Instrument.objects.visible_to(request.user), public_id=public_id)
    event = get_object_or_404(found.events.select_related("act"), public_id=event_id)
    form = EventForm(request.POST or None, request.FILES or None, kinds=[event.kind])
    for name in ("kind", "amount", "on"):
        del form.fields[name]
    if request.method == "POST" and attempt(form, lambda data: take_back(request, form, event, data)):
        messages.success(request, "Fait corrigé : il reste lisible, et sa correction aussi.")
        return redirect("funding:instrument", public_id=public_id)
    context = {"form": form, "title": f"Corriger : {event}"}
    return render(request, "funding/fund_form.html", context, status=status_of(form))


@transaction.atomic
def take_back(request, form, event, data):
    return investing.correct_event(
        event=event, act=record_act(by=request.user, **form.act_values), by=request.user, note=data["note"],
        key=f"instrument:{request.POST['idempotency_key']}",
    )  # fmt: skip


@FORM
@permission_required(WRITE)
def repayments(request, public_id):
    found = get_object_or_404(Instrument.objects.visible_to(request.user), public_id=public_id)
    form = RepaymentsForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: investing.plan_repayments(instrument=found, dues=data["dues"], by=request.user)
    ):
        messages.success(request, "Échéancier de remboursement enregistré.")
        return redirect("funding:instrument", public_id=public_id)
    context = {"form": form, "title": f"{found.label} : échéancier de remboursement"}
    return render(request, "funding/fund_form.html", context, status=status_of(form))
