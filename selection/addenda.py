"""A proposal adopted, or undone, once the panel's meeting has ended: a dated addendum beside its minutes.

The minutes are frozen as the meeting ends. What the authority does afterwards is not rewritten into them: it is a
document of its own, asked for in the transaction of the act. While the meeting is open nothing is added: its minutes
will say it.
"""

from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros, long_date, long_datetime
from applications.receipts import service_of_wave
from documents import requests
from documents.addendum_facts import AddendumFacts, Settled
from documents.frozen import to_json
from documents.minutes_facts import About
from documents.models import Document
from programme.letter_scopes import scopes_of
from selection import minutes, opinions
from selection.models import MinutesAddendum, PanelMeeting
from selection.moderation import in_points, ranking

Of = MinutesAddendum.About


def adopted(session, *, by):
    """Write the addendum of an adoption; None while the meeting is open, or without a meeting held here."""
    meeting = ended(session)
    if meeting is None:
        return None
    prepared = minutes.prepared_of(session.wave)
    given = opinions.opinions_of(session.wave)
    return write(
        MinutesAddendum(meeting=meeting, about=Of.ADOPTION, by=by, at=session.adopted_at),
        what=tuple(minutes.adopted_in_words(session, prepared)),
        settled=tuple(settled(session.wave, prepared, given)),
        departures=(*minutes.departures_in_words(prepared), *from_opinions(prepared, given)),
    )


def undone(session, *, reason, by):
    """Write the addendum of an adoption that is undone; None while the meeting is open, or without one."""
    meeting = ended(session)
    if meeting is None:
        return None
    row = MinutesAddendum(meeting=meeting, about=Of.UNDONE, reason=reason[:300], by=by, at=timezone.now())
    return write(
        row,
        what=(
            f"Adoption annulée le {long_datetime(row.at)} par {by} : {reason}",
            "Les crédits réservés sont revenus sur leurs lignes. Les avis du comité restent.",
        ),
    )


def ended(session):
    """The meeting of a session, locked, once it has ended; an adoption falls before that end or after it."""
    if session.meeting_id is None:
        return None
    meeting = PanelMeeting.objects.select_for_update(of=("self",)).select_related("wave__call__programme")
    meeting = meeting.get(pk=session.meeting_id)
    return meeting if meeting.state == PanelMeeting.State.CLOSED else None


def write(row, *, what, settled=(), departures=()):
    wave, number = row.meeting.wave, minutes.minutes_of(row.meeting).number
    facts = AddendumFacts(
        service=service_of_wave(wave),
        issued_on=timezone.localdate(row.at),
        call=str(wave.call),
        wave=f"vague {wave.number}",
        minutes=f"procès-verbal n° {number} de la séance du {long_date(row.meeting.meets_on)}",
        title=row.get_about_display(),
        what=what,
        settled=settled,
        departures=departures,
    )
    row.written = to_json(facts)
    row.save()
    ask_document(row, by=row.by)
    return row


def ask_document(row, *, by):
    """Ask for the document of an addendum, from what was frozen with it.

    Raises:
        Refusal: it was written before its words were kept.
    """
    if not row.written:
        raise Refusal("Cet additif date d’avant que ses mots soient conservés : il ne peut pas être écrit de nouveau.")
    return requests.request(
        kind=Document.Kind.PANEL_ADDENDUM,
        subject_type=MinutesAddendum._meta.label,
        subject_id=row.pk,
        facts=row.written,
        by=by,
        released_at=row.at,
        scopes=scopes_of(row.meeting.wave),
    )


def settled(wave, prepared, given):
    for line in ranking(wave):
        outcome, item = prepared.get(line.application.pk), given.get(line.application.pk)
        if outcome is not None:
            place = line.application.fabrique
            yield Settled(
                rank=str(line.rank or "—"),
                place=f"{place.name}, {place.commune}",
                reference=line.application.reference,
                score=f"{in_points(line.kept_hundredths)}{' (modérée)' if line.is_moderated else ''}",
                opinion=opinions.told(item) if item else "—",
                outcome=outcome.get_outcome_display(),
                amount=euros(outcome.amount_cents) if outcome.amount_cents else "",
            )


def from_opinions(prepared, given):
    """Where the authority leaves the opinion of the panel, and why."""
    for key, item in given.items():
        if key in prepared and item.departure_reason and opinions.departs(item, prepared[key]):
            text = f"Écart à l’avis du comité ({opinions.told(item)}) : {item.departure_reason}"
            yield About(reference=item.application.reference, text=text)


def addenda_of(meeting):
    """[(`MinutesAddendum`, its `Document`)] of a meeting, oldest first; two queries."""
    rows = list(meeting.addenda.select_related("by"))
    found = Document.objects.filter(
        kind=Document.Kind.PANEL_ADDENDUM,
        subject_type=MinutesAddendum._meta.label,
        subject_id__in=[row.pk for row in rows],
    )
    by_row = {document.subject_id: document for document in found}
    return [(row, by_row[row.pk]) for row in rows]
