"""The applicant's side of a form of every kind: saving, hiding, reading, sending; without JavaScript."""

import html
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import completeness, drafting, reading, snapshots
from applications.models import Attachment
from tests import factories
from tests.applications import every_kind
from tests.applications.every_kind import KEPT, PLANNED, TYPED
from tests.applications.web import post, signed_in, text, url
from tests.built_once import part, stage

pytestmark = pytest.mark.django_db
HERE = "tout-sur-le-lieu/"


@part
def person(db):
    return factories.applicant()


@pytest.fixture
def client(person):
    return signed_in(person)


@stage
def dossier(person):
    return every_kind.draft(by=person)


def kept(application):
    return {one.question.slug: one.text for one in application.answers.select_related("question") if one.text}


def sentences(application):
    fresh = factories.fresh(application)
    return [one.sentence for one in completeness.problems(fresh) if one.section == "tout-sur-le-lieu"]


def field(application, slug):
    return f"q{every_kind.question(application, slug).pk}"


def send(client, application, **changes):
    version = application.saved_sections.filter(slug="tout-sur-le-lieu").values_list("version", flat=True).first() or 0
    return post(client, url(application, HERE), {"version": version, **every_kind.page(application), **changes})


def test_every_kind_is_answered_on_the_page_and_kept(client, dossier):
    page = text(client.get(url(dossier, HERE)))
    assert "Nom d’usage" in page and "pas encore calculé" in page and "en euros" in page
    answer = send(client, dossier, **{field(dossier, "bail"): factories.upload("bail.pdf")})
    assert answer.status_code == 302, text(answer)[:3000]
    bail = dossier.attachments.get()
    assert kept(dossier) == KEPT | {"bail": str(bail.public_id)}
    assert bail.question.slug == "bail" and not sentences(dossier)
    page = text(client.get(url(dossier, HERE)))
    for shown in ("12 000,50", "63300 Thiers", "732 829 320 00074", "FR14 2004 1010", "4 500,50", "bail.pdf"):
        assert shown in page, shown
    # 12 000,50 + 38 000 + 4 500,50, and the sums under the table.
    assert "54 501 €" in page and "42 500,50 €" in page and "1 607" in page


def test_what_is_wrong_is_saved_as_it_was_typed_and_told_under_its_field(client, dossier):
    wrong = {"depuis": "31/02/2019", "iban": "FR00", "siret": "123", "metres": "grand", "siege": "Nulle-Part"}
    data = {**every_kind.page(dossier, **wrong), "version": 0}
    answer = post(client, url(dossier, HERE), data)
    page = text(answer)
    assert answer.status_code == 422
    assert "5 points à corriger" in page and "est enregistré, même ce qui est à corriger" in page
    for slug, typed in wrong.items():
        name = field(dossier, slug)
        assert f'id="id_{name}_error"' in page and f'value="{typed}"' in page, slug
    assert kept(dossier) == {**KEPT, **wrong}
    told = sentences(dossier)
    assert len(told) == 6 and any("Cet IBAN n’est pas valable" in one for one in told)
    # The page read again still has it, and says nothing is lost.
    page = text(client.get(url(dossier, HERE)))
    assert 'value="31/02/2019"' in page and 'value="Nulle-Part"' in page and page.count("fr-message--error") == 5
    send(client, dossier)
    assert len(sentences(dossier)) == 1 and "Joignez le fichier demandé par « Le bail »." in sentences(dossier)


def test_a_text_over_its_limit_is_kept_and_keeps_the_dossier_from_being_sent(client, dossier):
    answer = send(client, dossier, **{field(dossier, "histoire-du-lieu"): "é" * 61})
    assert answer.status_code == 422 and "retirez-en 1" in text(answer)
    assert kept(dossier)["histoire-du-lieu"] == "é" * 61
    assert any("retirez-en 1" in one for one in sentences(dossier))


