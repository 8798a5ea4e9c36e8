"""Which scenario of the wave: who enters, who waits, with what money?"""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed, StalePage
from accounts.forms import attempt, version_of
from accounts.french import euros, plural
from accounts.middleware import refuse
from accounts.models import Job
from accounts.permissions import require
from programme.models import Wave
from selection import scenario_entries as entries
from selection.adoption import Words, adopt_scenario
from selection.comparing import AT_MOST, compare
from selection.funding_line import read, settle, take
from selection.line_shown import adoption_items, blocked, shown, tabs
from selection.line_written import credit_choices, interval, options, outcome_options
from selection.models import Scenario
from selection.portfolio_words import points, price_sentence
from selection.proposals import KIND, ask_proposal
from selection.scenario_forms import AdoptionForm, ProposalForm, RenameForm, ScenarioForm
from selection.scenarios import (
    PREPARE,
    LinesRefused,
    create_scenario,
    drop_scenario,
    edit_scenario,
    rename_scenario,
)

READ = "selection.read_panel"


@dataclass
class Page:
    """The wave and the scenarios that the address names, and what a POST leaves to show again when it was refused."""

    request: HttpRequest
    wave: Wave
    scenario: Scenario | None
    against: Scenario | None
    version: int | None = None
    forms: dict = field(default_factory=dict)
    entries: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    # The scenario to show after the act.
    then: Scenario | None = None

    @cached_property
    def line(self):
        """The page of the scenario, read when it is wanted; an edit brings it up to date."""
        return read(self.wave, reader=self.request.user, scenario=self.scenario, against=self.against)

    @property
    def refused(self):
        return bool(self.errors) or any(form.errors for form in self.forms.values())


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def funding_line(request, public_id):
    wave = wave_of(request, public_id)
    page = read_page(request, wave)
    if request.method == "GET" or request.method == "HEAD":
        return answer(request, page)
    try:
        require(request.user, PREPARE)
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")
        done = act(request, page)
    except (StalePage, NotAllowed) as error:
        if not request.htmx:
            raise
        return whole_page(refuse(request, error))
    if done is None:
        return answer(request, page)
    if request.htmx:
        # An edit has brought what it read up to date.
        return answer(request, page if act is save else read_page(request, wave))
    messages.success(request, done)
    return redirect(address(page, request))


def wave_of(request, public_id):
    return get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("call__programme"), public_id=public_id
    )


def read_page(request, wave):
    scenario, against = (scenario_of(request, wave, name) for name in ("scenario", "face"))
    return Page(request, wave, scenario, against, version_of(request))


def scenario_of(request, wave, name):
    """The scenario that the address names, None when it names none.

    Raises:
        Http404: it is not one of this wave.
    """
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        key = uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
    found = get_object_or_404(Scenario.objects.visible_to(request.user).filter(wave=wave), public_id=key)
    found.wave = wave
    return found


def whole_page(response):
    """A part of the page was asked for; the answer takes the place of all of it."""
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def address(page, request):
    """The page again, on the scenario that was made or shown."""
    then = page.then or page.scenario
    query = {"scenario": then.public_id} if then and then.pk else {}
    if request.GET.get("voir") and page.then is None:
        query["voir"] = request.GET["voir"]
    path = reverse("selection:funding_line", args=[page.wave.public_id])
    return f"{path}?{urlencode(query)}" if query else path


def shown_scenario(page):
    if page.line.scenario is None:
        raise StalePage("Il n’y a pas encore de scénario. Créez-en un d’abord.")
    return page.line.scenario


# --- Acts: each returns the sentence of what was done, or None when the page comes back with its errors -----------


def create(request, page):
    scenario = page.scenario
    form = page.forms["create"] = ScenarioForm(request.POST, prefix="nouveau", scenario=scenario)

    def verb(data):
        data["waitlist"] = 5 if data["waitlist"] is None else data["waitlist"]
        return create_scenario(wave=page.wave, by=request.user, source=scenario, **data)

    if not attempt(form, verb):
        return None
    page.then = form.result
    return f"Scénario « {form.result} » créé. Rien n’est réservé tant qu’il n’est pas adopté."


def propose(request, page):
    form = page.forms["propose"] = ProposalForm(request.POST, prefix="calcul", page=page.line)

    def verb(data):
        return ask_proposal(wave=page.wave, name=data["name"], asked=form.asked(), by=request.user)

    if not attempt(form, verb):
        return None
    return "Le calcul est demandé : la proposition paraîtra parmi les scénarios dans quelques secondes."


def save(request, page):
    scenario = shown_scenario(page)
    lines = entries.rows_posted(page.line, request.POST, reader=request.user)
    credits = {credit.key: credit for credit in page.line.credits}
    typed = {line.prefix: entries.posted(line, request.POST, next(iter(credits), "")) for line in lines}
    changed = {line: typed[line.prefix] for line in lines if typed[line.prefix].is_changed}
    changes = {line.application: entries.change_of(entry, credits) for line, entry in changed.items()}
    if not changes:
        return "Rien n’a changé."
    if None not in changes.values():
        try:
            take(page.line, edit_scenario(scenario=scenario, changes=changes, by=request.user, version=page.version))
            return f"{plural(len(changes), 'ligne enregistrée', 'lignes enregistrées')}."
        except LinesRefused as refusal:
            for line, entry in changed.items():
                if line.application.pk in refusal.by_dossier:
                    entries.note_refusal(entry, refusal.by_dossier[line.application.pk])
    page.entries = typed
    page.errors = entries.summary(changed)
    return None


