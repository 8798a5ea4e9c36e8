"""The calculation of a wave's assignment, from its facts to the page: reasons, locks, refusals in words."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from applications import assignments
from applications.evaluations import proposing
from applications.evaluations.assignment_problem import Settings, admissible_rows, problem_of, read_wave
from applications.evaluations.reasons import reasons_of
from applications.models import Assignment, AssignmentRun, KeptApart, PlaceKind, ReviewerProfile
from tests import factories
from tests.applications import review_steps as steps
from tests.applications.web import post, signed_in, text
from tests.factories import fresh

pytestmark = pytest.mark.django_db
A = Assignment.State


def person(fields=(), region="", capacity=12):
    found = factories.reviewer()
    ReviewerProfile.objects.create(user=found, fields=list(fields), region=region, capacity=capacity)
    return found


def standing(dossier):
    return {a.reviewer for a in dossier.assignments.expected().select_related("reviewer")}


def spaced(sentence):
    return sentence.replace("\u00a0", " ")


def kind(dossier, *kinds):
    for one in kinds:
        PlaceKind.objects.create(application=dossier, kind=one)


def test_the_person_who_knows_the_field_is_chosen_and_the_reason_is_kept():
    wave, [dossier] = steps.wave_under_instruction()
    kind(dossier, "fablab", "farm")
    expert, near, far = person(["fablab"]), person(["culture"]), person(["training"], region="Bretagne")
    run = proposing.propose(wave=wave, by=factories.officer())
    assert expert in standing(dossier)
    assert run.findings["without_expert"] == []
    [chosen] = dossier.assignments.filter(reviewer=expert)
    assert chosen.run == run and not chosen.locked
    assert chosen.reasons[0] == {"text": "Connaît : fablab", "points": 0}
    [other] = dossier.assignments.exclude(reviewer=expert)
    assert {"text": "Hors de ses domaines", "points": 6} in other.reasons
    assert other.reviewer in (near, far)


def test_the_reasons_are_what_the_calculation_paid():
    wave, dossiers = steps.wave_under_instruction(3)
    kind(dossiers[0], "fablab", "farm")
    kind(dossiers[1], "culture")
    here = dossiers[0].fabrique.region
    person(["fablab"], region=here), person(["culture"], region="Corse"), person()
    read = read_wave(wave, list(admissible_rows(wave)))
    problem = problem_of(read)
    paid = [[sum(r["points"] for r in reasons_of(read, d, s)) for s in read.seats] for d in read.dossiers]
    assert problem.costs.tolist() == paid
    assert len({points for row in paid for points in row}) > 2


def test_reviewers_come_from_two_regions_and_not_from_the_dossiers():
    wave, [dossier] = steps.wave_under_instruction()
    here = dossier.fabrique.region
    assert here
    person(region=here), person(region=here)
    chosen = {person(region="Bretagne"), person(region="Corse")}
    proposing.propose(wave=wave, by=None)
    assert standing(dossier) == chosen


def test_what_is_chosen_by_hand_stays_when_the_wave_is_calculated_again():
    wave, dossiers = steps.wave_under_instruction(3)
    for dossier in dossiers:
        kind(dossier, "fablab")
    people = [person(["fablab"]) for _ in range(3)]
    outsider = person(["culture"])
    proposing.propose(wave=wave, by=None)
    [taken] = dossiers[0].assignments.filter(state=A.PROPOSED)[:1]
    assignments.take_back(assignment=taken, by=factories.officer())
    [byhand] = assignments.assign(application=dossiers[0], reviewers=[outsider], by=factories.officer())
    assert byhand.locked and byhand.reasons
    for seed in (1, 2, 3):
        run = proposing.propose(wave=wave, by=None, seed=seed, settings=Settings(change=0))
        assert outsider in standing(dossiers[0])
        assert taken.reviewer not in standing(dossiers[0]), "taken off by hand"
        assert all(len(standing(dossier)) == 2 for dossier in dossiers)
        assert run.findings["locked"] == 1
    assert set(people) >= standing(dossiers[1])


def test_more_choices_by_hand_than_the_call_wants_are_all_kept():
    wave, [dossier] = steps.wave_under_instruction()
    people = [person(capacity=1) for _ in range(3)]
    assignments.assign(application=dossier, reviewers=people, by=None)
    ReviewerProfile.objects.update(capacity=0)
    run = proposing.propose(wave=wave, by=None)
    assert run.cost is not None
    assert standing(dossier) == set(people)


def test_a_proposal_is_locked_then_freed():
    wave, [dossier] = steps.wave_under_instruction()
    kind(dossier, "fablab")
    first, second = person(), person()
    officer = factories.officer()
    proposing.propose(wave=wave, by=officer)
    for assignment in dossier.assignments.all():
        proposing.lock_choice(assignment=assignment, locked=True, by=officer)
    better = [person(["fablab"], region="Corse"), person(["fablab"], region="Bretagne")]
    proposing.propose(wave=wave, by=officer)
    assert standing(dossier) == {first, second}
    for assignment in dossier.assignments.all():
        proposing.lock_choice(assignment=assignment, locked=False, by=officer)
    run = proposing.propose(wave=wave, by=officer)
    assert standing(dossier) == set(better)
    assert (run.findings["added"], run.findings["dropped"]) == (2, 2)
    # What a calculation dropped, another may take up again: the row is the same.
    ReviewerProfile.objects.filter(user__in=better).update(capacity=0)
    proposing.propose(wave=wave, by=officer)
    assert standing(dossier) == {first, second}
    assert dossier.assignments.count() == 4
    assert JournalEntry.objects.filter(action="lock_choice").count() == 2


def test_a_lock_is_kept_at_the_price_that_is_asked():
    wave, [dossier] = steps.wave_under_instruction()
    kind(dossier, "fablab")
    first, second = person(), person()
    proposing.propose(wave=wave, by=None)
    for assignment in dossier.assignments.all():
        proposing.lock_choice(assignment=assignment, locked=True, by=factories.officer())
    better = [person(["fablab"], region="Corse"), person(["fablab"], region="Bretagne")]
    proposing.propose(wave=wave, by=None, settings=Settings(lock=1_000))
    assert standing(dossier) == {first, second}
    run = proposing.propose(wave=wave, by=None, settings=Settings(lock=2))
    assert standing(dossier) == set(better)
    assert len(run.findings["unlocked"]) == 2


def test_a_lock_is_for_what_is_not_sent():
    _, [one, _] = steps.sent_dossier()
    with pytest.raises(StalePage):
        proposing.lock_choice(assignment=one, locked=False, by=None)


def test_a_tie_found_since_takes_the_dossier_away_even_from_a_locked_choice():
    wave, [dossier] = steps.wave_under_instruction()
    tied, free, other = person(), person(), person()
    assignments.assign(application=dossier, reviewers=[tied], by=None)
    ReviewerProfile.objects.filter(user=tied).update(employer_siren=dossier.organisation.siren)
    run = proposing.propose(wave=wave, by=None)
    assert standing(dossier) == {free, other}
    assert run.findings["unlocked"] == [f"{dossier.reference}, {tied}"]


def test_who_is_away_the_day_sheets_are_expected_takes_nothing_more():
    wave, [dossier] = steps.wave_under_instruction()
    away, free, other = person(), person(), person()
    day = wave.reviews_due_on
    ReviewerProfile.objects.filter(user=away).update(unavailable_from=day, unavailable_until=day)
    run = proposing.propose(wave=wave, by=None, settings=Settings(least=1))
    assert run.cost is not None
    assert standing(dossier) == {free, other}


def test_two_people_kept_apart():
    wave, dossiers = steps.wave_under_instruction(4)
    one, other, third = person(), person(), person()
    officer = factories.officer()
    pair = proposing.keep_apart(one=other, other=one, reason="Conjoints", by=officer)
    proposing.propose(wave=wave, by=officer)
    assert all(not {one, other} <= standing(dossier) for dossier in dossiers)
    assert all(third in standing(dossier) for dossier in dossiers)
    _, [dossier] = steps.wave_under_instruction()
    assignments.assign(application=dossier, reviewers=[one], by=officer)
    with pytest.raises(Refusal, match="ne lit pas un même dossier que"):
        assignments.assign(application=dossier, reviewers=[other], by=officer)
    for bad in ({"one": one, "other": one}, {"one": one, "other": other}, {"one": one, "other": third, "reason": " "}):
        with pytest.raises(Refusal):
            proposing.keep_apart(**{"reason": "Encore", "by": officer} | bad)
    proposing.let_meet(pair=pair, by=officer)
    assignments.assign(application=dossier, reviewers=[other], by=officer)
    assert standing(dossier) == {one, other}
    with pytest.raises(StalePage):
        proposing.let_meet(pair=pair, by=officer)


def test_the_database_keeps_a_pair_in_one_order():
    one, other = sorted([person(), person()], key=lambda found: found.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptApart.objects.create(first=other, second=one, reason="x")


def test_impossible_is_said_in_words_and_changes_nothing():
    wave, _ = steps.wave_under_instruction(3)
    full, other = person(capacity=1), person(capacity=3)
    run = proposing.propose(wave=wave, by=None)
    assert run.cost is None
    assert not Assignment.objects.exists()
    ways = [spaced(sentence) for [sentence] in run.findings["loosen"]]
    assert f"Relevez la charge maximale, de 2 dossiers en tout : {full} (+ 2)." in ways
    assert any("il en manque" in sentence for sentence in ways)
    partial = proposing.propose(wave=wave, by=None, settings=Settings(partial=True))
    assert partial.findings["missing"] == 2
    assert Assignment.objects.filter(reviewer=other).count() == 3


def test_a_dossier_that_too_few_people_may_read_is_named():
    wave, [dossier] = steps.wave_under_instruction()
    tied, _ = person(), person()
    ReviewerProfile.objects.filter(user=tied).update(employer_siren=dossier.organisation.siren)
    [told] = proposing.propose(wave=wave, by=None).findings["causes"]
    assert spaced(told).startswith(f"Le dossier {dossier.reference} n’a que 1 évaluateur possible pour 2 évaluations")
    assert "1 personne est écartée pour un lien" in spaced(told)


def test_the_same_seed_gives_the_same_assignment():
    wave, dossiers = steps.wave_under_instruction(5)
    for _ in range(4):
        person()
    found = []
    for seed in (7, 8, 7):
        proposing.propose(wave=wave, by=None, seed=seed, settings=Settings(change=0))
        found.append({(dossier.pk, reviewer.pk) for dossier in dossiers for reviewer in standing(dossier)})
    assert found[0] == found[2]


def test_prices_are_added_to_a_calculation_without_changing_anything():
    wave, dossiers = steps.wave_under_instruction(2)
    for dossier in dossiers:
        kind(dossier, "fablab")
    people = [person(["fablab"]), person(["fablab"]), person()]
    proposing.keep_apart(one=people[0], other=people[1], reason="Conjoints", by=None)
    run = proposing.propose(wave=wave, by=None)
    before = set(Assignment.objects.values_list("pk", "state", "reviewer"))
    priced = proposing.price_rules(run=run, by=None)
    # Without the rule both dossiers go to the two who know the field: 6 points less each, loads less level by 1.
    assert priced.findings["prices"]["apart"] > 0
    assert set(Assignment.objects.values_list("pk", "state", "reviewer")) == before


@pytest.mark.parametrize("role", ["reviewer", "auditor", "decision_maker"])
def test_only_officers_calculate(role):
    wave, [dossier] = steps.wave_under_instruction()
    one, other, who = person(), person(), getattr(factories, role)()
    run = proposing.propose(wave=wave, by=None)
    assignment = dossier.assignments.first()
    for verb in (
        lambda: proposing.propose(wave=wave, by=who),
        lambda: proposing.price_rules(run=run, by=who),
        lambda: proposing.lock_choice(assignment=assignment, locked=True, by=who),
        lambda: proposing.keep_apart(one=one, other=other, reason="x", by=who),
    ):
        with pytest.raises(NotAllowed):
            verb()


# --- The page ------------------------------------------------------------------------------------------------------


def page(name, *args):
    return reverse(f"applications:{name}", args=args)


def test_an_officer_proposes_locks_prices_and_reads_why():
    wave, [dossier] = steps.wave_under_instruction()
    kind(dossier, "fablab")
    person(["fablab"]), person(["culture"], region="Corse")
    client = signed_in(factories.officer())
    path = page("assignment", wave.public_id)
    assert "Proposer une affectation" in text(client.get(path))
    answer = post(client, page("propose_reviewers", wave.public_id), steps.calculation(seed=4))
    assert answer.url == path
    shown = text(client.get(path))
    assert "Connaît : fablab" in shown and "Hors de ses domaines (6 pt)" in shown
    assert "graine 4" in shown and "2 choix ajoutés" in shown
    [one, _] = dossier.assignments.order_by("pk")
    post(client, page("lock_choice", wave.public_id), {"verrouiller": str(one.public_id)})
    assert fresh(one).locked
    assert "Déverrouiller" in text(client.get(path))
    post(client, page("lock_choice", wave.public_id), {"liberer": str(one.public_id)})
    assert not fresh(one).locked
    assert post(client, page("lock_choice", wave.public_id), {"verrouiller": "rien"}).status_code == 404
    post(client, page("price_rules", wave.public_id))
    assert "prices" in AssignmentRun.objects.get().findings
    assert "Prix de chaque règle" in text(client.get(path))
    matrix = text(client.get(page("assignment_matrix", wave.public_id)))
    assert "changé par le dernier calcul" in matrix
    file = client.get(path + "?format=csv").getvalue().decode()
    assert str(one.reviewer) in file and "<" not in file


def test_the_page_says_what_to_loosen_and_keeps_what_was_typed():
    wave, _ = steps.wave_under_instruction(2)
    full = person(capacity=1)
    client = signed_in(factories.officer())
    post(client, page("propose_reviewers", wave.public_id), steps.calculation())
    shown = text(client.get(page("assignment", wave.public_id)))
    assert "Les règles ne peuvent pas toutes être tenues" in shown and str(full) in shown
    bad = post(client, page("propose_reviewers", wave.public_id), steps.calculation(seed="x", least=3))
    assert bad.status_code == 422
    assert 'value="3"' in bad.content.decode()


def test_pairs_are_kept_apart_from_the_page():
    wave, _ = steps.wave_under_instruction()
    one, other = person(), person()
    client = signed_in(factories.officer())
    data = {"paire-one": str(one.public_id), "paire-other": str(other.public_id)}
    assert post(client, page("keep_apart", wave.public_id), data).status_code == 422
    post(client, page("keep_apart", wave.public_id), {**data, "paire-reason": "Même service"})
    assert "Même service" in text(client.get(page("assignment", wave.public_id)))
    pair = KeptApart.objects.get()
    post(client, page("let_meet", wave.public_id, pair.public_id))
    assert not KeptApart.objects.exists()
