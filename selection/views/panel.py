"""The panel's page: who enters, who waits, with what money."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, version_of
from accounts.french import euros, plural
from programme.models import Wave
from selection import entries, outcomes
from selection.filling import fill_from_ranking
from selection.forms import AdoptForm, FillForm, ReasonForm, SessionForm, session_initial
from selection.models import Outcome, PanelMeeting
from selection.panel import Panel, adoption, read_panel, segments, shown, tabs

PREPARE = "selection.prepare"


@dataclass
class Page:
    """What a POST leaves for the page to show again when it was refused."""

    panel: Panel
    forms: dict = field(default_factory=dict)
    entries: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)

    @property
    def refused(self):
        return bool(self.errors) or any(form.errors for form in self.forms.values())


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("selection.read_panel")
def panel(request, public_id):
    wave = get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("call__programme"), public_id=public_id
    )
    page = Page(read_panel(wave, reader=request.user))
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")
        if done := act(request, page):
            messages.success(request, done)
            return redirect("selection:panel", public_id=wave.public_id)
    return render(request, "selection/panel.html", context_of(request, page), status=422 if page.refused else 200)


# --- Acts: each returns the sentence of what was done, or None when the page comes back with its errors -----------


def hold(request, page):
    form = page.forms["session"] = SessionForm(request.POST, prefix="seance", session=page.panel.session)
    version = version_of(request)

    def verb(data):
        return outcomes.hold_panel(wave=page.panel.wave, by=request.user, version=version or None, **data)

    return "La séance du comité est enregistrée." if attempt(form, verb) else None


def save(request, page):
    before = stored_entries(page.panel)
    page.entries = {
        row.prefix: entries.posted(row, request.POST, before[row.prefix]) or before[row.prefix]
        for row in page.panel.rows
    }
    rows = {row.prefix: row for row in page.panel.rows}
    changed = [entry for entry in page.entries.values() if entries.is_changed(entry, before[entry.prefix])]
    credits = {credit.key: credit for credit in page.panel.credits}
    changes = [entries.change_of(entry, rows[entry.prefix], credits) for entry in changed]
    if None not in changes:
        try:
            done = outcomes.prepare_many(wave=page.panel.wave, changes=changes, by=request.user)
            return f"{plural(done, 'issue')} enregistrée{'s' if done > 1 else ''}." if done else "Rien n’a changé."
        except outcomes.OutcomesRefused as refusal:
            by_prefix = {rows[prefix].application.pk: entry for prefix, entry in page.entries.items()}
            for key, one in refusal.by_dossier.items():
                entries.note_refusal(by_prefix[key], one, rows[by_prefix[key].prefix])
    names = {row.prefix: row.application.fabrique.name for row in page.panel.rows}
    page.errors = entries.summary(changed, names)
    return None


def fill(request, page):
    credits = {credit.key: credit for credit in page.panel.credits}
    form = page.forms["fill"] = FillForm(request.POST, prefix="remplir", credits=page.panel.credits)

    def verb(data):
        credit = credits[data["credit"]]
        return fill_from_ranking(
            wave=page.panel.wave,
            line=credit.line,
            fiscal_year=credit.fiscal_year,
            waitlist=data["waitlist"],
            ground=data["ground"],
            by=request.user,
        )

    if not attempt(form, verb):
        return None
    return f"{plural(form.result, 'issue')} en préparation d’après le classement. Relisez-les avant d’adopter."


def adopt(request, page):
    form = page.forms["adopt"] = AdoptForm(request.POST, prefix="adopter")
    version = version_of(request)

    def verb(data):
        return outcomes.adopt(
            wave=page.panel.wave, by=request.user, reason_if_over_capacity=data["reason"], version=version
        )

    if not attempt(form, verb):
        return None
    total = sum(award.total_cents for award in form.result)
    return (
        f"Proposition adoptée : {plural(len(form.result), 'dossier')}, {euros(total)} réservés. "
        "La vague peut être signée ; rien n’est visible des candidats."
    )


def undo(request, page):
    form = page.forms["undo"] = ReasonForm(request.POST, prefix="annuler")
    version = version_of(request)

    def verb(data):
        return outcomes.undo_adoption(wave=page.panel.wave, by=request.user, reason=data["reason"], version=version)

    if not attempt(form, verb):
        return None
    return "L’adoption est annulée : les crédits réservés sont revenus sur leurs lignes."


ACTS = {"hold": hold, "save": save, "fill": fill, "adopt": adopt, "undo": undo}


# --- The page ----------------------------------------------------------------------------------------------------


def stored_entries(panel):
    default = panel.credits[0].key if panel.credits else ""
    return {row.prefix: entries.stored(row, default) for row in panel.rows}


def context_of(request, page):
    panel, view = page.panel, request.GET.get("voir", "")
    may_prepare = request.user.has_perm(PREPARE) and panel.is_open
    known = page.entries or stored_entries(panel)
    parts = shown(panel, view=view, everything="tout" in request.GET or bool(page.errors))
    items, blocked = adoption(panel)
    return {
        "panel": panel,
        **under_way(panel.wave),
        "wave": panel.wave,
        "parts": [(kind, content, known[content.prefix] if kind == "row" else None) for kind, content in parts],
        "tabs": tabs(panel, view),
        "segments": segments(panel),
        "may_prepare": may_prepare,
        "may_undo": request.user.has_perm(PREPARE) and panel.is_adopted and panel.wave.state == "deliberation",
        "outcomes": Outcome.choices,
        "items": items,
        "blocked": blocked,
        "errors": page.errors,
        "forms": forms_of(page),
    }


def under_way(wave):
    """The meeting prepared, called or open on this wave, and the point where the whole list is voted."""
    meeting = PanelMeeting.objects.filter(wave=wave, state__in=PanelMeeting.UNDER_WAY).first()
    point = meeting.items.filter(application=None, closed_at=None).first() if meeting else None
    return {"meeting": meeting, "whole_item": point}


def forms_of(page):
    panel = page.panel
    initial = session_initial(panel.session, panel.wave, timezone.localdate())
    return {
        "session": SessionForm(prefix="seance", initial=initial, session=panel.session),
        "fill": FillForm(prefix="remplir", credits=panel.credits),
        "adopt": AdoptForm(prefix="adopter"),
        "undo": ReasonForm(prefix="annuler"),
        **page.forms,
    }
