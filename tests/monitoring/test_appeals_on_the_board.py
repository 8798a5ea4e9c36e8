"""An appeal that waits for an answer stands on the board, among what silence would decide."""

import pytest

from monitoring.todo import to_do
from selection import appeals
from tests.selection.after import announced, opened, today
from tests.selection.conftest import member_of

pytestmark = pytest.mark.django_db


def test_an_appeal_without_an_answer_waits_on_the_board():
    panel = announced()
    programme = panel.wave.call.programme
    decision = opened(panel.refused[0])
    appeal = appeals.lodge(decision=decision, kind="gracious", grounds="Inexact.", by=member_of(panel.refused[0]))
    [item] = to_do(programme, nature="recours").items
    assert (item.title, item.due_on) == ("1\u00a0recours sur la vague 1", appeal.silence_on)
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.signatory)
    assert to_do(programme, nature="recours").items == []
