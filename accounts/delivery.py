"""Mail leaves after the commit, at least once, with a stable Message-ID; tried again ever later, or bounced."""

import datetime
import logging
import smtplib

from django.core.mail import get_connection
from django.db.models import F, Q
from django.utils import timezone

from accounts import bounces
from accounts.french import long_datetime
from accounts.mail_parts import message_of
from accounts.models import OutboxMessage
from accounts.permissions import require

log = logging.getLogger(__name__)
# A worker that says nothing for this long is taken for dead; the server's own time-out is ten seconds.
CLAIM = datetime.timedelta(minutes=2)
MAX_ATTEMPTS = 10
FIRST_WAIT, LONGEST_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
A_BATCH = 200
# A fresh row is left to the worker that the broker tells.
FRESH = datetime.timedelta(seconds=10)


def wait_after(attempts):
    """How long to wait after that many failures: three times longer each time, six hours at most; a day in all."""
    return min(FIRST_WAIT * 3 ** (attempts - 1), LONGEST_WAIT)


def due(now):
    """Condition: may be tried now."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    return free & (Q(next_try_at=None) | Q(next_try_at__lte=now)) & Q(sent_at=None, bounced_at=None)


def send(message_id):
    """Send one message unless it is sent, bounced, to be tried later, or held by another worker."""
    now = timezone.now()
    rows = OutboxMessage.objects.filter(due(now), pk=message_id, attempts__lt=MAX_ATTEMPTS)
    if rows.update(claimed_at=now, attempts=F("attempts") + 1):
        deliver(OutboxMessage.objects.get(pk=message_id))


def deliver(message):
    try:
        hand_over(message_of(message))
    except (OSError, ValueError) as error:
        if refusal := refusal_of(error):
            bounces.record(message=message, reason=refusal)
        else:
            try_later(message, error)
    else:
        OutboxMessage.objects.filter(pk=message.pk).update(sent_at=timezone.now(), last_error="", next_try_at=None)
        bounces.warn_if_due(message)


def hand_over(built):
    connection = get_connection()
    try:
        connection.send_messages([built])
    finally:
        # A relay that refuses the password leaves its connection open.
        connection.close()


def refusal_of(error):
    """Why the server will never take it, or "" when trying again may do.

    Who refuses the sender or the password refuses us, not the address: that is put right, and tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return said(code, text) if code >= 500 else ""
    if isinstance(error, smtplib.SMTPDataError):
        return said(error.smtp_code, error.smtp_error) if error.smtp_code >= 500 else ""
    return f"adresse ou objet impossible à envoyer : {error}" if isinstance(error, ValueError) else ""


def said(code, text):
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def try_later(message, error):
    log.warning("mail %s failed: %s", message.pk, error)
    later = timezone.now() + wait_after(message.attempts)
    OutboxMessage.objects.filter(pk=message.pk).update(
        last_error=str(error)[:500], claimed_at=None, next_try_at=later if message.attempts < MAX_ATTEMPTS else None
    )


def sweep():
    """Send what the broker forgot and what is to be tried again; returns how many rows were tried."""
    now = timezone.now()
    waiting = OutboxMessage.objects.filter(due(now), attempts__lt=MAX_ATTEMPTS)
    ids = list(
        waiting.exclude(attempts=0, created_at__gte=now - FRESH).order_by("pk").values_list("pk", flat=True)[:A_BATCH]
    )
    for message_id in ids:
        send(message_id)
    return len(ids)


# --- Where it stands -----------------------------------------------------------------------------------------------

SENT = Q(sent_at__isnull=False, bounced_at=None)
BOUNCED = Q(bounced_at__isnull=False)
UNSENT = Q(sent_at=None, bounced_at=None)
GIVEN_UP = UNSENT & Q(attempts__gte=MAX_ATTEMPTS)
RETRIED = UNSENT & Q(attempts__lt=MAX_ATTEMPTS) & ~Q(last_error="")
WAITING = UNSENT & Q(attempts__lt=MAX_ATTEMPTS, last_error="")
# Key of the filter → (label, condition), in the order of the list.
STATES = {
    "envoye": ("Envoyé", SENT),
    "attente": ("En attente", WAITING),
    "reessaye": ("Réessayé", RETRIED),
    "revenu": ("Revenu", BOUNCED),
    "abandonne": ("Abandonné", GIVEN_UP),
}


def state_of(message):
    """(label, tone) of a mail."""
    if message.bounced_at:
        return "Revenu", "error"
    if message.sent_at:
        return "Envoyé", "success"
    if message.attempts >= MAX_ATTEMPTS:
        return "Abandonné", "error"
    return ("Réessayé", "warning") if message.last_error else ("En attente", "info")


def explained(message):
    """Where a mail stands and what to do, in one sentence."""
    label = state_of(message)[0]
    if label == "Revenu":
        return f"L’adresse refuse le courriel. {bounces.REMEDY}"
    if label == "Abandonné":
        return f"Essayé {message.attempts} fois sans succès : vérifiez le serveur de courrier, puis réessayez."
    if label == "Réessayé" and message.next_try_at:
        return f"Essayé {message.attempts} fois, prochain essai le {long_datetime(message.next_try_at)}."
    return ""


def retry_stuck(*, by):
    """Let the mails that were given up start again; returns how many.

    Raises:
        NotAllowed: `by` may not follow the mail.
    """
    require(by, "accounts.retry_mail")
    return OutboxMessage.objects.filter(GIVEN_UP).update(attempts=0, claimed_at=None, next_try_at=None)
