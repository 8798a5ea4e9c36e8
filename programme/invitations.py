"""Who was told of a call: the log that shows afterwards that it was open to all."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.models import Invitation
from programme.models.call import EDIT


def record_invitation(*, call, audience, told, channel, told_on, by, count=None, note=""):
    """Note that somebody was told of a call. Written once: a mistake is said by another line.

    Args:
        audience, channel: `Invitation.Audience`, `Invitation.Channel`.
        told: who, e.g. the name of a network or of a town hall.
        told_on: day, Europe/Paris.
        count: how many people or bodies received it, when it is known.

    Raises:
        Refusal: nobody is named, or the day is to come (fields "told", "told_on").
        NotAllowed.
    """
    require(by, EDIT)
    told = " ".join((told or "").split())[:300]
    if not told:
        raise Refusal("Dites qui a été prévenu.", field="told")
    if told_on > timezone.localdate():
        raise Refusal("Cette date est à venir : notez l’invitation une fois envoyée.", field="told_on")
    with transaction.atomic():
        row = Invitation.objects.create(
            call=call, audience=audience, told=told, channel=channel, told_on=told_on, count=count,
            note=" ".join((note or "").split())[:500], recorded_by=by,
        )  # fmt: skip
        details = {"told": told, "channel": channel, "told_on": told_on.isoformat()}
        JournalEntry.write(action="record_invitation", subject=call, actor=by, details=details)
    return row
