"""Who reviews what: proposed by the machine or by hand, then sent. The only writer of assignments before an answer."""

from collections import Counter, defaultdict

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import history
from accounts.errors import Refusal, StalePage
from accounts.french import long_date, plural
from accounts.models import Event, JournalEntry, User
from accounts.notify import notify
from accounts.permissions import require
from applications.evaluations.conflicts import exclusions_from, exclusions_of
from applications.evaluations.leaving import leave
from applications.evaluations.reasons import reasons_by_hand
from applications.models import Application, ApplicationState, Assignment, KeptApart
from applications.models.review import ASSIGN
from applications.roster import seats_of
from programme import waves
from programme.models import Wave

S = ApplicationState
ASSIGNABLE = (S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED)
history.WORDS.update(
    {
        "assign_reviewer": "a confié l’évaluation",
        "propose_again": "a confié de nouveau l’évaluation",
        "take_back": "a retiré l’évaluation",
        "send_to_review": "a envoyé le dossier en évaluation",
    }
)


def locked_application(pk):
    """Every verb of reviewing locks the dossier first, then its assignments: no deadlock, one last review."""
    dossiers = Application.objects.select_for_update(of=("self",))
    return dossiers.select_related("call_version", "organisation", "fabrique", "wave").get(pk=pk)


