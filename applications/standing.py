"""Where a dossier stands, in the applicant's words: whose turn it is, by when, and the dated steps."""

import math
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from accounts.french import deadline, euros, long_date, plural, siret
from applications import budget, part_reading, parts
from applications.clocks import paris_and_local
from applications.models import UNDER_EXAMINATION, Application, ApplicationState, DepositBasis

S = ApplicationState
TONES = {
    S.DRAFT: "new",
    S.SUBMITTED: "info",
    S.CORRECTION_REQUESTED: "warning",
    S.ADMISSIBLE: "info",
    S.IN_REVIEW: "info",
    S.REVIEWED: "info",
    S.AWARDED: "success",
    S.WAITLISTED: "info",
    S.INADMISSIBLE: "error",
    S.REFUSED: "error",
}


AFTER_DEADLINE = "Passé ce délai, le dossier sera examiné tel qu’il est. Rien de ce que vous avez envoyé n’est perdu."


@dataclass
class Turn:
    """Who must act: `mine` when it is the reader's turn; `items` are what to do, (sentence, url, link) each."""

    mine: bool
    title: str
    text: str = ""
    note: str = ""
    items: list = field(default_factory=list)
    url: str = ""
    action: str = ""


def tone_of(application):
    return TONES.get(application.state, "")


def badge_of(application, asked=None):
    if application.state == S.CORRECTION_REQUESTED and asked:
        return f"À compléter avant le {long_date(asked.due_at)}"
    return application.applicant_label


def time_left(at, now):
    """« Il reste 13 jours », « Il reste 5 heures », « Il reste moins d’une heure »."""
    seconds = (at - now).total_seconds()
    if seconds >= 2 * 86_400:
        return f"Il reste {plural(math.floor(seconds / 86_400), 'jour')}."
    if seconds >= 3_600:
        return f"Il reste {plural(math.floor(seconds / 3_600), 'heure')}."
    return "Il reste moins d’une heure."


def section_url(application, slug):
    return reverse("applications:section", args=[application.public_id, slug])


def turn_of(application, sections, asked, window, now=None):
    """What the applicant page says first.

    Args:
        sections: those of `completeness.sections`, with their problems.
        asked: the open `CorrectionRequest`, or None.
        window: the `windows.Window` of the dossier.
    """
    now = now or timezone.now()
    if application.state == S.DRAFT:
        return draft_turn(application, sections, window, now)
    if application.state == S.CORRECTION_REQUESTED and asked:
        return correction_turn(application, sections, asked, now)
    return waiting_turn(application)


def draft_turn(application, sections, window, now):
    ends_at = window.deadline_at(now)
    if ends_at and ends_at <= now:
        return late_turn(application, window)
    items = problem_items(application, sections)
    limit = f"avant le {deadline(ends_at)}"
    clock = f"{window_words(application, window, now)} {paris_and_local(ends_at, application.fabrique.commune)}"
    if items:
        return Turn(
            mine=True,
            title=f"{plural(len(items), 'section')} à compléter, puis à envoyer {limit}",
            text=time_left(ends_at, now),
            note=f"{clock} Ce que vous écrivez est enregistré à chaque page.".strip(),
            items=items,
            url=items[0][1],
            action="Continuer mon dossier",
        )
    return Turn(
        mine=True,
        title=f"Votre dossier est complet : envoyez-le {limit}",
        text=time_left(ends_at, now),
        note=f"{clock} Tant que vous ne l’avez pas envoyé, nous ne le lisons pas.".strip(),
        url=reverse("applications:check", args=[application.public_id]),
        action="Relire et envoyer",
    )


def late_turn(application, window):
    programme = application.wave.call.programme
    closed = window.extended_until or window.grace_until
    return Turn(
        mine=False,
        title=f"Le dépôt est clos depuis le {deadline(closed)}",
        text="Ce dossier n’a pas été envoyé. Votre brouillon est gardé : vous pouvez le porter dans une vague "
        f"ouverte, sans rien récrire. Une question : {programme.service_email}.",
        url=reverse("applications:take_up", args=[application.public_id]),
        action="Reprendre dans une autre vague",
    )


