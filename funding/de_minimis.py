"""De minimis aid granted here: held with the reservation, granted with the act, judged both times, then registered.

Source: Reg. (EU) 2023/2831 art. 3 and 6, Reg. (EU) 2023/2832 art. 3; the State records these aids in the national
register since 1 January 2026, within twenty working days (D. 2025-1361).
"""

import datetime

from django.db import transaction
from django.db.models import F, Sum

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.de_minimis import Aid, window
from applications.models import Revision
from applications.shares import split
from applications.state_aid import excess_sentence, positions
from funding.models import Award, DeMinimisGrant, Ground, Instalment, Recovery
from programme.models import Programme

WORKING_DAYS = 20
HERE, HELD = "attribuée ici", "réservée ici"


class CeilingPassed(Refusal):
    """One more de minimis aid does not fit under the ceiling of a single undertaking."""

    title = "Le plafond des aides de minimis serait dépassé"


def aids_here(undertakings, on, but=None):
    """What these undertakings were granted here, and what is reserved for them, as `Aid`s on day `on`.

    Args:
        undertakings: SIREN, or what names a structure without one.
        but: the dossier whose own award is left out, or None.
    """
    first, _ = window(on)
    rows = DeMinimisGrant.objects.counted().filter(undertaking__in=undertakings).exclude(granted_on__lt=first)
    if but is not None:
        rows = rows.exclude(award__application=but)
    rows = list(rows.select_related("award__wave__call__programme").order_by("pk"))
    counted = counted_cents(rows)
    return [
        Aid(
            # What is only reserved will count on the day of its act, that is not known: it counts today.
            one.granted_on or on,
            counted[one.pk],
            one.regime,
            str(one.award.wave.call.programme),
            HERE if one.granted_on else HELD,
        )
        for one in rows
        if counted[one.pk]
    ]


def counted_cents(grants):
    """{key of a grant: what of it still counts, in cents}; the queries do not grow with the grants.

    An aid counts from the day on which the right to it is given, paid or not (Reg. (EU) 2023/2831 and 2023/2832
    art. 3 § 3), and a register shows what was granted (art. 6). Neither says what becomes of an aid that is
    reduced: chosen here, what the act no longer grants stops counting from the act that takes it away (an amendment, a
    release, a withdrawal, a termination), at the date of the grant, each member in proportion of its share. What was
    paid and is asked back no longer counts either: the right to it has ended; what of it is waived or written off
    stays with the beneficiary, and counts. An award withdrawn whole counts nothing; a withdrawal that is undone counts
    again at the first date, without being judged anew: the right was given that day.
    """
    awards = {one.award_id for one in grants}
    remaining = remaining_cents(awards)
    members: dict[int, list] = {}
    for key, award, cents in (
        DeMinimisGrant.objects.filter(award__in=awards).order_by("pk").values_list("pk", "award", "cents")
    ):
        members.setdefault(award, []).append((key, cents))
    counted: dict[int, int] = {}
    for award, rows in members.items():
        granted = sum(cents for _, cents in rows)
        parts = split(min(remaining[award], granted), [cents for _, cents in rows])
        counted |= {key: part for (key, _), part in zip(rows, parts, strict=True)}
    return counted


def remaining_cents(awards):
    """{award key: what its act still grants, in cents}, less what is asked back and will come back."""
    ended = Award.State.TERMINATED
    found = dict(Award.objects.filter(pk__in=awards).exclude(state=ended).values_list("pk", "total_cents"))
    owed = Instalment.objects.live().filter(award__in=awards, award__state=ended).order_by().values_list("award")
    found |= dict.fromkeys(set(awards) - set(found), 0) | dict(owed.annotate(cents=Sum("cents")))
    back = Recovery.objects.standing().filter(award__in=awards).exclude(hearing__ground=Ground.DOUBLE).order_by()
    kept = F("waived_cents") + F("written_off_cents")
    for award, cents in back.values_list("award").annotate(cents=Sum(F("due_cents") - kept)):
        found[award] = max(found[award] - cents, 0)
    return found


def content_of(application):
    """The version of a dossier that was sent last; one of before this product asked declares nothing."""
    revision = Revision.objects.filter(application=application).order_by("-number").first()
    content = dict(revision.content) if revision else {}
    asked = {"nace_code": "", "aids": [], "linked": []} | content.get("aid", {})
    return content | {"aid": asked | {"regime": application.call_version.state_aid_basis}}


