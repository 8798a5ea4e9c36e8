"""The calculation of a wave's assignment: the best one, kept with its reasons; and what officers fix beforehand."""

from dataclasses import dataclass, replace

from django.db import transaction

from accounts import history
from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry, Role, User
from accounts.permissions import require
from applications.assignments import admissible_dossiers, lock_people
from applications.evaluations.assignment_problem import Settings, admissible_rows, problem_of, read_wave
from applications.evaluations.assignment_words import infeasible_sentences
from applications.evaluations.groups import groups_of, partners_of
from applications.evaluations.loosening import loosenings_of
from applications.evaluations.optimiser import Infeasible, in_one_region, price_of, solve, without_expert
from applications.evaluations.reasons import reasons_of
from applications.models import ApplicationState, Assignment, AssignmentRun, KeptApart
from applications.models.review import ASSIGN

SEED = 1
history.WORDS.update(
    {
        "propose_reviewers": "a demandé une proposition d’affectation",
        "lock_choice": "a verrouillé un choix d’évaluateur",
        "free_choice": "a déverrouillé un choix d’évaluateur",
        "keep_apart": "a tenu deux évaluateurs à part l’un de l’autre",
        "let_meet": "a permis à deux évaluateurs de lire un même dossier",
    }
)


@dataclass
class Change:
    """What a calculation changes: pairs (dossier id, user id) to add, `Assignment`s to drop and to keep."""

    added: list
    dropped: list
    kept: list


def propose(*, wave, by, seed=SEED, settings=None):
    """Give the admissible dossiers of a wave their reviewers, in the best way; what is locked stays.

    Nobody meets a dossier that a tie keeps her out of, that she was taken off by hand, or that she has answered no to.
    The same wave, settings and seed give the same assignment.

    Args:
        seed: 0 or more; which of several equally good assignments.
        settings: `Settings`; the defaults when left out.

    Returns:
        the `AssignmentRun`. Its `cost` is None when the rules cannot all be kept: nothing has changed then, and its
        findings say in words which to loosen.
    """
    require(by, ASSIGN)
    settings = settings or Settings()
    with transaction.atomic():
        dossiers = admissible_dossiers(wave)
        lock_people(User.objects.holding(Role.REVIEWER))
        read = read_wave(wave, dossiers, settings)
        problem = problem_of(read)
        result = solve(problem, seed=seed)
        run = AssignmentRun(wave=wave, by=by, seed=seed, settings=settings.as_json())
        run.milliseconds = round(result.seconds * 1000)
        if isinstance(result, Infeasible):
            run.findings = infeasible_sentences(read, problem, loosenings_of(problem))
            run.save()
            return run
        change = change_of(read, result.chosen)
        run.cost, run.findings = result.cost, findings_of(read, problem, result, change)
        run.save()
        record(read, change, run, by)
    return run


def change_of(read, chosen):
    """What stands between the proposals of before and the new ones."""
    pairs = {(d.pk, s.pk) for row, d in enumerate(read.dossiers) for s in seats_on(read, chosen[row])}
    return Change(
        added=sorted(pairs - read.current.keys()),
        dropped=[assignment for pair, assignment in sorted(read.current.items()) if pair not in pairs],
        kept=[assignment for pair, assignment in sorted(read.current.items()) if pair in pairs],
    )


def seats_on(read, chosen):
    return [read.seats[column] for column in chosen.nonzero()[0]]


def findings_of(read, problem, solution, change):
    """What the page says of a calculation; ready for JSON."""
    chosen = solution.chosen
    pairs = [(d.pk, s.pk) for row, d in enumerate(read.dossiers) for s in seats_on(read, chosen[row])]
    partners = partners_of(chosen, problem.together)[(problem.carried > 0) | chosen.any(axis=0)]
    return {
        "terms": solution.terms,
        "added": len(change.added),
        "dropped": len(change.dropped),
        "kept": len(change.kept),
        "locked": sum(assignment.locked for assignment in change.kept),
        "unlocked": [told(read, assignment) for assignment in change.dropped if assignment.locked],
        "excluded": sum((d.pk, s.pk) in read.excluded for d in read.dossiers for s in read.seats),
        "alerts": sum(pair in read.alerts for pair in pairs),
        "without_expert": [read.dossiers[row].reference for row in without_expert(problem, chosen)],
        "in_one_region": [read.dossiers[row].reference for row in in_one_region(problem, chosen)],
        "missing": int((problem.wanted - chosen.sum(axis=1)).clip(0).sum()),
        "groups": len(groups_of(problem, chosen)),
        "partners": [int(partners.min(initial=len(read.seats))), int(partners.max(initial=0))],
    }


def told(read, assignment):
    return f"{read.dossiers[read.row[assignment.application_id]].reference}, {assignment.reviewer}"