def window_words(application, window, now):
    """What is particular to this dossier's deadline: more time given to the structure, or the grace that runs."""
    if window.extended_until:
        given = window.extension
        return f"Votre structure a un délai, accordé le {long_date(given.granted_at)} : {given.reason.rstrip('.')}."
    if window.basis(now) == DepositBasis.GRACE:
        return f"La clôture est passée depuis le {deadline(window.wave.closes_at)} : ceci est la tolérance de l’appel."
    if window.has_grace:
        return f"L’appel tolère un envoi jusqu’au {deadline(window.grace_until)} ; ne comptez pas dessus."
    return ""


def problem_items(application, sections):
    """(sentence, url, number of points) of each section that lacks something."""
    return [
        (section.title, section_url(application, section.slug), section.problems)
        for section in sections
        if section.problems
    ]


def may_withdraw(application):
    """The applicant may give up until an award or a refusal is published."""
    return application.state in (S.DRAFT, *UNDER_EXAMINATION, S.WAITLISTED)


def correction_turn(application, sections, asked, now):
    lines = asked.lines
    title = f"{plural(len(lines), 'point')} à compléter avant le {deadline(asked.due_at)}"
    asked_by = f"Demande faite le {long_date(asked.requested_at)} par {asked.requested_by}"
    if now >= asked.due_at:
        return Turn(
            mine=False,
            title=f"Le délai pour compléter est passé depuis le {deadline(asked.due_at)}",
            text=f"{asked_by}. Votre dossier est examiné tel que vous l’aviez envoyé.",
        )
    return Turn(
        mine=True,
        title=title,
        text=f"{time_left(asked.due_at, now)} {asked_by}.",
        note=f"{paris_and_local(asked.due_at, application.fabrique.commune)} {AFTER_DEADLINE}",
        items=[(line, "", []) for line in lines] + problem_items(application, sections),
        url=reverse("applications:check", args=[application.public_id]),
        action="Relire et renvoyer mon dossier",
    )


def waiting_turn(application):
    """Nothing to do: says what happens meanwhile, or what was decided."""
    announced = application.wave.announcement_on
    when = f" Les réponses de la vague sont prévues le {long_date(announced)}." if announced else ""
    texts = {
        S.SUBMITTED: ("Nous vérifions votre dossier", f"Vous n’avez rien à faire.{when}"),
        S.CORRECTION_REQUESTED: ("Nous vérifions votre dossier", f"Vous n’avez rien à faire.{when}"),
        S.ADMISSIBLE: ("Votre dossier est recevable", f"Il va être évalué. Vous n’avez rien à faire.{when}"),
        S.IN_REVIEW: ("Votre dossier est en cours d’examen", f"Vous n’avez rien à faire.{when}"),
        S.REVIEWED: ("Votre dossier est en cours d’examen", f"Vous n’avez rien à faire.{when}"),
        S.INADMISSIBLE: ("Votre dossier est irrecevable", application.inadmissibility_ground),
        S.AWARDED: ("Vous êtes lauréat", "Votre courrier dit le montant, les conditions et la suite."),
        S.WAITLISTED: (
            f"Vous êtes en liste complémentaire, au rang {application.waitlist_rank}",
            f"Votre place vaut jusqu’au {long_date(application.waitlisted_until)}.",
        ),
        S.REFUSED: ("Votre dossier n’est pas retenu", application.outcome_ground),
        S.DEFERRED: ("Votre dossier est reporté", application.outcome_ground),
        S.NOT_PROCEEDED: ("L’examen s’est arrêté sans décision", application.outcome_ground),
        S.WITHDRAWN: ("Vous vous êtes désisté", "Ce dossier n’est plus examiné."),
    }
    title, text = texts[application.state]
    if application.state in (S.AWARDED, S.WAITLISTED, S.REFUSED, S.DEFERRED):
        # The page of a floor above: its address, not its name.
        letter = f"/dossiers/{application.public_id}/decision/"
        return Turn(mine=False, title=title, text=text, url=letter, action="Voir la décision et le courrier")
    if application.state == S.INADMISSIBLE:
        received = f"/organisations/{application.organisation.public_id}/notifications/"
        return Turn(mine=False, title=title, text=text, url=received, action="Dire que vous avez lu cette décision")
    return Turn(mine=False, title=title, text=text)


