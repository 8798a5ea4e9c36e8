"""An award withdrawn whole by the floor below ends the decision that granted it, and the effect of its letter;
the withdrawal undone, both stand again."""

from accounts.errors import Refusal
from documents import requests as documents
from documents.models import Document
from funding.endings.undoing import when_undone
from funding.endings.withdrawals import when_withdrawn
from selection.models import Decision

State = Decision.State


def end_decision(*, award, on, number, by):
    """End the decision that granted an award, and the effect of its letter, in the transaction of the withdrawal.

    Args:
        on: Paris date. number: of the decision that withdraws. by: who signs it.
    """
    standing = Decision.objects.filter(award=award, act=Decision.Act.AWARD, state__in=[State.ISSUED, State.NOTIFIED])
    for decision in standing.select_for_update(of=("self",)):
        decision.move("withdraw", by=None)
        for letter in Document.objects.about(decision).filter(kind=Document.Kind.AWARD_LETTER, voided_on=None):
            documents.void(document=letter, on=on, how=Document.Void.WITHDRAWN, by_number=number, by=by)


def reinstate_decision(*, award, by):
    """Let the decision that granted an award stand again, and its letter, in the transaction of the undoing.

    Args:
        by: who signs.

    Raises:
        Refusal: another decision stands on the dossier since.
    """
    ended = Decision.objects.filter(award=award, act=Decision.Act.AWARD, state=State.WITHDRAWN).order_by("-pk")
    decision = ended.select_for_update(of=("self",)).first()
    if decision is None:
        return
    others = Decision.objects.filter(application=decision.application_id, wave=decision.wave_id, replaces=None)
    if others.exclude(state__in=[State.WITHDRAWN, State.REPEALED, State.CORRECTED, State.DROPPED]).exists():
        raise Refusal("Une autre décision a été prise sur ce dossier depuis le retrait : il ne s’annule plus.")
    decision.move("stand_again_notified" if decision.notified_on else "stand_again", by=None)
    for letter in Document.objects.about(decision).filter(kind=Document.Kind.AWARD_LETTER, voided_on__isnull=False):
        documents.restore(document=letter, by=by)


def register():
    when_withdrawn(end_decision)
    when_undone(reinstate_decision)
