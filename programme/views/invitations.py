"""The log of the invitations of a call: who was told, when, by which channel, noted by whom."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.lists import ChoiceFilter, Column, DateFilter, ListPage
from programme.forms import InvitationForm
from programme.invitations import record_invitation
from programme.models import Call, Invitation
from programme.models.call import EDIT
from programme.querysets import READ_ALL


class InvitationList(ListPage):
    name = "invitations"
    caption = "Qui a été prévenu de l’appel"
    noun = ("invitation", "invitations")
    default_sort = "-le"
    columns = (
        Column("qui", "Qui", "told", sort="told", header=True, note="note"),
        Column("public", "Public", "get_audience_display", sort="audience"),
        Column("moyen", "Par quel moyen", "get_channel_display", sort="channel"),
        Column("nombre", "Destinataires", "count", kind="integer", sort="count"),
        Column("le", "Prévenu le", "told_on", kind="date", sort="told_on"),
        Column("par", "Noté par", "recorded_by"),
        Column("note", "Noté le", "recorded_at", kind="date", sort="recorded_at"),
    )
    empty_title = "Personne n’est noté"
    empty_text = "Notez chaque réseau, mairie ou liste prévenue : c’est ce qui montre que l’appel était ouvert à tous."

    def get_filters(self):
        return (
            ChoiceFilter("public", "Public", field="audience", choices=Invitation.Audience.choices),
            ChoiceFilter("moyen", "Moyen", field="channel", choices=Invitation.Channel.choices),
            DateFilter("du", "Prévenu à partir du", field="told_on", instant=False),
            DateFilter("au", "Prévenu jusqu’au", field="told_on", lookup="lte", instant=False),
        )

    def page_rows(self, ids):
        return Invitation.objects.filter(pk__in=ids).select_related("recorded_by")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ_ALL)
def invitations(request, slug):
    """The list, its files, and the form that adds a line."""
    call = get_object_or_404(Call.objects.visible_to(request.user), slug=slug)
    form = InvitationForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm(EDIT):
            raise NotAllowed
        if attempt(form, lambda data: record_invitation(call=call, by=request.user, **data)):
            messages.success(request, f"Noté : {form.result.told}.")
            return redirect("programme:invitations", call.slug)
    listing = InvitationList(request, Invitation.objects.filter(call=call))
    context = {
        "call": call,
        "form": form,
        "listing": listing,
        "may_add": request.user.has_perm(EDIT),
        "trail": [("Appels", reverse("programme:manage_calls")), (call.title, call.staff_path)],
    }
    return listing.file() or render(request, "programme/invitations.html", context, status=status_of(form))
