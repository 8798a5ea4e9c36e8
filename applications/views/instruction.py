"""What officers do with a sent dossier beside judging it: checklist, duplicates, corrections, paper."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import Refusal
from accounts.forms import attempt, status_of, version_of
from accounts.french import long_date
from applications import checklist, completeness, duplicates, editors, paper, plans, staff_corrections
from applications.answer_forms import AnswersForm
from applications.answering import sheet_of
from applications.forms import PlaceForm
from applications.instruction_forms import ChecklistForm, DismissForm, PaperForm, ReasonForm
from applications.models import DuplicateHint
from applications.models.application import INSTRUCT
from applications.plan_forms import plan_form
from applications.receipts import pieces_letter_of
from applications.views.scope import staff_dossier_of
from applications.views.staff import READ, back_to, for_instruction, render_dossier
from applications.windows import TAKING
from documents import twins
from documents.models import Document
from programme.models import Question, Wave


@permission_required(READ)
@require_POST
def answer_checklist(request, public_id):
    """Answer one item of the checklist."""
    application = for_instruction(request, public_id)
    form = ChecklistForm(request.POST, auto_id=checklist.auto_id(request.POST.get("item", "")))
    if not attempt(form, lambda data: answer(application, request, data)):
        return render_dossier(request, application, status=422, checklist_form=form)
    return back_to(application, request, f"« {form.result.label} » : {form.result.get_verdict_display().lower()}.")


def answer(application, request, data):
    return checklist.answer_item(application=application, by=request.user, version=version_of(request), **data)


@permission_required(READ)
@require_POST
def dismiss_duplicate(request, public_id, hint_id):
    """Say that another dossier is no double of this one."""
    application = for_instruction(request, public_id)
    hints = duplicates.hints_of(application, request.user)
    hint = get_object_or_404(DuplicateHint, public_id=hint_id, pk__in=[one.pk for one in hints])
    form = DismissForm(request.POST, prefix="doublon")
    if not attempt(form, lambda data: duplicates.dismiss(hint=hint, by=request.user, **data)):
        return render_dossier(request, application, status=422, dismiss_form=form)
    return back_to(application, request, "Noté : ce n’est pas un doublon. Le motif est gardé.")


@permission_required(READ)
@require_GET
def staff_pieces_letter(request, public_id):
    """The letter of the latest request of pieces, to print and post when the dossier came on paper."""
    found = pieces_letter_of(staff_dossier_of(request, public_id))
    if found is None:
        raise Http404("Aucune pièce n’a été demandée.")
    return twins.answer(request, found)


@permission_required(READ)
@require_GET
def staff_receipt(request, public_id):
    """The receipt, to print and post when the request came on paper."""
    application = staff_dossier_of(request, public_id)
    released = Document.objects.about(application).released()
    return twins.answer(request, get_object_or_404(released, kind=Document.Kind.RECEIPT), attachment=True)


# --- Correcting --------------------------------------------------------------------------------------------------

# A file is joined by the structure; a computed value follows from the others.
NOT_TYPED = (Question.Kind.FILE, Question.Kind.COMPUTED)


@permission_required(INSTRUCT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, public_id, slug):
    """One section of a sent dossier, corrected by the service with its reason."""
    application = staff_dossier_of(request, public_id)
    staff_corrections.refuse_moving(application)
    kinds = {completeness.PLACE: place_of, completeness.PLAN: plan_of}
    form, verb, extra = kinds.get(slug, answers_of)(application, slug, request.POST or None)
    reason = ReasonForm(request.POST or None, prefix="motif")
    if request.method == "POST" and corrected(request, application, form, reason, verb):
        return back_to(application, request, "Corrigé. La structure est prévenue, ce qu’elle avait envoyé est gardé.")
    context = {
        "application": application,
        "trail": trail_of(application),
        "title": title_of(application, slug),
        "slug": slug,
        "sections": sections_to_correct(application),
        "form": form,
        "reason": reason,
        **extra,
    }
    status = 422 if form.errors or reason.errors else 200
    return render(request, "applications/staff_correct.html", context, status=status)


def corrected(request, application, form, reason, verb):
    if not reason.is_valid():
        form.is_valid()
        return False
    common = {
        "application": application, "by": request.user, "version": version_of(request),
        "reason": reason.cleaned_data["reason"],
    }  # fmt: skip
    return attempt(form, lambda data: verb(data, common))


def answers_of(application, slug, data):
    section = editors.section_of(application.call_version, slug)
    if section is None:
        raise Refusal("Cette section ne se corrige pas ici. Demandez la correction à la structure.")
    form = AnswersForm(data, section=section, sheet=sheet_of(application))
    if data is not None:
        form.is_valid()
    kinds = {question.pk: question.kind for question in section.questions.all()}

    def verb(_, common):
        typed = {pk: text for pk, text in form.answers().items() if kinds[pk] not in NOT_TYPED}
        return staff_corrections.correct_answers(section=section, answers=typed, **common)

    rows = [row for row in form.rows_with("") if row.question.kind not in NOT_TYPED]
    return form, verb, {"rows": rows}


def place_of(application, slug, data):
    form = PlaceForm(data, initial=PlaceForm.initial_of(application))
    return form, lambda _, common: staff_corrections.correct_place(**form.values(), **common), {}


def plan_of(application, slug, data):
    form = plan_form(application, data)
    if data is not None:
        form.is_valid()
    grid = plans.grid_of(application, form, form.cells() if data is not None else form_cells(application))
    return form, lambda _, common: staff_corrections.correct_amounts(cells=form.cells(), **common), {"grid": grid}


def form_cells(application):
    return plans.budget.cells_of(application)


def title_of(application, slug):
    return next((title for known, title in sections_to_correct(application) if known == slug), slug)


def sections_to_correct(application):
    asked = application.call_version.sections.order_by("position").values_list("slug", "title")
    named = completeness.TITLES
    return [
        (completeness.PLACE, named[completeness.PLACE]), *asked, (completeness.PLAN, named[completeness.PLAN]),
    ]  # fmt: skip


def trail_of(application):
    here = reverse("applications:staff_dossier", args=[application.public_id])
    return [("Dossiers", reverse("applications:staff_list")), (application.reference, here)]


# --- Paper -------------------------------------------------------------------------------------------------------


@permission_required(INSTRUCT)
@require_http_methods(["GET", "HEAD", "POST"])
def paper_deposit(request):
    """Enter a request that came by post."""
    form = PaperForm(
        request.POST or None, request.FILES or None, waves=waves_by_post(),
        initial={"wave": request.GET.get("vague"), "received_on": timezone.localdate()},
    )  # fmt: skip
    if request.method == "POST" and attempt(form, lambda data: enter(form, data, request.user)):
        application = form.result
        messages.success(
            request,
            f"Dossier {application.reference} enregistré. L’accusé de réception se fabrique : envoyez-le à l’adresse "
            f"postale de la structure. Silence valant refus le {long_date(application.implied_rejection_on)}.",
        )
        return redirect("applications:staff_dossier", application.public_id)
    return render(request, "applications/paper_deposit.html", {"form": form}, status=status_of(form))


def waves_by_post():
    """The waves that take, or took, dossiers: a letter posted in time comes after the closing."""
    taking = Wave.objects.filter(state__in=TAKING, opens_at__lte=timezone.now(), call__state="published")
    return taking.select_related("call__programme").order_by("-closes_at", "pk")


def enter(form, data, user):
    return paper.deposit(
        wave=data["wave"], organisation=form.organisation(), place=form.values(), amounts=form.amounts(),
        postmarked_on=data["postmarked_on"], received_on=data["received_on"], by=user,
        scans=[data["scan"]] if data.get("scan") else [],
    )  # fmt: skip