def test_a_question_that_is_not_asked_is_kept_not_required_not_sent_not_shown(client, dossier):
    send(client, dossier, **{field(dossier, "bail"): factories.upload("bail.pdf")})
    send(client, dossier, **{field(dossier, "ouvert"): PLANNED, field(dossier, "depuis"): ""})
    answer = send(client, dossier, **{field(dossier, "ouvert"): PLANNED})
    assert answer.status_code == 302
    assert kept(dossier)["depuis"] == "2019-03-14" and not sentences(dossier)
    # The rent is above 1 000 €: the lease stays asked for by the other branch of its condition.
    content = snapshots.snapshot(factories.fresh(dossier))
    slugs = [one["slug"] for part in content["sections"] for one in part["answers"]]
    assert "depuis" not in slugs and "bail" in slugs and len(content["attachments"]) == 1
    send(client, dossier, **{field(dossier, "ouvert"): PLANNED, field(dossier, "loyer"): "10"})
    content = snapshots.snapshot(factories.fresh(dossier))
    assert content["attachments"] == [] and dossier.attachments.filter(removed_at=None).exists()
    page = client.get(url(dossier, HERE)).content.decode()
    block = page[page.index(f'id="question-{field(dossier, "depuis")}"') :][:600]
    assert "hidden" in block.partition(">")[0]


def test_an_answer_that_calls_for_another_question_keeps_the_page(client, dossier):
    """Without JavaScript, a question that was hidden appears after saving, on the same page."""
    names = {slug: every_kind.question(dossier, slug).pk for slug in ("depuis", "bail")}
    seen = [pk for pk in every_kind.page(dossier)["q"] if int(pk) not in names.values()]
    answer = send(client, dossier, vue=seen)
    assert answer.status_code == 302 and answer.url == url(dossier, f"{HERE}#question-q{names['depuis']}")
    assert "2 questions apparaissent sur cette page" in text(client.get(answer.url))
    answer = send(client, dossier, vue=every_kind.page(dossier)["q"])
    assert answer.url == url(dossier, "plan-de-financement/")


def test_lines_of_a_table_are_added_and_taken_away_without_javascript(client, dossier):
    table = field(dossier, "salaries")
    page = client.get(url(dossier, HERE)).content.decode().partition("<template>")[0]
    assert page.count('data-colonne="poste"') == 1
    answer = send(client, dossier, ajouter=table)
    assert answer.url == url(dossier, f"{HERE}?plus={table}#id_{table}")
    page = client.get(answer.url).content.decode().partition("<template>")[0]
    assert page.count('data-colonne="poste"') == 3
    answer = send(client, dossier, retirer=f"{table}-0")
    assert json.loads(kept(dossier)["salaries"]) == [{"poste": "Ménage", "cout": "450050"}]
    assert answer.url == url(dossier, f"{HERE}#id_{table}")
    # A wrong cell is shown with what was typed in it.
    rows = {f"{table}-0-poste": "A", f"{table}-0-cout": "cher", f"{table}-1-cout": "3"}
    base = {key: value for key, value in every_kind.page(dossier).items() if not key.startswith(f"{table}-")}
    answer = post(client, url(dossier, HERE), {**base, **rows})
    page = text(answer)
    assert answer.status_code == 422 and "Ligne 1, « Coût »" in page and 'value="cher"' in page
    assert json.loads(kept(dossier)["salaries"])[1] == {"cout": "3"}


def test_a_file_replaces_the_one_before_and_is_taken_away(client, dossier):
    name = field(dossier, "bail")
    send(client, dossier, **{name: factories.upload("un.pdf")})
    send(client, dossier, **{name: factories.upload("deux.pdf", factories.pdf_bytes(2))})
    kept_or_not = [(one.file.name, one.removed_at is None) for one in dossier.attachments.select_related("file")]
    assert kept_or_not == [("un.pdf", False), ("deux.pdf", True)]
    answer = send(client, dossier, **{name: factories.upload("faux.pdf", b"%PDF-1.7 rien")})
    assert answer.status_code == 422 and f'id="id_{name}_error"' in text(answer)
    assert dossier.attachments.get(removed_at=None).file.name == "deux.pdf"
    page = text(client.get(url(dossier, "pieces/")))
    assert "deux.pdf" not in page
    send(client, dossier, **{f"{name}-retirer": "oui"})
    assert not dossier.attachments.filter(removed_at=None).exists() and "bail" not in kept(dossier)