def lock_people(people):
    """Lock reviewers while their load is read and raised; rows that only reference them do not wait."""
    list(people.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def assign(*, application, reviewers, by, due_on=None):
    """Ask reviewers for a sheet on one dossier, by hand.

    On a dossier already in review they are told at once; before, when it is sent. A reviewed dossier goes back to
    review.

    Args:
        reviewers: `User`s. Those already asked are left as they are.
        due_on: the day the sheet is expected (Europe/Paris); by default the wave's.

    Returns:
        the list of `Assignment`s made.

    Raises:
        Refusal: the dossier awaits no review, a reviewer has no room left, or has a tie with the applicant.
    """
    require(by, ASSIGN)
    with transaction.atomic():
        dossier = locked_application(application.pk)
        refuse_not_assignable(dossier)
        lock_people(User.objects.filter(pk__in=[reviewer.pk for reviewer in reviewers]))
        seats = seats_of(dossier.wave, reviewers)
        known = {assignment.reviewer_id: assignment for assignment in dossier.assignments.select_for_update()}
        made = [
            assign_one(dossier, reviewer, seats.get(reviewer.pk), known.get(reviewer.pk), due_on, by)
            for reviewer in reviewers
            if not is_asked(known.get(reviewer.pk))
        ]
        if made and dossier.state == S.REVIEWED:
            dossier.move("reopen_review", by=by)
        if made and dossier.state == S.IN_REVIEW:
            tell_reviewers(made)
    return made


def is_asked(assignment):
    return assignment is not None and assignment.state in Assignment.ACTIVE


def refuse_not_assignable(dossier):
    if dossier.state not in ASSIGNABLE:
        raise Refusal(
            f"Ce dossier n’attend pas d’évaluation : il est « {dossier.get_state_display()} ». "
            "Seul un dossier recevable, et dont l’issue n’est pas publiée, peut être confié."
        )


def assign_one(dossier, reviewer, seat, former, due_on, by):
    refuse_obstacle(dossier, reviewer, seat, former)
    # Chosen by hand: no calculation changes it.
    chosen = {"due_on": due_on or dossier.wave.reviews_due_on, "locked": True, "run": None}
    chosen["reasons"] = reasons_by_hand(dossier, seat)
    if former:
        for name, value in chosen.items():
            setattr(former, name, value)
        former.move("propose_again", by=by)
        return former
    assignment = Assignment.objects.create(application=dossier, reviewer=reviewer, assigned_by=by, **chosen)
    JournalEntry.write(action="assign_reviewer", subject=assignment, actor=by)
    return assignment


def refuse_obstacle(dossier, reviewer, seat, former):
    """Refuse with a reason that the officer can act on."""
    if seat is None:
        raise Refusal(f"{reviewer} n’a plus le rôle d’évaluation. Choisissez une autre personne.", field="reviewer")
    if former is not None and former.state == Assignment.State.RECUSED:
        raise Refusal(
            f"{reviewer} a déclaré un lien avec ce dossier. Choisissez une autre personne.", field="reviewer"
        )
    if ties := exclusions_of(dossier, people=[reviewer]).get(reviewer.pk):
        raise Refusal(
            f"{reviewer} ne peut pas évaluer ce dossier. {ties[0].text} Choisissez une autre personne.",
            field="reviewer",
        )
    if apart := kept_from(dossier, reviewer):
        raise Refusal(
            f"{reviewer} ne lit pas un même dossier que {apart}, qui évalue celui-ci. Choisissez une autre personne, "
            "ou retirez cette règle de la page d’affectation.",
            field="reviewer",
        )
    if not seat.room:
        raise Refusal(
            f"{reviewer} a déjà {plural(seat.load, 'dossier')} dans cette vague, son maximum. "
            "Choisissez une autre personne, ou relevez ce maximum sur son profil.",
            field="reviewer",
        )


def kept_from(dossier, reviewer):
    """Whoever reviews the dossier and is kept apart from this person, or None."""
    return next(iter(apart_of(dossier, [reviewer]).get(reviewer.pk, ())), None)


def apart_of(dossier, people):
    """{user id: [whoever reviews the dossier and is kept apart from her]} of several people; two queries."""
    asked = set(dossier.assignments.expected().values_list("reviewer", flat=True))
    keys = {person.pk for person in people}
    apart = defaultdict(list)
    rows = KeptApart.objects.filter(Q(first__in=keys) | Q(second__in=keys)).select_related("first", "second")
    for pair in rows.order_by("pk"):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one.pk in keys and other.pk in asked:
                apart[one.pk].append(other)
    return apart


def admissible_dossiers(wave):
    """The dossiers of a wave that are not sent yet, locked in key order."""
    dossiers = Application.objects.select_for_update(of=("self",)).filter(wave=wave, state=S.ADMISSIBLE)
    return list(dossiers.select_related("call_version", "organisation", "fabrique").order_by("pk"))


def take_back(*, assignment, by):
    """Take a dossier off a reviewer's desk, before her sheet is given; what she wrote is kept, out of sight.

    Raises:
        StalePage: the sheet is given, or the assignment is closed already.
    """
    require(by, ASSIGN)
    with transaction.atomic():
        dossier = locked_application(assignment.application_id)
        locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        # Taken off by hand: no calculation proposes it again.
        locked.locked = True
        locked.move("take_back", by=by)
        complete_if_due(dossier, by=by)
    return locked


def complete_if_due(dossier, *, by):
    """Move a locked dossier to "reviewed" once every sheet asked for is in, and no fewer than the call says."""
    if dossier.state != S.IN_REVIEW:
        return False
    sheets = list(dossier.assignments.values_list("state", "review__score_hundredths").order_by())
    scores = [score for state, score in sheets if state == Assignment.State.SUBMITTED]
    pending = any(state in Assignment.PENDING for state, _ in sheets)
    # Abstentions count as given, and no panel can judge on them alone.
    if pending or len(scores) < dossier.call_version.reviews_per_application or not any_score(scores):
        return False
    dossier.move("complete_review", by=by)
    return True


def any_score(scores):
    return any(score is not None for score in scores)


def send_to_review(*, by, wave=None, applications=None, due_on=None):
    """Hand dossiers to their reviewers, who are told by mail; one mail a reviewer.

    Args:
        wave: send its admissible dossiers that have as many reviewers as the call says; the others wait.
        applications: or send exactly these dossiers, each with one reviewer at least.
        due_on: the day the sheets are expected (Europe/Paris), for the assignments that have none.

    Returns:
        the list of `Application`s sent.

    Raises:
        Refusal: nothing can be sent, or one of `applications` has no reviewer or is not admissible.
    """
    require(by, ASSIGN)
    with transaction.atomic():
        take_tied_off(wave, applications)
        dossiers = ready_dossiers(wave) if wave is not None else chosen_dossiers(applications)
        open_review({dossier.wave_id for dossier in dossiers}, by=by)
        assignments = assignments_to_send(dossiers, due_on)
        for dossier in dossiers:
            dossier.move("send_to_review", by=by)
        tell_reviewers(assignments)
    return dossiers


def take_tied_off(wave, applications):
    """Nobody is sent a dossier with which she has a tie that came to light after she was chosen."""
    rows = admissible_dossiers(wave) if wave is not None else [locked_application(d.pk) for d in applications]
    waiting = Assignment.objects.filter(application__in=rows, state=Assignment.State.PROPOSED).select_related(
        "reviewer"
    )
    people = {assignment.reviewer_id: assignment.reviewer for assignment in waiting}
    by_key = {dossier.pk: dossier for dossier in rows}
    found = exclusions_from(Application.objects.filter(pk__in=by_key), list(people.values()))
    for (key, user), reasons in sorted(found.items()):
        leave(by_key[key], people[user], reasons[0].text)


def ready_dossiers(wave):
    """The admissible dossiers of a wave that have all their reviewers, locked."""
    dossiers = admissible_dossiers(wave)
    asked = sheets_asked(dossiers)
    ready = [d for d in dossiers if asked[d.pk] >= d.call_version.reviews_per_application]
    if not ready:
        raise Refusal(
            "Aucun dossier recevable n’a tous ses évaluateurs. Demandez une proposition, ou confiez-les à la main."
        )
    return ready


def chosen_dossiers(applications):
    """These dossiers, locked; each admissible and with one reviewer at least."""
    dossiers = [locked_application(pk) for pk in sorted(dossier.pk for dossier in applications)]
    asked = sheets_asked(dossiers)
    for dossier in dossiers:
        if dossier.state != S.ADMISSIBLE:
            raise StalePage(dossier.refused_transition_message())
        if not asked[dossier.pk]:
            raise Refusal(f"Le dossier {dossier.reference} n’a pas d’évaluateur : confiez-le d’abord à quelqu’un.")
    return dossiers


def sheets_asked(dossiers):
    """{dossier id: sheets asked for or given}; one query."""
    asked = Assignment.objects.expected().filter(application__in=dossiers)
    return Counter(asked.values_list("application", flat=True).order_by())


def open_review(wave_ids, *, by):
    """The first dossier sent opens the review of its wave."""
    for wave in Wave.objects.filter(pk__in=wave_ids).order_by("pk"):
        if wave.state == Wave.State.INSTRUCTION:
            waves.start_review(wave=wave, by=by)
        elif wave.state != Wave.State.REVIEW:
            raise Refusal(
                f"{wave} est « {wave.get_state_display()} » : les dossiers partent en évaluation après la clôture du "
                "dépôt et l’ouverture de l’instruction, et avant le comité."
            )


def assignments_to_send(dossiers, due_on):
    """The assignments of the dossiers, each with its deadline."""
    waiting = Assignment.objects.filter(application__in=dossiers, state=Assignment.State.PROPOSED)
    if due_on is not None:
        waiting.filter(due_on=None).update(due_on=due_on, version=F("version") + 1)
    return list(waiting.select_for_update(of=("self",)).order_by("pk"))


def tell_reviewers(assignments):
    """One mail a reviewer, with what she needs to see a tie before she opens anything."""
    desks = defaultdict(list)
    rows = Assignment.objects.filter(pk__in=[assignment.pk for assignment in assignments])
    # The clock of her answer runs from here. No page that people are reading becomes stale by it.
    rows.update(asked_at=timezone.now(), reminded_at=None, reminders=0)
    for assignment in rows.select_related("reviewer", "application__fabrique", "application__organisation"):
        desks[assignment.reviewer].append(assignment)
    for reviewer, items in desks.items():
        key = f"assigned:{reviewer.pk}:{items[0].pk}v{items[0].version}:{len(items)}"
        notify(
            Event.REVIEW,
            key=key,
            url="/evaluations/",
            recipient=reviewer,
            subject=subject_of(items),
            body=body_of(reviewer, items),
        )


def subject_of(items):
    return f"{plural(len(items), 'dossier à évaluer', 'dossiers à évaluer')}, Fabriques des territoires"


def body_of(reviewer, items):
    due = min((item.due_on for item in items if item.due_on), default=None)
    lines = [
        f"- {i.application.reference}, {i.application.fabrique}, porté par {i.application.organisation}" for i in items
    ]
    until = f"Les évaluations sont attendues au plus tard le {long_date(due)}.\n" if due else ""
    return (
        f"Bonjour {reviewer},\n\n"
        f"On vous propose d’évaluer {plural(len(items), 'dossier')} :\n" + "\n".join(lines) + "\n\n"
        "Avant d’ouvrir un dossier, dites si vous acceptez et si vous avez un lien avec ce projet ou avec ceux "
        f"qui le portent.\n{until}\nVotre bureau : {settings.PUBLIC_URL}/evaluations/\n"
    )
