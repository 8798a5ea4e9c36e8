"""The minutes of a meeting (CRPA R133-13), written from what was recorded while it happened."""

from django.utils import timezone

from accounts.french import NBSP, euros, hour, long_datetime, plural, weekday_date
from applications.evaluations.calibration import Refused
from applications.evaluations.register import lines_of
from applications.receipts import service_of_wave
from documents import requests
from documents.minutes_facts import About, Ballots, Member, MinutesFacts, Point, Ranked
from documents.minutes_facts import Interest as InterestLine
from documents.models import Document
from documents.wording.versions import frozen, in_force
from programme.letter_scopes import scopes_of
from selection.attendance import quorum_of
from selection.models import (
    OPINIONS,
    Attendance,
    Motion,
    Outcome,
    PanelMeeting,
    PanelSession,
    PreparedOutcome,
    Scenario,
    Vote,
)
from selection.moderation import in_points as points_of
from selection.moderation import ranking

State = PanelMeeting.State
KIND = Document.Kind.PANEL_MINUTES
NOT_EXAMINED = "Non examiné"
ADVICE = "Le comité donne un avis ; l’autorité décide (code des relations entre le public et l’administration, CRPA)."
LEAVING = "Un membre qui a un lien avec un dossier quitte la séance pour ce point (R133-12)."


def request_minutes(meeting, *, by):
    """Freeze the minutes and ask for their PDF, in the transaction that ends the meeting; the `Document`."""
    return requests.request(
        kind=KIND,
        subject_type=PanelMeeting._meta.label,
        subject_id=meeting.pk,
        facts=facts_of(meeting),
        by=by,
        released_at=timezone.now(),
        scopes=scopes_of(meeting.wave),
    )


def minutes_of(meeting):
    """The `Document` of a meeting that ended, or None."""
    return Document.objects.about(meeting).filter(kind=KIND).first()


def wording_of(meeting):
    """The wording that its minutes would be made from now, as a document keeps it."""
    return frozen(KIND, in_force(KIND, scopes_of(meeting.wave)))


def facts_of(meeting):
    """The `MinutesFacts` of a meeting as it stands now: a preview before its end."""
    held = meeting.opened_at is not None
    lines = ranking(meeting.wave)
    prepared = prepared_of(meeting.wave)
    return MinutesFacts(
        service=service_of_wave(meeting.wave),
        issued_on=timezone.localdate(meeting.closed_at),
        call=str(meeting.wave.call),
        wave=f"vague {meeting.wave.number}",
        held=held,
        meets=f"{long_datetime(meeting.meets_at)}, {meeting.place}",
        convened=convened(meeting),
        hours=hours(meeting.opened_at, meeting.closed_at) if held else "",
        chair=str(meeting.chair),
        quorum=opening_quorum(meeting) if held else quorum_of(meeting).words,
        rules=tuple(rules_in_words(meeting)),
        members=tuple(members_in_words(meeting)),
        points=tuple(points_in_words(meeting)) if held else (),
        notes=tuple(note_in_words(note) for note in meeting.notes.filter(item=None).select_related("member__user")),
        ranking=tuple(ranked_in_words(lines, prepared)) if held else (),
        calibration=calibration_in_words(lines.calibration) if held else "",
        tie_rules=tuple(lines.rules) if held else (),
        ties=tuple(ties_in_words(lines)) if held else (),
        adoption=tuple(adoption_in_words(meeting, prepared)) if held else (),
        departures=tuple(departures_in_words(prepared)) if held else (),
        interests=tuple(register(meeting)),
    )


def prepared_of(wave):
    rows = PreparedOutcome.objects.filter(wave=wave).select_related("application__fabrique", "line")
    return {row.application_id: row for row in rows}


# --- The meeting ----------------------------------------------------------------------------------------------------


def rules_in_words(meeting):
    rules = meeting.rules
    quorum = rules.quorum_sentence(second_call=meeting.is_second_call)
    told = (ADVICE, rules.notice_sentence, rules.majority_sentence, LEAVING, quorum, rules.basis_sentence)
    return filter(None, told)


def convened(meeting):
    if not meeting.convened_at:
        return ""
    days = (meeting.meets_on - timezone.localdate(meeting.convened_at)).days
    urgent = f" ; urgence : {meeting.urgency_reason}" if meeting.urgency_reason else ""
    return f"le {long_datetime(meeting.convened_at)}, {plural(days, 'jour')} avant la séance{urgent}"


