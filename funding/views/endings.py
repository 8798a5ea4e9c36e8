"""The end of an aid, on the side of the service: what is given back, heard, withdrawn, asked back, collected."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP, euros, long_date
from accounts.history import entries_of
from documents.twins import answer
from funding.endings import forms as asked
from funding.endings import giving_up, hearings, opening, recoveries, refunding, reinstating, undoing, withdrawals
from funding.endings.lists import RecoveryList, WithdrawalList, next_act
from funding.endings.partners_heard import organisations_of
from funding.endings.prescription import recovery_day, told
from funding.endings.releases import foreseen
from funding.envelopes.acts import record_act
from funding.models import Hearing, Recovery, Withdrawal
from funding.models.hearing import CONDUCT
from funding.models.recovery import COLLECT, DECIDE
from funding.views.notices import followed
from funding.views.standing import dossier_url
from funding.views.standing import find as find_award

READ = "accounts.read_steering"
FORM = require_http_methods(["GET", "HEAD", "POST"])
RELATED = (
    "award__organisation", "award__fabrique__commune", "award__application__call_version", "award__wave__call",
    "hearing__document", "hearing__notice", "document", "decided_by",
)  # fmt: skip


# --- Giving back ---------------------------------------------------------------------------------------------------


@FORM
@permission_required(giving_up.GIVE_BACK)
def give_up(request, public_id):
    """Give back what will not be spent on one award, by an act."""
    award = find_award(request, public_id)
    most = giving_up.releasable_cents(award) if award.state in giving_up.reducing.ALIVE else 0
    today = timezone.localdate()
    lapsing = foreseen(award, most, today)[1]
    form = asked.GiveUpForm(
        request.POST or None, most=most, recycles=lapsing > 0 and request.user.has_perm("funding.open_credits")
    )
    if request.method == "POST" and attempt(form, lambda data: given_up(request, award, data)):
        award, reduction = form.result
        if reduction:
            messages.success(
                request, f"{euros(reduction.released_cents)} d’AE sont rendus{NBSP}: la structure est prévenue."
            )
        return redirect(dossier_url(award))
    context = {
        "award": award, "form": form, "most": most, "dossier_url": dossier_url(award),
        "consequences": giving_up.consequences(award, most, today) if most else [],
    }  # fmt: skip
    return render(request, "funding/give_up.html", context, status=status_of(form))


def given_up(request, award, data):
    act = None
    if data.get("recycle_number"):
        act = record_act(
            kind="decision", number=data["recycle_number"], dated_on=data["recycle_date"], by=request.user
        )
    return giving_up.give_up(
        award=award, why=data["why"], cents=data["amount"], on=data["on"], act=data["act"], reason=data["reason"],
        by=request.user, key=key_of(request), recycled_by=act, version=version_of(request),
    )  # fmt: skip


def key_of(request):
    return f"end:{request.POST.get('idempotency_key')}"


# --- Opening -------------------------------------------------------------------------------------------------------


@FORM
@permission_required(CONDUCT)
def open_recovery(request, public_id):
    award = find_award(request, public_id)
    most = recoveries.recoverable_cents(award)
    return opened(request, award, most, recoveries.open_recovery, "funding/open_recovery.html")


@FORM
@permission_required(CONDUCT)
def open_withdrawal(request, public_id):
    award = find_award(request, public_id)
    most = withdrawals.standing_total(award)
    return opened(request, award, most, withdrawals.open_withdrawal, "funding/open_withdrawal.html")


def opened(request, award, most, verb, template):
    notice = followed(request, award)
    form = asked.HearingForm(request.POST or None, most=most, initial=told_by(notice))
    if request.method == "POST" and attempt(
        form, lambda data: verb(award=award, by=request.user, notice=notice, version=version_of(request), **data)
    ):
        messages.success(request, f"La lettre est partie{NBSP}: la structure peut répondre dans son espace.")
        return redirect(form.result)
    context = {"award": award, "form": form, "most": most, "dossier_url": dossier_url(award), "notice": notice}
    return render(request, template, context, status=status_of(form))


def told_by(notice):
    """What the opening form starts from when it follows a formal notice."""
    if notice is None:
        return {}
    due = long_date(notice.due_on) if notice.due_on else "pas encore notifiée"
    said = f"La mise en demeure du {long_date(notice.opened_on)} (délai\u00a0: {due}) est restée sans effet."
    return {"ground": "breach", "facts": f"{notice.facts}\n{said}"}


# --- Lists ---------------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def all_recoveries(request):
    listing = RecoveryList(request, Recovery.objects.visible_to(request.user))
    return listing.file() or render(request, "funding/recoveries.html", {"listing": listing})


@require_GET
@permission_required(READ)
def all_withdrawals(request):
    listing = WithdrawalList(request, Withdrawal.objects.visible_to(request.user))
    return listing.file() or render(request, "funding/withdrawals.html", {"listing": listing})


# --- One recovery --------------------------------------------------------------------------------------------------


@FORM
@permission_required(READ)
def recovery(request, public_id):
    found = get_object_or_404(
        Recovery.objects.visible_to(request.user).select_related(*RELATED, "withdrawal", "issued_by"),
        public_id=public_id,
    )
    forms = recovery_forms(request, found)
    if request.method == "POST" and (done := recovery_act(request, found, forms)):
        messages.success(request, done)
        return redirect(found)
    day = recovery_day(found)
    context = {
        "recovery": found, "cancelled": found.state in found.GONE,
        "award": found.award, "hearing": found.hearing, "forms": every(forms),
        "is_heard": found.state == "hearing",
        "observations": observations_of(found.hearing), "partners": organisations_of(found.hearing),
        "entries": found.entries.select_related("recorded_by"),
        "reinstated": reinstating.reinstated_on(found), "next_act": next_act(found),
        "prescribed_on": day, "prescription": told(day, timezone.localdate()), "history": history_of(found),
        "dossier_url": dossier_url(found.award), "openings": opening.told(found.hearing),
    }  # fmt: skip
    return render(request, "funding/recovery.html", context, status=status_of_any(forms))


def recovery_forms(request, found):
    """The forms that this reader may use on this state; the one that was sent is bound."""
    R, user = Recovery.State, request.user
    made = {}
    if found.state == R.HEARING and user.has_perm(DECIDE):
        if hearings.is_over(found.hearing, timezone.localdate()):
            made["decide"] = asked.DecideRecoveryForm, {"most": found.hearing.asked_cents}
        made["drop"] = asked.DropForm, {}
    if found.state == R.DECIDED and user.has_perm(COLLECT):
        made["issue"] = asked.TitleForm, {}
    if found.state == R.DECIDED and user.has_perm(DECIDE):
        made["drop"] = asked.DropForm, {}
    if found.state == R.ISSUED and user.has_perm(COLLECT):
        made["entry"] = asked.EntryForm, {"left": found.left_cents}
    if found.state == R.REFUNDING and user.has_perm(COLLECT):
        on_credits = refunding.on_credits_cents(found)
        made["refund"] = asked.RefundForm, {"user": user, "left": found.to_refund_cents, "on_credits": on_credits}
    most = reinstating.reinstatable_cents(found)
    if most > 0 and user.has_perm(reinstating.PERMISSION):
        made["reinstate"] = asked.ReinstateForm, {"user": user, "most": most}
    return bound_forms(request, made)


def bound_forms(request, made):
    sent = request.POST.get("act") if request.method == "POST" else None
    return {
        name: form(
            request.POST if sent == name else None, request.FILES if sent == name else None, prefix=name, **more
        )
        for name, (form, more) in made.items()
    }


ACTS = ("decide", "drop", "issue", "entry", "refund", "reinstate", "undo")


def every(forms):
    """Each form by its act, None where this reader has none: a template names them all."""
    return {name: forms.get(name) for name in ACTS}


def status_of_any(forms):
    return max((status_of(form) for form in forms.values()), default=200)


def recovery_act(request, found, forms):
    """Do what was sent; the sentence that says so, or "" when the form came back."""
    found.expect_version(version_of(request))
    name = request.POST.get("act")
    if name not in forms:
        raise NotAllowed
    verb, said = {
        "decide": (recoveries.decide, "Reversement décidé : la structure reçoit la demande."),
        "drop": (recoveries.drop, "Rien n’est demandé en retour : la structure est prévenue."),
        "issue": (recoveries.issue_title, "Le titre est noté."),
        "entry": (recoveries.record_entry, "C’est noté."),
        "refund": (refunding.record_refund, "Le remboursement est noté."),
        "reinstate": (None, "Les crédits de paiement sont rétablis par cet acte."),
    }[name]
    if name == "reinstate":
        done = attempt(forms[name], lambda data: reinstated(request, found, data, forms[name]))
    else:
        done = attempt(
            forms[name], lambda data: verb(recovery=found, by=request.user, version=version_of(request), **data)
        )
    return said if done else ""


def reinstated(request, found, data, form):
    act = record_act(**form.act_values, by=request.user)
    return reinstating.reinstate(
        recovery=found, cents=data["cents"], line=data["line"], on=data["on"], act=act, by=request.user,
        key=key_of(request),
    )  # fmt: skip


def history_of(found):
    """What happened to it, its hearing included, latest first."""
    return sorted([*entries_of(found), *entries_of(found.hearing)], key=lambda entry: entry.at, reverse=True)


def observations_of(hearing):
    return hearing.observations.select_related("by", "file", "organisation")


# --- One withdrawal ------------------------------------------------------------------------------------------------


@FORM
@permission_required(READ)
def withdrawal(request, public_id):
    found = get_object_or_404(
        Withdrawal.objects.visible_to(request.user).select_related(*RELATED), public_id=public_id
    )
    forms = withdrawal_forms(request, found)
    shown = None
    if request.method == "POST":
        done, shown = withdrawal_act(request, found, forms)
        if done:
            messages.success(request, done)
            return redirect(found)
    context = {
        "withdrawal": found, "award": found.award, "hearing": found.hearing, "forms": every(forms), "shown": shown,
        "consequences": withdrawals.consequences(found.award, shown) if shown else [],
        "is_heard": found.state == "hearing",
        "undoing": undoing.consequences(found, timezone.localdate()) if forms.get("undo") else [],
        "observations": observations_of(found.hearing), "partners": organisations_of(found.hearing),
        "recovery": getattr(found, "recovery", None),
        "is_over": hearings.is_over(found.hearing, timezone.localdate()), "history": history_of(found),
        "dossier_url": dossier_url(found.award), "openings": opening.told(found.hearing),
    }  # fmt: skip
    return render(request, "funding/withdrawal.html", context, status=status_of_any(forms))


def withdrawal_forms(request, found):
    made, user = {}, request.user
    if found.state == Withdrawal.State.HEARING:
        if user.has_perm(DECIDE) and hearings.is_over(found.hearing, timezone.localdate()):
            made["decide"] = asked.DecideWithdrawalForm, {}
        if user.has_perm(CONDUCT):
            made["drop"] = asked.DropForm, {}
    if found.state == Withdrawal.State.DECIDED and user.has_perm(DECIDE):
        made["undo"] = asked.UndoForm, {"user": user}
    return bound_forms(request, made)


def withdrawal_act(request, found, forms):
    """(sentence or "", parts to show): a decision is shown in numbers first, then confirmed."""
    found.expect_version(version_of(request))
    name = request.POST.get("act")
    if name not in forms:
        raise NotAllowed
    common = {"withdrawal": found, "by": request.user, "version": version_of(request)}
    form = forms[name]
    if name == "drop":
        done = attempt(form, lambda data: withdrawals.drop(**common, **data))
        return ("Rien n’est retiré : la structure est prévenue." if done else ""), None
    if name == "undo":
        done = attempt(form, lambda data: undoing.undo(**common, **data))
        return ("Le retrait est annulé : la structure reçoit la lettre." if done else ""), None
    if "confirm" not in request.POST:
        return "", (
            form.result if attempt(form, lambda data: withdrawals.parts(found.award, measure_of(data))) else None
        )
    done = attempt(
        form,
        lambda data: withdrawals.decide(**common, measure=measure_of(data), act=data["act"], reason=data["reason"]),
    )
    return ("Le retrait est décidé : la structure reçoit la lettre." if done else ""), None


def measure_of(data):
    return withdrawals.Measure(data["what"], data["planned"], data["done"])


# --- Letters and papers ----------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def letter(request, public_id, kind):
    """A letter of a hearing: that of its opening, of the withdrawal, or of the recovery."""
    hearing = get_object_or_404(Hearing.objects.visible_to(request.user), public_id=public_id)
    return answer(request, document_of(hearing, kind))


def document_of(hearing, kind):
    """The document of this kind, or 404."""
    found = opening.letters_of(hearing).get(kind)
    if found is None:
        raise Http404("Ce courrier n’existe pas.")
    return found
