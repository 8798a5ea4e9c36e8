"""A deferral names the wave to come back to, and what to improve until then (glossary 23)."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application
from programme.models import Wave
from selection.models import Outcome, PreparedOutcome
from selection.sessions import lock_deliberation, refuse_adopted, session_of


def waves_to_come(wave, now=None):
    """The waves of the same call that a dossier of `wave` may be deferred to: their deposit is not over."""
    now = now or timezone.now()
    states = [Wave.State.PLANNED, Wave.State.COLLECTING]
    later = Wave.objects.filter(call=wave.call_id, state__in=states, number__gt=wave.number)
    return later.filter(Q(closes_at=None) | Q(closes_at__gt=now)).order_by("number")


def name_wave(*, application, wave, improvements, by, version=None):
    """Say to which wave a deferred dossier comes back, and what to improve until then.

    Args:
        application: its prepared outcome is a deferral.
        wave: one of `waves_to_come`.
        improvements: what to improve, one point a line; compulsory. The letter says it.
        version: of the prepared outcome that the page showed.

    Returns:
        The `PreparedOutcome`.

    Raises:
        Refusal: it is not deferred, the wave is not one to come, or nothing is said.
        StalePage: the proposal is adopted, or somebody changed it meanwhile.
        NotAllowed: `by` declared a tie with the dossier.
    """
    require(by, "selection.prepare")
    improvements = improvements.strip()
    if not improvements:
        raise Refusal("Dites ce qu’il faut améliorer, un point par ligne : le courrier le dira.", field="improvements")
    with transaction.atomic():
        deliberated = lock_deliberation(application.wave)
        refuse_adopted(session_of(deliberated))
        if not Application.objects.visible_to(by).filter(pk=application.pk).exists():
            raise NotAllowed
        prepared = PreparedOutcome.objects.select_for_update().filter(application=application).first()
        if prepared is None or prepared.outcome != Outcome.DEFERRED:
            raise StalePage("L’issue préparée n’est pas un ajournement : donnez-lui d’abord cette issue au comité.")
        prepared.expect_version(version)
        refuse_past(deliberated, wave)
        prepared.deferred_to, prepared.improvements = wave, improvements
        prepared.save()
        details = {"wave": wave.number, "improvements": improvements[:500]}
        JournalEntry.write(action="name_wave", subject=application, actor=by, details=details)
    return prepared


def refuse_past(deliberated, wave):
    if not waves_to_come(deliberated).filter(pk=wave.pk).exists():
        raise Refusal(
            "Choisissez une vague du même appel dont le dépôt n’est pas clos ; prévoyez-la d’abord si elle manque.",
            field="wave",
        )
