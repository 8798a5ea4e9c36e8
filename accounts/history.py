"""The journal in French words, for the history of an object and for the auditor's page."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import JournalEntry, Role

# Action → verb phrase that follows a name. Each floor adds its own: history.WORDS.update({...}).
WORDS = {
    "grant_role": "a donné un rôle",
    "revoke_role": "a retiré un rôle",
    "create_organisation": "a enregistré la structure",
    "update_organisation": "a modifié la structure",
    "update_details": "a modifié ses coordonnées",
    "sign_up": "a créé son compte",
    "add_member": "a ajouté un membre",
    "remove_member": "a retiré un membre",
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
    words = WORDS.get(entry.action, entry.action.replace("_", " "))
    role = entry.details.get("role") if isinstance(entry.details, dict) else None
    return f"{words} : {Role(role).label}" if role in Role.values else words


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
