"""Building a call through its pages, without JavaScript, as an officer does."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programme import calls, editing, editing_criteria, editing_form, waves
from programme.models import Call, Question
from tests import factories

pytestmark = pytest.mark.django_db

ROOT = "/pilotage/appels/ateliers/"
OPEN = {"opens_at": factories.days(-1), "closes_at": factories.days(30)}


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def empty(programme, officer):
    return editing.create_call(programme=programme, title="Ateliers", kind="aap", by=officer)


@pytest.fixture
def section(empty, officer):
    return editing_form.add_section(version=empty.versions.get(), title="Le projet", by=officer)


def send(client, path, *, status=302, **data):
    response = client.post(path, {"idempotency_key": uuid.uuid4().hex, **data})
    page = response.content.decode()
    assert response.status_code == status, page
    return page


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def settings(**changes):
    return {
        "title": "Ateliers", "kind": "aap", "summary": "Un résumé", "eligibility": "Les associations", "years": "3",
        "minimum_opening_days": "0", "grace_minutes": "0", "payment_days": "60",
        "bank_cooling_days": "5", "dormant_months": "24", "closing_rule": "", "state_aid_basis": "not_aid",
        "reviews_per_application": "2", "silence_months": "2", "commitment_act": "decision",
        "panel_notice_days": "5", "panel_quorum_percent": "50", "panel_second_call_free": "on",
        "panel_casting_vote": "on", **changes,
    }  # fmt: skip


def levels(*points):
    return {
        f"{part}_{rank}": value
        for rank, point in enumerate(points)
        for part, value in (("points", point), ("label", f"Niveau {point}"), ("words", "Ce que cela veut dire."))
    }


def question(label, **fields):
    return {"label": label, "help_text": "", "slug": "", "required": "on", **fields}


def test_an_officer_makes_a_call_and_publishes_it_from_the_pages(desk, programme, officer):
    assert "Préparer un appel" in read(desk, "/pilotage/appels/")
    read(desk, "/pilotage/appels/nouveau/")
    send(desk, "/pilotage/appels/nouveau/", title="Ateliers", kind="aap", programme=programme.pk, source="", slug="")
    page = read(desk, ROOT)
    assert f'href="{ROOT}reglages/">le résumé</a>' in page
    read(desk, f"{ROOT}reglages/")
    send(desk, f"{ROOT}reglages/", version=1, **settings(eligible_legal_forms=["association", "scic"]))
    read(desk, f"{ROOT}montants/")
    send(desk, f"{ROOT}montants/", version=2, qpv_min="10 000", qpv_max="60 000,50", qpv_year="20 000")
    read(desk, f"{ROOT}criteres/nouveau/")
    for label, weight in (("Besoin", 3), ("Gouvernance", 1)):
        send(desk, f"{ROOT}criteres/nouveau/", label=label, description="", weight=weight, **levels(0, 2, 4))
    assert "75\u00a0%" in read(desk, f"{ROOT}criteres/").replace("&nbsp;", "\u00a0")
    read(desk, f"{ROOT}formulaire/sections/nouvelle/")
    send(desk, f"{ROOT}formulaire/sections/nouvelle/", title="Le projet", introduction="Dites tout.")
    new = f"{ROOT}formulaire/sections/le-projet/question/"
    assert "Tableau" in read(desk, new)
    read(desk, f"{new}?type=choice")
    send(desk, f"{new}?type=choice", **question("Où en est le lieu ?", slug="etat", options="Ouvert\nEn projet\n"))
    read(desk, f"{new}?type=table")
    send(
        desk, f"{new}?type=table", max_rows="5", col_label_0="Objet", col_kind_0="text", col_label_1="Coût",
        col_kind_1="amount", col_sum_1="on", **question("Vos dépenses", slug="depenses"),
    )  # fmt: skip
    assert "sum(depenses.cout)" in read(desk, f"{new}?type=computed")
    send(desk, f"{new}?type=computed", formula="sum(depenses.cout) / 2", format="amount", **question("Moitié"))
    send(
        desk, f"{new}?type=date", match_0="all", asked_0_0="etat", op_0_0="is", value_0_0="ouvert",
        **question("Ouvert depuis"),
    )  # fmt: skip
    rows = Question.objects.of_version(Call.objects.get(slug="ateliers").versions.get())
    assert [(one.slug, one.kind) for one in rows] == [
        ("etat", "choice"), ("depenses", "table"), ("moitie", "computed"), ("ouvert-depuis", "date"),
    ]  # fmt: skip
    assert rows[1].settings["columns"][1] == {"key": "cout", "label": "Coût", "kind": "amount", "sum": True}
    assert rows[2].settings["amounts"] == ["depenses.cout"]
    assert rows[3].condition == {"all": [{"question": "etat", "op": "is", "value": "Ouvert"}]}
    waves.plan_wave(call=Call.objects.get(slug="ateliers"), by=officer, **OPEN)
    assert "L’appel est complet" in read(desk, ROOT)
    send(desk, ROOT, act="publish", version=Call.objects.get(slug="ateliers").version)
    version = Call.objects.get(slug="ateliers").version_in_force()
    assert version.frozen_at
    assert version.eligible_legal_forms == ["association", "scic"]
    assert version.bounds.get().max_cents == 60_000_50
    public = read(desk, "/appels/ateliers/")
    assert "Où en est le lieu" in public


def test_two_groups_of_conditions_come_back_as_they_were_typed(desk, section, officer):
    new = f"{ROOT}formulaire/sections/le-projet/question/"
    for label, kind in (("Loyer", "amount"), ("Surface", "number"), ("Ouverture", "date")):
        extra = {"min": "", "max": "", "unit": ""} if kind == "number" else {}
        send(desk, f"{new}?type={kind}", **question(label, **extra))
    send(
        desk, f"{new}?type=short_text", max_length="100", between="any", match_0="all", match_1="any",
        asked_0_0="loyer", op_0_0="more", value_0_0="1 500,50", asked_0_1="surface", op_0_1="less", value_0_1="12,5",
        asked_1_0="ouverture", op_1_0="more", value_1_0="31/12/2026", asked_1_1="loyer", op_1_1="empty", value_1_1="",
        **question("Détail"),
    )  # fmt: skip
    detail = Question.objects.get(slug="detail")
    assert detail.condition == {
        "any": [
            {
                "all": [
                    {"question": "loyer", "op": "more", "value": 1500_50},
                    {"question": "surface", "op": "less", "value": "12.5"},
                ]
            },
            {
                "any": [
                    {"question": "ouverture", "op": "more", "value": "2026-12-31"},
                    {"question": "loyer", "op": "empty"},
                ]
            },
        ]
    }
    page = read(desk, f"{ROOT}formulaire/questions/detail/")
    for typed in ("1\u00a0500,50", "12,5", "31/12/2026"):
        assert f'value="{typed}"' in page
    assert "Posée si («\u00a0Loyer\u00a0» est plus grand que" in read(desk, f"{ROOT}formulaire/")


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("computed", {"formula": "loyer *", "format": "number"}, "s’arrête trop tôt"),
        ("computed", {"formula": "inconnu * 2", "format": "number"}, "n’est pas une question qui précède"),
        ("choice", {"options": "Un"}, "deux choix au moins"),
        ("number", {"min": "9", "max": "3", "unit": ""}, "changez l’un des deux"),
        ("table", {"max_rows": "5"}, "Un tableau a une colonne au moins"),
        ("date", {"asked_0_0": "loyer", "op_0_0": "more", "value_0_0": "beaucoup"}, "Saisissez un montant"),
        ("date", {"asked_0_0": "loyer", "op_0_0": "more", "value_0_0": ""}, "Écrivez la valeur à comparer"),
        ("date", {"asked_0_0": "loyer", "op_0_0": "contains", "value_0_0": "12"}, "ne va pas avec"),
        ("date", {"value_0_0": "12"}, "Choisissez la question"),
        ("date", {"slug": "loyer"}, "déjà pris"),
    ],
)
def test_what_cannot_be_is_said_on_its_field_and_what_was_typed_stays(desk, section, officer, kind, data, sentence):
    editing_form.add_question(section=section, by=officer, label="Loyer", kind="amount")
    path = f"{ROOT}formulaire/sections/le-projet/question/?type={kind}"
    page = send(desk, path, status=422, **question("Une question écrite longtemps", **data))
    assert sentence in page
    assert "Une question écrite longtemps" in page
    assert "à corriger" in page


def test_a_question_changes_type_section_and_place(desk, section, officer):
    version = section.version
    other = editing_form.add_section(version=version, title="Suite", by=officer)
    first = editing_form.add_question(section=section, by=officer, label="Un", kind="short_text")
    editing_form.add_question(section=section, by=officer, label="Deux", kind="short_text")
    path = f"{ROOT}formulaire/questions/un/"
    read(desk, path)
    page = send(desk, path, status=422, version=1, kind="choice", section="suite", **question("Un"))
    assert "Choix" in page
    send(desk, path, version=1, kind="choice", section="suite", options="A\nB", **question("Un"))
    first.refresh_from_db()
    assert (first.kind, first.section, first.options) == ("choice", other, ["A", "B"])
    send(desk, f"{ROOT}formulaire/", what="question", name="un", to="up")
    assert [one.slug for one in Question.objects.of_version(version)] == ["deux", "un"]
    send(desk, f"{ROOT}formulaire/", what="section", name="suite", to="up")
    assert [one.slug for one in version.sections.order_by("position")] == ["suite", "le-projet"]
    read(desk, f"{path}supprimer/")
    send(desk, f"{path}supprimer/", version=2)
    read(desk, f"{ROOT}formulaire/sections/le-projet/")
    send(desk, f"{ROOT}formulaire/sections/le-projet/", version=1, title="Le lieu", introduction="")
    read(desk, f"{ROOT}formulaire/sections/le-projet/supprimer/")
    send(desk, f"{ROOT}formulaire/sections/le-projet/supprimer/", version=2)
    assert not Question.objects.filter(section__version=version).exists()


def test_a_stale_page_keeps_what_was_typed(desk, section, officer):
    one = editing_form.add_question(section=section, by=officer, label="Un", kind="date")
    editing_form.edit_question(question=one, by=officer, label="Une", kind="date", help_text="", required=True)
    page = send(
        desk, f"{ROOT}formulaire/questions/un/", status=409, version=1, kind="date", section="le-projet",
        **question("Un texte écrit longtemps"),
    )  # fmt: skip
    assert "Un texte écrit longtemps" in page
    assert Question.objects.get(pk=one.pk).label == "Une"


def test_a_published_call_is_changed_by_a_new_version_told_to_all(desk, draft_call, officer):
    waves.plan_wave(call=draft_call, by=officer, **OPEN)
    call = calls.publish_call(call=draft_call, by=officer)
    root = call.staff_path
    assert "publi" in send(desk, f"{root}reglages/", status=409, **settings())
    assert desk.get(f"{root}formulaire/").status_code == 409
    assert "Préparer une nouvelle version" in read(desk, root)
    send(desk, f"{root}version/", act="start")
    assert "Rien ne change encore" in read(desk, f"{root}version/")
    section = call.versions.get(number=2).sections.first()
    send(
        desk,
        f"{root}formulaire/sections/{section.slug}/question/?type=rna",
        **question("Votre numéro RNA", slug="rna"),
    )
    page = read(desk, f"{root}version/")
    assert "Question ajoutée dans" in page
    seen = Call.objects.get(pk=call.pk).version
    assert "porteurs" in send(desk, f"{root}version/", status=422, act="publish", note="", version=seen)
    send(desk, f"{root}version/", status=409, act="publish", note="x", version=seen - 1)
    send(desk, f"{root}version/", act="publish", note="Le numéro RNA est demandé.", version=seen)
    page = read(desk, root)
    assert "Le numéro RNA est demandé." in page
    assert "Version 2, figée" in page
    assert "Votre numéro RNA" in read(desk, call.staff_path.replace("/pilotage", ""))
    send(desk, f"{root}version/", act="start")
    send(desk, f"{root}version/", act="discard", version=Call.objects.get(pk=call.pk).version)
    assert call.versions.count() == 2


def test_a_copy_starts_from_the_page_of_a_call(desk, draft_call):
    page = read(desk, f"/pilotage/appels/nouveau/?copie={draft_call.slug}")
    assert f'value="{draft_call.slug}" selected' in page
    data = {"kind": "ami", "programme": draft_call.programme_id, "source": draft_call.slug, "slug": "copie"}
    send(desk, "/pilotage/appels/nouveau/", title="Copie", **data)
    assert Call.objects.get(slug="copie").cloned_from == draft_call
    page = send(desk, "/pilotage/appels/nouveau/", status=422, title="Copie", **data)
    assert "déjà prise" in page


def test_the_preview_tries_answers_and_keeps_nothing(desk, section, officer):
    def add(label, kind, **fields):
        return editing_form.add_question(section=section, by=officer, label=label, kind=kind, **fields)

    add("Statut", "choice", options=["Ouvert", "En projet"])
    add("Loyer", "amount", condition={"all": [{"question": "statut", "op": "is", "value": "Ouvert"}]})
    add("Par an", "computed", settings={"formula": "loyer * 12", "format": "amount"})
    columns = [{"key": "cout", "label": "Coût", "kind": "amount", "sum": True}]
    add("Dépenses", "table", settings={"columns": columns, "max_rows": 4})
    for kind in ("long_text", "number", "date", "choices", "commune", "address", "siret", "rna", "iban", "file"):
        add(f"De type {kind}", kind, options=["A", "B"])
    page = read(desk, f"{ROOT}apercu/")
    assert "13 sur 14\u00a0questions" in page
    assert "Non posée avec ces réponses" in page
    assert 'name="q-loyer"' not in page
    page = read(desk, f"{ROOT}apercu/?q-statut=Ouvert&q-loyer=1 000,50")
    assert "12\u00a0006\u00a0€" in page
    assert "Non posée" not in page
    assert Question.objects.count() == 14


def test_a_short_opening_is_explained_on_its_page(desk, draft_call, officer):
    wave = waves.plan_wave(call=draft_call, by=officer, opens_at=factories.days(-15), closes_at=factories.days(10))
    editing.save_settings(version=draft_call.versions.get(), by=officer, minimum_opening_days=20)
    path = f"{draft_call.staff_path}vagues/1/duree/"
    assert f'href="{path}"' in read(desk, draft_call.staff_path)
    read(desk, path)
    send(desk, path, version=wave.version, reason="Publication retardée")
    assert "L’appel est complet" in read(desk, draft_call.staff_path)
    assert "Publication retardée" in read(desk, f"/appels/{draft_call.slug}/")


def test_criteria_are_moved_and_deleted_from_their_pages(desk, draft_call, officer):
    root = f"{draft_call.staff_path}criteres/"
    first, second = draft_call.versions.get().criteria.all()[:2]
    read(desk, f"{root}{first.position}/")
    send(desk, root, position=second.position, to="up", version=second.edition)
    assert draft_call.versions.get().criteria.first() == second
    send(desk, f"{root}1/", status=409, act="delete", version=first.edition)
    second.refresh_from_db()
    send(desk, f"{root}1/", act="delete", version=second.edition)
    assert draft_call.versions.get().criteria.count() == 5
    first.refresh_from_db()
    page = send(
        desk, f"{root}{first.position}/", status=422, label=first.label, description="", weight=2,
        version=first.edition, **levels(3),
    )  # fmt: skip
    assert "deux niveaux au moins" in page


def test_a_long_form_costs_no_more_queries(desk, draft_call, section, officer):
    editing_form.add_question(section=section, by=officer, label="Un", kind="date")
    levels = [(0, "Rien", "Rien n’est dit."), (4, "Prouvé", "Des faits le prouvent.")]
    editing_criteria.add_criterion(version=section.version, label="Un", weight=1, levels=levels, by=officer)

    def cost(path):
        with CaptureQueriesContext(connection) as captured:
            read(desk, path)
        return len(captured)

    read(desk, ROOT)
    for page in ("formulaire/", "apercu/", "criteres/"):
        assert cost(f"{draft_call.staff_path}{page}") == cost(f"{ROOT}{page}")


# --- Rules for equals ------------------------------------------------------------------------------------------------


def test_the_rules_for_equals_are_chosen_in_order_and_read_by_all(desk, draft_call):
    path = f"/pilotage/appels/{draft_call.slug}/reglages/"
    read(desk, path)
    edition = draft_call.versions.get().edition
    send(desk, path, version=edition, **settings(tie_break_1="agreement", tie_break_2="least_asked"))
    assert draft_call.versions.get().tie_break == ["agreement", "least_asked"]
    page = read(desk, path)
    assert '<option value="agreement" selected' in page
    told = read(desk, f"/appels/{draft_call.slug}/")
    assert told.index("Le plus petit écart entre les évaluations") < told.index("Le montant demandé le plus faible")


def test_a_rule_is_not_chosen_twice(desk, draft_call):
    path = f"/pilotage/appels/{draft_call.slug}/reglages/"
    refused = send(desk, path, status=422, **settings(tie_break_1="arrival", tie_break_3="arrival"))
    assert "choisie deux fois" in refused
    assert draft_call.versions.get().tie_break == []


# --- Rules of the panel ----------------------------------------------------------------------------------------------


def test_the_rules_of_the_panel_are_those_of_the_law_until_the_call_says_otherwise(desk, draft_call):
    path = f"/pilotage/appels/{draft_call.slug}/reglages/"
    page = read(desk, path)
    assert re.search(r'name="panel_notice_days"[^>]*value="5"', page)
    assert re.search(r'name="panel_quorum_percent"[^>]*value="50"', page)
    assert "R133-8" in page and "Voix prépondérante (R133-11)" in page
    edition = draft_call.versions.get().edition
    send(desk, path, version=edition, **settings(panel_notice_days="15", panel_quorum_percent="60"))
    version = draft_call.versions.get()
    assert (version.panel_notice_days, version.panel_quorum_percent, version.panel_casting_vote) == (15, 60, True)
    told = read(desk, f"/pilotage/appels/{draft_call.slug}/").replace("\u00a0", " ")
    assert "Convocation 15 jours au moins avant la séance" in told and "60 % au moins des membres" in told


def test_less_than_the_law_is_refused_on_the_page_without_its_text(desk, draft_call):
    path = f"/pilotage/appels/{draft_call.slug}/reglages/"
    read(desk, path)
    refused = send(desk, path, status=422, **settings(panel_notice_days="3"))
    assert "citez le texte du comité qui le permet" in refused
    assert 'value="3"' in refused, "what was typed is kept"
    edition = draft_call.versions.get().edition
    send(desk, path, version=edition, **settings(panel_notice_days="3", panel_rules_basis="Arrêté du 4 janvier 2026"))
    assert draft_call.versions.get().panel_notice_days == 3
