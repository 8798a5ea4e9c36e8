"""Amendments: what stands and what is to stand side by side, the money reserved at once, all applied once signed.

More money is reserved with the draft and committed with the State's signature; less is given back then. What is owed
or paid never changes: an amendment plans the rest.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding import de_minimis, schedules
from funding.conventions import drafting, sharing, snapshots
from funding.conventions.commitments import commit_on, release_on, reserve_on
from funding.draws import next_draw
from funding.endings.releases import give_back
from funding.models import Agreement, AgreementVersion, Award, Line
from funding.schedules import Plan

V = AgreementVersion
AWARD_STATES = (Award.State.COMMITTED, Award.State.IN_FORCE, Award.State.SUSPENDED)


@dataclass(frozen=True)
class Changes:
    """What an amendment replaces; None leaves a part as it is.

    Args:
        plans: the payments that are not owed yet, all of them, in order. Their sum with what is owed or paid is what
            the award grants from now on.
        members: the consortium, the lead first; an empty tuple: the structure is alone.
        suspended: True suspends the payments, False resumes them.
        line, fiscal_year: where more money is taken.
    """

    plans: tuple[Plan, ...] | None = None
    members: tuple[sharing.Member, ...] | None = None
    suspended: bool | None = None
    line: Line | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True)
class Preview:
    """Before and after, and what the amendment does once signed. Cents."""

    before: dict
    after: dict
    effects: list[str] = field(default_factory=list)

    @property
    def difference_cents(self):
        return self.after["amount_cents"] - self.before["amount_cents"]

    @property
    def changes(self):
        return snapshots.change_texts(self.before, self.after)


def preview(*, agreement, changes):
    """Before and after of an amendment that is not written; nothing is kept.

    Raises:
        Refusal: nothing changes, the schedule does not sum, a cap or a bound is passed, the shares do not make 100 %.
    """
    award = agreement.award
    kept = schedules.kept_of(award)
    before = snapshots.standing(award) | {"kept": [one.number for one in kept]}
    after = after_of(before, kept, changes)
    refuse_nothing(before, after)
    refuse_bad_changes(award, kept, before, after, changes)
    return Preview(before, after, effects_of(before, after, changes))


def after_of(before, kept, changes):
    after = dict(before)
    if changes.plans is not None:
        rows = [snapshots.instalment_row(one) for one in kept]
        first = max((one.number for one in kept), default=0) + 1
        rows += [plan_row(one, number) for number, one in enumerate(changes.plans, start=first)]
        after |= {"instalments": rows, "amount_cents": sum(row["cents"] for row in rows)}
    if changes.members is not None:
        after["shares"] = [member_row(one, rank) for rank, one in enumerate(changes.members)]
    if changes.suspended is not None:
        today = timezone.localdate().isoformat()
        after["suspension"] = (before["suspension"] or today) if changes.suspended else ""
    return after


def plan_row(one, number):
    return {
        "number": number,
        "kind": str(one.kind),
        "year": one.year,
        "cents": one.cents,
        "condition": one.condition,
        "expected_on": one.expected_on.isoformat(),
    }


def member_row(one, rank):
    payee = sharing.P.MEMBER if rank == 0 else one.payee
    return {
        "name": one.name.strip(), "siret": one.siret, "ten_thousandths": one.ten_thousandths, "payee": str(payee),
    }  # fmt: skip


def refuse_nothing(before, after):
    if not snapshots.changed(before, after):
        raise Refusal("Cet avenant ne change rien : modifiez l’échéancier, le montant, les partenaires ou l’état.")


def refuse_bad_changes(award, kept, before, after, changes):
    total = after["amount_cents"]
    if changes.plans is not None:
        schedules.refuse_wrong_plan(award, list(changes.plans), total_cents=total, kept=kept)
    if total > award.max_cents:
        raise Refusal(
            f"L’aide serait de {euros(total)}, au-delà du maximum de l’appel, {euros(award.max_cents)} : un avenant "
            "ne le dépasse pas.",
            field="amount",
        )
    if changes.members is not None:
        sharing.refuse_bad_shares(award, list(changes.members))
    if total > before["amount_cents"] and (changes.line is None or changes.fiscal_year is None):
        raise Refusal(
            f"Il faut {euros(total - before['amount_cents'])} de plus : choisissez la ligne et l’exercice des AE.",
            field="line",
        )


def effects_of(before, after, changes):
    """What happens once both have signed, one sentence a consequence."""
    difference = after["amount_cents"] - before["amount_cents"]
    if difference > 0:
        yield_line = f"{changes.line} {changes.fiscal_year}"
        money = f"{euros(difference)} d’AE réservés tout de suite sur {yield_line}, engagés à la signature de l’État"
    elif difference < 0:
        money = (
            f"{euros(-difference)} d’AE rendus à la signature de l’État (perdus s’ils sont d’un exercice antérieur)"
        )
    else:
        money = "Aucune AE ne bouge"
    said = [money]
    if before["instalments"] != after["instalments"]:
        said.append("L’échéancier actuel est remplacé ; ce qui est exigible ou payé ne change pas")
    if before["suspension"] != after["suspension"]:
        said.append("Les versements s’arrêtent" if after["suspension"] else "Les versements reprennent")
    return said


# --- Writing ------------------------------------------------------------------------------------------------------


def amend(*, agreement, changes, reason, by, version=None):
    """Draft an amendment of an agreement in force; more money is reserved at once.

    Args:
        changes: the `Changes`.
        reason: why, read by the structure.
        by: an officer.
        version: of the agreement, as the page showed it.

    Returns:
        The `AgreementVersion`, drafted: send it with `sending.send`.

    Raises:
        InsufficientFunds: the line has less than the amendment adds; nothing is written.
        Refusal: see `preview`; or no reason given.
        StalePage: the agreement is not in force, or an amendment is under way.
    """
    require(by, drafting.MANAGE)
    if not reason.strip():
        raise Refusal("Dites pourquoi cet avenant : la structure lira ce motif.", field="reason")
    with transaction.atomic():
        agreement = drafting.lock_agreement(agreement)
        agreement.expect_version(version)
        refuse_not_amendable(agreement)
        found = preview(agreement=agreement, changes=changes)
        extra = max(found.difference_cents, 0)
        amendment = V.objects.create(
            agreement=agreement,
            number=agreement.versions.count() + 1,
            kind=V.Kind.AMENDMENT,
            before=found.before,
            after=found.after,
            reason=reason.strip(),
            extra_cents=extra,
            extra_line=changes.line if extra else None,
            extra_year=changes.fiscal_year if extra else None,
            created_by=by,
        )
        details = {"number": amendment.number, "difference_cents": found.difference_cents}
        JournalEntry.write(action="draft_amendment", subject=agreement, actor=by, details=details)
        if extra:
            de_minimis.judge_more(agreement.award, total_cents=found.after["amount_cents"], on=timezone.localdate())
            reserve_on(**extra_of(amendment, timezone.localdate(), by))
    return amendment


def refuse_not_amendable(agreement):
    if agreement.state != Agreement.State.IN_FORCE:
        raise StalePage(
            f"La convention est « {agreement.get_state_display().lower()} » : un avenant change une convention en "
            "vigueur."
        )
    if agreement.award.state not in AWARD_STATES:
        raise StalePage(f"L’attribution est « {agreement.award.get_state_display().lower()} » : rien ne se change.")
    if drafting.open_version(agreement) is not None:
        raise StalePage("Un avenant est déjà en préparation ou en signature : menez-le à bien ou abandonnez-le.")


def extra_of(amendment, on, by):
    """What the postings of more money share."""
    return {
        "award": amendment.agreement.award,
        "line_id": amendment.extra_line_id,
        "fiscal_year": amendment.extra_year,
        "cents": amendment.extra_cents,
        "on": on,
        "act": act_of(amendment),
        "by": by,
        "key": f"amendment:{amendment.pk}",
    }


def act_of(amendment):
    return f"Avenant à la convention {amendment.agreement.number}, texte {amendment.number}"


def abandon(*, amendment, reason, by, version=None):
    """Give up an amendment that the State has not signed; what it had reserved is free again.

    Args:
        reason: told to the structure when the amendment was sent.
    """
    drafting.refuse_no_reason(reason)
    with transaction.atomic():
        found = drafting.lock(amendment, version)
        if not found.is_amendment:
            raise StalePage("Ce texte n’est pas un avenant : reprenez la convention pour la corriger.")
        drafting.drop(found, reason, by)
        if found.extra_cents:
            release_on(**extra_of(found, timezone.localdate(), by))
    return found


# --- Taking effect ------------------------------------------------------------------------------------------------


def apply(amendment, *, on, by):
    """Change the award as a signed amendment says, inside the transaction of the State's signature.

    Raises:
        StalePage: a payment became owed since the amendment was drafted.
        InsufficientFunds: the AE reserved were of a year that is over.
    """
    award, before, after = amendment.agreement.award, amendment.before, amendment.after
    refuse_moved_on(award, before)
    names = snapshots.changed(before, after)
    move_money(amendment, award, after["amount_cents"] - before["amount_cents"], on, by)
    if "instalments" in names or "amount_cents" in names:
        plans = [plan_of(row) for row in after["instalments"] if row["number"] not in before["kept"]]
        schedules.replan(award=award, instalments=plans, total_cents=after["amount_cents"], by=by)
    if "shares" in names:
        members = [sharing.Member(**row) for row in after["shares"]]
        sharing.share_out(award=award, members=members, by=None)
    if "suspension" in names:
        stop_or_resume(award, after["suspension"], amendment.reason, on)


def refuse_moved_on(award, before):
    """What was to be replaced must still be as the amendment showed it."""
    now = snapshots.standing(award) | {"kept": [one.number for one in schedules.kept_of(award)]}
    if snapshots.changed(now, before) or now["kept"] != before["kept"]:
        raise StalePage(
            "Depuis la préparation de cet avenant, un versement est devenu exigible ou l’attribution a changé. "
            "Abandonnez-le et préparez-en un autre : rien n’a été signé."
        )


def move_money(amendment, award, difference, on, by):
    """Commit what is added, give back what is taken away; the award keeps what its decision granted."""
    if not difference:
        return
    if difference > 0:
        number = award.amendment_count + 1
        de_minimis.grant_more(award, total_cents=amendment.after["amount_cents"], on=on, amendment=number)
        arguments = extra_of(amendment, on, by)
        next_draw(**{name: arguments[name] for name in ("award", "line_id", "fiscal_year", "cents")})
        commit_on(**arguments)
    else:
        give_back(
            award=award, cents=-difference, on=on, act=act_of(amendment), by=by, key=f"amendment:{amendment.pk}:less"
        )
        award.refresh_from_db()
    if award.initial_cents is None:
        award.initial_cents = award.total_cents
    award.total_cents, award.amendment_count = amendment.after["amount_cents"], award.amendment_count + 1
    award.save(update_fields=["initial_cents", "total_cents", "amendment_count"])


def plan_of(row):
    return Plan(
        kind=row["kind"],
        year=row["year"],
        cents=row["cents"],
        condition=row["condition"],
        expected_on=snapshots.date_of(row["expected_on"]),
    )


def stop_or_resume(award, suspension, reason, on):
    """The signatories decided it: the transition needs no other right."""
    if suspension:
        award.move("suspend", by=None, on=on, reason=reason)
    else:
        award.move("resume", by=None)
