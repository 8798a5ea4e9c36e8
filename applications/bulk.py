"""Acts on many dossiers at once: preview, then confirm, then a job that tells what became of each.

`register` makes an act known to the list, to its preview and to the worker; a module that has one of its own (a
message to many) calls it from `AppConfig.ready`:

    bulk.register(BulkAct(
        key="message", button="Écrire", title="Écrire aux porteurs", permission=INSTRUCT, form_class=MessageForm,
        judge=lambda application, facts: "" or "Pourquoi pas", perform=write, told=lambda n, facts: "3 messages…",
    ))
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from accounts import jobs
from accounts.access import guarded
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import DsfrForm
from accounts.french import plural
from accounts.models import User
from applications import admissibility, routing
from applications.models import Application
from applications.models.application import INSTRUCT

State = Application.State
LISTING = "applications.dossiers"
RELATED = ("wave", "organisation", "fabrique", "officer")


@dataclass(frozen=True)
class BulkAct:
    """One act.

    Args:
        key: French, stands in the URL.
        button: of the list, an infinitive.
        title: of the preview.
        judge: function of a dossier (with `RELATED`) and of `facts`; says why it is left out, "" when it is not.
        perform: function of (application, by, version, arguments); one verb, in the caller's transaction; gives the
            sentence of what was done, raises `Refusal`.
        told: function of (how many, facts); what will happen, before it is confirmed.
        permission: who may.
        form_class: what is asked besides; its cleaned data, as JSON by `arguments`, go to `perform`.
        arguments: function of the cleaned data.
        facts: function of the cleaned data ({} before the form is filled in) that reads once what `judge` needs.
    """

    key: str
    button: str
    title: str
    judge: Callable[[Application, Any], str]
    perform: Callable[..., str]
    told: Callable[[int, Any], str]
    permission: str = INSTRUCT
    form_class: type[forms.Form] | None = None
    arguments: Callable[[dict], dict] = dict
    facts: Callable[[dict], Any] = dict

    @property
    def url(self):
        return reverse("applications:bulk", args=[self.key])


ACTS: dict[str, BulkAct] = {}


def register(act):
    """Make an act known to the list and to the worker."""
    ACTS[act.key] = act
    jobs.register(
        jobs.Kind(
            key=f"dossiers-{act.key}", label=act.title, perform=performer(act), home="/pilotage/dossiers/",
            listing=LISTING,
        )
    )  # fmt: skip


def performer(act):
    def perform(*, subject_id, version, by, arguments):
        if not by.has_perm(act.permission):
            raise NotAllowed
        visible = Application.objects.visible_to(by).select_related(*RELATED)
        if (application := visible.filter(pk=subject_id).first()) is None:
            raise Refusal("Vous n’avez plus accès à ce dossier.")
        return act.perform(application=application, by=by, version=version, arguments=arguments)

    return perform


@dataclass(frozen=True)
class Judged:
    """A dossier of the selection, and why it is left out, if it is."""

    application: Application
    reason: str


@dataclass(frozen=True)
class Preview:
    """What a bulk act would do, dossier by dossier."""

    act: BulkAct
    judged: list[Judged]
    facts: Any

    @property
    def possible(self):
        return [one.application for one in self.judged if not one.reason]

    @property
    def left_out(self):
        return [one for one in self.judged if one.reason]

    @property
    def title(self):
        return self.act.title

    @property
    def told(self):
        return self.act.told(len(self.possible), self.facts)

    @property
    def digest(self):
        """What was judged: another digest at the confirmation says that something moved since."""
        seen = ",".join(f"{one.application.pk}:{one.application.version}:{bool(one.reason)}" for one in self.judged)
        return hashlib.sha256(seen.encode()).hexdigest()[:32]


def preview(*, act, keys, by, data=None):
    """Judge the dossiers chosen, within what `by` may see; constant number of queries.

    Args:
        keys: of the dossiers; those out of scope are left out without a word.
        data: cleaned data of the form of the act, once it is filled in.
    """
    facts = act.facts(data or {})
    rows = Application.objects.visible_to(by).filter(pk__in=keys).select_related(*RELATED).order_by("reference", "pk")
    return Preview(act, [Judged(row, act.judge(row, facts)) for row in rows], facts)


def launch(*, act, keys, by, data, digest):
    """Confirm: ask for the job on the dossiers that may be done.

    Args:
        digest: of the preview that was read, without the form's data.

    Raises:
        StalePage: the dossiers are no longer those of the preview.
        Refusal: none may be done, or the same act of the same person is under way.
        NotAllowed.
    """
    if not by.has_perm(act.permission):
        raise NotAllowed
    if preview(act=act, keys=keys, by=by).digest != digest:
        raise StalePage("Depuis cet aperçu, des dossiers ont changé. Relisez ce qui va être fait, puis confirmez.")
    found = preview(act=act, keys=keys, by=by, data=data)
    subjects = [
        jobs.Subject(one.pk, str(one), reverse("applications:staff_dossier", args=[one.public_id]), one.version)
        for one in found.possible
    ]
    return jobs.start(
        kind=f"dossiers-{act.key}", scope=f"agent:{by.pk}", subjects=subjects, by=by, arguments=act.arguments(data)
    )


def may_act():
    """Guard of the pages of bulk acts: whoever may do one of them."""
    return guarded(lambda user: any(user.has_perm(act.permission) for act in ACTS.values()))


# --- Follow --------------------------------------------------------------------------------------------------------


class OfficerForm(DsfrForm):
    officer = forms.ModelChoiceField(
        label="Confier à", queryset=User.objects.none(), empty_label="Choisir une personne", to_field_name="public_id"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = routing.officers()


def judge_follow(application, facts):
    if application.state == State.WITHDRAWN:
        return "La structure s’est désistée"
    officer = facts.get("officer")
    return f"Déjà suivi par {officer}" if officer and application.officer_id == officer.pk else ""


def follow(*, application, by, version, arguments):
    officer = User.objects.get(public_id=arguments["officer"])
    routing.assign_officer(application=application, officer=officer, by=by, version=version)
    return f"Confié à {officer}"


def follow_told(count, facts):
    return f"{plural(count, 'dossier change', 'dossiers changent')} de main : le nom figure sur les courriers à venir."


# --- By region -----------------------------------------------------------------------------------------------------


def rules_of_regions(data):
    return {rule.region: rule.officer for rule in routing.rules()}


def judge_region(application, facts):
    region = application.fabrique.region
    if application.state == State.WITHDRAWN:
        return "La structure s’est désistée"
    if region not in facts:
        return f"Pas de règle pour {region}" if region else "Région non connue"
    officer = facts[region]
    return f"Déjà suivi par {officer}" if application.officer_id == officer.pk else ""


def follow_region(*, application, by, version, arguments):
    rule = routing.rules().filter(region=application.fabrique.region).first()
    if rule is None:
        raise Refusal("Cette région n’a plus de règle : dites qui la suit, ou confiez ce dossier à la main.")
    routing.assign_officer(application=application, officer=rule.officer, by=by, version=version)
    return f"Confié à {rule.officer}, qui suit {rule.region}"


def region_told(count, facts):
    return f"{plural(count, 'dossier change', 'dossiers changent')} de main, selon la région du lieu."


# --- Admit ---------------------------------------------------------------------------------------------------------

NOT_TO_EXAMINE = {
    State.CORRECTION_REQUESTED: "Pièces demandées : attendez la réponse",
    State.ADMISSIBLE: "Déjà recevable",
    State.INADMISSIBLE: "Déjà déclaré irrecevable",
    State.WITHDRAWN: "La structure s’est désistée",
}


def judge_admit(application, facts):
    if application.state == State.SUBMITTED:
        return ""
    return NOT_TO_EXAMINE.get(application.state, f"Déjà plus loin : {application.get_state_display().lower()}")


def admit(*, application, by, version, arguments):
    admissibility.admit(application=application, by=by, version=version)
    return "Recevable, la structure est prévenue"


def admit_told(count, facts):
    return (
        f"{plural(count, 'dossier devient recevable', 'dossiers deviennent recevables')}. "
        "Chaque structure reçoit un courriel. Cet acte ne se défait pas."
    )


register(
    BulkAct(
        key="suivi", button="Confier à quelqu’un", title="Confier des dossiers", form_class=OfficerForm,
        judge=judge_follow, perform=follow, told=follow_told,
        arguments=lambda data: {"officer": str(data["officer"].public_id)},
    )
)  # fmt: skip
register(
    BulkAct(
        key="region", button="Répartir par région", title="Répartir des dossiers par région", judge=judge_region,
        perform=follow_region, told=region_told, facts=rules_of_regions,
    )
)  # fmt: skip
register(
    BulkAct(
        key="recevable", button="Déclarer recevables", title="Déclarer des dossiers recevables", judge=judge_admit,
        perform=admit, told=admit_told,
    )
)  # fmt: skip
