"""Mail: read whole in a demonstration, followed without its text by the staff (it may carry a secret link)."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import notify
from accounts.access import permission_required
from accounts.lists import Column, ConditionFilter, ListPage
from accounts.models import OutboxMessage
from accounts.views.home import demonstration_only

STATES = {
    "envoye": ("Envoyé", Q(sent_at__isnull=False)),
    "erreur": ("En erreur", Q(sent_at=None) & ~Q(last_error="")),
    "attente": ("En attente", Q(sent_at=None, last_error="")),
}


def state(row):
    if row.sent_at:
        return "Envoyé", "success"
    return ("En erreur", "error") if row.last_error else ("En attente", "info")


class MailList(ListPage):
    name = "courriels"
    caption = "Courriels du service"
    noun = ("courriel", "courriels")
    default_sort = "-cree"
    search_field = "recipient"
    search_label = "Destinataire"
    columns = [
        Column("etat", "État", state, kind="badge"),
        Column("cree", "Créé le", "created_at", kind="datetime", sort="id"),
        Column("a", "Destinataire", "recipient", sort="recipient", header=True),
        Column("objet", "Objet", "subject"),
        Column("envoye", "Envoyé le", "sent_at", kind="datetime", sort="sent_at"),
        Column("essais", "Essais", "attempts", kind="integer", sort="attempts"),
        Column("erreur", "Dernière erreur", "last_error"),
    ]
    filters = [ConditionFilter("etat", "État", conditions=STATES)]

    def page_rows(self, ids):
        return OutboxMessage.objects.filter(pk__in=ids).defer("body")


class DemonstrationMailList(MailList):
    exportable = False
    columns = [
        Column("cree", "Le", "created_at", kind="datetime", sort="id"),
        Column("a", "Destinataire", "recipient", sort="recipient", header=True),
        Column("objet", "Objet", "subject", url=lambda row: reverse("accounts:outbox_message", args=[row.public_id])),
        Column("etat", "État", state, kind="badge"),
    ]


@require_GET
@demonstration_only
def outbox(request):
    listing = DemonstrationMailList(request, OutboxMessage.objects.all())
    return render(request, "accounts/outbox/demonstration.html", {"listing": listing})


@require_GET
@demonstration_only
def message(request, public_id):
    mail = get_object_or_404(OutboxMessage, public_id=public_id)
    return render(request, "accounts/outbox/message.html", {"mail": mail})


@require_GET
@permission_required("accounts.read_outbox")
def followed(request):
    listing = MailList(request, OutboxMessage.objects.visible_to(request.user))
    stuck = OutboxMessage.objects.filter(sent_at=None, attempts__gte=notify.MAX_ATTEMPTS).count()
    context = {"listing": listing, "stuck": stuck, "may_retry": request.user.has_perm("accounts.retry_mail")}
    return listing.file() or render(request, "accounts/outbox/followed.html", context)


@require_POST
@permission_required("accounts.retry_mail")
def retry(request):
    count = notify.retry_stuck(by=request.user)
    messages.success(request, f"{count} courriel(s) repartent.")
    return redirect("accounts:mail")
