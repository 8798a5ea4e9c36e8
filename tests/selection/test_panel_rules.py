"""The rules of a panel are those of its call: the law’s by default, stricter at will, less where a text permits."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import OutboxMessage
from programme import editing
from programme.models import CallVersion
from programme.panel_rules import PanelRules, problem_of
from selection import meetings
from selection.attendance import quorum_of
from selection.minutes import facts_of
from tests import factories
from tests.selection.conftest import build
from tests.selection.test_meetings import begin, called, opened, plan, sit, the_day_comes, vote

pytestmark = pytest.mark.django_db
OWN_TEXT = "Arrêté du 4 janvier 2026, article 3"


@pytest.mark.parametrize(
    ("percent", "composing", "needed"),
    [(50, 4, 2), (50, 5, 3), (50, 1, 1), (67, 3, 3), (66, 3, 2), (100, 7, 7), (1, 5, 1), (75, 8, 6)],
)
def test_the_quorum_is_a_share_of_the_members_rounded_up(percent, composing, needed):
    assert PanelRules(quorum_percent=percent).needed(composing) == needed


def test_a_call_that_says_nothing_says_what_the_law_says(panel):
    version = panel.wave.call.versions.get()
    assert PanelRules.of(version) == PanelRules() == PanelRules.of(None)
    assert plan(panel).rules == PanelRules(5, 50, True, True, "")


# --- Stricter -------------------------------------------------------------------------------------------------------


def test_a_longer_notice_holds_and_urgency_is_still_told(db):
    meeting = plan(build(panel_notice_days=10), days=7)
    with pytest.raises(Refusal, match="10\u00a0jours au moins"):
        meetings.convene(meeting=meeting, by=meeting.created_by)
    assert meetings.convene(meeting=meeting, by=meeting.created_by, urgency_reason="Crédits.").state == "convened"


def test_a_higher_quorum_holds_and_the_members_read_it(db):
    panel = build(panel_quorum_percent=75)
    meeting = called(panel, members=3)
    told = OutboxMessage.objects.filter(key__startswith=f"convocation:{meeting.pk}:").first().body
    assert "75\u00a0% au moins des membres" in told
    sit(panel, meeting, 2)
    with pytest.raises(Refusal, match="quorum de 3 non atteint"):
        meetings.open_meeting(meeting=meeting, by=panel.chair)
    sit(panel, meeting, 3)
    assert meetings.open_meeting(meeting=meeting, by=panel.chair).state == "open"


def test_the_quorum_of_a_second_call_holds_when_the_call_wants_it(db):
    panel = build(panel_second_call_free=False)
    first = called(panel, members=4)
    sit(panel, first, 2)
    meetings.adjourn(meeting=first, by=panel.officer)
    soon = timezone.now() + datetime.timedelta(days=6)
    second = meetings.call_again(meeting=first, meets_at=soon, by=panel.officer)
    agenda = [item.application_id for item in second.items.all()]
    meetings.convene(meeting=second, by=panel.officer)
    told = OutboxMessage.objects.filter(key__startswith=f"convocation:{second.pk}:").first().body
    assert "aucun quorum" not in told and "la moitié au moins des membres" in told
    assert [item.application_id for item in second.items.all()] == agenda, "the agenda of the first call"
    the_day_comes(second)
    sit(panel, second, 2)
    with pytest.raises(Refusal, match="quorum de 3 non atteint"):
        meetings.open_meeting(meeting=second, by=panel.chair)


# --- Otherwise ------------------------------------------------------------------------------------------------------


def test_without_a_casting_vote_equals_carry_nothing(db):
    panel = build(panel_casting_vote=False, panel_rules_basis=OWN_TEXT)
    item = begin(panel, opened(panel), panel.dossiers[0])
    assert vote(panel, item, ["for", "for", "against", "against"]).result == "tied"
    item.refresh_from_db()
    assert not item.opinion


@pytest.mark.parametrize(
    "less", [{"panel_notice_days": 4}, {"panel_quorum_percent": 49}, {"panel_casting_vote": False}]
)
def test_less_than_the_law_wants_the_text_that_permits_it(less):
    version = factories.draft_call().versions.get()
    with pytest.raises(Refusal, match="citez le texte") as refused:
        editing.save_settings(version=version, by=None, **less, panel_rules_basis=" ")
    assert refused.value.field == "panel_rules_basis"
    editing.save_settings(version=version, by=None, **less, panel_rules_basis=OWN_TEXT)
    version.refresh_from_db()
    assert PanelRules.of(version).basis == OWN_TEXT


@pytest.mark.parametrize(
    ("field", "value"),
    [("panel_notice_days", 0), ("panel_notice_days", 61), ("panel_quorum_percent", 0), ("panel_quorum_percent", 101)],
)
def test_bounds_hold_in_the_verb_and_in_the_database(field, value):
    version = factories.draft_call().versions.get()
    assert problem_of({field: value})[0] == field
    with pytest.raises(Refusal):
        editing.save_settings(version=version, by=None, **{field: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        CallVersion.objects.filter(pk=version.pk).update(**{field: value})


def test_published_rules_are_frozen(panel):
    with pytest.raises(DatabaseError), transaction.atomic():
        panel.wave.call.versions.update(panel_quorum_percent=20, panel_rules_basis=OWN_TEXT)


# --- Told -----------------------------------------------------------------------------------------------------------


def test_the_minutes_print_the_rules_that_were_kept(db):
    panel = build(
        panel_notice_days=3, panel_quorum_percent=30, panel_casting_vote=False, panel_rules_basis=f"{OWN_TEXT}."
    )
    meeting = opened(panel, members=3)
    assert quorum_of(meeting).needed == 2
    rules = " ".join(facts_of(meeting).rules).replace("\u00a0", " ")
    for words in (
        "Convocation 3 jours au moins",
        "30 % au moins des membres",
        "à égalité, l’avis n’est pas adopté",
        f"Règles propres au comité : {OWN_TEXT}.",
    ):
        assert words in rules


def test_the_page_of_a_meeting_says_the_rules_of_its_call(client):
    panel = build(panel_notice_days=10)
    meeting = plan(panel, days=7)
    client.force_login(panel.officer)
    shown = client.get(reverse("selection:meeting", args=[meeting.public_id])).content.decode()
    assert "10\u00a0jours au moins avant la réunion" in shown
    assert "Motif de l’urgence" in shown, "seven days are too few here"