def hours(since, until):
    start = f"de {hour(timezone.localtime(since))}"
    return f"{start} à {hour(timezone.localtime(until))}" if until else f"depuis {hour(timezone.localtime(since))}"


def opening_quorum(meeting):
    """As it was when the meeting opened, whatever happened since."""
    rows = Attendance.objects.filter(member__meeting=meeting, member__has_vote=True, since__lte=meeting.opened_at)
    rows = rows.exclude(until__lte=meeting.opened_at)
    composing = meeting.members.filter(has_vote=True).count()
    sitting = rows.values("member").distinct().count()
    needed = meeting.rules.needed(composing)
    told = f"quorum de {needed} atteint" if meeting.needs_quorum else "aucun quorum exigé (seconde convocation)"
    return (
        f"{plural(sitting, 'membre présent ou représenté', 'membres présents ou représentés')} sur {composing}, {told}"
    )


def members_in_words(meeting):
    rows = {}
    for row in Attendance.objects.filter(member__meeting=meeting).select_related("holder__user"):
        rows.setdefault(row.member_id, []).append(sat(row))
    for member in meeting.members.select_related("user"):
        yield Member(
            name=str(member.user),
            quality=member.quality,
            sat=" ; ".join(rows.get(member.pk, ["absent·e"])),
            has_vote=member.has_vote,
        )


def sat(row):
    if row.how == Attendance.How.MANDATE:
        return f"a donné mandat à {row.holder}, {hours(row.since, row.until)}"
    how = "à distance" if row.how == Attendance.How.REMOTE else "présent·e"
    return f"{how}, {hours(row.since, row.until)}"


def note_in_words(note):
    return (
        f"{note.member} demande qu’il soit fait mention de son désaccord : {note.text}" if note.member else note.text
    )


# --- Points ---------------------------------------------------------------------------------------------------------


def points_in_words(meeting):
    items = meeting.items.select_related(
        "application__fabrique__commune", "presided_by__user", "given_with__item"
    ).prefetch_related("recusals__member__user", "scores", "notes__member__user", "motions__votes__member__user")
    for item in items:
        yield point_in_words(item)


def point_in_words(item):
    place = item.application.fabrique if item.application else None
    return Point(
        position=item.position,
        subject=f"{place.name}, {place.commune}" if place else item.title,
        reference=item.application.reference if place else "",
        hours=when_examined(item),
        presided_by=str(item.presided_by) if item.presided_by else "",
        recusals=tuple(recusal_in_words(row) for row in item.recusals.all()),
        scores=tuple(score_in_words(row) for row in item.scores.all()),
        brief=item.opened_at is None,
        motions=tuple(motion_in_words(motion) for motion in item.motions.all() if motion.closed_at),
        opinion=opinion_in_words(item),
        departure=item.departure_reason,
        notes=tuple(note_in_words(note) for note in item.notes.all()),
    )


def when_examined(item):
    if item.opened_at:
        return hours(item.opened_at, item.closed_at)
    if item.given_with_id:
        return f"Avec le vote du point {item.given_with.item.position}"
    return NOT_EXAMINED


def recusal_in_words(row):
    how = "déport déclaré en séance" if row.is_live else "déport connu avant la séance"
    return f"{row.member} a quitté la séance ({how}). {row.text}"


def score_in_words(row):
    before = points_of(row.before_hundredths)
    return f"Note modérée : {points_of(row.score_hundredths)} au lieu de {before}. {row.reason}"


def opinion_in_words(item):
    if not item.opinion:
        return "" if item.application_id is None else "Pas d’avis"
    amount = f", {euros(item.opinion_cents)}" if item.opinion_cents else ""
    other = item.given_with.item if item.given_with_id and item.opened_at else item
    vote = f", avec le vote du point {other.position}" if other.pk != item.pk else ""
    return f"{item.opinion_label}{amount}{vote}"


def motion_in_words(motion):
    names = {ballot: [] for ballot in Vote.Ballot.values}
    for vote in motion.votes.all():
        names[vote.ballot].append(str(vote.member))
    counted = [f"{len(names[b])} {word}" for b, word in (("for", "pour"), ("against", "contre"))]
    return Ballots(
        text=motion_text(motion),
        result=motion.get_result_display(),
        count=", ".join([*counted, plural(len(names["abstain"]), "abstention")]),
        votes_for=", ".join(names["for"]),
        votes_against=", ".join(names["against"]),
        abstentions=", ".join(names["abstain"]),
    )


