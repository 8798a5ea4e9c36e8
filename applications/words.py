"""What happened, in words: for the service (every act) and for the applicant (what concerns her, in her words)."""

from django.db.models import Q

from accounts.french import plural
from accounts.history import SYSTEM, WORDS, HistoryEntry, words_of
from accounts.models import JournalEntry

STAFF = {
    "start_application": "a commencé le dossier",
    "edit_section": "a modifié le dossier",
    "follow_form": "a fait passer le brouillon à la nouvelle version du formulaire",
    "accept_republican_contract": "a souscrit le contrat d’engagement républicain",
    "attach": "a joint une pièce",
    "remove_attachment": "a retiré une pièce",
    "piece_infected": "a mis à l’écart une pièce infectée",
    "submit": "a envoyé le dossier",
    "take_charge": "a pris le dossier en charge",
    "assign_officer": "a confié le suivi du dossier",
    "route_by_region": "a confié le suivi du dossier selon sa région",
    "set_region_rule": "a dit qui suit une région",
    "drop_region_rule": "a retiré la règle d’une région",
    "entrust_section": "a confié une section",
    "ask_sign_off": "a demandé la signature de la représentation légale",
    "sign_off": "a signé le dossier au nom de la structure",
    "reuse_answers": "a repris des réponses d’un dossier précédent",
    "open_to_network": "a ouvert le dossier à un réseau d’appui",
    "close_to_network": "a fermé le dossier à un réseau d’appui",
    "request_correction": "a demandé des compléments",
    "reply_to_item": "a répondu à un point de la demande",
    "answer_checklist": "a répondu à un point de la liste de contrôle",
    "correct_by_staff": "a corrigé le dossier pour le service",
    "deposit_on_paper": "a enregistré un dossier reçu sur papier",
    "dismiss_duplicate": "a dit que ce n’est pas un doublon",
    "answer_correction": "a envoyé les compléments",
    "close_correction": "a repris l’examen sans réponse à la demande",
    "write_message": "a écrit un message",
    "save_message_template": "a enregistré un modèle de message",
    "admit": "a déclaré le dossier recevable",
    "reject_as_inadmissible": "a déclaré le dossier irrecevable",
    "withdraw": "s’est désisté",
    "award": "a publié l’attribution",
    "award_after_appeal": "a publié l’attribution, après un recours accueilli",
    "waitlist": "a publié l’inscription en liste complémentaire",
    "refuse": "a publié le rejet",
    "defer": "a publié l’ajournement",
    "end_without_decision": "a classé le dossier sans suite",
    "record_fact": "a noté un fait de la vie du lieu",
    "extend_deposit": "a accordé un délai d’envoi à une structure",
    "record_outage": "a noté une panne mesurée et rendu le temps à tous",
    "move_draft": "a porté le brouillon dans une autre vague",
    "reapply": "a repris une demande précédente",
    "resume_clock": "a vu passer le délai de la demande : l’horloge a repris",
    "implied_rejection": "n’a pas répondu à temps : rejet implicite (une décision reste possible)",
}
WORDS.update(STAFF)
# Acts that the applicant may know of; those of reviewers and of the panel are not among them.
APPLICANT = {
    "start_application": "a commencé le dossier.",
    "edit_section": "a modifié le dossier.",
    "follow_form": "a fait passer le dossier à la nouvelle version du formulaire.",
    "accept_republican_contract": "a souscrit le contrat d’engagement républicain.",
    "attach": "a joint une pièce.",
    "remove_attachment": "a retiré une pièce.",
    "piece_infected": "a mis à l’écart une pièce infectée : retirez-la et joignez un fichier sain.",
    "submit": "a envoyé le dossier.",
    "entrust_section": "a confié une section.",
    "ask_sign_off": "a demandé la signature de la représentation légale.",
    "sign_off": "a signé le dossier au nom de la structure.",
    "reuse_answers": "a repris des réponses d’un dossier précédent.",
    "open_to_network": "a ouvert le dossier à un réseau d’appui.",
    "close_to_network": "a fermé le dossier à un réseau d’appui.",
    "take_charge": "suit maintenant votre dossier.",
    "request_correction": "a demandé des compléments.",
    "reply_to_item": "a répondu à un point de la demande.",
    "correct_by_staff": "a corrigé votre dossier ; ce que vous aviez envoyé est gardé.",
    "deposit_on_paper": "a enregistré votre dossier reçu par la poste.",
    "resume_clock": "a vu passer le délai de sa demande : le compte à rebours a repris.",
    "implied_rejection": "n’a pas répondu à temps : ce silence vaut refus. Votre dossier reste examiné.",
    "move_draft": "a porté le brouillon dans une autre vague.",
    "reapply": "a repris une demande précédente.",
    "answer_correction": "a envoyé les compléments.",
    "close_correction": "a repris l’examen du dossier.",
    "admit": "a déclaré votre dossier recevable.",
    "reject_as_inadmissible": "a déclaré votre dossier irrecevable.",
    "withdraw": "s’est désisté.",
    "award": "vous a annoncé que vous êtes lauréat.",
    "award_after_appeal": "vous a annoncé que vous êtes lauréat, après votre recours.",
    "waitlist": "vous a annoncé votre place en liste complémentaire.",
    "refuse": "vous a annoncé que le dossier n’est pas retenu.",
    "defer": "vous a annoncé le report du dossier.",
    "end_without_decision": "a classé le dossier sans suite.",
}
# Signed by one person, spoken for the service.
DRAFTING = ("edit_section", "attach", "remove_attachment", "entrust_section", "ask_sign_off", "reuse_answers")
BY_THE_SERVICE = {"award", "award_after_appeal", "waitlist", "refuse", "defer", "end_without_decision"}


