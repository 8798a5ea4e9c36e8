"""What is asked back of a structure, in her space: the letters, her answers, where the money stands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import euros, long_date
from documents.consents import consent_of
from documents.downloads import serve_upload
from documents.twins import answer
from funding.endings import hearings, opening
from funding.endings.forms import ObservationForm
from funding.models import Award, Hearing, Observation, Recovery
from funding.views.endings import document_of
from funding.views.my_agreement import find
from funding.views.notices import rows_of as notices_of

RELATED = ("document", "withdrawal__document", "withdrawal__undone_document", "recovery__document")


def hearings_of(award):
    """Those of an announced award, the latest first, each knowing it."""
    found = list(award.hearings.select_related(*RELATED).prefetch_related("observations__file", "observations__by"))
    for one in found:
        one.award = award
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_hearings(request, public_id):
    application, award, _ = find(request, public_id)
    found = hearings_of(award) if award else []
    waiting = next((one for one in found if is_waiting(one)), None)
    may_answer = waiting is not None and hearings.may_answer(award, request.user)
    form = answer_form(request) if may_answer else None
    if request.method == "POST":
        if not may_answer:
            raise NotAllowed
        if attempt(form, lambda data: answered(request, waiting, data)):
            messages.success(request, "Vos observations sont reçues. Le service les lit avant de décider.")
            return redirect("funding:my_hearings", application.public_id)
    context = {
        "application": application, "award": award, "rows": rows_of(found), "waiting": waiting,
        "form": form, "consent": consent_of(application.organisation),
        "notices": notices_of(award, request.user) if award else [],
    }  # fmt: skip
    return render(request, "funding/my_hearings.html", context, status=status_of(form) if form else 200)


def answer_form(request):
    sent = request.method == "POST"
    return ObservationForm(request.POST if sent else None, request.FILES if sent else None)


def is_waiting(hearing):
    found = hearings.about(hearing)
    return found is not None and found.state == "hearing"


def answered(request, hearing, data):
    return hearings.observe(hearing=hearing, by=request.user, version=version_of(request), **data)


LABELS = {
    opening.HEARING: "Lettre qui vous demande vos observations",
    "retrait": "Décision de retrait",
    "annulation": "Annulation du retrait",
    "reversement": "Demande de reversement",
}


def rows_of(found):
    opened = opening.opened(found)
    return [row_of(one, opened) for one in found]


def row_of(hearing, opened):
    """What the page says of one hearing: where it stands, its letters, which of them were opened."""
    recovery, withdrawal = getattr(hearing, "recovery", None), getattr(hearing, "withdrawal", None)
    letters = opening.letters_of(hearing)
    return {
        "hearing": hearing, "recovery": recovery, "withdrawal": withdrawal,
        "label": label_of(hearing, recovery, withdrawal),
        "observations": [one for one in hearing.observations.all() if one.organisation_id is None],
        "tone": "warning" if is_waiting(hearing) or is_owed(recovery) else "info",
        "next": next_of(hearing, recovery),
        "cancelled": recovery is not None and recovery.state in Recovery.GONE,
        "letters": [(kind, LABELS[kind], one, one.pk in opened) for kind, one in letters.items()],
    }  # fmt: skip


def is_owed(recovery):
    return recovery is not None and recovery.state == Recovery.State.ISSUED


def next_of(hearing, recovery):
    """What the structure has to do, or waits for; "" when it is over."""
    if is_owed(recovery):
        return f"Il reste {euros(recovery.left_cents)} à payer au comptable, comme le titre de perception l’indique."
    if recovery is not None and recovery.to_refund_cents:
        return f"Vous n’avez rien à faire : {euros(recovery.to_refund_cents)} vous sont rendus par le comptable."
    if recovery is not None and recovery.state == Recovery.State.DECIDED:
        return "Attendez le titre de perception du comptable pour payer."
    if is_waiting(hearing):
        if hearings.is_over(hearing, timezone.localdate()):
            return "Vous n’avez rien à faire : la décision vous sera écrite."
        return f"Répondez avant le {long_date(hearing.answer_by)} : rien ne se décide avant."
    return ""


def label_of(hearing, recovery, withdrawal):
    if is_waiting(hearing) and hearings.is_over(hearing, timezone.localdate()):
        return "Le service va décider"
    if recovery is not None and not (withdrawal and withdrawal.state == "undone"):
        return Recovery.APPLICANT_LABELS[recovery.state]
    if withdrawal is not None and withdrawal.state == "decided":
        return "Aide retirée, en tout ou en partie"
    if withdrawal is not None and withdrawal.state == "dropped":
        return "Abandonné : votre aide reste la même"
    if withdrawal is not None and withdrawal.state == "undone":
        return "Retrait annulé : votre aide vous est rendue"
    return "Vos observations sont attendues"


def own_hearing(request, public_id, hearing_id):
    _, award, _ = find(request, public_id)
    if award is None:
        raise Http404
    return get_object_or_404(Hearing.objects.filter(award=award).select_related(*RELATED), public_id=hearing_id)


@require_POST
@login_required
def open_my_letter(request, public_id, hearing_id, kind):
    """The first opening notifies: it is an act, so it is posted; the file is then read by a GET."""
    hearing = own_hearing(request, public_id, hearing_id)
    document_of(hearing, kind)
    opening.open_letter(hearing=hearing, kind=kind, by=request.user)
    return redirect("funding:my_hearing_letter", public_id, hearing_id, kind)


@require_GET
@login_required
def my_letter(request, public_id, hearing_id, kind):
    """The letter's bytes, once it was opened: reading a file must not notify anything."""
    hearing = own_hearing(request, public_id, hearing_id)
    document = document_of(hearing, kind)
    if document.pk not in opening.opened([hearing]):
        return redirect("funding:my_hearings", public_id)
    return answer(request, document)


@require_GET
@login_required
def observation(request, public_id):
    """The paper of an answer: for the structure, and for the staff who may read the dossier."""
    rows = Observation.objects.visible_to(request.user).values("pk")
    own = Observation.objects.of_beneficiary(Award.objects.announced_to(request.user)).values("pk")
    found = get_object_or_404(
        Observation.objects.filter(Q(pk__in=rows) | Q(pk__in=own)).select_related("file"), public_id=public_id
    )
    if found.file is None:
        raise Http404
    return serve_upload(found.file)
