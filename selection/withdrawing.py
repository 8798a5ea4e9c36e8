"""An award withdrawn whole by the floor below ends the decision that granted it, and the effect of its letter."""

from documents import requests as documents
from documents.models import Document
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


def register():
    when_withdrawn(end_decision)
