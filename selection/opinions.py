"""The panel gives an opinion, the authority decides: what it adopts otherwise carries a recorded reason."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros, plural
from accounts.models import JournalEntry
from accounts.permissions import require
from selection.models import AgendaItem, Outcome, PanelMeeting, PreparedOutcome


def given_in(wave):
    given = AgendaItem.objects.filter(meeting__wave=wave, application__isnull=False).exclude(opinion="")
    return given.filter(meeting__state__in=[PanelMeeting.State.OPEN, PanelMeeting.State.CLOSED])


def advised(wave):
    """Keys of the dossiers of a wave on which the panel gave an opinion; one light query."""
    return set(given_in(wave).order_by().values_list("application", flat=True))


def opinions_of(wave):
    """{application id: the `AgendaItem` with the latest opinion given on it}; one query."""
    rows = given_in(wave).select_related("application__fabrique").order_by("pk")
    return {item.application_id: item for item in rows}


def departs(item, prepared):
    """Whether a prepared outcome is not what the panel advised: another outcome, or another amount."""
    if prepared.outcome != item.opinion:
        return True
    return prepared.outcome == Outcome.PROPOSED and prepared.amount_cents != item.opinion_cents


def unexplained(wave, prepared):
    """The opinions from which these `PreparedOutcome`s depart without a word."""
    given = opinions_of(wave)
    pairs = [(given[p.application_id], p) for p in prepared if p.application_id in given]
    return [item for item, one in pairs if departs(item, one) and not item.departure_reason]


def refuse_unexplained(wave, prepared):
    """Raises `Refusal` when the proposal departs from an opinion of the panel without a recorded reason."""
    if items := unexplained(wave, prepared):
        names = " ; ".join(str(item.application) for item in items[:5])
        more = f" et {len(items) - 5} de plus" if len(items) > 5 else ""
        raise Refusal(
            f"L’avis du comité n’est pas suivi pour : {names}{more}. Donnez le motif de chaque écart à la page des "
            "séances du comité, ou suivez l’avis.",
            field="departure_reason",
        )


def without_opinion(session, prepared, given):
    """Those of `prepared` on which the panel of this `PanelSession` gave no opinion.

    A panel that met out of the service says where its opinions are written, for the whole list.

    Args:
        given: what `opinions_of` returns.
    """
    if session.meeting_id is None and session.outside_opinions:
        return []
    return [one for one in prepared if one.application_id not in given]


def refuse_missing(session, prepared):
    """Raises `Refusal` when a dossier would be adopted before the panel gave its opinion on it (CRPA R133-3)."""
    silent: list[PreparedOutcome] = without_opinion(session, prepared, opinions_of(session.wave))
    if not silent:
        return
    if session.meeting_id is None:
        raise Refusal(
            "Le comité donne son avis avant l’adoption : dites, avec la séance, quels avis il a rendus et où ils sont "
            "écrits ; ou préparez une séance ici, et votez-les.",
            field="outside_opinions",
        )
    names = " ; ".join(str(one.application) for one in silent[:5])
    more = f" et {len(silent) - 5} de plus" if len(silent) > 5 else ""
    raise Refusal(
        f"Le comité n’a pas donné son avis sur {plural(len(silent), 'dossier')} : {names}{more}. Votez un avis "
        "d’ensemble, ou point par point, en séance ; si la séance est levée, préparez-en une autre.",
        field="opinions",
    )


def explain(*, item, reason, by):
    """Record why the authority departs from an opinion.

    Args:
        reason: at most 500 characters; it is kept beside the opinion, and in the journal.

    Raises:
        Refusal: no reason (field "reason"). StalePage: no opinion was given on this point.
    """
    if by is not None and not by.has_perm("selection.sign"):
        require(by, "selection.prepare")
    if not reason.strip():
        raise Refusal("Donnez le motif de l’écart à l’avis : il est gardé avec l’avis.", field="reason")
    with transaction.atomic():
        item = AgendaItem.objects.select_for_update(of=("self",)).select_related("application").get(pk=item.pk)
        if not item.opinion:
            raise StalePage("Le comité n’a pas donné d’avis sur ce point.")
        item.departure_reason, item.departure_by, item.departure_at = reason.strip()[:500], by, timezone.now()
        item.save()
        details = {"reason": reason.strip()[:500]}
        JournalEntry.write(action="depart_from_opinion", subject=item.application, actor=by, details=details)
    return item


def told(item):
    """An opinion in words: "Proposé, 150 000 €"."""
    if not item.opinion:
        return "Pas d’avis"
    amount = f", {euros(item.opinion_cents)}" if item.opinion_cents else ""
    return f"{item.opinion_label}{amount}"