def test_boxes_that_are_all_unticked_are_an_answer_and_absent_fields_are_not(client, dossier):
    send(client, dossier)
    data = every_kind.page(dossier)
    name = field(dossier, "occupations")
    post(client, url(dossier, HERE), {key: value for key, value in data.items() if key not in ("q", name)})
    assert kept(dossier)["occupations"] == KEPT["occupations"]
    post(client, url(dossier, HERE), {key: value for key, value in data.items() if key != name})
    assert "occupations" not in kept(dossier)


def test_a_sent_dossier_reads_in_french_for_everybody(client, person, dossier):
    send(client, dossier, **{field(dossier, "bail"): factories.upload("bail.pdf", factories.pdf_bytes(3))})
    complete(dossier, person)
    sent = factories.send(dossier)
    content = sent.revisions.get().content
    block = next(one for one in reading.readable(content) if one.title == "Tout sur le lieu")
    rows = dict(block.rows)
    assert rows["Loyer annuel"].replace("\u00a0", " ") == "12 000,50 €" and rows["Commune du siège"] == "63300 Thiers"
    assert rows["Charges par an"].replace("\u00a0", " ") == "54 501 €" and rows["Le bail"] == "bail.pdf"
    assert rows["Les postes"].rows[1][2].replace("\u00a0", " ") == "4 500,50 €"
    assert content["attachments"][0]["label"] == "Le bail"
    told = {label: str(shown) for one in reading.readable(content, bank_details=False) for label, shown in one.rows}
    assert told["IBAN"] == "compte qui se termine par 2606" and rows["IBAN"] != told["IBAN"]
    officer = signed_in(factories.officer())
    for reader, path in ((client, url(sent, "envoye/")), (officer, f"/pilotage/dossiers/{sent.public_id}/")):
        page = text(reader.get(path))
        for shown in ("12 000,50 €", "63300 Thiers", "14 mars 2019", "54 501 €", "42 500,50 €", "1 200,5 m²"):
            assert shown in page, (path, shown)
    assert [one.label for one in snapshots.changes(content, content)] == []


def complete(application, person):
    """The other sections, the plan and the pieces."""
    for section in application.call_version.sections.exclude(slug="tout-sur-le-lieu").prefetch_related("questions"):
        answers = {one.pk: factories.answer_text(one) for one in section.questions.all()}
        drafting.save_answers(application=application, section=section, answers=answers, by=person)
    drafting.save_budget(application=application, cells=factories.balanced_plan(), by=person)
    drafting.attach(application=application, kind=Attachment.Kind.STATUTES, uploaded=factories.upload(), by=person)


def test_the_page_costs_the_same_queries_whatever_is_asked(client, person):
    """Communes and files are read together, not one by one."""
    assert cost_of_page(client, person, 1) == cost_of_page(client, person, 3)


def cost_of_page(client, person, count):
    kinds = ("commune", "file", "table", "short_text")
    settings = {"table": {"columns": every_kind.COLUMNS}}
    asked = [
        {"kind": kind, "label": f"{kind} {n}", "required": False, "settings": settings.get(kind, {})}
        for n in range(count)
        for kind in kinds
    ]
    dossier = every_kind.draft(*asked, by=person)
    typed = {"commune": "63300 Thiers", "table": TYPED["salaries"], "short_text": "Oui"}
    data = {"version": 0}
    for number, one in enumerate(every_kind.section(dossier).questions.all(), start=1):
        pdf = factories.upload(f"{number}.pdf", factories.pdf_bytes(number))
        data |= every_kind.fields_of(one, typed.get(one.kind, pdf))
    assert post(client, url(dossier, HERE), data).status_code == 302
    client.get(url(dossier, HERE))
    with CaptureQueriesContext(connection) as queries:
        page = text(client.get(url(dossier, HERE)))
    assert "63300 Thiers" in page and f"{number - 2}.pdf" in page
    return len(queries)


def test_what_the_script_reads_is_what_the_server_knows(client, dossier):
    send(client, dossier)
    page = html.unescape(client.get(url(dossier, HERE)).content.decode())
    assert '"loyer": 1200050' in page and '"salaries": [{' in page and '"depuis": "2019-03-14"' in page
    assert '["+", ["name", "loyer"], ["sum", "salaries", "cout"]]' in page
    assert TYPED["nom-d-usage"] in page