def rename(request, page):
    scenario = shown_scenario(page)
    form = page.forms["rename"] = RenameForm(request.POST, prefix="nom")

    def verb(data):
        return rename_scenario(scenario=scenario, by=request.user, version=page.version, **data)

    return f"Le scénario s’appelle « {form.result} »." if attempt(form, verb) else None


def drop(request, page):
    scenario = shown_scenario(page)
    drop_scenario(scenario=scenario, by=request.user, version=page.version)
    page.scenario = None
    return f"Scénario « {scenario} » supprimé."


def adopt(request, page):
    scenario = shown_scenario(page)
    form = page.forms["adopt"] = AdoptionForm(request.POST, prefix="adopter")

    def verb(data):
        return adopt_scenario(
            scenario=scenario,
            by=request.user,
            words=Words(**data),
            version=page.version,
            session_version=session_version(request),
        )

    if not attempt(form, verb):
        return None
    total = sum(award.total_cents for award in form.result)
    return (
        f"Scénario « {scenario} » adopté : {plural(len(form.result), 'dossier')}, {euros(total)} réservés. "
        "La vague peut être signée ; rien n’est visible des candidats."
    )


def session_version(request):
    """The version of the panel's day that the page showed."""
    text = request.POST.get("session", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


ACTS = {"create": create, "propose": propose, "save": save, "rename": rename, "drop": drop, "adopt": adopt}


# --- The page ----------------------------------------------------------------------------------------------------


def answer(request, page):
    context = list_context(request, page)
    status = 422 if page.refused else 200
    if request.htmx:
        return render(request, "selection/_ligne.html", context, status=status)
    return render(request, "selection/ligne.html", context | {"forms": forms_of(page)}, status=status)


def list_context(request, page):
    """What the list, the money and the places show: what one edit changes."""
    settle(page.line)
    line, view = page.line, request.GET.get("voir", "")
    may_prepare = request.user.has_perm(PREPARE) and line.is_open
    parts = shown(line, view=view, everything="tout" in request.GET)
    return {
        "page": line,
        "wave": line.wave,
        "scenario": line.scenario,
        "parts": list(parts_written(page, parts)),
        "tabs": tabs(line, view),
        "here": query_of(line, view),
        "may_prepare": may_prepare,
        "may_edit": may_prepare and line.scenario is not None,
        "items": list(adoption_items(line)) if line.scenario else [],
        "blocked": blocked(line),
        "errors": page.errors,
        "job": job_of(request, line.wave) if may_prepare else None,
        **findings_context(line.scenario),
    }


def parts_written(page, parts):
    """(kind, `Row`, its entry with the options of its choices, its drawing) of each part of the table."""
    credits, cut = credit_choices(page.line.credits), page.line.cut_place
    default = credits[0][0] if credits else ""
    for kind, row in parts:
        if kind != "row":
            yield kind, row, None, ""
            continue
        entry = page.entries.get(row.prefix) or entries.stored(row, default)
        entry.credit_options, entry.outcome_options = options(credits, entry.credit), outcome_options(row, entry)
        yield kind, row, entry, interval(row, cut)


def findings_context(scenario):
    findings = scenario.findings if scenario else {}
    prices = [price_sentence(one) for one in findings.get("prices", ())]
    return {"prices": prices, "findings": findings, "gap_text": gap_text(findings)}


def query_of(line, view):
    """The query string of the page as it is shown."""
    query = {"scenario": line.scenario.public_id} if line.scenario else {}
    return urlencode(query | ({"voir": view} if view else {}))


def gap_text(findings):
    """How much better another choice could be, "" when it is proved that none is."""
    gap = findings.get("at_most", 0) - findings.get("score", 0)
    return points(gap) if gap > 0 else ""


def job_of(request, wave):
    """The reader's last calculation, with what was said of it."""
    jobs = Job.objects.visible_to(request.user).filter(kind=KIND, scope=str(wave.pk))
    job = jobs.prefetch_related("rows").order_by("-pk").first()
    if job is None:
        return None
    row = next(iter(job.rows.all()), None)
    return {"job": job, "sentence": row.sentence if row else "", "refused": bool(row and row.status == "refused"),
            "failed": bool(row and row.status == "failed")}  # fmt: skip


def forms_of(page):
    line = page.line
    return {
        "create": ScenarioForm(prefix="nouveau", scenario=line.scenario),
        "propose": ProposalForm(prefix="calcul", page=line),
        "rename": RenameForm(prefix="nom", initial={"name": str(line.scenario or "")}),
        "adopt": AdoptionForm(prefix="adopter"),
        **page.forms,
    }


@require_GET
@permission_required(READ)
def comparison(request, public_id):
    """What does each scenario take, who enters, who leaves, and why?"""
    wave = wave_of(request, public_id)
    known = {str(one.public_id): one for one in Scenario.objects.visible_to(request.user).filter(wave=wave)}
    asked = [known[key] for key in dict.fromkeys(request.GET.getlist("scenario")) if key in known]
    chosen = asked if len(asked) > 1 else list(known.values())
    compared = compare(wave, chosen[:AT_MOST], reader=request.user) if len(chosen) > 1 else None
    context = {"wave": wave, "scenarios": known.values(), "chosen": chosen[:AT_MOST], "compared": compared}
    return render(request, "selection/comparer.html", context)
