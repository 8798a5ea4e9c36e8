"""Formal notices: written and followed by the service, opened and answered by the structure."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed, StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP
from accounts.history import entries_of
from documents.downloads import serve_upload
from documents.models import FormalNotification
from documents.notifying import next_act
from documents.twins import answer
from funding.endings import hearings, notices
from funding.endings.forms import FormalNoticeForm, NoteForm, ReplyForm
from funding.endings.lists import NOTICE_TONES, FormalNoticeList, next_of_notice
from funding.models import FormalNotice
from funding.models.formal_notice import CONDUCT
from funding.views.my_agreement import find as find_own
from funding.views.standing import dossier_url
from funding.views.standing import find as find_award

READ = "accounts.read_steering"
FORM = require_http_methods(["GET", "HEAD", "POST"])
RELATED = ("award__organisation", "award__fabrique", "award__application", "document", "reply_file", "replied_by")


# --- The service ---------------------------------------------------------------------------------------------------


@FORM
@permission_required(CONDUCT)
def send(request, public_id):
    """What must this structure do, and before when? The letter is read before it is sent."""
    award = find_award(request, public_id)
    form, shown = FormalNoticeForm(request.POST or None), None
    if request.method == "POST":
        if "confirm" in request.POST:
            if attempt(form, lambda data: sent(request, award, data)):
                messages.success(request, f"La lettre est partie{NBSP}: la structure la trouve dans son espace.")
                return redirect(form.result)
        elif attempt(form, lambda data: notices.preview(award=award, **data)):
            shown = form.result
    context = {"award": award, "form": form, "shown": shown, "dossier_url": dossier_url(award)}
    return render(request, "funding/send_notice.html", context, status=status_of(form))


def sent(request, award, data):
    return notices.send(award=award, by=request.user, version=version_of(request), **data)


@require_GET
@permission_required(READ)
def every(request):
    listing = FormalNoticeList(request, FormalNotice.objects.visible_to(request.user))
    return listing.file() or render(request, "funding/notices.html", {"listing": listing})


def find(request, public_id):
    rows = FormalNotice.objects.visible_to(request.user).select_related(*RELATED, "opened_by", "ended_by", "hearing")
    return get_object_or_404(rows, public_id=public_id)


@FORM
@permission_required(READ)
def notice(request, public_id):
    """Where does one notice stand, what did the structure answer, what may follow?"""
    found = find(request, public_id)
    may = request.user.has_perm(CONDUCT) and found.is_open
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (done := ended(request, found, form, may)):
        messages.success(request, done)
        return redirect(found)
    formal = FormalNotification.objects.filter(document=found.document_id).with_consent()
    formal = formal.select_related("opened_by").first()
    today = timezone.localdate()
    context = {
        "notice": found, "award": found.award, "tone": NOTICE_TONES[found.state], "form": form if may else None,
        "next_act": next_of_notice(found), "formal": formal, "formal_next": next_act(formal) if formal else "",
        "may_follow": may and found.is_over(today),
        "not_over": "" if found.is_over(today) else notices.not_over(found),
        "dossier_url": dossier_url(found.award), "history": entries_of(found),
    }  # fmt: skip
    return render(request, "funding/notice.html", context, status=status_of(form))


ENDS = {
    "meet": (notices.meet, "La mise en demeure est satisfaite : la structure est prévenue."),
    "drop": (notices.drop, "La mise en demeure est abandonnée : la structure est prévenue."),
}


def ended(request, found, form, may):
    """Do what was sent; the sentence that says so, or "" when the form came back."""
    verb, said = ENDS.get(request.POST.get("act"), (None, ""))
    if not request.user.has_perm(CONDUCT) or verb is None:
        raise NotAllowed
    if not may:
        raise StalePage("Cette mise en demeure est close.")
    version = version_of(request)
    done = attempt(form, lambda data: verb(notice=found, by=request.user, version=version, **data))
    return said if done else ""


@require_GET
@permission_required(READ)
def letter(request, public_id):
    return served(request, find(request, public_id))


def served(request, found):
    if found.document is None:
        raise Http404("Ce courrier n’existe pas.")
    return answer(request, found.document)


@require_GET
@permission_required(READ)
def paper(request, public_id):
    """The paper that the structure joined to her answer, for the service."""
    return paper_of(find(request, public_id))


def paper_of(found):
    if found.reply_file is None:
        raise Http404
    return serve_upload(found.reply_file)


def followed(request, award):
    """The notice that an opening form was asked to follow (`?apres=`), open and of this award; None without one."""
    asked = request.GET.get("apres", "") or request.POST.get("apres", "")
    if not asked:
        return None
    rows = FormalNotice.objects.filter(award=award, state__in=FormalNotice.OPEN)
    found = next((one for one in rows if str(one.public_id) == asked), None)
    if found is None:
        raise StalePage("Cette mise en demeure est close : une procédure l’a suivie, ou elle est satisfaite.")
    return found


# --- The structure -------------------------------------------------------------------------------------------------


def own(request, public_id, notice_id):
    """One's own notice, of an award that was announced."""
    application, award, _ = find_own(request, public_id)
    if award is None:
        raise Http404
    rows = FormalNotice.objects.filter(award=award).select_related("document", "reply_file")
    found = get_object_or_404(rows, public_id=notice_id)
    found.award = award
    return application, found


def rows_of(award, user):
    """[(notice, its notification or None, may answer)] for the page of the structure; two queries."""
    found = list(award.formal_notices.select_related("document", "reply_file", "replied_by"))
    rows = FormalNotification.objects.filter(document__in=[one.document_id for one in found])
    by_document = {one.document_id: one for one in rows}
    writes = bool(found) and hearings.may_answer(award, user)
    with_facts = [(one, by_document.get(one.document_id)) for one in found]
    return [(one, known, writes and may_reply(one, known)) for one, known in with_facts]


def may_reply(notice, known):
    """Once the letter was opened, and once."""
    return bool(known and known.opened_at) and notice.is_open and not notice.replied_at


@require_POST
@login_required
def open_mine(request, public_id, notice_id):
    """The first opening may notify: it is posted; the file is then read by a GET."""
    _, found = own(request, public_id, notice_id)
    notices.open_letter(notice=found, by=request.user)
    return redirect("funding:my_notice_letter", public_id, notice_id)


@require_GET
@login_required
def my_letter(request, public_id, notice_id):
    """The letter's bytes, once it was opened: reading a file notifies nothing."""
    _, found = own(request, public_id, notice_id)
    if not FormalNotification.objects.filter(document=found.document_id, opened_at__isnull=False).exists():
        return redirect("funding:my_hearings", public_id)
    return served(request, found)


@FORM
@login_required
def my_reply(request, public_id, notice_id):
    """What do I answer: what is done, or what prevents it?"""
    application, found = own(request, public_id, notice_id)
    if not hearings.may_answer(found.award, request.user):
        raise NotAllowed
    sent = request.method == "POST"
    form = ReplyForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and attempt(form, lambda data: replied(request, found, data)):
        messages.success(request, "Votre réponse est reçue. Le service la lit.")
        return redirect("funding:my_hearings", public_id)
    if not found.is_open or found.replied_at:
        raise StalePage("Cette mise en demeure a déjà votre réponse, ou elle est close.")
    context = {"application": application, "notice": found, "form": form}
    return render(request, "funding/my_notice_reply.html", context, status=status_of(form))


def replied(request, found, data):
    return notices.reply(notice=found, by=request.user, version=version_of(request), **data)


@require_GET
@login_required
def my_paper(request, public_id, notice_id):
    return paper_of(own(request, public_id, notice_id)[1])
