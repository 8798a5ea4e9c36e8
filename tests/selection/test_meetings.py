"""A meeting of the panel by its rules (CRPA R133): notice, quorum, second call, ties, votes, opinion, minutes."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage
from applications.evaluations.recusals import recuse
from applications.models import Application, Interest, Recusal
from documents.production import produce
from selection import addenda, attendance, meetings, moderation, opinions, outcomes, sittings, votes, whole_list
from selection.attendance import members_of, quorum_of
from selection.funding_line import read_line
from selection.minutes import facts_of, minutes_of
from selection.models import ItemRecusal, ModeratedScore, PanelMeeting, PanelSession
from selection.panel import read_panel
from selection.scenarios import create_scenario
from tests import factories
from tests.selection.conftest import GRANT, build, prepare_all, propose, reject, reviewed, wait

pytestmark = pytest.mark.django_db


def people(number):
    names = ["Ana", "Bao", "Cléo", "Dina", "Élie", "Fanta", "Gaël"]
    return [factories.panel_member(first_name=name, last_name="Membre") for name in names[:number]]


def plan(panel, members=3, *, days=7):
    """A meeting of a chair and `members` others, in `days` days."""
    at = timezone.now() + datetime.timedelta(days=days)
    everybody = people(members)
    return meetings.plan(
        wave=panel.wave, meets_at=at, place="Salle 4", chair=panel.chair, members=everybody, by=panel.officer
    )


def the_day_comes(meeting):
    PanelMeeting.objects.filter(pk=meeting.pk).update(meets_at=timezone.now() - datetime.timedelta(minutes=5))
    meeting.refresh_from_db()


def called(panel, members=3):
    meeting = meetings.convene(meeting=plan(panel, members), by=panel.officer)
    the_day_comes(meeting)
    return meeting


def sit(panel, meeting, number):
    for member in list(meeting.members.all())[:number]:
        attendance.sit(member=member, how="present", by=panel.officer)


def opened(panel, members=3):
    """Everybody sits, and the meeting is open."""
    meeting = called(panel, members)
    sit(panel, meeting, members + 1)
    return meetings.open_meeting(meeting=meeting, by=panel.chair)


def begin(panel, meeting, dossier):
    return sittings.open_item(item=meeting.items.get(application=dossier), by=panel.officer)


def vote(panel, item, ballots, **motion):
    """Put a motion, keep one ballot a member in the order of the list, count."""
    put = votes.put(item=item, by=panel.officer, **(motion or {"outcome": "proposed", "amount_cents": GRANT}))
    members = list(item.meeting.members.all())
    votes.cast(motion=put, ballots={m.pk: b for m, b in zip(members, ballots, strict=False) if b}, by=panel.officer)
    return votes.close_vote(motion=put, by=panel.officer)


# --- Call and quorum ------------------------------------------------------------------------------------------------


def test_members_are_called_five_days_before_unless_urgency_is_told(panel):
    late = plan(panel, days=4)
    with pytest.raises(Refusal, match="5\u00a0jours au moins"):
        meetings.convene(meeting=late, by=panel.officer)
    meetings.convene(meeting=late, by=panel.officer, urgency_reason="Crédits qui tombent le 31 décembre.")
    assert late.members.count() == OutboxMessage.objects.filter(key__startswith=f"convocation:{late.pk}:").count() == 4


def test_five_days_are_enough(panel):
    meeting = meetings.convene(meeting=plan(panel, days=5), by=panel.officer)
    assert meeting.state == "convened"


def test_the_call_leaves_out_what_its_reader_has_a_tie_with(panel):
    meeting = plan(panel)
    tied, other = list(meeting.members.select_related("user"))[1:3]
    dossier = panel.dossiers[0]
    recuse(application=dossier, user=tied.user, text="Mon frère dirige le lieu.", by=tied.user)
    meetings.convene(meeting=meeting, by=panel.officer)
    told = {m.key: m.body for m in OutboxMessage.objects.filter(key__startswith="convocation:")}
    assert dossier.reference not in told[f"convocation:{meeting.pk}:{tied.pk}"]
    assert dossier.fabrique.name not in told[f"convocation:{meeting.pk}:{tied.pk}"]
    assert dossier.reference in told[f"convocation:{meeting.pk}:{other.pk}"]
    assert not mail.outbox


def test_a_dossier_reviewed_since_is_on_the_agenda_that_is_sent(panel):
    meeting = plan(panel)
    late = reviewed(panel.wave, [8000, 8100])
    meetings.convene(meeting=meeting, by=panel.officer)
    assert meeting.items.filter(application=late).exists()
    assert late.reference in OutboxMessage.objects.filter(key__startswith=f"convocation:{meeting.pk}:").first().body


def test_the_agenda_that_is_sent_is_in_blocks_as_ties_are_known_then(panel):
    """A late dossier comes before the opinion on the whole list; a second call keeps the agenda of the first."""
    meeting = plan(panel)
    tied = meeting.members.all()[1].user
    late = reviewed(panel.wave, [8000, 8100])
    for dossier in (panel.dossiers[1], panel.dossiers[3], late):
        recuse(application=dossier, user=tied, text="Ma structure est partenaire.", by=tied)
    meetings.convene(meeting=meeting, by=panel.officer)
    order = list(meeting.items.values_list("application", flat=True))
    assert order[-1] is None
    assert set(order[-4:-1]) == {panel.dossiers[1].pk, panel.dossiers[3].pk, late.pk}
    the_day_comes(meeting)
    meetings.adjourn(meeting=meeting, by=panel.officer)
    soon = timezone.now() + datetime.timedelta(days=6)
    second = meetings.call_again(meeting=meeting, meets_at=soon, by=panel.officer)
    sittings.shift(item=second.items.all()[0], where="down", by=panel.officer)
    kept = list(second.items.values_list("application", flat=True))
    meetings.convene(meeting=second, by=panel.officer)
    assert list(second.items.values_list("application", flat=True)) == kept


def test_an_order_made_by_hand_is_sent_as_it_is_while_nobody_leaves_more_often(panel):
    meeting = plan(panel)
    sittings.shift(item=meeting.items.all()[1], where="up", by=panel.officer)
    by_hand = list(meeting.items.values_list("application", flat=True))
    meetings.convene(meeting=meeting, by=panel.officer)
    assert list(meeting.items.values_list("application", flat=True)) == by_hand


def test_half_of_the_members_make_a_quorum_and_one_less_does_not(panel):
    meeting = called(panel, members=4)
    sit(panel, meeting, 2)
    with pytest.raises(Refusal, match="quorum de 3 non atteint"):
        meetings.open_meeting(meeting=meeting, by=panel.chair)
    sit(panel, meeting, 3)
    assert meetings.open_meeting(meeting=meeting, by=panel.chair).state == "open"


def test_a_mandate_counts_and_nobody_holds_two(panel):
    meeting = called(panel, members=3)
    chair, first, second, third = meeting.members.all()
    attendance.sit(member=first, how="present", by=panel.officer)
    attendance.sit(member=second, how="mandate", holder=first, by=panel.officer)
    assert quorum_of(meeting).sitting == 2
    with pytest.raises(Refusal, match="déjà un mandat"):
        attendance.sit(member=third, how="mandate", holder=first, by=panel.officer)
    with pytest.raises(Refusal, match="ne siège pas"):
        attendance.sit(member=third, how="mandate", holder=chair, by=panel.officer)
    attendance.go(member=first, by=panel.officer)
    assert quorum_of(meeting).sitting == 0


def test_a_second_call_on_the_same_agenda_asks_for_no_quorum(panel):
    first = called(panel, members=4)
    sit(panel, first, 2)
    meetings.adjourn(meeting=first, by=panel.officer)
    assert not minutes_of(first).letter.held
    soon = timezone.now() + datetime.timedelta(days=6)
    second = meetings.call_again(meeting=first, meets_at=soon, by=panel.officer)
    assert [i.application_id for i in second.items.all()] == [i.application_id for i in first.items.all()]
    meetings.convene(meeting=second, by=panel.officer)
    assert "aucun quorum ne sera exigé" in OutboxMessage.objects.filter(key__contains=f":{second.pk}:").first().body
    the_day_comes(second)
    sit(panel, second, 1)
    assert meetings.open_meeting(meeting=second, by=panel.chair).state == "open"
    with pytest.raises(StalePage):
        meetings.call_again(meeting=first, meets_at=soon, by=panel.officer)


def test_a_quorum_that_is_there_cannot_be_found_missing(panel):
    meeting = called(panel)
    sit(panel, meeting, 4)
    with pytest.raises(Refusal, match="ouvrez la séance"):
        meetings.adjourn(meeting=meeting, by=panel.officer)


def test_the_session_that_adoption_asks_for_is_the_meeting(panel):
    meeting = opened(panel)
    session = PanelSession.objects.get(wave=panel.wave)
    assert (session.meeting, session.held_on) == (meeting, timezone.localdate())
    assert len(session.members_present.splitlines()) == 4


def test_one_meeting_at_a_time_on_a_wave(panel):
    plan(panel)
    with pytest.raises(Refusal, match="déjà préparée"):
        plan(panel)


# --- Ties -----------------------------------------------------------------------------------------------------------


def test_a_tied_member_leaves_once_and_her_vote_does_not_count(panel):
    meeting = plan(panel)
    tied = meeting.members.all()[1]
    for dossier in (panel.dossiers[0], panel.dossiers[2]):
        recuse(application=dossier, user=tied.user, text="Ma structure est partenaire.", by=tied.user)
    sittings.reorder(meeting=meeting, by=panel.officer)
    order = [item.application_id for item in meeting.items.exclude(application=None)]
    one, two = (order.index(panel.dossiers[n].pk) for n in (0, 2))
    assert abs(one - two) == 1
    meetings.convene(meeting=meeting, by=panel.officer)
    the_day_comes(meeting)
    sit(panel, meeting, 4)
    meetings.open_meeting(meeting=meeting, by=panel.chair)
    item = begin(panel, meeting, panel.dossiers[0])
    assert item.recusals.get().member == tied
    motion = votes.put(item=item, outcome="proposed", amount_cents=GRANT, by=panel.officer)
    with pytest.raises(Refusal, match="ne siège pas pour ce point"):
        votes.cast(motion=motion, ballots={tied.pk: "for"}, by=panel.officer)


def test_a_tie_declared_in_session_takes_the_ballot_back_and_closes_the_dossier(panel):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    member = meeting.members.all()[2]
    motion = votes.put(item=item, outcome="proposed", amount_cents=GRANT, by=panel.officer)
    votes.cast(motion=motion, ballots={member.pk: "for"}, by=panel.officer)
    sittings.leave_for_tie(item=item, member=member, text="Je découvre un lien familial.", by=member.user)
    assert not motion.votes.exists()
    assert ItemRecusal.objects.get(item=item).is_live
    assert Recusal.objects.filter(user=member.user, application=panel.dossiers[0]).exists()
    assert not Application.objects.visible_to(member.user).filter(pk=panel.dossiers[0].pk).exists()


def test_another_presides_while_the_chair_has_left(panel):
    meeting = opened(panel)
    recuse(application=panel.dossiers[0], user=panel.chair, text="J’ai conseillé ce lieu.", by=panel.chair)
    with pytest.raises(NotAllowed):
        sittings.open_item(item=meeting.items.get(application=panel.dossiers[0]), by=panel.chair)
    item = begin(panel, meeting, panel.dossiers[0])
    assert item.presided_by == meeting.members.all()[1]
    motion = vote(panel, item, ["", "for", "against", "abstain"])
    assert motion.result == "casting"


# --- Votes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ballots", "result"),
    [
        (["for", "for", "for", "against"], "adopted"),
        (["for", "against", "against", "abstain"], "rejected"),
        (["for", "for", "against", "against"], "casting"),
        (["against", "for", "for", "against"], "casting_rej"),
        (["abstain", "for", "against", "abstain"], "tied"),
    ],
)
def test_the_majority_of_the_votes_decides_and_the_chair_between_equals(panel, ballots, result):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    assert vote(panel, item, ballots).result == result
    item.refresh_from_db()
    assert bool(item.opinion) == (result in ("adopted", "casting"))


def test_no_vote_is_counted_while_a_ballot_is_missing(panel):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    with pytest.raises(Refusal, match="n’est pas noté"):
        vote(panel, item, ["for", "for", "for"])


def test_a_member_votes_for_herself_and_for_nobody_else(panel):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    motion = votes.put(item=item, outcome="waitlist", by=panel.officer)
    mine, other = meeting.members.all()[1:3]
    votes.cast(motion=motion, ballots={mine.pk: "against"}, by=mine.user)
    with pytest.raises(NotAllowed):
        votes.cast(motion=motion, ballots={other.pk: "against"}, by=mine.user)


def test_an_opinion_keeps_to_the_amounts_of_the_call(panel):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    with pytest.raises(Refusal, match="dépasse"):
        votes.put(item=item, outcome="proposed", amount_cents=GRANT + 1, by=panel.officer)


def test_a_moderated_score_has_a_reason_and_stays_beside_the_mean(panel):
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    with pytest.raises(Refusal, match="motif"):
        sittings.moderate(item=item, score_hundredths=9500, reason=" ", by=panel.chair)
    sittings.moderate(item=item, score_hundredths=9500, reason="Le plan a été mal lu.", by=panel.chair)
    kept = ModeratedScore.objects.get()
    assert (kept.before_hundredths, kept.score_hundredths) == (9100, 9500)


def test_a_moderated_score_makes_the_order_and_the_mean_stays_beside(panel):
    meeting = opened(panel)
    last = panel.dossiers[3]
    item = begin(panel, meeting, last)
    sittings.moderate(item=item, score_hundredths=9900, reason="Le plan a été mal lu.", by=panel.chair)
    first = moderation.ranking(panel.wave)[0]
    assert (first.application, first.rank, first.rank_low) == (last, 1, 1)
    assert (first.kept_hundredths, first.mean_hundredths, first.is_moderated) == (9900, 7600, True)
    told = facts_of(meeting).ranking[0]
    assert (told.reference, told.mean, told.moderated) == (last.reference, "76,0", "99,0")
    row = read_panel(panel.wave, reader=panel.officer).rows[0]
    assert (row.application, row.mean, row.raw) == (last, "99,0", "76,0")
    scenario = create_scenario(wave=panel.wave, name="A", origin="ranking", by=panel.officer)
    line = read_line(panel.wave, reader=panel.officer, scenario=scenario).rows[0]
    assert (line.application.pk, line.mean, line.raw) == (last.pk, "99,0", "76,0")


def test_no_score_is_moderated_once_the_proposal_is_adopted():
    panel, meeting = whole_day()
    item = begin(panel, meeting, panel.dossiers[3])
    with pytest.raises(StalePage, match="adoptée"):
        sittings.moderate(item=item, score_hundredths=9900, reason="Trop tard.", by=panel.chair)


# --- Opinion and decision -------------------------------------------------------------------------------------------


def test_what_departs_from_the_opinion_is_adopted_with_a_reason_only():
    panel = build(2)
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    vote(panel, item, ["for"] * 4, outcome="waitlist")
    sittings.close_item(item=item, by=panel.officer)
    propose(panel, panel.dossiers[0])
    reject(panel, panel.dossiers[1])
    vote_together(panel, meeting, ["for"] * 4)
    with pytest.raises(Refusal, match="avis du comité n’est pas suivi"):
        outcomes.adopt(wave=panel.wave, by=panel.chair)
    item.refresh_from_db()
    opinions.explain(item=item, reason="La seule place de la région.", by=panel.signatory)
    assert len(outcomes.adopt(wave=panel.wave, by=panel.chair)) == 1


# --- One vote for many -----------------------------------------------------------------------------------------------


def test_nothing_is_adopted_before_the_panel_gave_its_opinion_on_each_dossier():
    panel = build(4)
    meeting = opened(panel)
    prepare_rest(panel)
    vote(panel, begin(panel, meeting, panel.dossiers[0]), ["for"] * 4)
    sittings.close_item(item=meeting.items.get(application=panel.dossiers[0]), by=panel.officer)
    with pytest.raises(Refusal, match="n’a pas donné son avis sur 3") as refused:
        outcomes.adopt(wave=panel.wave, by=panel.chair)
    assert panel.dossiers[1].reference in str(refused.value) and panel.dossiers[0].reference not in str(refused.value)
    vote_together(panel, meeting, ["for"] * 4)
    assert len(outcomes.adopt(wave=panel.wave, by=panel.chair)) == 2
    told = {key: (item.opinion, item.opinion_cents) for key, item in opinions.opinions_of(panel.wave).items()}
    assert [told[dossier.pk] for dossier in panel.dossiers] == [
        ("proposed", GRANT),
        ("proposed", GRANT),
        ("waitlist", None),
        ("not_retained", None),
    ]


def test_a_panel_that_met_elsewhere_says_where_its_opinions_are(panel):
    prepare_all(panel)
    PanelSession.objects.update(outside_opinions="")
    with pytest.raises(Refusal, match="où ils sont"):
        outcomes.adopt(wave=panel.wave, by=panel.chair)
    PanelSession.objects.update(outside_opinions="Avis conformes, procès-verbal signé.")
    assert len(outcomes.adopt(wave=panel.wave, by=panel.chair)) == 2


def test_a_dossier_that_a_member_leaves_for_is_voted_alone(panel):
    meeting = plan(panel)
    tied = meeting.members.select_related("user")[1].user
    recuse(application=panel.dossiers[0], user=tied, text="Ma structure est partenaire.", by=tied)
    meetings.convene(meeting=meeting, by=panel.officer)
    the_day_comes(meeting)
    sit(panel, meeting, 4)
    meeting = meetings.open_meeting(meeting=meeting, by=panel.chair)
    prepare_rest(panel)
    vote_together(panel, meeting, ["for"] * 4)
    assert set(opinions.opinions_of(panel.wave)) == {dossier.pk for dossier in panel.dossiers[1:]}
    with pytest.raises(Refusal, match="n’a pas donné son avis sur 1"):
        outcomes.adopt(wave=panel.wave, by=panel.chair)


def test_a_vote_on_a_scenario_gives_what_the_scenario_gave_when_it_was_put(panel):
    meeting = opened(panel)
    scenario = create_scenario(wave=panel.wave, name="A", origin="ranking", by=panel.officer, waitlist=1)
    item = sittings.open_item(item=meeting.items.get(application=None), by=panel.officer)
    put = whole_list.put_together(item=item, source=scenario, by=panel.officer)
    scenario.lines.filter(application=panel.dossiers[0]).update(amount_cents=GRANT - 1)
    votes.cast(motion=put, ballots={m.pk: "for" for m in meeting.members.all()}, by=panel.officer)
    votes.close_vote(motion=put, by=panel.officer)
    given = opinions.opinions_of(panel.wave)
    assert given[panel.dossiers[0].pk].opinion_cents == GRANT
    assert [given[one.pk].opinion for one in panel.dossiers[1:]] == ["proposed", "waitlist", "not_retained"]
    point = next(one for one in facts_of(meeting).points if one.reference == panel.dossiers[2].reference)
    assert "vote du point" in point.hours and point.opinion.startswith("Réservé")


def test_a_vote_that_is_lost_gives_no_opinion(panel):
    meeting = opened(panel)
    prepare_rest(panel)
    vote_together(panel, meeting, ["against"] * 4)
    assert not opinions.opinions_of(panel.wave)


# --- Minutes --------------------------------------------------------------------------------------------------------


def whole_day():
    """A panel's day with everything in it; returns (panel, meeting)."""
    panel = build(4)
    meeting = opened(panel)
    tied = meeting.members.select_related("user")[3]
    for number, dossier in enumerate(panel.dossiers[:2]):
        item = begin(panel, meeting, dossier)
        if number == 0:
            sittings.leave_for_tie(item=item, member=tied, text="Je loge dans l’immeuble.", by=tied.user)
            sittings.moderate(item=item, score_hundredths=8800, reason="Budget optimiste.", by=panel.chair)
            sittings.note(meeting=meeting, item=item, text="Réserve sur le bail.", by=panel.officer)
        vote(panel, item, ["for", "for", "against", "" if number == 0 else "for"])
        sittings.close_item(item=item, by=panel.officer)
    prepare_rest(panel)
    vote_together(panel, meeting, ["for", "for", "for", "for"])
    outcomes.adopt(wave=panel.wave, by=panel.chair)
    return panel, meeting


