"""Mail that comes back: refused at once by a server, or later by a report (RFC 3464) matched by its Message-ID."""

import email
import email.policy
import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import ALWAYS_MAILED, BouncedAddress, Event, JournalEntry, OutboxMessage, Role, User
from accounts.notify import notify_each
from accounts.permissions import require

REMEDY = "Vérifiez l’adresse avec la personne, par téléphone ou par courrier, et corrigez-la dans son compte."
TOLD = 20
MESSAGE_ID = re.compile(r"<[^<>\s]+>")


def record(*, message, reason):
    """Note that a mail came back, and from which address; noted already: no change. Tells the staff if rights run.

    Args:
        reason: what the server said.

    Returns:
        True the first time.
    """
    reason, now = reason[:500], timezone.now()
    with transaction.atomic():
        fresh = OutboxMessage.objects.filter(pk=message.pk, bounced_at=None)
        if not fresh.update(bounced_at=now, last_error=reason, next_try_at=None):
            return False
        BouncedAddress.objects.update_or_create(
            email=message.recipient.lower(), defaults={"reason": reason, "message_id": message.pk},
            create_defaults={"reason": reason, "message_id": message.pk, "since": now},
        )  # fmt: skip
        tell_staff(message, reason)
    return True


def is_due(message):
    """Rights run from what it tells: somebody must reach the person otherwise."""
    return message.event in ALWAYS_MAILED


def warn_if_due(message):
    """Mail from which rights run, sent to an address that mail comes back from: the staff is told at once."""
    if not is_due(message):
        return
    known = BouncedAddress.objects.filter(email=message.recipient.lower()).first()
    if known is not None:
        with transaction.atomic():
            tell_staff(message, known.reason)


def tell_staff(message, reason):
    if not is_due(message):
        return
    notify_each(
        Event.MAIL,
        recipients=list(User.objects.holding(Role.OFFICER).order_by("pk")[:TOLD]),
        key=f"bounce:{message.pk}",
        subject=f"Un courriel n’atteint pas {message.recipient}",
        body=(
            f"Bonjour,\n\nLe courriel « {message.subject} », dont des droits dépendent, n’atteint pas "
            f"{message.recipient} : {reason}\n\n{REMEDY}\n"
        ),
        url="/pilotage/courriels/?etat=revenu",
    )


def addresses_of(emails):
    """{address in lower case: `BouncedAddress`} of those that mail comes back from; one query."""
    return {one.email: one for one in BouncedAddress.objects.filter(email__in=[one.lower() for one in emails])}


def forget(*, address, by):
    """Say that an address works again.

    Raises:
        NotAllowed: `by` may not follow the mail.
    """
    require(by, "accounts.retry_mail")
    with transaction.atomic():
        details = {"email": address.email, "reason": address.reason}
        JournalEntry.write(action="clear_bounce", subject=address, actor=by, details=details)
        address.delete()


# --- Reports -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """What a delivery status notification says of one recipient."""

    message_id: str
    recipient: str
    permanent: bool
    reason: str


def read_report(data):
    """The `Report`s of one mail received at the address of the sender; none when it is not such a report.

    Args:
        data: bytes of the mail (RFC 822), with a part `message/delivery-status` (RFC 3464).
    """
    mail = email.message_from_bytes(data, policy=email.policy.default)
    if mail.get_content_type() != "multipart/report":
        return []
    parts = list(mail.walk())
    status = next((one for one in parts if one.get_content_type() == "message/delivery-status"), None)
    message_id = original_id(parts)
    if status is None or not message_id:
        return []
    fields = [one for one in status.get_payload() if one.get("Final-Recipient") or one.get("Original-Recipient")]
    return [report_of(one, message_id) for one in fields]


def original_id(parts):
    """The Message-ID of the mail that came back: of the copy that the report carries, whole or its headers alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            return clean_id(part.get_payload(0).get("Message-ID", ""))
        if part.get_content_type() == "text/rfc822-headers":
            return clean_id(email.message_from_string(part.get_content()).get("Message-ID", ""))
    return ""


def clean_id(text):
    found = MESSAGE_ID.search(str(text))
    return found[0] if found else ""


def report_of(fields, message_id):
    recipient = str(fields.get("Original-Recipient") or fields.get("Final-Recipient")).split(";")[-1].strip()
    status, action = str(fields.get("Status", "")).strip(), str(fields.get("Action", "")).strip().lower()
    diagnostic = " ".join(str(fields.get("Diagnostic-Code", "")).split(";", 1)[-1].split())
    return Report(message_id, recipient, action == "failed" and not status.startswith("4"), f"{status} {diagnostic}")


def receive(data):
    """Take in one mail received: returns "bounced", "known" (told already), "delayed", or "unknown" (not ours)."""
    outcomes = [take(report) for report in read_report(data)]
    return next((word for word in ("bounced", "known", "delayed") if word in outcomes), "unknown")


def take(report):
    message = OutboxMessage.objects.filter(message_id=report.message_id).first()
    if message is None:
        return "unknown"
    if not report.permanent:
        return "delayed"
    return "bounced" if record(message=message, reason=report.reason.strip()) else "known"