def applicant_history(application, section_titles, limit=40):
    """The applicant's history, latest first, edits of one section in a row told once; one query.

    Args:
        section_titles: {slug: title}, to name what was modified.
    """
    rows = JournalEntry.objects.filter(
        subject_type=application._meta.label, subject_id=application.pk, action__in=APPLICANT
    )
    entries, previous = [], None
    for row in rows.select_related("actor").order_by("-at", "-pk")[: 4 * limit]:
        told = (row.actor_id, text_of(row, section_titles))
        if row.action == "edit_section" and told == previous:
            continue
        previous = told
        entries.append(HistoryEntry(row.at, actor_of(row), told[1]))
    return entries[:limit]


def staff_history(application, section_titles, limit=40):
    """Every act on a sent dossier, latest first; what was written before sending is the applicant's own affair."""
    rows = JournalEntry.objects.filter(subject_type=application._meta.label, subject_id=application.pk)
    if application.submitted_at:
        drafting = Q(action__in=DRAFTING, at__lt=application.submitted_at)
        rows = rows.exclude(drafting)
    entries: list[HistoryEntry] = []
    for row in rows.select_related("actor").order_by("-at", "-pk")[: 4 * limit]:
        entry = HistoryEntry(row.at, str(row.actor or SYSTEM), staff_text(row, section_titles))
        if not entries or (entries[-1].actor, entries[-1].text) != (entry.actor, entry.text):
            entries.append(entry)
    return entries[:limit]


def staff_text(row, section_titles):
    if row.action in STAFF_DETAILS:
        return STAFF_DETAILS[row.action](row.details)
    if row.action in DRAFTING:
        return text_of(row, section_titles).rstrip(".")
    return words_of(row)


VERDICTS = {"met": "remplie", "not_met": "non remplie", "not_applicable": "sans objet"}
STAFF_DETAILS = {
    "answer_checklist": lambda told: f"a répondu « {VERDICTS.get(told['verdict'], '')} » à « {told['item']} »",
    "correct_by_staff": lambda told: f"a corrigé « {told['title']} » : {told['reason']}",
    "dismiss_duplicate": lambda told: f"a dit que le dossier {told['other']} n’est pas un doublon : {told['reason']}",
}


def actor_of(row):
    return SYSTEM if row.action in BY_THE_SERVICE or row.actor is None else str(row.actor)


def text_of(row, section_titles):
    if row.action == "edit_section" and (title := section_titles.get(row.details.get("section", ""))):
        return f"a modifié « {title} »."
    if row.action == "correct_by_staff":
        return f"a corrigé « {row.details['title']} » : {row.details['reason']} Ce que vous aviez envoyé est gardé."
    if row.action in {"attach", "remove_attachment", "piece_infected"} and row.details.get("name"):
        return APPLICANT[row.action].replace("une pièce", f"« {row.details['name']} »", 1)
    if row.action == "entrust_section":
        return entrusted_text(row, section_titles)
    if row.action in {"open_to_network", "close_to_network"} and row.details.get("network"):
        return APPLICANT[row.action].replace("un réseau d’appui", f"« {row.details['network']} »")
    if row.action == "reuse_answers" and row.details.get("source"):
        count = plural(len(row.details["answers"]), "réponse")
        return f"a repris {count} du dossier « {row.details['source']} »."
    return APPLICANT[row.action]


def entrusted_text(row, section_titles):
    title = section_titles.get(row.details.get("section", ""), "une section")
    person = row.details.get("person")
    return f"a confié « {title} » à {person}." if person else f"n’a plus confié « {title} » à personne."
