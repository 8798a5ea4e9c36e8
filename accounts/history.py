"""The journal in French words, for the history of an object and for the auditor's page."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

from accounts.models import JournalEntry, Role, RoleGrant

# Action → verb phrase that follows a name. Each floor adds its own: history.WORDS.update({...}). Where two machines
# have a transition of the same name, the key says whose it is: "Agreement.close".
WORDS = {
    "grant_role": "a donné un rôle",
    "revoke_role": "a retiré un rôle",
    "clear_bounce": "a noté qu’une adresse reçoit de nouveau le courriel",
    "unsubscribe": "a arrêté des courriels par leur lien",
    "create_organisation": "a enregistré la structure",
    "update_organisation": "a modifié la structure",
    "update_details": "a modifié ses coordonnées",
    "sign_up": "a créé son compte",
    "invite_member": "a invité une personne",
    "cancel_invitation": "a annulé une invitation",
    "join_organisation": "a rejoint la structure",
    "remove_member": "a retiré un membre",
    "resend_invitation": "a renvoyé une invitation",
    "change_member": "a changé le droit d’un membre",
    "name_owner": "a nommé une personne responsable",
    "ask_to_join": "a demandé à rejoindre la structure",
    "accept_join_request": "a accepté une demande pour rejoindre la structure",
    "decline_join_request": "a refusé une demande pour rejoindre la structure",
    "recognise_network": "a reconnu la structure comme réseau d’appui",
    "end_network": "a retiré la qualité de réseau d’appui",
}
SYSTEM = "Le service"


@dataclass
class HistoryEntry:
    at: datetime
    actor: str
    text: str
    url: str = ""


def words_of(entry):
    """« a déclaré le dossier recevable », or the bare action when nobody named it."""
    model = entry.subject_type.rsplit(".", 1)[-1]
    words = WORDS.get(f"{model}.{entry.action}") or WORDS.get(entry.action) or entry.action.replace("_", " ")
    role = entry.details.get("role") if isinstance(entry.details, dict) else None
    return f"{words} : {Role(role).label}" if role in Role.values else words


def entries_of(subject, limit=50):
    """What happened to a saved object, latest first; one query.

    Args:
        subject: the model instance.
        limit: how many entries at most.
    """
    rows = JournalEntry.objects.filter(subject_type=subject._meta.label, subject_id=subject.pk)
    return [
        HistoryEntry(entry.at, str(entry.actor or SYSTEM), words_of(entry))
        for entry in rows.select_related("actor").order_by("-at", "-pk")[:limit]
    ]


def entries_about_person(person, limit=50):
    """What happened to a person's account: her own details and her roles, latest first; two queries."""
    grants = list(RoleGrant.objects.filter(user=person).values_list("pk", flat=True))
    about = Q(subject_type=person._meta.label, subject_id=person.pk)
    about |= Q(subject_type=RoleGrant._meta.label, subject_id__in=grants)
    rows = JournalEntry.objects.filter(about).select_related("actor").order_by("-at", "-pk")[:limit]
    return [HistoryEntry(entry.at, str(entry.actor or SYSTEM), words_of(entry)) for entry in rows]


@cache
def state_labels(subject_type):
    """{state: French label} of a model, empty when it has no state."""
    try:
        field = apps.get_model(subject_type)._meta.get_field("state")
    except (LookupError, FieldDoesNotExist):
        return {}
    return dict(field.flatchoices)


def state_change(entry):
    """« Brouillon → Déposé », or nothing when the act moved no state."""
    if not entry.to_state:
        return ""
    labels = state_labels(entry.subject_type)
    names = [str(labels.get(state, state)) for state in (entry.from_state, entry.to_state) if state]
    return " → ".join(names)