def record(read, change, run, by):
    for assignment in change.dropped:
        # Not taken off by hand: a later calculation may choose it again.
        assignment.locked = False
        assignment.move("take_back", by=by)
    again = [read.lapsed[pair] for pair in change.added if pair in read.lapsed]
    for assignment in again:
        assignment.run, assignment.reasons = run, reasons_for(read, assignment)
        assignment.move("propose_again", by=by)
    new = [pair for pair in change.added if pair not in read.lapsed]
    Assignment.objects.bulk_create(new_rows(read, new, run, by))
    refresh_reasons(read, change.kept)
    details = {"run": run.pk, "seed": run.seed, "added": len(change.added), "dropped": len(change.dropped)}
    JournalEntry.write(action="propose_reviewers", subject=run.wave, actor=by, details=details)


def new_rows(read, pairs, run, by):
    for dossier, user in pairs:
        row = Assignment(application_id=dossier, reviewer_id=user, assigned_by=by, run=run)
        row.due_on = run.wave.reviews_due_on
        row.reasons = reasons_for(read, row)
        yield row


def reasons_for(read, assignment):
    dossier = read.dossiers[read.row[assignment.application_id]]
    return reasons_of(read, dossier, read.seats[read.column[assignment.reviewer_id]])


def refresh_reasons(read, kept):
    """What was known when they were chosen may have changed since: a new tie, another region."""
    changed = []
    for assignment in kept:
        reasons = reasons_for(read, assignment)
        if reasons != assignment.reasons:
            assignment.reasons = reasons
            changed.append(assignment)
    Assignment.objects.bulk_update(changed, ["reasons"])


# --- What each rule costs ------------------------------------------------------------------------------------------


def price_rules(*, run, by):
    """Add to a calculation what each rule costs in everything else, from the choices as they stand now.

    Each rule is left out in turn and the wave is calculated again, nothing being written but the prices: points that
    the rest would gain.

    Returns:
        the `AssignmentRun`, its findings holding {"prices": {rule: points}}.
    """
    require(by, ASSIGN)
    # What stands must not weigh: only what is locked does.
    settings = replace(Settings.read(run.settings), change=0)
    read = read_wave(run.wave, list(admissible_rows(run.wave)), settings)
    problem = problem_of(read)
    best = solve(problem, seed=run.seed)
    if isinstance(best, Infeasible):
        raise StalePage("Depuis ce calcul, les règles ne peuvent plus toutes être tenues. Demandez-en un autre.")
    with transaction.atomic():
        kept = AssignmentRun.objects.select_for_update().get(pk=run.pk)
        kept.findings["prices"] = prices_of(problem, best, run.seed)
        kept.save(update_fields=["findings"])
    return kept


def prices_of(problem, solution, seed):
    """{rule: points that keeping it costs in everything else}, of the rules that are in force."""
    prices = problem.prices
    in_force = {
        "expert": prices.expert,
        "regions": prices.regions,
        "overlap": prices.overlap,
        "kept": problem.kept.any(),
        "apart": problem.apart,
        "least": (problem.least > 0).any(),
    }
    return {rule: price_of(rule, problem, solution, seed=seed) for rule, asked in in_force.items() if asked}


# --- What officers fix beforehand ----------------------------------------------------------------------------------


def lock_choice(*, assignment, locked, by, version=None):
    """Keep a proposal whatever is calculated next, or let it change again.

    Raises:
        StalePage: the dossier is sent, or the proposal is no more.
    """
    require(by, ASSIGN)
    with transaction.atomic():
        kept = Assignment.objects.select_for_update(of=("self",)).select_related("application").get(pk=assignment.pk)
        kept.expect_version(version)
        if kept.application.state != ApplicationState.ADMISSIBLE or kept.state != Assignment.State.PROPOSED:
            raise StalePage(kept.refused_transition_message())
        if kept.locked != locked:
            kept.locked = locked
            kept.save(update_fields=["locked"])
            JournalEntry.write(action="lock_choice" if locked else "free_choice", subject=kept, actor=by)
    return kept


def keep_apart(*, one, other, reason, by):
    """Never give one dossier to both of these people; what is proposed already changes at the next calculation.

    Raises:
        Refusal: the same person twice, no reason, or already kept apart.
    """
    require(by, ASSIGN)
    if one.pk == other.pk:
        raise Refusal("Choisissez deux personnes différentes.", field="other")
    if not reason.strip():
        raise Refusal("Dites en quelques mots pourquoi.", field="reason")
    first, second = sorted([one, other], key=lambda person: person.pk)
    with transaction.atomic():
        lock_people(User.objects.filter(pk__in=[first.pk, second.pk]))
        if KeptApart.objects.filter(first=first, second=second).exists():
            raise Refusal("Ces deux personnes sont déjà tenues à part.", field="other")
        pair = KeptApart.objects.create(first=first, second=second, reason=reason.strip(), by=by)
        JournalEntry.write(action="keep_apart", subject=pair, actor=by, details={"reason": pair.reason})
    return pair


def let_meet(*, pair, by):
    """Two people may review one dossier again; the journal keeps that they could not."""
    require(by, ASSIGN)
    with transaction.atomic():
        known = KeptApart.objects.select_for_update().filter(pk=pair.pk).first()
        if known is None:
            raise StalePage("Ces deux personnes ne sont déjà plus tenues à part : rien n’a changé.")
        JournalEntry.write(action="let_meet", subject=known, actor=by, details={"reason": known.reason})
        known.delete()
