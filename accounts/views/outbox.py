"""Mail: read whole in a demonstration, followed without its text by the staff (it may carry a secret link)."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import bounces, delivery, mail_parts
from accounts.access import permission_required
from accounts.lists import Column, ConditionFilter, DateFilter, Filter, ListPage
from accounts.models import ALWAYS_MAILED, BouncedAddress, Membership, OutboxMessage, User
from accounts.notify import DOSSIER
from accounts.views.home import demonstration_only

SHOWN = 200
RIGHTS = {"oui": ("Oui", Q(event__in=sorted(ALWAYS_MAILED))), "non": ("Non", ~Q(event__in=sorted(ALWAYS_MAILED)))}


def due(row):
    return "oui" if row.event in ALWAYS_MAILED else ""


class ThreadFilter(Filter):
    """The mails about one dossier: its page leads here."""

    kind = "hidden"

    def values(self, listing):
        value = listing.request.GET.get(self.key, "")
        return [value] if DOSSIER.fullmatch(f"/dossiers/{value}/") else []

    def apply(self, queryset, values):
        return queryset.filter(thread=f"dossier.{values[0]}")

    def chip_label(self, value, listing):
        return "Courriels d’un dossier"

    def tally(self, queryset):
        return None


class StructureFilter(Filter):
    """The mails to the members of one structure: its page leads here."""

    kind = "hidden"

    def values(self, listing):
        value = listing.request.GET.get(self.key, "")
        return [value] if DOSSIER.fullmatch(f"/dossiers/{value}/") else []

    def apply(self, queryset, values):
        members = Membership.objects.filter(organisation__public_id=values[0])
        return queryset.filter(recipient__in=members.values("user__email"))

    def chip_label(self, value, listing):
        return "Courriels aux membres d’une structure"

    def tally(self, queryset):
        return None


class MailList(ListPage):
    name = "courriels"
    caption = "Courriels du service"
    noun = ("courriel", "courriels")
    default_sort = "-cree"
    search_field = "recipient"
    search_label = "Destinataire"
    columns = [
        Column("etat", "État", delivery.state_of, kind="badge"),
        Column("cree", "Créé le", "created_at", kind="datetime", sort="id"),
        Column("a", "Destinataire", "recipient", sort="recipient", header=True),
        Column("objet", "Objet", "subject"),
        Column("envoye", "Envoyé le", "sent_at", kind="datetime", sort="sent_at"),
        Column("essais", "Essais", "attempts", kind="integer", sort="attempts"),
        Column("suite", "Où il en est", delivery.explained),
        Column("erreur", "Ce qu’a dit le serveur", "last_error"),
        Column("droits", "Des droits en dépendent", due, sort="event", shown=False),
    ]
    filters = [
        ConditionFilter("etat", "État", conditions=delivery.STATES),
        ConditionFilter("droits", "Des droits en dépendent", conditions=RIGHTS),
        DateFilter("du", "Créé à partir du", field="created_at", lookup="gte"),
        ThreadFilter("fil", "Dossier", field="thread"),
        StructureFilter("structure", "Structure"),
    ]

    def page_rows(self, ids):
        return OutboxMessage.objects.filter(pk__in=ids).defer("body")


class DemonstrationMailList(MailList):
    exportable = False
    columns = [
        Column("cree", "Le", "created_at", kind="datetime", sort="id"),
        Column("a", "Destinataire", "recipient", sort="recipient", header=True),
        Column("objet", "Objet", "subject", url=lambda row: reverse("accounts:outbox_message", args=[row.public_id])),
        Column("etat", "État", delivery.state_of, kind="badge"),
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
    way_out = mail_parts.unsubscribe_url(mail)
    context = {
        "mail": mail, "text": mail_parts.text_of(mail, way_out), "headers": mail_parts.headers_of(mail, way_out),
        "state": delivery.state_of(mail),
    }  # fmt: skip
    return render(request, "accounts/outbox/message.html", context)


@csp_replace({"script-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": [NONE], "frame-ancestors": [SELF]})
@require_GET
@demonstration_only
def html_part(request, public_id):
    """The HTML part as a mail program shows it: its own style, nothing fetched, no script."""
    mail = get_object_or_404(OutboxMessage, public_id=public_id)
    return HttpResponse(mail_parts.html_of(mail, mail_parts.unsubscribe_url(mail)))


@require_GET
@permission_required("accounts.read_outbox")
def followed(request):
    listing = MailList(request, OutboxMessage.objects.visible_to(request.user))
    stuck = OutboxMessage.objects.filter(delivery.GIVEN_UP).count()
    context = {
        "listing": listing, "stuck": stuck, "bounced": BouncedAddress.objects.visible_to(request.user).count(),
        "may_retry": request.user.has_perm("accounts.retry_mail"),
    }  # fmt: skip
    return listing.file() or render(request, "accounts/outbox/followed.html", context)


@require_POST
@permission_required("accounts.retry_mail")
def retry(request):
    count = delivery.retry_stuck(by=request.user)
    messages.success(request, f"{count} courriel(s) repartent.")
    return redirect("accounts:mail")


@require_GET
@permission_required("accounts.read_outbox")
def bounced(request):
    """Which addresses refuse our mail, whose are they, and what is to be done?"""
    addresses = list(BouncedAddress.objects.visible_to(request.user).select_related("message")[:SHOWN])
    people = User.objects.filter(email__in=[one.email for one in addresses]).prefetch_related("organisations")
    known = {person.email.lower(): person for person in people}
    context = {
        "rows": [(one, known.get(one.email)) for one in addresses], "remedy": bounces.REMEDY,
        "may_retry": request.user.has_perm("accounts.retry_mail"),
    }  # fmt: skip
    return render(request, "accounts/outbox/bounced.html", context)


@require_POST
@permission_required("accounts.retry_mail")
def forget_bounce(request, public_id):
    address = get_object_or_404(BouncedAddress.objects.visible_to(request.user), public_id=public_id)
    bounces.forget(address=address, by=request.user)
    messages.success(request, f"{address.email} est de nouveau tenue pour bonne.")
    return redirect("accounts:bounced")
