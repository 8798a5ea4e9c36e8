"""The pages of reviewing: who may open them, what they hide, what they say back, how many queries they take."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from applications import reviewing
from applications.evaluations import proposing
from applications.models import Application, ApplicationState, Assignment, Review, Revision
from applications.ranking import ranking
from applications.sheets import criteria_of
from tests import factories
from tests.applications import review_steps as steps
from tests.factories import fresh

pytestmark = pytest.mark.django_db
S = ApplicationState
A = Assignment.State


def signed_in(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.SignInBackend")
    return client


def page(name, *args):
    return reverse(f"applications:{name}", args=args)


def key(text="k"):
    return {"idempotency_key": text.ljust(32, "0")}


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# --- The desk and the answer ---------------------------------------------------------------------------------------


def test_the_desk_starts_with_what_was_begun():
    person = factories.reviewer()
    _, [first] = steps.sent_dossier(person)
    _, [second] = steps.sent_dossier(person)
    client = signed_in(person)
    shown = client.get(page("desk"))
    assert shown.context["following"].pk == first.pk
    steps.accept(second)
    shown = client.get(page("desk"))
    assert [row.pk for row in shown.context["todo"]] == [second.pk, first.pk]
    assert client.get(page("next_review")).url == page("review", second.public_id)


def test_nothing_is_on_a_desk_before_it_is_sent():
    _, [dossier] = steps.wave_under_instruction()
    person = factories.reviewer()
    [assignment] = steps.assignments.assign(application=dossier, reviewers=[person], by=None)
    client = signed_in(person)
    assert client.get(page("desk")).context["todo"] == []
    assert client.get(page("review", assignment.public_id)).status_code == 404
    assert client.get(page("answer", assignment.public_id)).status_code == 404
    assert client.get(page("next_review")).url == page("desk")


def test_the_answer_comes_before_the_dossier():
    dossier, [one, _] = steps.sent_dossier()
    client = signed_in(one.reviewer)
    opened = client.get(page("review", one.public_id))
    assert opened.url == page("answer", one.public_id)
    shown = client.get(opened.url).content.decode()
    assert str(dossier.fabrique) in shown and str(dossier.organisation) in shown
    assert "Réponse d’exemple" not in shown and "statuts.pdf" not in shown
    answered = client.post(opened.url, {**key(), "decision": "accepter"})
    assert answered.url == page("review", one.public_id)
    shown = client.get(answered.url).content.decode()
    assert "Réponse d’exemple" in shown and "statuts.pdf" in shown
    assert client.get(opened.url).url == page("review", one.public_id)


def test_an_answer_says_what_it_lacks():
    _, [one, _] = steps.sent_dossier()
    client = signed_in(one.reviewer)
    path = page("answer", one.public_id)
    assert client.post(path, key("a")).status_code == 422
    refused = client.post(path, {**key("b"), "decision": "lien"})
    assert refused.status_code == 422
    assert "Dites en quelques mots quel est le lien" in refused.content.decode()
    assert steps.reload(one).state == A.PROPOSED
    late = client.post(path, {**key("c"), "decision": "refuser"})
    assert late.url == page("desk")
    gone = client.post(path, {**key("d"), "decision": "accepter"})
    assert gone.status_code == 404, "a declined dossier is not on the desk any more"


# --- After a recusal, nothing --------------------------------------------------------------------------------------


def everything_of(dossier, assignment):
    piece = dossier.attachments.get().public_id
    return [
        page("review", assignment.public_id),
        page("interest", assignment.public_id),
        page("review_piece", assignment.public_id, piece),
        page("dossier", dossier.public_id),
        page("sent", dossier.public_id),
        page("piece", dossier.public_id, piece),
        page("staff_dossier", dossier.public_id),
        page("staff_reviews", dossier.public_id),
    ]


@pytest.mark.parametrize("when", ["before opening", "after opening"])
def test_a_recused_reviewer_sees_nothing_of_the_dossier(when):
    dossier, [one, _] = steps.sent_dossier()
    client = signed_in(one.reviewer)
    if when == "after opening":
        one = steps.accept(one)
        piece = client.get(page("review_piece", one.public_id, dossier.attachments.get().public_id))
        assert piece.getvalue().startswith(b"%PDF")
        gone = client.post(page("interest", one.public_id), {**key(), "nature": "Un contrat."})
    else:
        gone = client.post(page("answer", one.public_id), {**key(), "decision": "lien", "nature": "Un contrat."})
    assert gone.url == page("desk")
    for path in everything_of(dossier, one):
        assert client.get(path).status_code in (403, 404), path
    assert not Application.objects.visible_to(one.reviewer).exists()
    desk = client.get(page("desk")).content.decode()
    assert dossier.reference not in desk and str(dossier.fabrique) not in desk
    assert dossier.reference not in client.get(page("desk") + "?format=csv").getvalue().decode()
    posted = client.post(page("review", one.public_id), steps.posted(one, "late", version=1, give="1"))
    assert posted.status_code == 404


def test_a_recused_member_of_the_panel_does_not_see_it_as_staff_either():
    person = steps.staff_reviewer()
    dossier, [one] = steps.sent_dossier(person)
    client = signed_in(person)
    assert client.get(page("staff_reviews", dossier.public_id)).status_code == 200
    steps.recuse(one)
    for path in everything_of(dossier, one):
        assert client.get(path).status_code in (403, 404), path
    listed = client.get(page("assignment", dossier.wave.public_id)).content.decode()
    assert dossier.reference not in listed
    assert dossier.reference not in client.get(page("staff_list")).content.decode()


@pytest.mark.parametrize("how", ["declined", "taken back"])
def test_a_dossier_given_up_is_closed(how):
    dossier, [one, _] = steps.sent_dossier()
    if how == "declined":
        reviewing.answer(assignment=one, has_interest=False, accept=False, by=one.reviewer)
    else:
        steps.accept(one)
        steps.assignments.take_back(assignment=steps.reload(one), by=None)
    client = signed_in(one.reviewer)
    for path in everything_of(dossier, one):
        assert client.get(path).status_code in (403, 404), path


def test_another_reviewer_finds_nothing_at_the_address():
    dossier, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    stranger = signed_in(factories.reviewer())
    for path in everything_of(dossier, one):
        assert stranger.get(path).status_code in (403, 404), path
    posted = stranger.post(page("review", one.public_id), steps.posted(one, "x", version=1))
    assert posted.status_code == 404


def test_a_piece_of_another_dossier_is_not_served():
    _, [one, _] = steps.sent_dossier()
    other, _ = steps.sent_dossier()
    one = steps.accept(one)
    path = page("review_piece", one.public_id, other.attachments.get().public_id)
    assert signed_in(one.reviewer).get(path).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REVIEWER])
def test_the_desk_is_the_reviewers(role):
    _, [one, _] = steps.sent_dossier()
    client = signed_in(factories.user(role))
    for path in (page("desk"), page("next_review"), page("review", one.public_id), page("answer", one.public_id)):
        assert client.get(path).status_code == 403
    assert client.post(page("review", one.public_id), steps.posted(one, "x")).status_code == 403


# --- Nobody sees another's score before giving hers ----------------------------------------------------------------


def scores_seen(user):
    return set(Review.objects.visible_to(user).given().values_list("assignment", flat=True))


def test_scores_are_hidden_until_ones_own_is_given():
    _, [one, two] = steps.sent_dossier()
    steps.give(one, reason="Motif de la première")
    two = steps.accept(two)
    client = signed_in(two.reviewer)
    assert scores_seen(two.reviewer) == set()
    assert "Motif de la première" not in client.get(page("review", two.public_id)).content.decode()
    steps.give(two)
    assert scores_seen(two.reviewer) == {one.pk, two.pk}
    assert "Motif de la première" in client.get(page("review", two.public_id)).content.decode()
    reviewing.reopen(assignment=steps.reload(two), reason="À revoir", by=None)
    assert scores_seen(two.reviewer) == set()


def test_staff_who_owe_a_sheet_wait_like_the_others():
    judge = steps.staff_reviewer()
    dossier, [one, two] = steps.sent_dossier(judge, factories.reviewer())
    steps.give(two, reason="Motif secret", points=4)
    client = signed_in(judge)
    for state in ("proposed", "accepted"):
        if state == "accepted":
            steps.accept(one)
        shown = client.get(page("staff_reviews", dossier.public_id)).content.decode()
        assert "Motif secret" not in shown and "100,00" not in shown
        [line] = ranking(dossier.wave, reader=judge)
        assert (line.mean_hundredths, line.rank, line.given) == (None, None, 1)
    steps.give(steps.reload(one), points=2)
    shown = client.get(page("staff_reviews", dossier.public_id)).content.decode()
    assert "Motif secret" in shown and "100,00" in shown
    [line] = ranking(dossier.wave, reader=judge)
    assert (line.mean_hundredths, line.spread_hundredths, line.rank) == (7_500, 5_000, 1)


def test_drafts_are_nobodys_but_their_authors():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    reviewing.save_review(assignment=one, by=one.reviewer, version=1, **steps.full_sheet(one))
    for person in (factories.officer(), factories.auditor(), factories.panel_chair(), factories.reviewer()):
        assert not Review.objects.visible_to(person).exists()
    assert Review.objects.visible_to(one.reviewer).count() == 1


@pytest.mark.parametrize("role", ["officer", "panel_member", "panel_chair", "decision_maker", "auditor"])
def test_staff_read_what_is_given(role):
    dossier, [one, _] = steps.sent_dossier()
    steps.give(one, reason="Motif lisible")
    person = getattr(factories, role)()
    assert scores_seen(person) == {one.pk}
    shown = signed_in(person).get(page("staff_reviews", dossier.public_id))
    assert "Motif lisible" in shown.content.decode()
    assert ("Confier ce dossier" in shown.content.decode()) == (role == "officer")


@pytest.mark.parametrize("role", ["applicant", "reviewer"])
def test_scores_are_not_for_others(role):
    dossier, [one, _] = steps.sent_dossier()
    steps.give(one)
    assert scores_seen(getattr(factories, role)()) == set()
    assert scores_seen(dossier.created_by) == set()


# --- The sheet -----------------------------------------------------------------------------------------------------


def opened_sheet():
    dossier, [one, two] = steps.sent_dossier()
    return dossier, steps.accept(one), two


def test_saving_then_giving():
    _, one, _ = opened_sheet()
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    saved = client.post(path, steps.posted(one, "one", version=1, points="", reason="Début", save="1"))
    assert saved.url == path
    shown = client.get(path)
    assert shown.content.decode().count("Début") >= 6
    assert "Enregistrée" in shown.content.decode()
    given = client.post(path, steps.posted(one, "two", version=2, points=4, give="1"))
    assert given.url == page("next_review")
    assert Review.objects.get(assignment=one).score_hundredths == 10_000
    assert "<strong>100,00</strong> sur 100" in client.get(path).content.decode()


def test_an_incomplete_sheet_comes_back_with_its_text():
    dossier, one, _ = opened_sheet()
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    first, *_ = criteria_of(dossier.call_version)
    data = steps.posted(one, "a", version=1, give="1", reason="Motif tapé") | {f"reason_{first.pk}": ""}
    refused = client.post(path, data)
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "Donnez la raison de ce niveau" in shown
    assert shown.count("Motif tapé</textarea>") == 5
    assert not Review.objects.get(assignment=one).scores.exists()
    # The same page, completed, goes through under the same key.
    done = client.post(path, data | {f"reason_{first.pk}": "Voici"})
    assert done.status_code == 302


@pytest.mark.parametrize("points", ["7", "-1", "x", "3.5", "99999999999999999999"])
def test_an_invented_level_is_refused_with_a_sentence(points):
    _, one, _ = opened_sheet()
    refused = signed_in(one.reviewer).post(
        page("review", one.public_id), steps.posted(one, "a", version=1, points=points, save="1")
    )
    assert refused.status_code == 422
    assert "Ce niveau n’existe pas" in refused.content.decode()
    assert steps.REASON in refused.content.decode()


def test_two_tabs_show_both_texts_and_keep_the_choice():
    _, one, _ = opened_sheet()
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    client.post(path, steps.posted(one, "tab1", version=1, reason="Texte du premier onglet", points=1, save="1"))
    clash = client.post(path, steps.posted(one, "tab2", version=1, reason="Texte du second onglet", save="1"))
    shown = clash.content.decode()
    assert clash.status_code == 409
    assert "Texte du <mark>premier</mark> onglet" in shown and "Texte du second onglet</textarea>" in shown
    assert set(one.review.scores.values_list("reason", flat=True)) == {"Texte du premier onglet"}
    assert 'name="version" value="2"' in shown
    kept = client.post(path, steps.posted(one, "tab3", version=2, reason="Texte du second onglet", save="1"))
    assert kept.status_code == 302
    assert set(one.review.scores.values_list("reason", flat=True)) == {"Texte du second onglet"}


def test_a_double_click_gives_once():
    dossier, one, two = opened_sheet()
    steps.give(two)
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    data = steps.posted(one, "same", version=1, give="1")
    answers = [client.post(path, data) for _ in range(2)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, page("next_review"))}
    assert fresh(dossier).state == S.REVIEWED


def test_giving_from_a_second_tab_says_it_is_given_and_keeps_the_text():
    _, one, _ = opened_sheet()
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    client.post(path, steps.posted(one, "one", version=1, give="1", points=4))
    again = client.post(path, steps.posted(one, "two", version=1, give="1", points=0, reason="Autre texte"))
    shown = again.content.decode()
    assert again.status_code == 409
    assert "Rendue" in shown and "Autre texte" in shown
    assert Review.objects.get(assignment=one).score_hundredths == 10_000


def test_a_newer_version_is_told_and_may_be_judged():
    dossier, one, _ = opened_sheet()
    first = one.review.revision
    Revision.objects.create(
        application=dossier, number=2, content=first.content | {"sections": []}, sha256="0" * 64,
        sent_at=first.sent_at, sent_by=first.sent_by,
    )  # fmt: skip
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    shown = client.get(path).content.decode()
    assert "version plus récente" in shown and "Réponse d’exemple" in shown
    moved = client.post(path, steps.posted(one, "l", version=1, latest="1"))
    assert moved.status_code == 302
    shown = client.get(path).content.decode()
    assert "version plus récente" not in shown and "Réponse d’exemple" not in shown
    assert one.review.scores.count() == 6


# --- Officers ------------------------------------------------------------------------------------------------------


def test_proposing_then_sending_from_the_page():
    wave, dossiers = steps.wave_under_instruction(2)
    people = [factories.reviewer() for _ in range(2)]
    client, path = signed_in(factories.officer()), page("assignment", wave.public_id)
    shown = client.get(path).content.decode()
    assert "Proposer une affectation" in shown and "Envoyer en évaluation" not in shown
    client.post(page("propose_reviewers", wave.public_id), {**key("p"), **steps.calculation()})
    shown = client.get(path).content.decode()
    assert "Proposer une affectation" not in shown and f"Envoyer 4{chr(160)}invitations" in shown
    assert all(str(person) in shown for person in people)
    sent = client.post(page("send_to_review", wave.public_id), key("s"), follow=True)
    assert f"2{chr(160)}dossiers envoyés" in sent.content.decode()
    assert {fresh(dossier).state for dossier in dossiers} == {S.IN_REVIEW}
    again = client.post(page("send_to_review", wave.public_id), key("t"), follow=True)
    assert "Aucun dossier recevable" in again.content.decode()


def test_the_tab_assigns_takes_back_reopens_and_settles():
    dossier, [one, two] = steps.sent_dossier()
    client, path = signed_in(factories.officer()), page("staff_reviews", dossier.public_id)
    third = factories.reviewer()
    asked = client.post(
        page("assign_reviewer", dossier.public_id),
        {**key("a"), "confier-reviewer": str(third.public_id), "confier-due_on": "2031-01-31"},
    )
    assert asked.url == path
    assert str(dossier.assignments.get(reviewer=third).due_on) == "2031-01-31"
    client.post(page("take_back", dossier.assignments.get(reviewer=third).public_id), key("b"))
    steps.give(one)
    empty = client.post(page("reopen_review", one.public_id), key("c"))
    assert empty.status_code == 422
    client.post(
        page("reopen_review", one.public_id), {**key("d"), f"rouvrir-{one.pk}-reason": "Le critère 2 est vide."}
    )
    assert steps.reload(one).state == A.REOPENED
    steps.give(steps.reload(one))
    settled = client.post(page("settle_reviews", dossier.public_id), {**key("e"), "clore-reason": "Congé long."})
    assert settled.url == path
    assert fresh(dossier).state == S.REVIEWED
    assert steps.reload(two).state == A.LAPSED


def test_a_refused_assignment_says_why_on_its_field():
    dossier, _ = steps.sent_dossier()
    member = factories.reviewer()
    dossier.organisation.members.add(member, through_defaults={"role": "reader"})
    client = signed_in(factories.officer())
    shown = client.get(page("staff_reviews", dossier.public_id)).content.decode()
    assert f"{member}\u00a0: Membre de la structure qui demande" in shown
    refused = client.post(
        page("assign_reviewer", dossier.public_id), {**key(), "confier-reviewer": str(member.public_id)}
    )
    assert refused.status_code == 422
    assert "Choisissez une autre personne" in refused.content.decode()
    invented = client.post(page("assign_reviewer", dossier.public_id), {**key("i"), "confier-reviewer": "personne"})
    assert invented.status_code == 422


def test_a_profile_is_edited_and_a_stale_page_refused():
    factories.communes()
    person = factories.reviewer()
    client, path = signed_in(factories.officer()), page("reviewer_profile", person.public_id)
    region = factories.commune().region
    data = {"employer": "Région", "employer_siren": "231400012", "region": region, "capacity": "5"}
    assert client.post(path, {**key("a"), **data}).url == path
    assert client.post(path, {**key("b"), **data, "version": "1", "capacity": "6"}).status_code == 302
    assert client.post(path, {**key("c"), **data, "version": "1", "capacity": "7"}).status_code == 409
    assert client.post(path, {**key("d"), **data, "version": "2", "employer_siren": "12"}).status_code == 422
    assert client.post(path, {**key("e"), **data, "version": "2", "capacity": "-3"}).status_code == 422
    assert 'value="6"' in client.get(path).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICER])
def test_only_officers_act(role):
    dossier, [one, _] = steps.sent_dossier()
    client = signed_in(factories.user(role))
    for path in (
        page("propose_reviewers", dossier.wave.public_id),
        page("send_to_review", dossier.wave.public_id),
        page("assign_reviewer", dossier.public_id),
        page("settle_reviews", dossier.public_id),
        page("take_back", one.public_id),
        page("reopen_review", one.public_id),
        page("reviewer_profile", one.reviewer.public_id),
    ):
        assert client.post(path, key(path[-20:-1])).status_code == 403, path
    assert steps.reload(one).state == A.PROPOSED


def test_messages_say_what_was_done():
    _, [one, _] = steps.sent_dossier()
    client = signed_in(one.reviewer)
    gone = client.post(page("answer", one.public_id), {**key(), "decision": "refuser"})
    assert "C’est noté" in str(next(iter(get_messages(gone.wsgi_request))))


# --- Queries -------------------------------------------------------------------------------------------------------


def desk_of(n):
    """A reviewer with n dossiers to do and n given."""
    person = factories.reviewer()
    for _ in range(n):
        steps.accept(steps.sent_dossier(person)[1][0])
        steps.give(steps.sent_dossier(person)[1][0])
    return signed_in(person), page("desk")


def tab_of(n):
    """The tab of a dossier with n sheets given."""
    dossier, asked = steps.sent_dossier(*(factories.reviewer() for _ in range(n)))
    for assignment in asked:
        steps.give(assignment)
    return signed_in(factories.officer()), page("staff_reviews", dossier.public_id)


def wave_page_of(n):
    """The assignment of a wave of n dossiers."""
    wave, _ = steps.wave_under_instruction(n)
    factories.reviewer(), factories.reviewer()
    proposing.propose(wave=wave, by=None)
    return signed_in(factories.officer()), page("assignment", wave.public_id)


def sheet_of(n):
    """A given sheet with those of n others."""
    _, asked = steps.sent_dossier(*(factories.reviewer() for _ in range(n + 1)))
    for assignment in asked:
        steps.give(assignment)
    return signed_in(asked[0].reviewer), page("review", asked[0].public_id)


@pytest.mark.parametrize("build", [desk_of, tab_of, wave_page_of, sheet_of])
def test_one_row_or_three_the_same_queries(build):
    one, three = queries(*build(1)), queries(*build(3))
    assert one == three
    assert one <= 35


def test_ranking_takes_three_queries():
    for n in (1, 3):
        wave, dossiers = steps.wave_under_instruction(n)
        people = [factories.reviewer(), factories.reviewer()]
        for dossier in dossiers:
            [one, _] = steps.assignments.assign(application=dossier, reviewers=people, by=None)
        steps.assignments.send_to_review(wave=wave, by=None)
        steps.give(steps.reload(one))
        with CaptureQueriesContext(connection) as captured:
            lines = ranking(wave)
            shown = [(line.missing, line.rank, line.application.fabrique.commune.name) for line in lines]
        assert shown == [(1, 1, "Thiers")] + [(2, None, "Thiers")] * (n - 1)
        assert len(captured) == 3


def test_posting_a_sheet_takes_few_queries():
    dossier, one, two = opened_sheet()
    steps.give(two)
    client, path = signed_in(one.reviewer), page("review", one.public_id)
    for action in ("save", "give"):
        version = one.review.__class__.objects.get(assignment=one).version
        data = steps.posted(one, action, version=version) | {action: "1"}
        with CaptureQueriesContext(connection) as captured:
            assert client.post(path, data).status_code == 302
        # With BEGIN and COMMIT, which are savepoints in a test, fifteen at most.
        statements = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
        assert len(statements) <= 13, statements
    assert fresh(dossier).state == S.REVIEWED
