"""A measured breakdown of the service: everyone gets at least the lost time back, and everyone is told once."""

from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import deadline, long_datetime, plural
from accounts.models import Event, JournalEntry, Membership
from accounts.notify import notify
from accounts.permissions import require
from applications.models import Application, Outage
from programme.models import Wave
from programme.models.wave import STEER
from programme.postponing import postpone_closing, refuse_too_far


def earliest_closing(wave, started_at, ended_at, now):
    """The least that repairs the outage: its length, from the closing or, when that is past, from now."""
    return max(wave.closes_at, now) + (ended_at - started_at)


def record_outage(*, wave, started_at, ended_at, source, by, closes_at=None, version=None):
    """Note a measured outage and move the end of the deposit for everyone by at least its length.

    Args:
        started_at, ended_at: aware instants, past, that touch the window of the wave.
        source: what measured it ("supervision, sonde /health/, journal du 12/11").
        closes_at: the new closing; `earliest_closing` when None.
        version: of the wave as the page read it.

    Returns:
        The `Outage`. Everyone who may write a draft of this wave is told, in one mail whatever the number of drafts.

    Raises:
        NotAllowed, StalePage, BadCalendar.
        Refusal: not measured, not past, outside the window, or a closing that gives too little back.
    """
    require(by, STEER)
    source, now = (source or "").strip()[:300], timezone.now()
    if not source:
        raise Refusal("Dites ce qui a mesuré la panne : sonde, journal du serveur, hébergeur…", field="source")
    refuse_bad_times(started_at, ended_at, now)
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave.pk)
        wave.expect_version(version)
        refuse_too_far(wave)
        refuse_elsewhere(wave, started_at, ended_at)
        closes_at = long_enough(wave, started_at, ended_at, closes_at, now)
        outage = Outage(
            wave=wave, started_at=started_at, ended_at=ended_at, source=source, closed_before=wave.closes_at,
            closes_at=closes_at, recorded_by=by,
        )  # fmt: skip
        wave = postpone_closing(wave=wave, closes_at=closes_at, reason=reason_of(outage), by=by)
        outage.save()
        details = {"from": started_at.isoformat(), "to": ended_at.isoformat(), "source": source}
        JournalEntry.write(action="record_outage", subject=wave, actor=by, details=details)
        tell_everyone(outage)
    return outage


def refuse_bad_times(started_at, ended_at, now):
    if ended_at <= started_at:
        raise Refusal("La fin de la panne vient après son début.", field="ended_at")
    if ended_at > now:
        raise Refusal("Une panne se note quand elle est finie : sa fin est à venir.", field="ended_at")


def refuse_elsewhere(wave, started_at, ended_at):
    if ended_at <= wave.opens_at or started_at >= wave.accepts_until():
        window = f"du {long_datetime(wave.opens_at)} au {long_datetime(wave.closes_at)}"
        raise Refusal(f"Cette panne ne touche pas le dépôt de la vague, {window}.", field="started_at")


def long_enough(wave, started_at, ended_at, closes_at, now):
    least = earliest_closing(wave, started_at, ended_at, now)
    if closes_at is None:
        return least
    if closes_at < least:
        raise Refusal(
            f"La clôture recule au moins de la durée de la panne : le {long_datetime(least)} au plus tôt.",
            field="closes_at",
        )
    return closes_at


def reason_of(outage):
    start, end = long_datetime(outage.started_at), long_datetime(outage.ended_at)
    return f"Panne du service, du {start} au {end}. Mesurée par : {outage.source}"


def tell_everyone(outage):
    """One mail to each person who may write, with all her drafts of the wave."""
    drafts = Application.objects.filter(wave=outage.wave, state=Application.State.DRAFT).select_related("fabrique")
    writers = Membership.objects.filter(
        organisation__in=drafts.values("organisation"), role__in=Membership.WRITERS, user__is_active=True
    )
    by_organisation = defaultdict(list)
    for draft in drafts.order_by("pk"):
        by_organisation[draft.organisation_id].append(draft)
    hers = defaultdict(list)
    for one in writers.select_related("user").order_by("user", "organisation"):
        hers[one.user] += by_organisation[one.organisation_id]
    for person, drafts_of_person in hers.items():
        subject, body = outage_mail(outage, drafts_of_person)
        notify(
            Event.DEADLINE,
            key=f"outage:{outage.pk}:{person.pk}",
            url="/mes-dossiers/",
            recipient=person,
            subject=subject,
            body=body,
        )
    return len(hers)


def outage_mail(outage, drafts):
    wave, programme = outage.wave, outage.wave.call.programme
    lines = "\n".join(f"- {one.fabrique.name} : {settings.PUBLIC_URL}/dossiers/{one.public_id}/" for one in drafts)
    body = f"""Bonjour,

Notre service était en panne du {long_datetime(outage.started_at)} au {long_datetime(outage.ended_at)} (heure de \
Paris). Ce temps vous est rendu : le dépôt de la vague {wave.number} de l’appel « {wave.call} » est ouvert à tous \
jusqu’au {deadline(outage.closes_at)} (heure de Paris).

{plural(len(drafts), "brouillon")} de vos structures {"est concerné" if len(drafts) == 1 else "sont concernés"} :

{lines}

Ce que vous aviez enregistré est gardé. Avec nos excuses,

{programme.service_name}
{programme.service_phone}, {programme.service_email}
"""
    return f"Dépôt prolongé jusqu’au {deadline(outage.closes_at)}", body