def prepare_rest(panel):
    """As `prepare_all`, once a meeting is open: the session is the meeting."""
    for dossier in panel.dossiers[:2]:
        propose(panel, dossier)
    wait(panel, panel.dossiers[2])
    reject(panel, panel.dossiers[3])


def vote_together(panel, meeting, ballots, source=None):
    """One vote on the whole list; the point, closed."""
    item = sittings.open_item(item=meeting.items.get(application=None), by=panel.officer)
    put = whole_list.put_together(item=item, source=source, by=panel.officer)
    members = list(meeting.members.all())
    votes.cast(motion=put, ballots={m.pk: b for m, b in zip(members, ballots, strict=True)}, by=panel.officer)
    votes.close_vote(motion=put, by=panel.officer)
    return sittings.close_item(item=item, by=panel.officer)


def test_the_minutes_say_what_happened_as_the_meeting_closes():
    panel, meeting = whole_day()
    document = meetings.close_meeting(meeting=meeting, by=panel.chair)
    letter = document.letter
    assert document.number.startswith("PV-")
    assert "4 membres présents ou représentés sur 4, quorum de 2 atteint" in letter.quorum.replace("\xa0", " ")
    first = next(point for point in letter.points if point.reference == panel.dossiers[0].reference)
    assert "Dina" not in first.recusals[0] and "Cléo Membre a quitté la séance" in first.recusals[0]
    assert "Note modérée : 88,0 au lieu de 91,0" in first.scores[0].replace("\xa0", " ")
    assert (first.motions[0].count.replace("\xa0", " "), first.motions[0].votes_against) == (
        "2 pour, 1 contre, 0 abstention",
        "Bao Membre",
    )
    assert first.opinion.startswith("Favorable")
    assert first.notes == ("Réserve sur le bail.",)
    assert "réservés" in " ".join(letter.adoption)
    assert [line.rank for line in letter.ranking] == ["1", "2", "3", "4"]
    assert letter.interests[0].name == "Cléo Membre"


