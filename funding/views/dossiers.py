"""The money of one dossier: the team's tab, and the applicant's page in the applicant's words."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from accounts.french import NBSP, long_date
from accounts.history import entries_of
from applications.models import Application
from funding import agreements
from funding.claims.certifying import needs_claim
from funding.claims.claiming import CLAIMABLE
from funding.claims.claiming import may_write as may_claim
from funding.claims.clock import pay_before, payment_days_of
from funding.claims.payees import shared_payees
from funding.conventions import drafting
from funding.endings.hearings import about
from funding.endings.reducing import ALIVE
from funding.endings.withdrawals import MAY_BE_WITHDRAWN
from funding.instalments import agreement_of, missing_before_due
from funding.models import Award, Instalment
from funding.models.hearing import CONDUCT
from funding.schedules import current_instalments, needs_agreement

READ = "accounts.read_steering"
# The state of a payment as a badge; what waits is an information.
TONES = {"paid": "success", "planned": "", "withheld": "warning", "cancelled": ""}
RELATED = ("fabrique__commune", "organisation", "wave__call", "agreement", "application__call_version")


@require_GET
@permission_required(READ)
def dossier(request, public_id):
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("fabrique", "organisation", "wave__call"),
        public_id=public_id,
    )
    awards = Award.objects.visible_to(request.user).filter(application=application).select_related(*RELATED)
    award = awards.exclude(state=Award.State.RELEASED).first()
    context = {"application": application, "award": award}
    if award:
        context |= award_context(award, request.user)
    return render(request, "funding/dossier.html", context)


def award_context(award, user):
    agreement = agreement_of(award)
    return {
        "draws": award.draws.select_related("line"),
        "instalments": current_instalments(award).select_related("schedule_year"),
        "agreement": agreement,
        "agreement_needed": needs_agreement(award),
        "missing": missing_before_due(award),
        "may_prepare": agreement is None
        and award.state in (Award.State.COMMITTED, Award.State.IN_FORCE)
        and user.has_perm(agreements.MANAGE),
        "history": entries_of(award),
        "endings": endings_of(award, user),
    }


def endings_of(award, user):
    """[(label, address)] of what took money back, and of what this reader may open."""
    taken = [("Retrait", one) for one in award.withdrawals.all()]
    taken += [("Reversement", one) for one in award.recoveries.all()]
    taken += [("Mise en demeure", one) for one in award.formal_notices.all()]
    found = [(f"{what}{NBSP}: {one.get_state_display().lower()}", one.get_absolute_url()) for what, one in taken]
    if award.application_id is None or award.organisation_id is None:
        return found
    may = [
        ("Suspendre ou résilier", "stop_award", award.state in ALIVE and user.has_perm("funding.stop_award")),
        ("Rendre ce qui ne sera pas dépensé", "give_up", award.state in ALIVE and user.has_perm("funding.give_back")),
        ("Mettre en demeure", "send_notice", award.committed_on and user.has_perm(CONDUCT)),
        ("Demander un reversement", "open_recovery", award.committed_on and user.has_perm(CONDUCT)),
        ("Envisager un retrait", "open_withdrawal", award.state in MAY_BE_WITHDRAWN and user.has_perm(CONDUCT)),
    ]
    return found + [(label, reverse(f"funding:{name}", args=[award.public_id])) for label, name, shown in may if shown]


@require_GET
@login_required
def my_payments(request, public_id):
    """What was granted, what is paid, what comes next and on which condition."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).of_applicant(request.user).select_related(
            "fabrique", "organisation", "wave__call"
        ),
        public_id=public_id,
    )  # fmt: skip
    awards = Award.objects.announced_to(request.user).filter(application=application).select_related(*RELATED)
    award = awards.first()
    rows = payment_rows(award, request.user) if award else []
    context = {
        "application": application,
        "award": award,
        "agreement": agreement_of(award) if award else None,
        "rows": rows,
        "payment_days": payment_days_of(award) if award else 0,
        "paid_cents": sum(row["instalment"].cents for row in rows if row["instalment"].state == "paid"),
        "todo": todo(award) if award else "",
        **hearing_words(award),
    }
    return render(request, "funding/my_payments.html", context)


def hearing_words(award):
    """Whether something was ever asked back, and the day until which an answer is waited for, or None."""
    found = list(award.hearings.select_related("withdrawal", "recovery")) if award else []
    open_ones = [one for one in found if one.complete_at is None and about(one).state == "hearing"]
    given = list(award.formal_notices.all()) if award else []
    return {
        "asked_back": bool(found or given), "answer_by": min((one.answer_by for one in open_ones), default=None),
        "formal_notice": next((one for one in given if one.is_open), None),
    }  # fmt: skip


def payment_rows(award, user):
    found = current_instalments(award).select_related("schedule_year", "claim", "award__application__call_version")
    may_write = may_claim(award, user)
    shared = shared_payees(award, found)
    return [
        {**payment_row(one), "claim": claim_words(one, may_write), "payees": shared.get(one.pk, ())} for one in found
    ]


def claim_words(instalment, may_write):
    """What the link to the claim of an instalment says; "" without one."""
    claim = getattr(instalment, "claim", None)
    if claim is not None:
        return f"Demande : {claim.get_state_display().lower()}"
    asked = instalment.state in CLAIMABLE and needs_claim(instalment)
    return "Demander ce versement" if asked and may_write else ""


def payment_row(instalment):
    return {
        "instalment": instalment,
        "label": Instalment.APPLICANT_LABELS[instalment.state],
        "tone": TONES.get(instalment.state, "info"),
        "when": when(instalment),
    }


def when(instalment, paid_on=None):
    """Args:
    paid_on: the day on which the part that is shown was paid, which may come before the whole.
    """
    if paid_on or instalment.paid_on:
        return f"le {long_date(paid_on or instalment.paid_on)}"
    if instalment.due_on:
        return f"au plus tard le {long_date(pay_before(instalment))}"
    if instalment.expected_on < timezone.localdate():
        return "dès que ce qu’il faut est reçu"
    return f"vers le {long_date(instalment.expected_on)}"


def todo(award):
    """What the applicant has to do now, if anything."""
    agreement = agreement_of(award)
    if award.state in (Award.State.SUSPENDED, Award.State.TERMINATED):
        return f"Aide {award.get_state_display().lower()}. {award.stop_reason}"
    if award.notified_on is None:
        return "Ouvrez la lettre de décision : le délai de vos versements part de là."
    if not needs_agreement(award):
        return ""
    if agreement is None or agreement.state == "drafted":
        return "Le service prépare votre convention : vous serez prévenus par courriel."
    if agreement.state == "sent":
        return f"Lisez et signez la convention {agreement.number}, reçue le {long_date(agreement.sent_on)}."
    if agreement.state == "signed_by_beneficiary":
        return "L’État doit signer la convention : vous n’avez rien à faire."
    text = drafting.open_version(agreement)
    if text is not None and text.state == text.State.SENT:
        return f"Lisez et signez l’avenant à la convention {agreement.number}."
    return ""
