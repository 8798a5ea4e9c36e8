"""The waitlist at its date (glossary 22): who was not called is to be refused. The clock prepares, a person signs.

A refusal is a decision and a decision has an author (CRPA L212-1): at the date, the sweep gives up the calls that were
not signed, prepares one refusal a dossier with its ground, and tells those who hold a delegation. They sign the list
together (`late_decisions.sign_late`).
"""

from django.db import transaction
from django.utils import timezone

from accounts.french import long_date, plural
from accounts.models import Event, JournalEntry
from accounts.notify import notify_each
from programme.models import Wave
from selection.delegations import signatories
from selection.late_awards import drop_award
from selection.models import Decision

Act, State = Decision.Act, Decision.State
BATCH = 500


def sweep(now=None):
    """Prepare the refusal of every waitlisted dossier whose last day is over; safe at any moment, any number of times.

    Returns:
        How many refusals were prepared.
    """
    today = timezone.localdate(now)
    keys = list(over(today).order_by("wave_id", "rank", "pk").values_list("pk", "wave_id")[:BATCH])
    closed = [wave_id for key, wave_id in keys if prepare_refusal(key, today)]
    for wave_id in sorted(set(closed)):
        tell_signatories(wave_id, today)
    return len(closed)


def over(today):
    """Standing waitlist decisions past their last day, for which nothing is signed nor prepared but a call."""
    answered = Decision.objects.filter(replaces__isnull=False).exclude(state=State.DROPPED)
    answered = answered.exclude(state=State.PREPARED, act=Act.AWARD)
    return Decision.objects.waiting().filter(valid_until__lt=today).exclude(pk__in=answered.values("replaces"))


def prepare_refusal(key, today):
    """One refusal, once: the lock on the waitlist decision says who was first."""
    with transaction.atomic():
        waiting = Decision.objects.select_for_update(of=("self",)).select_related("application__fabrique").get(pk=key)
        if not over(today).filter(pk=key).exists():
            return False
        for call in waiting.replacements.filter(state=State.PREPARED):
            drop_award(
                decision=call, reason=f"Liste complémentaire close le {long_date(waiting.valid_until)}", by=None
            )
        refusal = Decision.objects.create(
            application=waiting.application,
            wave_id=waiting.wave_id,
            act=Act.REFUSAL,
            ground=ground_of(waiting),
            replaces=waiting,
        )
        details = {"decision": refusal.pk, "valid_until": waiting.valid_until.isoformat()}
        JournalEntry.write(action="close_waitlist", subject=waiting.application, actor=None, details=details)
    return True


def ground_of(waiting):
    return (
        f"Liste complémentaire close. Votre projet, au rang {waiting.rank}, n’a pas été appelé avant la fin de sa "
        f"validité, le {long_date(waiting.valid_until)}."
    )


def tell_signatories(wave_id, today):
    """Those who hold a delegation for refusals today; without any, every decision-maker. Two sweeps tell once."""
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave_id)
        tell_of_refusals(wave, today)


def tell_of_refusals(wave, today):
    prepared = Decision.objects.filter(wave=wave, act=Act.REFUSAL, state=State.PREPARED, replaces__isnull=False)
    concerned = prepared.select_related("application__fabrique__commune")
    places = [one.application.fabrique.commune for one in concerned]
    count = len(places)
    notify_each(
        Event.PROGRESS,
        recipients=signatories(wave.call.programme, Act.REFUSAL, today, places=places),
        key=f"waitlist-closed:{wave.pk}:{today.isoformat()}",
        url=f"/pilotage/vagues/{wave.public_id}/liste-complementaire/",
        subject=f"{wave} : {plural(count, 'rejet')} à signer, la liste complémentaire est close",
        body=(
            f"La liste complémentaire de la {wave} est close : {plural(count, 'rejet est prêt', 'rejets sont prêts')} "
            "à signer. Rien n’est notifié avant votre signature.\n"
        ),
    )