def test_the_minutes_are_frozen_and_made_once_as_a_tagged_pdf():
    panel, meeting = whole_day()
    document = meetings.close_meeting(meeting=meeting, by=panel.chair)
    outcomes.undo_adoption(wave=panel.wave, by=panel.chair, reason="Une ligne est fermée.")
    produce(document.pk)
    document.refresh_from_db()
    assert document.rendered_at, document.last_error
    assert "réservés" in " ".join(document.letter.adoption)
    assert bytes(document.content.data).startswith(b"%PDF")


def test_what_is_adopted_after_the_end_is_a_dated_addendum_and_the_minutes_stay():
    panel = build(4)
    meeting = opened(panel)
    prepare_rest(panel)
    vote_together(panel, meeting, ["for"] * 4)
    document = meetings.close_meeting(meeting=meeting, by=panel.chair)
    assert not document.letter.adoption
    outcomes.adopt(wave=panel.wave, by=panel.chair)
    outcomes.undo_adoption(wave=panel.wave, by=panel.chair, reason="Une ligne est fermée.")
    (_, adopted), (_, undone) = addenda.addenda_of(meeting)
    assert document.number in adopted.letter.minutes and adopted.number != document.number
    assert "réservés" in " ".join(adopted.letter.what)
    first = adopted.letter.settled[0]
    assert (first.rank, first.outcome) == ("1", "Proposé") and first.opinion.startswith("Favorable")
    assert "Une ligne est fermée." in undone.letter.what[0]
    for made in (adopted, undone):
        produce(made.pk)
        made.refresh_from_db()
        assert made.rendered_at, made.last_error
    document.refresh_from_db()
    assert not document.letter.adoption


def test_an_adoption_during_the_meeting_is_in_its_minutes_and_nowhere_else():
    _, meeting = whole_day()
    assert not meeting.addenda.exists()


def test_the_interests_that_members_declared_are_with_the_minutes(panel):
    meeting = opened(panel)
    declared = meeting.members.select_related("user")[1].user
    Interest.objects.create(user=declared, kind="employer", body="Région Auvergne-Rhône-Alpes", declared_by=declared)
    told = facts_of(meeting).interests
    assert [(line.name, line.text) for line in told] == [(str(declared), "Région Auvergne-Rhône-Alpes")]


def test_nothing_is_left_open_behind_a_meeting(panel):
    meeting = opened(panel)
    begin(panel, meeting, panel.dossiers[0])
    with pytest.raises(Refusal, match="en cours d’examen"):
        meetings.close_meeting(meeting=meeting, by=panel.chair)


def test_a_preview_costs_as_many_queries_for_more_dossiers(django_assert_max_num_queries):
    for ranks in (2, 6):
        panel = build(ranks)
        meeting = opened(panel)
        with django_assert_max_num_queries(45):
            assert facts_of(meeting).points
    assert members_of(meeting)[0].now