def one_at_a_time():
    """Two reservations for the same undertaking in two waves: the second one waits, then counts the first."""
    list(Programme.objects.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def judged(award, on, total_cents=None):
    """[(Beneficiary, Position)] of an award on a day, itself left out; nothing for an aid of another basis.

    Args:
        total_cents: what an amendment would make of its amount; None: as it stands.

    Raises:
        CeilingPassed: one of its members would pass the ceiling.
    """
    content = content_of(award.application)
    found = positions(award.organisation, content, total_cents or award.total_cents, on=on, but=award.application)
    found = [(one, position) for one, position in found if one.cents]
    if refusals := [sentence for one, position in found if (sentence := excess_sentence(one, position))]:
        raise CeilingPassed(f"{award.fabrique} : {' '.join(refusals)}", field="amount_cents")
    return content, found


def of_minimis(awards):
    """Those of `awards` whose call gives de minimis aid; one query. A reconstruction is under no call of ours."""
    basis = {"application__call_version__state_aid_basis__in": DeMinimisGrant.Regime.values}
    found = Award.objects.filter(pk__in=[award.pk for award in awards], **basis)
    return list(found.select_related("application__call_version", "organisation", "fabrique").order_by("pk"))


def hold(awards, on):
    """Judge awards that are being reserved and keep what each member would get, inside the caller's transaction.

    Args:
        on: Paris date of the reservation.

    Raises:
        CeilingPassed: the sentence names the structure, what it has, what is left.
    """
    under = of_minimis(awards)
    if under:
        one_at_a_time()
    for award in under:
        content, found = judged(award, on)
        DeMinimisGrant.objects.bulk_create(
            DeMinimisGrant(
                award=award,
                regime=position.regime,
                undertaking=one.undertaking[:80],
                beneficiary=one.name,
                siret=one.siret,
                nace_code=content["aid"]["nace_code"] if one.is_lead else "",
                cents=one.cents,
                before_cents=position.received_cents,
            )
            for one, position in found
        )


def grant(awards, on):
    """Judge again on the day of the act, and count the aids from it; inside the caller's transaction.

    Raises:
        CeilingPassed: other aids were granted between the reservation and the act.
    """
    under = of_minimis(awards)
    if under:
        one_at_a_time()
    for award in under:
        _, found = judged(award, on)
        for one, position in found:
            rows = award.de_minimis.filter(undertaking=one.undertaking[:80])
            rows.update(granted_on=on, before_cents=position.received_cents)


def judge_more(award, *, total_cents, on):
    """Judge what an amendment would make of an award, inside the caller's transaction.

    Raises:
        CeilingPassed: the new amount does not fit under the ceiling.
    """
    under = of_minimis([award])
    if not under:
        return []
    one_at_a_time()
    return judged(under[0], on, total_cents)[1]


def grant_more(award, *, total_cents, on, amendment):
    """Judge again on the day of the amendment, and count from it what it adds to each member.

    Args:
        amendment: rank of the amendment, from 1.
    """
    for one, position in judge_more(award, total_cents=total_cents, on=on):
        rows = award.de_minimis.filter(undertaking=one.undertaking[:80])
        added = one.cents - sum(row.cents for row in rows)
        if added > 0:
            DeMinimisGrant.objects.create(
                award=award, regime=position.regime, undertaking=one.undertaking[:80], beneficiary=one.name,
                siret=one.siret, cents=added, granted_on=on, before_cents=position.received_cents, amendment=amendment,
            )  # fmt: skip


def register_by(granted_on):
    """Last day to record an aid in the national register: twenty working days, Saturdays and Sundays left out."""
    day, left = granted_on, WORKING_DAYS
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5
    return day


def mark_registered(*, grants, on, by):
    """Note that aids were recorded in the national register; those that were already keep their day.

    Args:
        grants: `DeMinimisGrant`s. on: Paris date, not before the grant nor in the future.

    Returns:
        How many were marked.

    Raises:
        Refusal: the day is before one of the grants.
    """
    require(by, "funding.register_de_minimis")
    with transaction.atomic():
        wanted = [one.pk for one in grants]
        rows = list(
            DeMinimisGrant.objects.granted().select_for_update(of=("self",)).filter(pk__in=wanted, registered_on=None)
        )
        if late := [one for one in rows if one.granted_on > on]:
            raise Refusal(
                f"{late[0].beneficiary} : l’aide est attribuée après ce jour. Choisissez une autre date.", field="on"
            )
        for one in rows:
            one.registered_on, one.registered_by = on, by
            one.save(update_fields=["registered_on", "registered_by"])
            details = {"on": on.isoformat(), "beneficiary": one.beneficiary}
            JournalEntry.write(
                action="register_de_minimis", subject=Award.objects.get(pk=one.award_id), actor=by, details=details
            )
    return len(rows)
