"""One vote for several dossiers: an opinion that follows the ranked list, where no member has a tie.

What is put is fixed: each dossier with the outcome and the amount that the list gives it at that moment. A dossier
that a member leaves for is voted alone (CRPA R133-12); one on which the panel gave an opinion keeps it.
"""

from dataclasses import dataclass, field

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import NBSP, euros, plural
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application, ApplicationState
from selection.meetings import leaving_of
from selection.models import AgendaItem, Motion, Outcome, PreparedOutcome, ScenarioLine
from selection.opinions import advised
from selection.sittings import locked_under_way


@dataclass
class Together:
    """What one vote would give, and what it leaves out.

    Attributes:
        given: {application id: (outcome, cents or None)}, of the dossiers that the vote covers.
        alone: keys of those that a member leaves for: they are voted one by one.
        silent: keys of those that the list gives no outcome.
    """

    given: dict = field(default_factory=dict)
    alone: list = field(default_factory=list)
    silent: list = field(default_factory=list)

    @property
    def text(self):
        counts = [
            plural(number, "dossier") + f" en avis {label}"
            for outcome, label in WORDS.items()
            if (number := sum(one == outcome for one, _ in self.given.values()))
        ]
        total = sum(cents or 0 for _, cents in self.given.values())
        return f"{', '.join(counts)}{f', {euros(total)}' if total else ''}"


WORDS = {
    Outcome.PROPOSED: "favorable",
    Outcome.WAITLIST: "réservé, liste complémentaire",
    Outcome.NOT_RETAINED: "défavorable",
    Outcome.DEFERRED: "réservé, à ajourner",
}


def waiting_for_opinion(wave):
    """Keys of the dossiers at the panel on which no opinion is given yet, in the order of their numbers."""
    given = advised(wave)
    rows = Application.objects.filter(wave=wave, state=ApplicationState.REVIEWED).order_by("reference", "pk")
    return [key for key in rows.values_list("pk", flat=True) if key not in given]


def split(meeting, *, by):
    """(keys of the dossiers that one vote may cover, keys of those voted one by one) of a meeting now.

    Args:
        by: who conducts: a dossier that she may not read is voted alone, by somebody else.
    """
    readable = set(Application.objects.visible_to(by).filter(wave=meeting.wave).values_list("pk", flat=True))
    leaving, waiting = leaving_of(meeting), waiting_for_opinion(meeting.wave)
    alone = [key for key in waiting if leaving.get(key) or key not in readable]
    return [key for key in waiting if key not in set(alone)], alone


def together(keys, alone, listed):
    """The `Together` of a list; `keys` and `alone` as `split` gives them, `listed` as `outcomes_of` does."""
    return Together(
        given={key: listed[key] for key in keys if key in listed},
        alone=alone,
        silent=[key for key in keys if key not in listed],
    )


def outcomes_of(wave, source):
    """{application id: (outcome, cents)} of a `Scenario`; None: of what is prepared on the panel's page."""
    if source is None:
        rows = PreparedOutcome.objects.filter(wave=wave)
    else:
        rows = ScenarioLine.objects.filter(scenario=source, scenario__wave=wave)
    return {
        key: (outcome, cents) for key, outcome, cents in rows.values_list("application", "outcome", "amount_cents")
    }


def put_together(*, item, by, source=None, version=None):
    """Put to the vote, at once, the opinion that a list gives each dossier that still waits for one.

    Args:
        item: a point under way that is about no dossier. source: as for `outcomes_of`.

    Raises:
        Refusal: a vote is under way, the point is about one dossier, or the list gives nothing to vote.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        item = locked_under_way(item, by, version)
        if item.application_id is not None:
            raise Refusal("Un avis d’ensemble se vote au point de la proposition : ouvrez ce point.", field="source")
        if item.motions.filter(closed_at=None).exists():
            raise Refusal("Un vote est déjà en cours sur ce point : clôturez-le d’abord.")
        found = together(*split(item.meeting, by=by), outcomes_of(item.meeting.wave, source))
        if not found.given:
            raise Refusal(
                "Cette liste ne donne d’issue à aucun dossier qui attend un avis : préparez les issues, ou choisissez "
                "une autre liste.",
                field="source",
            )
        name = f"au scénario «{NBSP}{source}{NBSP}»" if source else "aux issues préparées"
        motion = Motion.objects.create(
            item=item,
            text=f"Avis conforme {name} : {found.text}"[:500],
            covers=[[key, str(outcome), cents] for key, (outcome, cents) in found.given.items()],
        )
        details = {"item": item.position, "dossiers": len(found.given)}
        JournalEntry.write(action="put_to_vote", subject=item.meeting, actor=by, details=details)
    return motion


def give_each(motion, item):
    """The opinion of a vote that is carried becomes that of each dossier it covers, in the caller's transaction.

    One that a member has left for since the vote was put is left out: it is voted alone.
    """
    meeting = item.meeting
    leaving, waiting = leaving_of(meeting), set(waiting_for_opinion(meeting.wave))
    on_agenda = {one.application_id: one for one in meeting.items.exclude(application=None)}
    last = meeting.items.order_by("-position").values_list("position", flat=True).first() or 0
    for key, outcome, cents in motion.covers:
        if leaving.get(key) or key not in waiting:
            continue
        one = on_agenda.get(key)
        if one is None:
            last += 1
            one = AgendaItem(meeting=meeting, application_id=key, position=last)
        one.opinion, one.opinion_cents, one.given_with = outcome, cents, motion
        one.save()
