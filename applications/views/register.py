"""The register of a wave: who is kept out of what, and what the chair has to judge."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import exports
from accounts.access import permission_required
from accounts.forms import attempt, status_of
from accounts.lists import ChoiceFilter, Column, ListPage
from accounts.models import User
from applications.evaluations import checked, recusals
from applications.evaluations.register import judgements_of, open_alerts, others_of, recusal_line, recusals_of
from applications.models import Application, Recusal, TieKind
from applications.models.conflict import JUDGE_ALERTS
from applications.pool_forms import ExcludeForm, JudgeForm
from applications.review_forms import ReasonForm
from applications.views.assigning import wave_of

may_read = permission_required("applications.read_register")
may_judge = permission_required(JUDGE_ALERTS)


# A line of the register in a file: every column, whatever is shown on the page.
FILE = [
    Column("dossier", "Dossier", "reference"),
    Column("lieu", "Lieu", "place"),
    Column("personne", "Personne", "person"),
    Column("lien", "Lien", "kind"),
    Column("en-quoi", "En quoi", "text"),
    Column("origine", "Origine", "origin"),
    Column("depuis", "Depuis le", "at", kind="datetime"),
    Column("leve", "Levé le", "lifted_at", kind="datetime"),
    Column("motif", "Motif de la levée", "lift_reason"),
]


class RegisterList(ListPage):
    name = "registre-des-deports"
    caption = "Registre des intérêts et des déports"
    noun = ("déport", "déports")
    default_sort = "dossier"
    search_field = "application__search_text"
    search_label = "Lieu, structure ou numéro"
    columns = [
        Column(
            "dossier",
            "Dossier",
            "application.reference",
            sort="application__reference",
            url=lambda row: reverse("applications:staff_reviews", args=[row.application.public_id]),
            note="application.fabrique.name",
            header=True,
        ),
        Column("personne", "Personne", lambda row: str(row.user), sort="user__search_text"),
        Column("lien", "Lien", lambda row: row.get_kind_display()),
        Column("en-quoi", "En quoi", "text"),
        Column("origine", "Origine", lambda row: row.get_origin_display()),
        Column("depuis", "Depuis le", "at", kind="datetime", sort="at"),
        Column("leve", "Levé le", "lifted_at", kind="datetime"),
        Column("motif", "Motif de la levée", "lift_reason", shown=False),
    ]
    filters = [
        ChoiceFilter("lien", "Lien", field="kind", choices=TieKind.choices),
        ChoiceFilter("origine", "Origine", field="origin", choices=Recusal.Origin.choices),
    ]
    empty_title = "Aucun déport"
    empty_text = "Personne n’est tenu à l’écart d’un dossier de cette vague."

    def page_rows(self, ids):
        return self.queryset.filter(pk__in=ids)

    def file(self):
        """The register as it goes out: while nothing narrows the list, with what excludes nobody."""
        writer = exports.WRITERS.get(self.request.GET.get("format"))
        return writer and writer(self.name, FILE, self.lines())

    def lines(self):
        yield from map(recusal_line, self.every_row())
        if not self.active_filters and not self.query:
            yield from others_of(self.context["wave"], reader=self.request.user)


@may_read
@require_GET
def register(request, public_id):
    """Who is kept out of what, why, and what is left to judge?"""
    wave = wave_of(request, public_id)
    listing = RegisterList(request, recusals_of(wave, reader=request.user), wave=wave)
    if file := listing.file():
        return file
    context = {
        "wave": wave,
        "listing": listing,
        "alerts": open_alerts(wave, reader=request.user),
        "judgements": judgements_of(wave, reader=request.user)[:50],
        "invited": checked.accepted(reader=request.user, wave=wave),
        "may_judge": request.user.has_perm(JUDGE_ALERTS),
    }
    return render(request, "applications/pool/register.html", context)


@may_judge
@require_http_methods(["GET", "POST"])
def judge(request, public_id, dossier_id, person_id, kind):
    """Is this tie of a nature to influence the person?"""
    wave = wave_of(request, public_id)
    dossiers = Application.objects.visible_to(request.user).filter(wave=wave).select_related("fabrique")
    dossier = get_object_or_404(dossiers, public_id=dossier_id)
    person = get_object_or_404(User, public_id=person_id)
    alert = next(
        (
            one
            for one in open_alerts(wave, reader=request.user)
            if (one.application.pk, one.user.pk, one.reason.kind) == (dossier.pk, person.pk, kind)
        ),
        None,
    )
    if alert is None:
        raise Http404
    form = JudgeForm(request.POST or None)
    if request.method == "POST" and attempt(
        form,
        lambda data: recusals.judge(application=dossier, user=person, kind=kind, by=request.user, **data),
    ):
        messages.success(request, "Votre appréciation est inscrite au registre.")
        return redirect("applications:register", public_id)
    context = {"wave": wave, "alert": alert, "form": form}
    return render(request, "applications/pool/judge.html", context, status=status_of(form))


@may_judge
@require_http_methods(["GET", "POST"])
def keep_out(request, public_id):
    """Whom does the chair keep out of a dossier, without an alert?"""
    wave = wave_of(request, public_id)
    dossiers = Application.objects.visible_to(request.user).filter(wave=wave, submitted_at__isnull=False)
    form = ExcludeForm(request.POST or None, dossiers=dossiers.select_related("fabrique").order_by("reference"))
    if request.method == "POST" and attempt(form, lambda data: recusals.recuse(by=request.user, **data)):
        messages.success(request, "Le déport est inscrit au registre : le dossier est fermé à cette personne.")
        return redirect("applications:register", public_id)
    return render(request, "applications/pool/keep_out.html", {"wave": wave, "form": form}, status=status_of(form))


@may_judge
@require_http_methods(["GET", "POST"])
def lift(request, public_id):
    """Was this tie found by mistake?"""
    rows = Recusal.objects.filter(application__in=Application.objects.visible_to(request.user))
    rows = rows.select_related("application__fabrique", "application__wave", "user")
    row = get_object_or_404(rows, public_id=public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: recusals.lift(recusal=row, by=request.user, **data)):
        messages.success(request, f"Le déport de {row.user} est levé ; le registre garde la ligne.")
        return redirect("applications:register", row.application.wave.public_id)
    context = {"row": row, "wave": row.application.wave, "form": form}
    return render(request, "applications/pool/lift.html", context, status=status_of(form))
