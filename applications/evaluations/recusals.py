"""The register: who is kept out of what, since when, on whose word; and what the chair judges of alerts.

What the facts show closes the doors by itself (`doors`); here it is kept, and the sheets asked for are taken back.
"""

from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, User
from accounts.permissions import require
from applications.assignments import complete_if_due, locked_application
from applications.evaluations import conflicts
from applications.evaluations.dossier_facts import facts_of
from applications.evaluations.leaving import leave
from applications.evaluations.ties import ties_of
from applications.models import (
    ALERTING,
    UNDER_EXAMINATION,
    AlertJudgement,
    Application,
    Recusal,
    TieKind,
)
from applications.models.conflict import JUDGE_ALERTS
from programme.models import Wave

Origin = Recusal.Origin
Verdict = AlertJudgement.Verdict
# While somebody may be asked to judge.
WATCHED = (Wave.State.COLLECTING, Wave.State.INSTRUCTION, Wave.State.REVIEW, Wave.State.DELIBERATION)
history.WORDS.update(
    {
        "keep_out": "a inscrit un déport",
        "lift_recusal": "a levé un déport",
        "judge_alert": "a apprécié une alerte de conflit d’intérêts",
    }
)


def recuse(*, application, user, text, by, kind=TieKind.DECLARED, told_to=""):
    """Keep somebody out of a dossier: in every list, on her desk, in the panel, from now on.

    Args:
        user: who leaves. by: herself, the chair of the panel, or whoever she told it to.
        text: what the tie is, in a few words (at most 500 characters).
        told_to: the permission of who may write down what she said herself; "" for what the chair decides.

    Returns:
        the `Recusal`; the one that stands, when she had left already.

    Raises:
        Refusal: no text (field "text"). NotAllowed: `by` is neither.
    """
    herself = by is not None and by.pk == user.pk
    if not herself:
        require(by, told_to or JUDGE_ALERTS)
    origin = Origin.DECLARED if herself or told_to else Origin.CHAIR
    if not text.strip():
        raise Refusal("Dites en quelques mots quel est le lien.", field="text")
    with transaction.atomic():
        dossier = locked_application(application.pk)
        return enter(dossier, user, conflicts.Reason(kind, text.strip()[:500]), origin, by)


def enter(dossier, user, reason, origin, by):
    """Write one line of the register, on a locked dossier, and take its sheet off her desk."""
    known = Recusal.objects.filter(application=dossier, user=user, kind=reason.kind, lifted_at=None).first()
    if known:
        return known
    row = Recusal.objects.create(
        application=dossier, user=user, kind=reason.kind, text=reason.text[:500], origin=origin, by=by
    )
    details = {"kind": reason.kind, "origin": origin}
    JournalEntry.write(action="keep_out", subject=row, actor=by, details=details)
    leave(dossier, user, reason.text)
    complete_if_due(dossier, by=None)
    return row


def judge(*, application, user, kind, verdict, reason, by):
    """The chair judges an alert: the person may judge the dossier, or leaves it.

    Args:
        kind: one of `ALERTING`. verdict: an `AlertJudgement.Verdict`. reason: why, at most 500 characters.

    Returns:
        the `AlertJudgement`.

    Raises:
        NotAllowed: `by` is not the chair, or judges an alert that concerns herself.
        Refusal: no reason (field "reason"). StalePage: the alert is judged, or is there no more.
    """
    require(by, JUDGE_ALERTS)
    if by is not None and by.pk == user.pk:
        raise NotAllowed("Une alerte qui vous concerne est appréciée par quelqu’un d’autre, ou vous vous déportez.")
    if not reason.strip():
        raise Refusal("Donnez le motif de votre appréciation : il est inscrit au registre.", field="reason")
    with transaction.atomic():
        dossier = locked_application(application.pk)
        found = conflicts.alerts_of(dossier, people=[user]).get(user.pk, ())
        alert = next((one for one in found if one.kind == kind and kind in ALERTING), None)
        if alert is None:
            raise StalePage("Cette alerte est déjà appréciée, ou n’existe plus. Rechargez la page.")
        judged = AlertJudgement.objects.create(
            application=dossier, user=user, kind=kind, text=alert.text[:500], verdict=verdict,
            reason=reason.strip()[:500], judged_by=by,
        )  # fmt: skip
        JournalEntry.write(action="judge_alert", subject=judged, actor=by, details={"kind": kind, "verdict": verdict})
        if verdict == Verdict.EXCLUDED:
            enter(dossier, user, conflicts.Reason(kind, f"{alert.text} {reason.strip()}"), Origin.CHAIR, by)
    return judged


def lift(*, recusal, reason, by):
    """Take a line that was found by mistake, or decided, off the register; it stays there with its end and its reason.

    Raises:
        NotAllowed: `by` is not the chair, or the line is about her.
        Refusal: no reason (field "reason"); the person declared it herself; the fact still stands.
        StalePage: lifted already.
    """
    require(by, JUDGE_ALERTS)
    if by is not None and by.pk == recusal.user_id:
        raise NotAllowed("Un déport qui vous concerne est levé par quelqu’un d’autre.")
    if not reason.strip():
        raise Refusal("Dites pourquoi ce déport est levé : le registre le garde.", field="reason")
    with transaction.atomic():
        dossier = locked_application(recusal.application_id)
        row = Recusal.objects.select_for_update(of=("self",)).select_related("user").get(pk=recusal.pk)
        refuse_lift(dossier, row)
        row.lifted_at, row.lifted_by, row.lift_reason = timezone.now(), by, reason.strip()[:500]
        row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        JournalEntry.write(action="lift_recusal", subject=row, actor=by, details={"kind": row.kind})
    return row


def refuse_lift(dossier, row):
    if row.lifted_at:
        raise StalePage("Ce déport est déjà levé.")
    if row.is_her_word:
        raise Refusal("La personne a déclaré ce lien elle-même : son déport ne se lève pas.")
    if row.origin == Origin.FOUND and row.kind in kinds_found(dossier, row.user):
        raise Refusal(
            "Ce lien existe toujours dans les faits : corrigez d’abord le profil, la déclaration d’intérêts ou le "
            "dossier d’où il vient."
        )


def kinds_found(dossier, user):
    facts = facts_of(Application.objects.filter(pk=dossier.pk))
    return {one.kind for reasons in conflicts.matches(facts, ties_of([user.pk])).values() for one in reasons}


# --- What is found by itself --------------------------------------------------------------------------------------


def keep_found(applications=None, *, people=None):
    """Write in the register what the facts show and is not there yet; sheets asked for are taken back.

    Args:
        applications: a queryset; None for the dossiers under examination of the waves that may be judged.
        people: keys of users; None for all who judge today.

    Returns:
        the list of `Recusal`s made.
    """
    rows = watched() if applications is None else applications
    ties = ties_of(conflicts.judges().order_by() if people is None else people)
    found = conflicts.matches(facts_of(rows), ties)
    known = Recusal.objects.filter(application__in={key for key, _ in found}, lifted_at=None).order_by()
    known = set(known.values_list("application", "user", "kind"))
    return [
        keep_one(key, user, reason)
        for (key, user), reasons in sorted(found.items())
        for reason in reasons
        if (key, user, reason.kind) not in known
    ]


def watched():
    return Application.objects.filter(state__in=UNDER_EXAMINATION, wave__state__in=WATCHED)


def keep_one(key, user_id, reason):
    """One line, in a transaction of its own: the dossier locked says who was first."""
    with transaction.atomic():
        return enter(locked_application(key), User.objects.get(pk=user_id), reason, Origin.FOUND, None)
