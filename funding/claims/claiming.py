"""The claim of an instalment, on the side of the structure: lines of spending, each with its paper, then sent."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.french import plural
from accounts.models import JournalEntry, Membership
from applications.budget import EXPENSES
from documents.detection import ACCEPTED
from documents.uploads import examine, keep
from funding.models import Claim, ClaimLine, Instalment

# Cost lines of the financing plan; volunteering and premises lent are not money spent.
ACCOUNTS = tuple((row.account, row.label) for row in EXPENSES if row.account.isdecimal() and row.account != "86")
CLAIMABLE = (Instalment.State.PLANNED, Instalment.State.DUE, Instalment.State.WITHHELD)
MOST_LINES = 200


def may_write(award, user):
    """`user` may write the affairs of the structure that is paid."""
    roles = Membership.WRITERS
    return Membership.objects.filter(organisation=award.organisation_id, user=user, role__in=roles).exists()


def start(*, instalment, by):
    """The claim of an instalment, begun if it is not.

    Raises:
        NotAllowed: `by` may not write for the structure.
        Refusal: the instalment is past its certification.
    """
    refuse_stranger(instalment.award, by)
    known = Claim.objects.filter(instalment=instalment).first()
    if known is not None:
        return known
    refuse_past(instalment)
    claim, _ = Claim.objects.get_or_create(instalment=instalment, defaults={"created_by": by})
    return claim


def refuse_past(instalment):
    if instalment.state not in CLAIMABLE:
        raise Refusal(
            f"Ce versement est « {Instalment.APPLICANT_LABELS[instalment.state].lower()} » : il n’y a plus rien à "
            "demander."
        )


def refuse_stranger(award, by):
    if not may_write(award, by):
        raise NotAllowed


def describe(*, claim, by, period_from, period_to, note, version=None):
    """Say of which period the expenses are, and what was done.

    Args:
        period_from, period_to: Paris dates, the last one not in the future.

    Raises:
        Refusal: dates out of order or to come.
    """
    if period_from > period_to:
        raise Refusal("La période finit avant de commencer : corrigez les deux dates.", field="period_to")
    if period_to > timezone.localdate():
        raise Refusal("La période n’est pas finie : demandez ce qui est déjà dépensé.", field="period_to")
    with transaction.atomic():
        claim = lock(claim, by, version)
        claim.period_from, claim.period_to, claim.note = period_from, period_to, note.strip()
        claim.save()
    return claim


def add_line(*, claim, by, account, label, cents, evidence, version=None):
    """Add an expense with its paper.

    Args:
        account: key of `ACCOUNTS`.
        cents: amount, positive.
        evidence: the file that shows it.

    Raises:
        Refusal: an amount of nothing, no file, an unknown cost line, too many lines.
    """
    if account not in dict(ACCOUNTS):
        raise Refusal("Choisissez une nature de dépense de la liste.", field="account")
    if cents <= 0:
        raise Refusal("Le montant d’une dépense est positif.", field="cents")
    examined = examine(uploaded=evidence, allowed=ACCEPTED, field="evidence")
    with transaction.atomic():
        claim = lock(claim, by, version)
        if claim.lines.count() >= MOST_LINES:
            raise Refusal(f"Une demande a au plus {MOST_LINES} lignes : regroupez les dépenses d’une même nature.")
        line = ClaimLine.objects.create(
            claim=claim, account=account, label=" ".join(label.split())[:150], cents=cents,
            evidence=keep(examined=examined, by=by),
        )  # fmt: skip
        claim.save()
    return line


def remove_line(*, line, by, version=None):
    """Take an expense out of a claim that is being written."""
    with transaction.atomic():
        claim = lock(line.claim, by, version)
        claim.lines.filter(pk=line.pk).delete()
        claim.save()
    return claim


def send(*, claim, by, version=None):
    """Send the claim to the service.

    Raises:
        Refusal: no period, no line, a line without paper, or an instalment past its certification.
    """
    with transaction.atomic():
        claim = lock(claim, by, version)
        refuse_past(claim.instalment)
        refuse_unready(claim)
        claim.lines.update(accepted_cents=None, remark="")
        claim.move("send", by=by, at=timezone.now())
        details = {"cents": total(claim), "lines": claim.lines.count()}
        JournalEntry.write(action="send_claim", subject=claim.instalment, actor=by, details=details)
    return claim


def refuse_unready(claim):
    if claim.period_from is None or claim.period_to is None:
        raise Refusal("Indiquez la période des dépenses avant d’envoyer.", field="period_from")
    lines = list(claim.lines.all())
    if not lines:
        raise Refusal("Ajoutez au moins une dépense avec son justificatif avant d’envoyer.")
    bare = [line for line in lines if line.evidence_id is None]
    if bare:
        raise Refusal(f"{plural(len(bare), 'dépense')} sans justificatif : joignez-le avant d’envoyer.")


def total(claim):
    """What is claimed, in cents."""
    return sum(line.cents for line in claim.lines.all())


def lock(claim, by, version):
    """The claim, still being written, by somebody who may write it."""
    locked = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("instalment__award__organisation")
        .get(pk=claim.pk)
    )
    locked.expect_version(version)
    refuse_stranger(locked.instalment.award, by)
    if not locked.is_writable:
        raise Refusal("Cette demande est envoyée : elle ne change plus tant que le service ne l’a pas rendue.")
    return locked
