"""The decision on one dossier: the team's tab, and the applicant's page."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.history import entries_of
from applications.models import Application
from documents import consents
from documents.notifying import OPENED_WITHIN
from documents.twins import answer
from selection.feedback import feedback_of
from selection.models import FOLLOW_APPEALS, Appeal, Decision, PreparedOutcome
from selection.notification import notification_of, open_letter, was_read
from selection.sending import letter_of

READ = "selection.read_panel"


# --- The team's tab ----------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def dossier(request, public_id):
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "wave__call", "fabrique__commune", "organisation", "officer"
        ),
        public_id=public_id,
    )
    decision = standing_decision(Decision.objects.visible_to(request.user), application)
    context = {
        "application": application,
        "decision": decision,
        "letter": letter_of(decision) if decision else None,
        "prepared": PreparedOutcome.objects.filter(application=application)
        .select_related("line", "prepared_by", "deferred_to")
        .first(),
        "formal": notification_of(decision) if decision else None,
        "history": entries_of(decision) if decision else [],
        **what_follows(request, application, decision),
    }
    return render(request, "selection/dossier.html", context)


def what_follows(request, application, decision):
    """The decisions before this one, the appeals against any of them, and what the reader may add."""
    ended = Decision.objects.visible_to(request.user).filter(application=application, issued_at__isnull=False)
    before = ended.exclude(pk=decision.pk) if decision else ended.none()
    every = Appeal.objects.visible_to(request.user).filter(decision__application=application)
    return {
        "before": list(before.order_by("-issued_at", "-pk")),
        "appeals": list(every.order_by("lodged_on", "pk")),
        "may_record_appeal": bool(decision and decision.issued_at and request.user.has_perm(FOLLOW_APPEALS)),
        "may_defer": application.wave.state == "deliberation" and request.user.has_perm("selection.prepare"),
    }


def standing_decision(decisions, application):
    """The decision that stands; one that is only prepared is none yet."""
    rows = decisions.filter(application=application).standing().exclude(state=Decision.State.PREPARED)
    return rows.select_related(
        "signed_by", "delegation", "award", "wave", "deferred_to", "application__call_version"
    ).first()


# --- The applicant's page ----------------------------------------------------------------------------------------

NEXT = {
    Decision.Act.AWARD: (
        "Ouvrez le courrier : il dit le montant, les versements et ce à quoi vous vous engagez.",
        "Nous vous envoyons la convention. Signez-la et renvoyez-la : le premier versement vient après sa signature "
        "par les deux parties.",
        "Vous pouvez annoncer que votre projet est lauréat.",
    ),
    Decision.Act.WAITLIST: (
        "Ouvrez le courrier : il dit votre rang et jusqu’à quand il vaut.",
        "Si une place et des crédits se libèrent avant cette date, nous vous écrivons. Vous n’avez rien à faire.",
        "Passé cette date sans nouvelle de notre part, la demande n’est pas retenue.",
    ),
    Decision.Act.REFUSAL: (
        "Ouvrez le courrier : il dit pourquoi, et comment contester la décision.",
        "Vous pouvez présenter un nouveau dossier à une prochaine vague : les dates sont sur la page de l’appel.",
    ),
    Decision.Act.DEFERRAL: (
        "Ouvrez le courrier : il dit ce qui manque à votre dossier.",
        "Complétez votre projet sur ces points, puis présentez-le à une vague suivante.",
    ),
}
WORDS = {
    Decision.Act.AWARD: ("Votre projet est lauréat", "success"),
    Decision.Act.WAITLIST: ("Votre projet est sur la liste complémentaire", "info"),
    Decision.Act.REFUSAL: ("Votre projet n’est pas retenu", ""),
    Decision.Act.DEFERRAL: ("L’examen de votre projet est reporté", "info"),
}


def own_application(request, public_id):
    scope = Application.objects.visible_to(request.user).filter(
        pk__in=Application.objects.of_applicant(request.user).values("pk")
    )
    return get_object_or_404(
        scope.select_related("wave__call__programme", "fabrique", "organisation"), public_id=public_id
    )


@require_GET
@login_required
def my_decision(request, public_id):
    """Before the announcement this page says the same to everyone: the day the answers are expected."""
    application = own_application(request, public_id)
    decision = standing_decision(Decision.objects.addressed_to(request.user), application)
    context = {"application": application, "decision": decision, "programme": application.wave.call.programme}
    if decision:
        words, tone = WORDS[Decision.Act(decision.act)]
        context |= {
            "words": words,
            "tone": tone,
            "letter": letter_of(decision),
            "next_steps": NEXT[Decision.Act(decision.act)],
            "improvements": [line.strip() for line in decision.improvements.splitlines() if line.strip()],
            "grounds": [line.strip() for line in decision.ground.splitlines() if line.strip()],
            **electronic_way(request.user, application, decision),
            "open_before": timezone.localdate(decision.issued_at) + OPENED_WITHIN,
            "feedback": feedback_of(decision) if may_read(decision) else None,
            "appeals": list(decision.appeals.order_by("lodged_on", "pk")),
            "waits_over": decision.act == Decision.Act.WAITLIST and decision.valid_until < timezone.localdate(),
        }
    return render(request, "selection/my_decision.html", context)


def electronic_way(user, application, decision):
    """How the decision is notified to this structure, and whether the reader may accept that it be on line."""
    consent = consents.consent_of(application.organisation)
    may_consent = consent is None and consents.may_consent(application.organisation, user)
    return {
        "formal": notification_of(decision), "consent": consent, "may_read": may_read(decision),
        "consent_words": consents.WORDS if may_consent else "",
    }  # fmt: skip


def may_read(decision):
    """Opened by somebody of the structure, or notified to it otherwise."""
    return decision.notified_on is not None or was_read(decision)


def addressed_decision(request, public_id):
    own_application(request, public_id)
    return get_object_or_404(Decision.objects.addressed_to(request.user).standing(), application__public_id=public_id)


@require_POST
@login_required
def open_my_letter(request, public_id):
    """The first opening is an act, so it is posted; the file is then read by a GET.

    Whoever may commit the structure accepts the electronic way with it, if she ticks it.
    """
    decision = addressed_decision(request, public_id)
    if request.POST.get("accept"):
        consents.give(organisation=own_application(request, public_id).organisation, by=request.user)
    open_letter(decision=decision, by=request.user)
    return redirect("selection:my_letter", public_id=public_id)


@require_GET
@login_required
def my_letter(request, public_id):
    """The letter's bytes, once it was opened: reading a file must not notify anything."""
    decision = addressed_decision(request, public_id)
    if not may_read(decision):
        return redirect("selection:my_decision", public_id=public_id)
    return answer(request, letter_of(decision))
