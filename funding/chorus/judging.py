"""What would become of the rows of Chorus: applied, known already, foreign, or a difference told in one sentence.

Rows are judged by payment request (DP): its rows stand or fall together. Nothing is written here.
"""

import datetime
from collections import defaultdict

from accounts.french import euros, long_date
from funding.chorus.checks import check, refuse_unreadable
from funding.chorus.facts import facts_of
from funding.chorus.verdicts import APPLY, DIFFERS, EXPLAINED, FOREIGN, KNOWN, Differs, K, Verdict
from funding.models import ChorusFile, ChorusRow


def judge(rows, *, by, facts=None):
    """Judge rows by payment request.

    Args:
        rows: `ChorusRow`s, of one file or of one payment request.
        by: who would confirm: neither certified nor ordered.
        facts: a `funding.chorus.facts.Facts`, read when None.

    Returns:
        `Verdict`s, in the order of the first row of each.
    """
    facts = facts or facts_of(rows, by)
    groups: dict[str, list] = defaultdict(list)
    for row in rows:
        groups[f"dp:{row.request}" if row.request else f"row:{row.identity}"].append(row)
    return refuse_twice([verdict_of(subject, group, facts, by) for subject, group in groups.items()])


def refuse_twice(verdicts):
    """Two payment requests that nobody noted may not both be found to pay one instalment."""
    taken: dict[tuple, str] = {}
    for verdict in verdicts:
        found = [share.slot for share in verdict.shares if share.part is None]
        if verdict.outcome != APPLY:
            continue
        if others := {taken[slot] for slot in found if slot in taken}:
            verdict.outcome, verdict.kind, verdict.learned = DIFFERS, K.UNKNOWN_REQUEST, []
            verdict.sentence = (
                f"La DP {verdict.number} et la DP {', '.join(sorted(others))} paient {euros(verdict.cents)} chacune "
                "à la même échéance : notez sur elle la DP qui la paie, et vérifiez l’autre dans Chorus."
            )
        taken |= dict.fromkeys(found, verdict.number)
    return verdicts


def verdict_of(subject, rows, facts, by):
    verdict = Verdict(subject, rows)
    try:
        if not any(facts.knows(row) for row in rows):
            refuse_unreadable(rows)
            verdict.outcome = FOREIGN
            return verdict
        add_waiting(verdict, facts)
        leave_known_out(verdict, facts)
        if not verdict.rows or is_typed_before(verdict, facts):
            verdict.outcome = KNOWN
            return verdict
        check(verdict, facts, by)
    except Differs as found:
        verdict.outcome, verdict.kind, verdict.sentence = DIFFERS, found.kind, found.sentence
        verdict.shares = verdict.shares or found.shares
        if is_explained(verdict, facts):
            verdict.outcome = EXPLAINED
    return verdict


def is_explained(verdict, facts):
    """The same difference, with the same amount, was explained: it is not asked again."""
    known = facts.explained.get(verdict.subject)
    return known is not None and (known.kind, known.cents) == (verdict.kind, verdict.cents)


# --- Which rows count ------------------------------------------------------------------------------------------------


def add_waiting(verdict, facts):
    """Rows of the same request that wait from an earlier file; a newer file says the same line again."""
    mine = {row.identity for row in verdict.rows} | {row.pk for row in verdict.rows}
    older = [row for row in facts.waiting.get(verdict.number, ()) if row.pk not in mine and row.identity not in mine]
    verdict.rows = [*older, *verdict.rows]


def leave_known_out(verdict, facts):
    """A row that was applied, or that says again what another says, counts once; one that changed is a difference."""
    seen: dict[str, ChorusRow] = {}
    kept = []
    for row in verdict.rows:
        other = facts.applied.get(row.identity) or seen.get(row.identity)
        if other is None or row.unreadable:
            seen[row.identity] = row
            kept.append(row)
        elif (other.cents, other.paid_on) == (row.cents, row.paid_on):
            verdict.repeated.append(row)
        else:
            raise Differs(K.CHANGED, changed_sentence(row, other))
    verdict.rows = kept


def changed_sentence(row, other):
    before = "dans un import précédent" if other.file_id != row.file_id else f"ligne {other.line} du même fichier"
    return (
        f"La ligne {row.line} (DP {row.request}) dit {told(row)}, et {told(other)} {before}. Rien n’est appliqué deux "
        "fois : vérifiez dans Chorus, puis expliquez cet écart."
    )


def told(row):
    amount = euros(row.cents) if row.cents is not None else "un montant illisible"
    return f"{amount} le {long_date(row.paid_on)}" if row.paid_on else amount


def is_typed_before(verdict, facts):
    """The extract confirms what was copied by hand: the same request, the same amount, fewer columns."""
    applied = facts.applied_of.get(verdict.number, [])
    if not applied or any(row.file.origin != ChorusFile.Origin.TYPED for row in applied):
        return False
    if any(row.unreadable for row in verdict.rows):
        return False
    return sum(row.cents for row in applied) == verdict.cents


def latest_day(rows) -> datetime.date | None:
    """The last day that an extract knows."""
    days = [row.paid_on for row in rows if row.paid_on]
    return max(days) if days else None
