"""More time to send, for one structure, with its reason: traced, told to her people, shown on their page."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import deadline
from accounts.models import Event, JournalEntry, Organisation
from accounts.organisations import clean_siret
from accounts.permissions import require
from applications.models import DepositExtension
from applications.submission import tell_writers
from applications.windows import TAKING
from programme.models import Wave
from programme.models.wave import STEER


def extend_deposit(*, wave, organisation, until, reason, by):
    """Let one structure send until a later hour than the others.

    The service does not see drafts, and is not told whether there is one.

    Args:
        until: aware instant, to come, after the end of the deposit (grace included).
        reason: why, as the structure reads it; compulsory.

    Raises:
        NotAllowed: `by` may not steer waves.
        Refusal: no reason, an hour that gives no time, or a wave that takes no dossier any more (fields "reason",
            "until").
    """
    require(by, STEER)
    reason = (reason or "").strip()[:500]
    if not reason:
        raise Refusal("Indiquez le motif du délai : il est gardé, et la structure le lit.", field="reason")
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave.pk)
        refuse_useless(wave, until)
        given = DepositExtension.objects.create(
            wave=wave, organisation=organisation, until=until, reason=reason, granted_by=by
        )
        details = {"organisation": organisation.name, "until": until.isoformat(), "reason": reason}
        JournalEntry.write(action="extend_deposit", subject=wave, actor=by, details=details)
        tell_writers(Event.DEADLINE, organisation, f"extension:{given.pk}", *extension_mail(given, wave))
    return given


def refuse_useless(wave, until):
    if wave.state not in TAKING or not wave.has_window():
        raise Refusal(
            f"La vague est « {wave.get_state_display()} » : elle ne reçoit pas de dossier. "
            "Proposez à la structure la vague suivante."
        )
    if until <= timezone.now():
        raise Refusal("Le délai doit finir plus tard que maintenant.", field="until")
    if until <= wave.accepts_until():
        limit = deadline(wave.accepts_until())
        raise Refusal(f"Tout le monde peut envoyer jusqu’au {limit} : donnez une heure plus tardive.", field="until")


def organisation_named(text):
    """The structure that a person of the service names: the e-mail address of a member, or a SIRET.

    Raises:
        Refusal: nobody, or several structures (field "structure").
    """
    text = (text or "").strip()
    if "@" in text:
        found = Organisation.objects.filter(members__email__iexact=text, members__is_active=True).distinct()
    else:
        found = Organisation.objects.filter(siret=clean_typed(text))
    names = list(found.order_by("name", "pk")[:6])
    if len(names) == 1:
        return names[0]
    if names:
        known = ", ".join(f"{one.name} ({one.siret or 'sans SIRET'})" for one in names)
        raise Refusal(
            f"Cette personne est membre de plusieurs structures : {known}. Donnez un SIRET.", field="structure"
        )
    raise Refusal(
        "Aucune structure ne correspond. Vérifiez l’adresse (celle du compte) ou les 14 chiffres du SIRET.",
        field="structure",
    )


def clean_typed(text):
    try:
        return clean_siret(text)
    except Refusal as refusal:
        raise Refusal(
            "Donnez l’adresse électronique d’un membre de la structure, ou son SIRET (14 chiffres).", field="structure"
        ) from refusal


def extension_mail(given, wave):
    programme = wave.call.programme
    body = f"""Bonjour,

Votre structure, {given.organisation.name}, peut envoyer son dossier à la vague {wave.number} de l’appel \
« {wave.call} » jusqu’au {deadline(given.until)} (heure de Paris). L’heure d’arrivée sur notre serveur fait foi.

Motif de ce délai : {given.reason}

Ce délai vaut pour votre structure seule. Vos dossiers : {settings.PUBLIC_URL}/mes-dossiers/

{programme.service_name}
{programme.service_phone}, {programme.service_email}
"""
    return f"Délai accordé jusqu’au {deadline(given.until)}", body
