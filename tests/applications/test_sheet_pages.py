"""The sheet’s page and those beside it: what does not apply, pieces read in place, versions, abstention, the next."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.french import weekday_date
from applications.models import Assignment, Review, Revision
from documents import previews
from tests import factories
from tests.applications import review_steps as steps
from tests.applications.test_rubric import lenient_call, write
from tests.factories import fresh

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"applications:{name}", args=args)


def key(text):
    return {"idempotency_key": text.ljust(32, "0")}


@pytest.fixture
def desk():
    """A reviewer with two accepted dossiers of the lenient call; (client, assignments)."""
    reviewer = factories.reviewer()
    steps.sent_dossier(reviewer, factories.reviewer(), dossiers=2, call=lenient_call())
    rows = Assignment.objects.filter(reviewer=reviewer).order_by("due_on", "pk")
    client = Client()
    client.force_login(reviewer)
    return client, [steps.accept(steps.reload(one)) for one in rows]


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def test_only_the_criterion_that_may_not_apply_offers_it_and_it_is_kept(desk):
    client, [one, _] = desk
    page = read(client, at("review", one.public_id))
    assert page.count('value="sans-objet"') == 1
    assert "Seuil de l’appel : 3 points" in page
    last = one.application.call_version.criteria.order_by("position").last()
    data = steps.posted(one, "a", version=1) | {f"points_{last.pk}": "sans-objet", "confidence": "3", "give": "1"}
    assert client.post(at("review", one.public_id), data).status_code == 302
    review = Review.objects.get(assignment=one)
    assert (review.score_hundredths, review.confidence) == (7_500, 3)
    assert "Sans objet" in read(client, at("review", one.public_id))


@pytest.mark.parametrize(
    ("days", "shown"),
    [(6, "Il reste 6 jours"), (1, "Il reste 1 jour<"), (0, "C’est le dernier jour"), (-2, "ou il est passé")],
)
def test_the_sheet_says_how_many_days_are_left(desk, days, shown):
    client, [one, _] = desk
    due = timezone.localdate() + datetime.timedelta(days=days)
    Assignment.objects.filter(pk=one.pk).update(due_on=due)
    page = read(client, at("review", one.public_id))
    assert shown in page
    assert f"à rendre le {weekday_date(due)}".replace("\u00a0", " ") in page


def test_saving_and_going_on_opens_the_other_dossier_and_then_the_first_again(desk):
    client, [one, two] = desk
    for mine, other in ((one, two), (two, one)):
        data = steps.posted(mine, str(mine.pk), version=1, points="", reason="Début") | {"save_next": "1"}
        assert client.post(at("review", mine.public_id), data).url == at("review", other.public_id)
    steps.give(fresh(two))
    data = steps.posted(one, "z", version=2, points="", reason="Suite") | {"save_next": "1"}
    assert client.post(at("review", one.public_id), data).url == at("desk")


def test_a_piece_is_read_where_the_sheet_is_written(desk):
    client, [one, _] = desk
    assert "Lire ici" not in read(client, at("review", one.public_id))
    attachment = one.application.attachments.select_related("file").first()
    previews.draw(attachment.file.pk)
    page = read(client, at("review", one.public_id))
    assert "Lire ici" in page
    picture = at("piece_picture", one.application.public_id, attachment.public_id, 1)
    assert picture in page
    answer = client.get(picture)
    assert answer.status_code == 200
    answer.close()


def test_a_newer_version_says_what_it_changes(desk):
    client, [one, _] = desk
    sent = one.review.revision
    content = sent.content | {"place": sent.content["place"] | {"name": "Un autre nom"}}
    Revision.objects.create(
        application=one.application, number=sent.number + 1, content=content, sha256="0" * 64,
        sent_at=sent.sent_at, sent_by=sent.sent_by,
    )  # fmt: skip
    page = read(client, at("review", one.public_id))
    assert f"Ce que la version {sent.number + 1} change" in page
    assert "<ins>" in page


def test_versions_are_listed_compared_and_restored_by_a_post(desk):
    client, [one, _] = desk
    path = at("review_versions", one.public_id)
    assert "Aucune version gardée" in read(client, path)
    write(one, "Un argument que personne ne veut écrire deux fois. " * 4)
    write(one, "Non.")
    assert "Avant un effacement" in read(client, path)
    assert "Un argument" in read(client, f"{path}?version=1")
    assert client.get(f"{path}?version=7").status_code == 404
    restore = at("restore_review", one.public_id, 1)
    assert client.get(restore).status_code == 405
    assert client.post(restore, key("stale") | {"version": 1}).status_code == 409
    version = Review.objects.get(assignment=one).version
    assert client.post(restore, key("good") | {"version": version}).url == at("review", one.public_id)
    assert one.review.scores.first().reason.startswith("Un argument")


def test_abstaining_from_the_page(desk):
    client, [one, two] = desk
    path = at("abstain", one.public_id)
    assert "sans note" in read(client, path)
    assert client.post(path, key("a") | {"reason": "", "version": 1}).status_code == 422
    answer = client.post(path, key("b") | {"reason": "Hors de mon domaine.", "version": 1}, follow=True)
    assert answer.redirect_chain[-1][0] == at("review", two.public_id)
    page = read(client, at("review", one.public_id))
    assert "Abstention" in page
    assert "elles ne vous sont pas montrées" in page
    assert client.get(path).url == at("review", one.public_id)
    assert "—" in read(client, at("desk"))
    officer = Client()
    officer.force_login(factories.officer())
    assert "Hors de mon domaine." in read(officer, at("staff_reviews", one.application.public_id))


def test_the_officers_page_tells_thresholds_and_abstentions(desk):
    _, [one, _] = desk
    other = one.application.assignments.exclude(pk=one.pk).select_related("reviewer").get()
    steps.give(one, 2)
    steps.give(steps.reload(other), 2)
    officer = Client()
    officer.force_login(factories.officer())
    page = read(officer, at("staff_reviews", one.application.public_id))
    assert "Seuils de l’appel non atteints" in page
    assert "50 sur 100, il en faut 60,5" in page


def test_nothing_beside_a_sheet_opens_to_another_reviewer(desk):
    _, [one, _] = desk
    write(one, "Un argument que personne ne veut écrire deux fois. " * 4)
    stranger = Client()
    stranger.force_login(factories.reviewer())
    for name in ("review_versions", "abstain"):
        assert stranger.get(at(name, one.public_id)).status_code == 404
    assert stranger.post(at("restore_review", one.public_id, 1), key("x") | {"version": 1}).status_code == 404
