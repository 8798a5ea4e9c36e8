"""Until when a dossier may be sent: the window of its wave, the grace of the call, the time given to its structure.

Judged by the server's clock at arrival. One instant a rule; each opens at its first second and excludes its last.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from accounts.french import deadline
from applications.models import DepositBasis, DepositExtension
from programme.models import CallVersion, Wave

W = Wave.State
# A dossier that came in time is taken even if the service closed the deposit while it was being read.
TAKING = (W.COLLECTING, W.INSTRUCTION)
# A promise made to one structure outlives one more step of the wave.
TAKING_EXTENDED = (*TAKING, W.REVIEW)


@dataclass(frozen=True)
class Window:
    """When one dossier may be sent. Instants are aware; `extension` is the latest one given to the structure."""

    wave: Wave
    grace_until: datetime.datetime | None
    extension: DepositExtension | None = None
    # The version of the call that gives the grace: its latest published one.
    in_force: CallVersion | None = None

    def basis(self, at):
        """The `DepositBasis` by which a sending that arrives at this instant is in time, or ""."""
        wave = self.wave
        if not wave.has_window() or at < wave.opens_at:
            return ""
        if wave.state in TAKING and at < wave.closes_at:
            return DepositBasis.WINDOW
        if wave.state in TAKING and at < self.grace_until:
            return DepositBasis.GRACE
        if wave.state in TAKING_EXTENDED and self.extension and at < self.extension.until:
            return DepositBasis.EXTENSION
        return ""

    @property
    def extended_until(self):
        """The end of the time given to the structure, when it is later than everybody's."""
        useful = self.extension and (self.grace_until is None or self.extension.until > self.grace_until)
        return self.extension.until if useful else None

    @property
    def ends_at(self):
        """The deadline to show: everybody's closing, or this structure's own. The grace is a tolerance, not a date."""
        return self.extended_until or self.wave.closes_at

    @property
    def has_grace(self):
        return self.grace_until is not None and self.grace_until > self.wave.closes_at

    def deadline_at(self, now):
        """The deadline that runs now: the grace once the closing is past."""
        in_grace = self.basis(now) == DepositBasis.GRACE and self.extended_until is None
        return self.grace_until if in_grace else self.ends_at

    def words(self):
        """« le 15 décembre à 17 h » with what lies beyond it, or ""."""
        if self.ends_at is None:
            return ""
        if self.extended_until:
            return f"{deadline(self.extended_until)}, par un délai accordé à votre structure"
        if self.has_grace:
            return f"{deadline(self.wave.closes_at)}, avec une tolérance jusqu’au {deadline(self.grace_until)}"
        return deadline(self.wave.closes_at)


def is_extended(wave, organisation, at):
    """True when this structure was given time in this wave that has not run out."""
    given = DepositExtension.objects.filter(wave=wave, organisation=organisation, until__gt=at)
    return wave.state in TAKING_EXTENDED and given.exists()


def waves_open_to(user, at):
    """Waves in which `user` may start a dossier: those that take them, and those extended for her structures."""
    given = DepositExtension.objects.filter(organisation__memberships__user=user, until__gt=at)
    extended = Wave.objects.filter(pk__in=given.values("wave"), state__in=TAKING_EXTENDED, call__state="published")
    taking = Wave.objects.accepting_deposit(at)
    both = Wave.objects.filter(Q(pk__in=taking.values("pk")) | Q(pk__in=extended.values("pk")))
    return both.select_related("call__programme").order_by("closes_at", "pk")


def window_of(application):
    """The `Window` of one dossier; two queries."""
    return windows_of([application])[application.pk]


def windows_of(applications):
    """{dossier's key: Window} for several dossiers; two queries whatever their number."""
    given = extensions_of(applications)
    versions = versions_in_force({application.wave.call_id for application in applications})
    return {
        application.pk: Window(
            application.wave,
            grace_end(application.wave, versions.get(application.wave.call_id)),
            given.get((application.wave_id, application.organisation_id)),
            versions.get(application.wave.call_id),
        )
        for application in applications
    }


def grace_end(wave, version):
    minutes = version.grace_minutes if version else 0
    return wave.closes_at and wave.closes_at + datetime.timedelta(minutes=minutes)


def versions_in_force(call_ids):
    """{call: its latest published version}: the rule is the same for everyone who answers the call."""
    versions = CallVersion.objects.filter(call__in=call_ids, frozen_at__isnull=False).order_by("number")
    return {one.call_id: one for one in versions.only("call_id", "number", "grace_minutes")}


def extensions_of(applications):
    """{(wave, organisation): the extension that ends last}."""
    rows = DepositExtension.objects.filter(
        wave__in={application.wave_id for application in applications},
        organisation__in={application.organisation_id for application in applications},
    )
    return {(one.wave_id, one.organisation_id): one for one in rows.order_by("until", "pk")}
