"""Who contests what, until when must we answer, and how did it end? And the applicant's own appeals."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.history import entries_of
from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from documents.downloads import serve_upload
from documents.twins import answer
from funding.models import Withdrawal
from selection import appeal_answers, appeals
from selection import appeal_follow_ups as follow_ups
from selection.after_forms import (
    ConcludeForm,
    FollowUpForm,
    RecordAppealForm,
    SettleForm,
)
from selection.appeal_answers import answer_of
from selection.appeal_receipts import interrupts, receipt_of
from selection.late_awards import PREPARE
from selection.models import ANSWER_APPEAL, FOLLOW_APPEALS, Appeal, AppealFollowUp, Decision
from selection.notification import answer_notification_of
from selection.views.after_appeal import award_of
from selection.views.meetings import uuid_or_404

READ = "selection.read_panel"
TONES = {"lodged": "new", "examined": "info", "upheld": "success", "partly_upheld": "success", "silent": "warning"}


def tone_of(appeal):
    return TONES.get(appeal.state, "")


OPEN_FOLLOW_UPS = AppealFollowUp.objects.filter(appeal=OuterRef("pk"), done_on__isnull=True)


class AppealList(ListPage):
    name = "recours"
    caption = "Recours, ceux à répondre d’abord"
    noun = ("recours", "recours")
    default_sort = "silence"
    search_field = "decision__application__search_text"
    search_label = "Lieu, structure ou numéro du dossier"
    empty_title = "Aucun recours"
    empty_text = "Un recours formé dans le service apparaît ici ; un autre s’enregistre sur la page de la décision."
    columns = [
        Column("numero", "Numéro", "number", sort="number", url=lambda row: address(row)),
        Column(
            "dossier",
            "Dossier",
            "decision.application.fabrique.name",
            note="decision.application.reference",
            sort="decision__application__sort_name",
            header=True,
        ),
        Column("voie", "Voie", "get_kind_display", note="get_channel_display"),
        Column("contre", "Décision", "decision.get_act_display"),
        Column("forme", "Formé le", "lodged_on", kind="date", sort="lodged_on"),
        Column("silence", "Réponse avant le", "silence_on", kind="date", sort="silence_on"),
        Column("etat", "État", lambda row: (row.get_state_display(), tone_of(row)), kind="badge", sort="state"),
        Column("issue", "Issue le", "concluded_on", kind="date", sort="concluded_on"),
        Column("suite", "Suite due le", "follow_up_due", kind="date", note="follow_up_owner"),
    ]
    filters = [
        ConditionFilter(
            "cours",
            "En cours",
            conditions={
                "oui": ("À répondre", Q(state__in=Appeal.OPEN)),
                "non": ("Terminés", ~Q(state__in=Appeal.OPEN)),
            },
        ),
        ConditionFilter(
            "suite",
            "Suite",
            conditions={
                "oui": ("À donner", Q(Exists(OPEN_FOLLOW_UPS))),
                "non": ("Aucune en attente", ~Q(Exists(OPEN_FOLLOW_UPS))),
            },
        ),
        ChoiceFilter("voie", "Voie", field="kind", choices=Appeal.Kind.choices),
        ChoiceFilter("etat", "État", field="state", choices=Appeal.State.choices),
        DateFilter("du", "Formé à partir du", field="lodged_on"),
    ]

    def page_rows(self, ids):
        rows = Appeal.objects.filter(pk__in=ids).select_related("decision__application__fabrique")
        first = OPEN_FOLLOW_UPS.order_by("due_on", "pk")
        owner = Concat("owner__first_name", Value(" "), "owner__last_name")
        return rows.annotate(
            follow_up_due=Subquery(first.values("due_on")[:1]),
            follow_up_owner=Subquery(first.values(name=owner)[:1]),
        )


def address(appeal):
    return reverse("selection:appeal", args=[appeal.public_id])


@require_GET
@permission_required(READ)
def register(request):
    listing = AppealList(request, Appeal.objects.visible_to(request.user))
    return listing.file() or render(request, "selection/appeals.html", {"listing": listing})


# --- One appeal --------------------------------------------------------------------------------------------------


def find(request, public_id):
    rows = Appeal.objects.visible_to(request.user).select_related(
        "decision__application__organisation",
        "decision__application__fabrique",
        "decision__wave__call__programme",
        "lodged_by",
        "recorded_by",
        "concluded_by",
    )
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def appeal(request, public_id):
    found = find(request, public_id)
    forms = {"conclude": None, "ask": None, "settle": None, "preview": None}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise StalePage
        if done := act(request, found, forms):
            messages.success(request, done)
            return redirect(address(found))
    refused = next((form for name, form in forms.items() if name != "preview" and form and form.errors), None)
    return render(request, "selection/appeal.html", context_of(request, found, forms), status=422 if refused else 200)


def do_examine(request, found, forms):
    appeals.examine(appeal=found, by=request.user, version=version_of(request))
    return "Le recours est en cours d’examen."


def do_conclude(request, found, forms):
    """A letter is read before it is signed: the first time, and each time that it changed, it is shown."""
    form = forms["conclude"] = ConcludeForm(
        request.POST, prefix="issue", appeal=found, may_sign=may_sign(found, request.user)
    )
    version, digest = version_of(request), request.POST.get("digest", "")

    def verb(data):
        return appeals.conclude(appeal=found, by=request.user, version=version, digest=digest, **data)

    if form.is_valid() and appeal_answers.is_signed_here(found, form.cleaned_data["elsewhere"]):
        if not attempt(form, lambda data: read_first(found, request.user, data)):
            return None
        forms["preview"] = form.result
        if not digest or digest != form.result[1]:
            return None
    return "L’issue du recours est enregistrée, et dite à qui l’a formé." if attempt(form, verb) else None


def may_sign(found, user):
    """An appeal to the administration is answered by a letter of whoever signs decisions."""
    return found.is_administrative and user.has_perm(ANSWER_APPEAL)


def read_first(found, user, data):
    """The letter that these words make, and its fingerprint."""
    return appeal_answers.preview(
        found, outcome=data["outcome"], conclusion=data["conclusion"], follow_up=data.get("follow_up"), by=user
    )


def do_withdraw(request, found, forms):
    appeals.withdraw(appeal=found, by=request.user, version=version_of(request))
    return "Le désistement est enregistré."


def do_ask(request, found, forms):
    form = forms["ask"] = FollowUpForm(request.POST, prefix="suite")

    def verb(data):
        return follow_ups.ask(appeal=found, by=request.user, **data)

    return "La suite est confiée, et dite à qui s’en charge." if attempt(form, verb) else None


def do_settle(request, found, forms):
    row = get_object_or_404(found.follow_ups, public_id=uuid_or_404(request.POST.get("follow_up", "")))
    form = forms["settle"] = SettleForm(request.POST, prefix=f"close-{row.public_id.hex}")
    version = version_of(request)

    def verb(data):
        return follow_ups.settle(follow_up=row, by=request.user, version=version, **data)

    return "La suite est close." if attempt(form, verb) else None


ACTS = {
    "ask": do_ask,
    "settle": do_settle,
    "examine": do_examine,
    "conclude": do_conclude,
    "withdraw": do_withdraw,
}


def context_of(request, found, forms):
    decision, user = found.decision, request.user
    every = list(decision.appeals.order_by("lodged_on", "pk"))
    may_follow = user.has_perm(FOLLOW_APPEALS)
    may_answer = user.has_perm(ANSWER_APPEAL) if found.kind == Appeal.Kind.GRACIOUS else may_follow
    today = timezone.localdate()
    return {
        "appeal": found,
        "application": decision.application,
        "tone": tone_of(found),
        "receipt": receipt_of(found),
        "answer": answer_of(found),
        "preview": forms["preview"],
        "interrupts": interrupts(found),
        "delay": appeals.delay_of(decision, every, today=today),
        "others": [one for one in every if one.pk != found.pk],
        "overdue": found.is_open and found.silence_on is not None and found.silence_on < today,
        "may_follow": may_follow,
        "may_conclude": may_answer and found.is_answerable,
        "formal": answer_notification_of(found),
        "pieces": found.pieces.select_related("file"),
        "follow_ups": follow_ups_of(found, may_follow, forms["settle"], today),
        "withdrawal": withdrawal_of(found, user),
        **granted(found, user),
        "ask_form": (forms["ask"] or FollowUpForm(prefix="suite"))
        if may_follow and found.state in follow_ups.UPHELD
        else None,
        "may_sign": may_sign(found, user),
        "form": forms["conclude"]
        or ConcludeForm(prefix="issue", appeal=found, may_sign=may_sign(found, user), initial={"on": today}),
        "history": entries_of(found, limit=20),
    }


def granted(found, user):
    award, may_grant = award_of(found, user)
    return {"award": award, "may_grant": may_grant, "may_prepare": user.has_perm(PREPARE)}


def withdrawal_of(found, user):
    """The withdrawal that an upheld appeal may have undone, if one is decided on the dossier."""
    if found.state not in follow_ups.UPHELD:
        return None
    rows = Withdrawal.objects.visible_to(user).filter(award__application=found.decision.application_id)
    return rows.filter(state=Withdrawal.State.DECIDED).order_by("-pk").first()


def follow_ups_of(found, may_follow, posted, today):
    """[(follow-up, its form of closing or None, whether its day is past)]."""
    rows = found.follow_ups.select_related("owner", "done_by", "decision")
    return [
        (row, settle_form(row, posted) if may_follow and row.is_open else None, row.due_on < today) for row in rows
    ]


def settle_form(row, posted):
    prefix = f"close-{row.public_id.hex}"
    return posted if posted is not None and posted.prefix == prefix else SettleForm(prefix=prefix)


@require_GET
@permission_required(READ)
def piece(request, public_id, piece_id):
    """A file joined to an appeal, for the team."""
    return serve_upload(get_object_or_404(find(request, public_id).pieces, public_id=piece_id).file)


@require_GET
@permission_required(READ)
def receipt(request, public_id):
    """The bytes of the receipt, for the team."""
    return served_receipt(request, find(request, public_id))


@require_GET
@permission_required(READ)
def answer_letter(request, public_id):
    """The letter that answers, for the team."""
    return served_answer(request, find(request, public_id))


def served_answer(request, found):
    document = answer_of(found)
    if document is None or not document.is_ready:
        raise StalePage("La réponse n’est pas encore fabriquée. Revenez dans quelques minutes.")
    return answer(request, document)


def served_receipt(request, found):
    document = receipt_of(found)
    if document is None or not document.is_ready:
        raise StalePage("L’accusé de réception n’est pas encore fabriqué. Revenez dans quelques minutes.")
    return answer(request, document)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(FOLLOW_APPEALS)
def record(request, public_id):
    """An appeal that came by post, by mail, from the court, or a mediation: recorded on its decision."""
    decisions = Decision.objects.visible_to(request.user).filter(issued_at__isnull=False)
    decision = get_object_or_404(decisions.select_related("application__fabrique", "wave__call"), public_id=public_id)
    form = RecordAppealForm(request.POST or None, request.FILES or None, initial={"received_on": timezone.localdate()})
    version = version_of(request) if request.method == "POST" else None

    def verb(data):
        return appeals.record(decision=decision, by=request.user, version=version, **data)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, f"Le recours {form.result.number} est enregistré.")
        return redirect(address(form.result))
    context = {"decision": decision, "application": decision.application, "form": form}
    return render(request, "selection/record_appeal.html", context, status=status_of(form))
