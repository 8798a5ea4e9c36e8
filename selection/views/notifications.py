"""What is not notified yet, and what to do about it; registered letters, one by one or many at once."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from accounts.french import plural
from accounts.history import entries_of
from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from documents import notices, registered
from documents.consents import consent_of
from documents.downloads import serve_upload
from documents.formal import FormalNotification
from documents.forms import AssureForm, RegisteredForm, RegisteredListForm
from documents.notifying import next_act, presumed_from
from programme.models import Wave
from selection.notification import of_wave, visible_to

READ = "selection.read_panel"
State, TONES = FormalNotification.State, {"waiting": "warning", "posted": "info", "notified": "success"}
CONSENT = {
    "oui": ("Acceptée", Q(consented_at__isnull=False)),
    "non": ("Non acceptée : recommandé", Q(consented_at=None)),
}

NOTICE = {"revenu": ("Revenu : la structure n’est pas prévenue", Q(unaware=True)), "ok": ("Parti", Q(unaware=False))}


def state(row):
    return row.get_state_display(), TONES[row.state]


class NotificationList(ListPage):
    name = "notifications"
    caption = "Notification des actes"
    noun = ("acte", "actes")
    default_sort = "disponible"
    search_field = "organisation__search_text"
    search_label = "Structure"
    columns = [
        Column("acte", "Acte", "get_kind_display", sort="kind", header=True,
               url=lambda row: reverse("selection:notification", args=[row.public_id])),
        Column("dossier", "Dossier", "reference", sort="reference"),
        Column("structure", "Structure", "organisation.name", sort="organisation__search_text"),
        Column("disponible", "Mis à disposition", "available_on", kind="date", sort="available_on"),
        Column("etat", "État", state, kind="badge"),
        Column("suite", "À faire", next_act),
        Column("ouvert", "Ouvert en ligne", "opened_at", kind="datetime", sort="opened_at"),
        Column("notifie", "Notifié le", "notified_on", kind="date", sort="notified_on"),
        Column("voie", "Voie", "get_way_display", shown=False),
        Column("recommande", "Recommandé", "registered_number", shown=False),
    ]  # fmt: skip
    filters = [
        ChoiceFilter("etat", "État", field="state", choices=State.choices),
        ConditionFilter("accord", "Voie électronique", conditions=CONSENT),
        ConditionFilter("avis", "Avis par courriel", conditions=NOTICE),
        ChoiceFilter("acte", "Acte", field="kind", choices=FormalNotification.Kind.choices),
        DateFilter("du", "Mis à disposition à partir du", field="available_on", lookup="gte", instant=False),
    ]
    empty_title = "Aucun acte"
    empty_text = "Chaque décision remise à une structure paraît ici jusqu’à sa notification, et après."

    def page_rows(self, ids):
        return (
            FormalNotification.objects.filter(pk__in=ids).with_consent().with_notice().select_related("organisation")
        )


@require_GET
@permission_required(READ)
def notifications(request):
    """Which acts have reached nobody yet, and what is the next step for each?"""
    rows = visible_to(request.user)
    listing = NotificationList(request, rows.with_consent().with_notice())
    unaware = rows.pending().with_notice().filter(unaware=True).count()
    context = {
        "listing": listing, "pending": rows.pending().count(), "unaware": unaware, "may_record": may_record(request),
    }  # fmt: skip
    return listing.file() or render(request, "selection/notifications.html", context)


def may_record(request):
    return request.user.has_perm(registered.BY_POST)


def find(request, public_id):
    rows = visible_to(request.user).with_consent().with_notice()
    related = ("organisation", "document", "opened_by", "assured_by", "recorded_by", "consent__given_by", "proof")
    return get_object_or_404(rows.select_related(*related), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def notification(request, public_id):
    """How did one act reach its addressee, or how will it?"""
    found = find(request, public_id)
    if request.method == "POST" and request.POST.get("act") == "assure":
        return assured(request, found)
    return page(request, found, RegisteredForm(request.POST or None, request.FILES or None, initial=known_of(found)))


def assured(request, found):
    """The mail came back: somebody says how the structure was told."""
    form = AssureForm(request.POST, prefix="avis")
    version = version_of(request)

    def verb(data):
        return notices.assure(notification=found, by=request.user, version=version, **data)

    if attempt(form, verb):
        messages.success(request, "C’est noté : les quinze jours comptent de nouveau.")
        return redirect("selection:notification", found.public_id)
    return shown(request, found, RegisteredForm(initial=known_of(found)), form)


def page(request, found, form):
    if request.method == "POST" and attempt(form, lambda data: record(request, found, data)):
        messages.success(request, "Le recommandé est enregistré.")
        return redirect("selection:notification", found.public_id)
    return shown(request, found, form)


def shown(request, found, form, assure_form=None):
    context = {
        "formal": found, "form": form, "assure_form": assure_form or AssureForm(prefix="avis"),
        "next_act": next_act(found),
        "may_record": may_record(request) and not found.is_notified,
        "in_force": consent_of(found.organisation), "presumed_from": presumed_from(found.available_on),
        "history": entries_of(found),
    }  # fmt: skip
    status = status_of(assure_form) if assure_form else status_of(form)
    return render(request, "selection/notification.html", context, status=status)


def record(request, found, data):
    return registered.record(notification=found, by=request.user, version=version_of(request), **data)


def known_of(found):
    return {"number": found.registered_number, "posted_on": found.posted_on}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(registered.BY_POST)
def registered_letters(request):
    """The registered letters of a wave, from a list or a file."""
    rows = visible_to(request.user).pending()
    form = RegisteredListForm(request.POST or None, request.FILES or None, initial={"lines": asked(request, rows)})

    def verb(data):
        return registered.record_many(text=data["lines"], proof=data["proof"], scope=rows, by=request.user)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, f"{plural(form.result, 'recommandé enregistré', 'recommandés enregistrés')}.")
        return redirect("selection:notifications")
    waves = Wave.objects.filter(state=Wave.State.ANNOUNCED).select_related("call").order_by("-announced_at")[:20]
    return render(request, "selection/registered.html", {"form": form, "waves": waves}, status=status_of(form))


def asked(request, rows):
    """The numbers of the letters of a wave that wait for the post, one a line, ready to be completed."""
    wave = Wave.objects.filter(public_id=uuid_of(request.GET.get("vague", ""))).first()
    if wave is None:
        return ""
    waiting = of_wave(rows, wave).with_consent().filter(consented_at=None).select_related("document")
    return "".join(f"{row.document.number} ; {row.registered_number} ; \n" for row in waiting if row.document)


def uuid_of(text):
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_GET
@permission_required(READ)
def proof(request, public_id):
    """The slip of the post."""
    found = find(request, public_id)
    if found.proof is None:
        raise Http404
    return serve_upload(found.proof)