ORDER = {
    S.DRAFT: 0, S.SUBMITTED: 1, S.CORRECTION_REQUESTED: 1, S.ADMISSIBLE: 2, S.IN_REVIEW: 2, S.REVIEWED: 3,
    S.AWARDED: 5, S.WAITLISTED: 4, S.REFUSED: 5, S.DEFERRED: 5, S.INADMISSIBLE: 1, S.NOT_PROCEEDED: 5, S.WITHDRAWN: 0,
}  # fmt: skip


def steps_of(application):
    """The life of the dossier as dated steps, for `components/steps.html`."""
    wave, sent = application.wave, application.submitted_at
    closing = f"clôture le {deadline(wave.closes_at)}" if wave.closes_at else ""
    outlines = [
        ("Dépôt", long_date(sent) if sent else closing, closing if sent else ""),
        ("Vérification", until(wave.instruction_until), ""),
        ("Évaluation", until(wave.reviews_due_on), f"{application.call_version.reviews_per_application} évaluations"),
        ("Comité", on(wave.panel_on), "donne un avis"),
        ("Annonce", announced(application), "toute la vague le même jour"),
        ("Convention", "après l’attribution", "puis premier versement"),
    ]
    here, ended = ORDER[application.state], application.state in {S.WITHDRAWN, S.INADMISSIBLE, S.NOT_PROCEEDED}
    return [
        {"label": label, "date": date, "note": note, "state": step_state(number, here, ended)}
        for number, (label, date, note) in enumerate(outlines)
    ]


def step_state(number, here, ended):
    if number < here:
        return "done"
    return "now" if number == here and not ended else "next"


def until(day):
    return f"jusqu’au {long_date(day)}" if day else "date à venir"


def on(day):
    return f"le {long_date(day)}" if day else "date à venir"


def announced(application):
    if application.wave.announced_at:
        return long_date(application.wave.announced_at)
    return (
        f"prévue le {long_date(application.wave.announcement_on)}" if application.wave.announcement_on else "à venir"
    )


def section_summary(application: Application, section, pieces):
    """The grey line under the title of a section."""
    organisation, place = application.organisation, application.fabrique
    if section.slug == "structure":
        number = f"SIRET {siret(organisation.siret)}" if organisation.siret else "SIRET à venir"
        return f"{organisation.name}, {organisation.get_legal_form_display().lower()}, {number}"
    if section.slug == "adresse":
        return ", ".join(filter(None, [place.address, str(place.commune or "")]))
    if section.slug == "plan-de-financement":
        requested_cents = budget.requested(budget.cells_of(application))
        return f"{euros(requested_cents)} demandés sur {application.call_version.years} ans"
    if section.slug == "pieces":
        return plural(len(pieces), "pièce jointe", "pièces jointes")
    if section.form_section is None:
        return part_summary(application, section.slug)
    return plural(len(section.form_section.questions.all()), "question")


def part_summary(application, slug):
    """What a section beside the questions says, in a few words."""
    rows = part_reading.part_rows(snapshot_parts(application)).get(slug)
    return rows[0][1].replace("\n", ", ")[:160] if rows else "Selon votre cas, rien d’écrit pour l’instant"


def snapshot_parts(application):
    return {"organisation": {"name": application.organisation.name}, **parts.parts_of(application)}