def motion_text(motion: Motion):
    """What was put to the vote, in words."""
    amount = f", {euros(motion.amount_cents)}" if motion.amount_cents else ""
    opinion = f"Avis {OPINIONS[Outcome(motion.outcome)].lower()}{amount}" if motion.outcome else ""
    return ". ".join(filter(None, [opinion, motion.text]))


# --- Ranking --------------------------------------------------------------------------------------------------------


def ranked_in_words(lines, prepared):
    for line in lines:
        yield ranked_line(line, prepared.get(line.application.pk))


def ranked_line(line, outcome):
    application = line.application
    between = f"{line.rank_low} à {line.rank_high}" if line.rank_low else "—"
    rank = f"{line.rank}{' ex æquo' if line.tied else ''}" if line.rank else "—"
    return Ranked(
        rank=rank,
        place=f"{application.fabrique.name}, {application.fabrique.commune}",
        reference=application.reference,
        region=application.fabrique.region,
        segment=application.get_segment_display(),
        mean=points_of(line.mean_hundredths),
        adjusted=points_of(line.adjusted_hundredths),
        between=between,
        thresholds={None: "—", True: "atteints", False: "non atteints"}[line.passes],
        asked=euros(application.requested_cents),
        moderated=points_of(line.moderated) if line.is_moderated else "",
        proposed=euros(outcome.amount_cents) if outcome and outcome.amount_cents else "",
        outcome=outcome.get_outcome_display() if outcome else "",
    )


def calibration_in_words(calibration):
    if isinstance(calibration, Refused):
        return f"Notes ajustées non calculées : {' '.join(calibration.reasons)}"
    return (
        "Notes ajustées par un modèle croisé des évaluateurs et des dossiers ; l’ordre est celui des notes retenues."
    )


def ties_in_words(lines):
    for line in lines:
        for text in line.separations:
            yield About(reference=line.application.reference, text=text)


# --- What was adopted -----------------------------------------------------------------------------------------------


def adoption_in_words(meeting, prepared):
    session = PanelSession.objects.filter(wave=meeting.wave).select_related("adopted_by").first()
    if session is not None and session.is_adopted:
        yield from adopted_in_words(session, prepared)


def adopted_in_words(session, prepared):
    """What an adopted `PanelSession` decided; `prepared` is {application id: `PreparedOutcome`}."""
    scenario = Scenario.objects.filter(wave=session.wave, adopted_at=session.adopted_at).first()
    what = f"Scénario «{NBSP}{scenario}{NBSP}» adopté" if scenario else "Proposition adoptée"
    yield f"{what} le {long_datetime(session.adopted_at)} par {session.adopted_by}."
    proposed = [row for row in prepared.values() if row.outcome == Outcome.PROPOSED]
    total = euros(sum(row.amount_cents for row in proposed))
    yield f"{plural(len(proposed), 'dossier proposé', 'dossiers proposés')}, {total} réservés."
    for outcome in (Outcome.WAITLIST, Outcome.NOT_RETAINED, Outcome.DEFERRED):
        if count := sum(row.outcome == outcome for row in prepared.values()):
            yield f"{outcome.label} : {plural(count, 'dossier')}."
    yield f"Liste complémentaire valable jusqu’au {weekday_date(session.waitlist_until)}."


def departures_in_words(prepared):
    for row in prepared.values():
        if row.departure_reason:
            text = f"Écart au classement, {row.get_outcome_display().lower()} : {row.departure_reason}"
            yield About(reference=row.application.reference, text=text)


def register(meeting):
    """The register of the wave, with the interests that its reviewers and the members of this meeting declared."""
    members = meeting.members.order_by().values("user")
    for line in lines_of(meeting.wave, people=members):
        lifted = f" Levé le {long_datetime(line.lifted_at)} : {line.lift_reason}" if line.lifted_at else ""
        yield InterestLine(
            reference=line.reference,
            name=line.person,
            kind=line.kind,
            text=f"{line.text}{lifted}",
            since=long_datetime(line.at),
            origin=line.origin,
        )
