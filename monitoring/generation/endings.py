"""What became of some invented awards: money asked back, a withdrawal considered, by the verbs that people use."""

from django.utils import timezone

from funding.endings import hearings, recoveries, withdrawals
from funding.models import Award, Ground, Instalment

ASKED_CENTS = 500_000


def open_endings(call, people):
    """Of the two first awards of a call that were paid: one is asked for money back, one may be withdrawn in part."""
    paid = Instalment.objects.filter(state=Instalment.State.PAID).values("award")
    awards = Award.objects.filter(wave__call=call, state=Award.State.IN_FORCE, pk__in=paid)
    today = timezone.localdate()
    shared = {
        "cents": ASKED_CENTS, "known_on": today, "answer_by": hearings.answer_day(today),
        "by": people["officer"][0],
    }  # fmt: skip
    for award, verb, ground, facts in zip(
        awards.order_by("pk")[:2],
        (recoveries.open_recovery, withdrawals.open_withdrawal),
        (Ground.UNSPENT, Ground.BREACH),
        ("Une part de la première année n’a pas été employée.", "Le lieu ouvre moins que ce que la convention dit."),
        strict=False,
    ):
        verb(award=award, ground=ground, facts=facts, **shared)
