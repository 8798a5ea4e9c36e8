"""A wave that was announced, for the tests of what comes after."""

import datetime

import time_machine
from django.utils import timezone

from selection.decisions import announce, sign_wave
from selection.late_decisions import hand_over_ready, sign_late
from selection.models import Decision
from selection.notification import open_letter
from selection.outcomes import adopt
from tests.selection.conftest import GRANT, YEAR, build, make_letters, meet, member_of, propose, reject, wait


def decision_of(dossier):
    """The decision of the announcement."""
    return Decision.objects.get(application=dossier, replaces=None)


def announced(ranks=4, *, proposed=2, waiting=1, money=None, capacity=30, **fields):
    """A wave announced: `proposed` laureates, then `waiting` on the list, the others refused; a grant is left over."""
    panel = build(ranks, money=money or (proposed + 1) * GRANT, capacity=capacity, **fields)
    meet(panel)
    for position, dossier in enumerate(panel.dossiers):
        if position < proposed:
            propose(panel, dossier)
        elif position < proposed + waiting:
            wait(panel, dossier)
        else:
            reject(panel, dossier)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave)
    announce(wave=panel.wave, by=panel.signatory)
    panel.waiting = panel.dossiers[proposed : proposed + waiting]
    panel.refused = panel.dossiers[proposed + waiting :]
    return panel


def opened(dossier):
    """The decision, once its letter was opened by a member of the structure."""
    open_letter(decision=decision_of(dossier), by=member_of(dossier))
    return decision_of(dossier)


def sign_and_hand_over(panel, *decisions):
    sign_late(wave=panel.wave, decisions=[d.public_id for d in decisions], by=panel.signatory)
    make_letters(panel.wave)
    return hand_over_ready()


def call_fields(panel, **fields):
    return {
        "line": panel.line,
        "fiscal_year": YEAR,
        "amount_cents": GRANT,
        "reason": "Renoncement d’un lauréat",
        "by": panel.officer,
        **fields,
    }


def after_the_list(panel, days=1):
    """A moment some days after the last day of the waitlist."""
    last = decision_of(panel.waiting[0]).valid_until
    return time_machine.travel(
        datetime.datetime.combine(last + datetime.timedelta(days=days), datetime.time(9), tzinfo=datetime.UTC)
    )


def today():
    return timezone.localdate()
