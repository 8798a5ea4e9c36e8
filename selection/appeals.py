"""The register of appeals (glossary 33): lodged by the applicant or recorded by the team, answered, or left silent."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.french import long_date
from accounts.models import Event, JournalEntry, User
from accounts.notify import notify_each
from accounts.organisations import require_writer
from accounts.permissions import require
from applications.evaluations.doors import is_kept_out
from applications.models import Application
from documents import uploads
from documents.requests import take_number
from selection import appeal_answers, notification
from selection import appeal_follow_ups as follow_ups
from selection.appeal_clocks import Contest, court_delay, distance_months, silence_day
from selection.appeal_receipts import ask_receipt
from selection.models import ANSWER_APPEAL, FOLLOW_APPEALS, Appeal, AppealPiece, Decision

Kind, State, Channel = Appeal.Kind, Appeal.State, Appeal.Channel
BATCH = 500
MEMBERS_TOLD = 20
MOST_PIECES = 5
LOCKED = (
    "decision__application__fabrique__commune",
    "decision__application__organisation",
    "decision__application__officer",
    "decision__application__submitted_by",
    "decision__application__created_by",
    "decision__application__wave__call__programme",
    "decision__wave__call__programme",
    "lodged_by",
)
NOTHING_ASKED = {"what": "", "owner": None, "due_on": None}
# How an appeal may end, by its kind: what the page offers, in order.
OUTCOMES = {
    Kind.GRACIOUS: (State.UPHELD, State.PARTLY_UPHELD, State.REJECTED),
    Kind.HIERARCHICAL: (State.UPHELD, State.PARTLY_UPHELD, State.REJECTED),
    Kind.LITIGATION: (State.UPHELD, State.PARTLY_UPHELD, State.REJECTED, State.ENDED),
    Kind.MEDIATION: (State.ENDED,),
}
MOVES = {
    State.UPHELD: "uphold",
    State.PARTLY_UPHELD: "partly_uphold",
    State.REJECTED: "reject",
    State.ENDED: "end",
}


def lodge(*, decision, kind, grounds, by, pieces=()):
    """An applicant contests a decision from its page, before its author or her superior.

    A late one is taken all the same: the administration may always look again; it no longer stops the court's delay.

    Args:
        decision: handed over to a structure of `by`, and opened.
        kind: `Appeal.Kind.GRACIOUS` or `HIERARCHICAL`.
        grounds: what is contested and why, in French; compulsory.
        by: a member of the structure who may act for it.
        pieces: uploaded files, five at most; each is checked as a piece is.

    Returns:
        The `Appeal`, numbered; its receipt is asked for.

    Raises:
        NotAllowed: the decision is not addressed to `by`.
        Refusal: nothing is said, the letter was not opened, or one of this kind is open or was made already.
    """
    grounds = said(grounds, "Dites ce que vous contestez et pourquoi : quelques phrases suffisent.")
    examined = examine_pieces(pieces)
    if kind not in Appeal.ADMINISTRATIVE:
        raise Refusal("Choisissez un recours gracieux ou un recours hiérarchique.", field="kind")
    with transaction.atomic():
        decision = lock_decision(decision)
        if not Decision.objects.addressed_to(by).filter(pk=decision.pk).exists():
            raise NotAllowed
        require_writer(decision.application.organisation, by)
        if decision.notified_on is None and not notification.was_read(decision):
            raise Refusal(
                "Ouvrez d’abord le courrier de la décision : vous saurez ce qu’elle dit avant de la contester."
            )
        today = timezone.localdate()
        appeal = create(
            decision, kind, channel=Channel.ONLINE, lodged_on=today, received_on=today, grounds=grounds, lodged_by=by
        )
        keep_pieces(appeal, examined, by)
        tell_team(appeal)
    return appeal


def examine_pieces(pieces):
    """The files that pass the checks of the uploads, before any lock."""
    if len(pieces) > MOST_PIECES:
        raise Refusal(f"Joignez {MOST_PIECES} fichiers au plus.", field="pieces")
    return [uploads.examine(uploaded=one, field="pieces") for one in pieces]


def keep_pieces(appeal, examined, by):
    AppealPiece.objects.bulk_create(
        AppealPiece(appeal=appeal, file=uploads.keep(examined=one, by=by)) for one in examined
    )


def record(*, decision, kind, channel, lodged_on, received_on, grounds, by, court_number="", pieces=(),
    version=None,
):  # fmt: skip
    """An officer records an appeal that came by another way: post, mail, the court, a mediation that both agree to.

    Args:
        lodged_on: posted or registered, what makes it in time; received_on: what starts the silence. Paris dates.
        court_number: for a contentious appeal, the number that the court gave.
        pieces: uploaded files, five at most.
        version: of the decision that the page showed.

    Raises:
        Refusal: the dates are not possible, a part is missing, or one of this kind was made already.
    """
    require(by, FOLLOW_APPEALS)
    grounds = said(grounds, "Résumez ce que dit le recours.")
    examined = examine_pieces(pieces)
    with transaction.atomic():
        decision = lock_decision(decision)
        refuse_out_of_reach(decision, by)
        decision.expect_version(version)
        refuse_impossible_dates(decision, lodged_on, received_on)
        if kind == Kind.LITIGATION and not court_number.strip():
            raise Refusal("Indiquez le numéro donné par le greffe.", field="court_number")
        appeal = create(
            decision, kind, channel=channel, lodged_on=lodged_on, received_on=received_on, grounds=grounds,
            recorded_by=by, court_number=court_number.strip(),
        )  # fmt: skip
        keep_pieces(appeal, examined, by)
    return appeal


def said(text, sentence, field="grounds"):
    text = (text or "").strip()
    if not text:
        raise Refusal(sentence, field=field)
    return text


def lock_decision(decision):
    rows = Decision.objects.select_for_update(of=("self",)).select_related(
        "application__organisation",
        "application__fabrique__commune",
        "application__officer",
        "application__submitted_by",
        "application__created_by",
        "wave__call__programme",
    )
    return rows.get(pk=decision.pk)


def refuse_out_of_reach(decision, by):
    """Who declared a tie with the dossier does nothing on it (glossary 19)."""
    if not Application.objects.visible_to(by).filter(pk=decision.application_id).exists():
        raise NotAllowed
    if decision.issued_at is None:
        raise Refusal("Cette décision n’est pas annoncée : elle ne peut pas encore être contestée.")


def refuse_impossible_dates(decision, lodged_on, received_on):
    today, issued_on = timezone.localdate(), timezone.localdate(decision.issued_at)
    if not issued_on <= lodged_on <= today:
        raise Refusal(
            f"Le recours est formé entre l’annonce de la décision, le {long_date(issued_on)}, et aujourd’hui : "
            "corrigez la date.",
            field="lodged_on",
        )
    if not lodged_on <= received_on <= today:
        raise Refusal(
            "Le recours est reçu le jour où il est formé ou après, et au plus tard aujourd’hui.", field="received_on"
        )


def create(decision, kind, *, received_on, **fields):
    refuse_twin(decision, kind)
    administrative = kind in Appeal.ADMINISTRATIVE
    appeal = Appeal.objects.create(
        decision=decision,
        kind=kind,
        received_on=received_on,
        silence_on=silence_day(received_on) if administrative else None,
        authority=authority_of(decision, kind)[:200],
        number=take_number(series="REC", year=timezone.localdate().year),
        **fields,
    )
    details = {"kind": str(kind), "decision": decision.pk, "lodged_on": appeal.lodged_on.isoformat()}
    actor = appeal.lodged_by or appeal.recorded_by
    JournalEntry.write(action="lodge_appeal", subject=appeal, actor=actor, details=details)
    if administrative:
        ask_receipt(appeal, by=actor)
    return appeal


def refuse_twin(decision, kind):
    known = Appeal.objects.filter(decision=decision, kind=kind).exclude(state=State.WITHDRAWN).first()
    if known is None or not (known.is_open or kind in Appeal.ADMINISTRATIVE):
        return
    raise Refusal(
        f"« {known.get_kind_display()} » : cette décision en a déjà un, le numéro {known.number}, du "
        f"{long_date(known.lodged_on)}. Rien n’a été enregistré une seconde fois.",
        field="kind",
    )


def authority_of(decision, kind):
    programme = decision.wave.call.programme
    return {
        Kind.GRACIOUS: programme.service_name,
        Kind.HIERARCHICAL: programme.appeal_authority,
        Kind.LITIGATION: programme.appeal_court,
        Kind.MEDIATION: "les parties",
    }[kind]


def tell_team(appeal):
    """The officer of the dossier; without one, or when it is closed to her, those who follow appeals."""
    officer = appeal.decision.application.officer
    if officer is None or is_kept_out(officer, appeal.decision.application):
        people = list(User.objects.holding("officer").order_by("pk")[:MEMBERS_TOLD])
    else:
        people = [officer]
    notify_each(
        Event.PROGRESS,
        recipients=people,
        key=f"appeal:{appeal.pk}",
        url=f"/pilotage/recours/{appeal.public_id}/",
        subject=f"{appeal.get_kind_display()} sur le dossier {appeal.decision.application.reference}",
        body=f"{appeal} est arrivé. Sans réponse le {long_date(appeal.silence_on)}, notre silence vaut rejet.\n",
    )


# --- Its life ----------------------------------------------------------------------------------------------------


def lock(appeal, by, version):
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(*LOCKED)
    locked = rows.get(pk=appeal.pk)
    if by is not None and not Appeal.objects.visible_to(by).filter(pk=locked.pk).exists():
        raise NotAllowed
    locked.expect_version(version)
    return locked


def examine(*, appeal, by, version=None):
    """Say that somebody of the service examines it. Raises `NotAllowed` or `StalePage`."""
    require(by, FOLLOW_APPEALS)
    with transaction.atomic():
        locked = lock(appeal, by, version)
        locked.move("examine", by=by)
    return locked


def conclude(*, appeal, outcome, on, conclusion, by, follow_up=None, elsewhere=False, digest="", version=None):
    """End an appeal. It changes no decision by itself: a new one is signed where one is owed.

    An appeal to the administration is answered by a letter, signed by `by` today and notified as an act is; unless it
    was answered elsewhere, by a letter that is not of the service. Judgments and mediations are recorded.

    Args:
        outcome: one of `OUTCOMES` of its kind.
        on: Paris date of the answer, of the judgment, or of the end of the mediation.
        conclusion: what was decided and why, a paragraph each: the grounds of the letter.
        follow_up: of an upheld one, what it asks for: the keyword arguments of `appeal_follow_ups.write`.
        by: whoever signs decisions, under a delegation that covers the contested one; who follows appeals for what was
            decided elsewhere.
        digest: of the letter that the page showed (`appeal_answers.digest_of`); "" when the caller is not a page.

    Raises:
        Refusal: the outcome is not one of its kind, a date is not possible, nothing is said, or no delegation
            covers it.
        NotAllowed, StalePage.
    """
    here = appeal_answers.is_signed_here(appeal, elsewhere)
    require(by, ANSWER_APPEAL if here or appeal.kind == Kind.GRACIOUS else FOLLOW_APPEALS)
    conclusion = said(conclusion, "Dites ce qui a été décidé, et pourquoi.", field="conclusion")
    with transaction.atomic():
        locked = lock(appeal, by, version)
        if outcome not in OUTCOMES[Kind(locked.kind)]:
            raise Refusal("Cette issue n’existe pas pour ce recours : choisissez-en une de la liste.", field="outcome")
        refuse_impossible_end(locked, on)
        if here:
            appeal_answers.sign(locked, by, on)
        if outcome in follow_ups.UPHELD:
            follow_ups.write(locked, by=by, **(follow_up or NOTHING_ASKED))
        locked.move(MOVES[State(outcome)], by=by, on=on, conclusion=conclusion)
        hand_over(locked, by, digest)
        appeal_answers.tell_applicant(locked)
    return locked


def hand_over(appeal, by, digest):
    """Its letter; an answer written elsewhere is followed until it is notified too."""
    if appeal.signed_at is None:
        notification.make_answer_available(appeal)
    else:
        appeal_answers.ask_answer(appeal, by=by, digest=digest)


def refuse_impossible_end(appeal, on):
    today = timezone.localdate()
    if not appeal.lodged_on <= on <= today:
        raise Refusal("L’issue vient après le recours et au plus tard aujourd’hui : corrigez la date.", field="on")


def withdraw(*, appeal, by, version=None):
    """Whoever lodged it gives up: a member of the structure on line, or an officer who received it in writing."""
    with transaction.atomic():
        locked = lock(appeal, by, version)
        if not by.has_perm(FOLLOW_APPEALS):
            require_writer(locked.decision.application.organisation, by)
        locked.move("withdraw", by=by, on=timezone.localdate())
    return locked


def sweep(now=None):
    """Note the refusals born of two months of silence, once each; safe at any moment, by several processes at once.

    Returns:
        How many were noted.
    """
    today = timezone.localdate(now)
    late = Appeal.objects.filter(state__in=Appeal.OPEN, silence_on__lt=today).order_by("silence_on", "pk")
    return sum(note_silence(key, today) for key in late.values_list("pk", flat=True)[:BATCH])


def note_silence(key, today):
    with transaction.atomic():
        appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=key)
        if not appeal.is_open or appeal.silence_on is None or appeal.silence_on >= today:
            return False
        appeal.move("note_silence", by=None)
    return True


# --- The clocks of one decision ----------------------------------------------------------------------------------


def contest_of(appeal):
    """The `Contest` that an appeal is for the court's delay; None for one that stops nothing."""
    if appeal.kind == Kind.LITIGATION or appeal.state == State.WITHDRAWN:
        return None
    ended = appeal.concluded_on if appeal.state != State.SILENT else None
    told_on = appeal.answer_notified_on if appeal.is_administrative else appeal.concluded_on
    return Contest(appeal.is_administrative, appeal.lodged_on, ended, told_on, appeal.silence_on)


def delay_of(decision, appeals, *, today=None):
    """The `CourtDelay` of a decision.

    Args:
        decision: with its dossier, structure and programme.
        appeals: all of its `Appeal`s.
    """
    return court_delay(
        notified_on=decision.notified_on,
        distance_months=distance_of(decision),
        contests=[contest for appeal in appeals if (contest := contest_of(appeal))],
        today=today or timezone.localdate(),
    )


def distance_of(decision):
    organisation = decision.application.organisation
    return distance_months(
        postal_code=organisation.postal_code,
        country=organisation.country,
        court=decision.wave.call.programme.appeal_court,
    )
