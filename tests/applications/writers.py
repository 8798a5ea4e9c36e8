"""Pairs of people who write on one page at the same moment, and what is left of each text."""

import html
import json
import re
import threading
from collections import Counter
from functools import partial

from django.db import connections

from accounts.models import Membership
from applications.editors import SheetEditor, editor_of
from applications.merging import marks_of
from tests import factories
from tests.applications import review_steps
from tests.applications.web import post, signed_in

BOTH_WRITTEN, ONE_TOLD = "les deux textes gardés", "un gardé, l’autre montré à côté"


def shared_draft():
    """(dossier, the two people who may write in it)."""
    first, second = factories.applicant(), factories.applicant()
    application = factories.draft(by=first)
    Membership.objects.create(user=second, organisation=application.organisation, role=Membership.Role.EDITOR)
    return application, (first, second)


def text_section(application):
    """A section with two texts to write at least, and their names."""
    for section in application.call_version.sections.order_by("position"):
        names = [f"q{one.pk}" for one in section.questions.all() if one.kind in ("long_text", "short_text")]
        if len(names) >= 2:
            return section.slug, names[:2]
    raise AssertionError("no section with two texts")


def page_of(editor):
    """What the page that shows the object now would send back."""
    now = editor.now()
    return {"version": str(now.version), "page_read": marks_of(now.texts)}, now.texts


def answers_race(application, people, number, *, same):
    """Both read the page, then both send it at once, on one field or on two; one as a page, one while typing."""
    slug, (one, other) = text_section(application)
    guard, texts = page_of(editor_of(application, slug))
    path = f"/dossiers/{application.public_id}/{slug}/"
    shown = {
        "q": [name.removeprefix("q") for name in (one, other)],
        one: texts.get(one, ""),
        other: texts.get(other, ""),
    }
    mine = {**guard, **shown, one: f"Texte {number} de la première personne"}
    theirs = {**guard, **shown, one if same else other: f"Texte {number} de la seconde personne"}
    answers = send_together([(people[0], path, mine), (people[1], f"{path}garder/", theirs)])
    saved = editor_of(application, slug).now().texts
    written = (mine[one], theirs[one if same else other])
    return verdict(answers, saved, ((one, written[0]), (one if same else other, written[1])))


def plan_race(application, people, number, *, same):
    slug = "plan-de-financement"
    guard, texts = page_of(editor_of(application, slug))
    one, other = "expense-60-1", "expense-61-1"
    shown = {name: texts.get(name, "")[:-2] for name in (one, other)}
    path = f"/dossiers/{application.public_id}/{slug}/"
    mine = {**guard, **shown, one: str(1000 + number)}
    theirs = {**guard, **shown, one if same else other: str(500_000 + number)}
    answers = send_together([(people[0], path, mine), (people[1], f"{path}garder/", theirs)])
    saved = editor_of(application, slug).now().texts
    return verdict(answers, saved, ((one, f"{1000 + number}00"), (one if same else other, f"{500_000 + number}00")))


def sheet_race(assignment, number, *, same):
    """Two windows of one reviewer."""
    editor = SheetEditor(assignment)
    guard, texts = page_of(editor)
    one, other = [name for name in editor.names if name.startswith("reason_")][:2]
    path = f"/evaluations/{assignment.public_id}/"
    mine = {**guard, **texts, one: f"Raison {number} de la première fenêtre", "save": "1"}
    theirs = {**guard, **texts, one if same else other: f"Raison {number} de la seconde fenêtre"}
    person = assignment.reviewer
    answers = send_together([(person, path, mine), (person, f"{path}garder/", theirs)])
    saved = SheetEditor(assignment).now().texts
    return verdict(answers, saved, ((one, mine[one]), (one if same else other, theirs[one if same else other])))


def send_together(sendings):
    """The answers to these (person, path, fields), sent at the same moment on connections of their own."""
    start, answers = threading.Barrier(len(sendings)), [None] * len(sendings)

    def send(rank, person, path, data):
        client = signed_in(person, headers={"Accept": "application/json"})
        start.wait()
        try:
            answers[rank] = post(client, path, data)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(rank, *one)) for rank, one in enumerate(sendings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def verdict(answers, saved, written):
    """What became of both texts; anything else than the two good ends is told as it is."""
    statuses = Counter("gardé" if answer.status_code in (200, 302) else answer.status_code for answer in answers)
    (first_key, first), (second_key, second) = written
    if first_key != second_key:
        whole = saved.get(first_key) == first and saved.get(second_key) == second
        return BOTH_WRITTEN if whole and statuses == {"gardé": 2} else f"perdu : {dict(statuses)}"
    if statuses != {"gardé": 1, 409: 1}:
        return f"perdu : {dict(statuses)}"
    winner = next(rank for rank, answer in enumerate(answers) if answer.status_code != 409)
    told = words_of(answers[1 - winner])
    kept = saved.get(first_key) == (first, second)[winner]
    return ONE_TOLD if kept and all(text in told for text in shown_texts(first, second)) else "texte non montré"


def shown_texts(*texts):
    """As a page shows them: an amount in euros, a text as it is."""
    return [f"{int(text) // 100:,}".replace(",", " ") if text.isdecimal() else text for text in texts]


def words_of(answer):
    """The text of a page, or of the fragment that a script gets: without marks, spaces alike."""
    content = answer.content.decode()
    if answer.headers["Content-Type"].startswith("application/json"):
        content = json.loads(content)["html"]
    plain = html.unescape(re.sub(r"</?mark>", "", content))
    return re.sub(r"[\u00a0\u202f]", " ", plain)


def answers_pair():
    return partial(answers_race, *shared_draft())


def plan_pair():
    return partial(plan_race, *shared_draft())


def sheet_pair():
    _, [assignment, _] = review_steps.sent_dossier()
    return partial(sheet_race, review_steps.accept(assignment))


# Each makes a pair and its page; what it gives is called with a number and `same`, once a race.
RACES = (answers_pair, plan_pair, sheet_pair)
