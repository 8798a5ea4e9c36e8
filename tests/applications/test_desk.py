"""The officer's desk: counts, columns, named filters, ticked rows, acts on many dossiers, regions, the morning."""

import datetime
import re
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts import jobs, remembering
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Job, JobRow, JournalEntry, ListMemory, Notification, SavedFilter
from applications import admissibility, bulk, routing
from applications.alerts import alerts
from applications.models import Application, Fabrique, RegionRule
from applications.morning import EVERYBODY, MINE, NOBODY, morning_of
from tests import factories
from tests.applications.web import post, signed_in, text
from tests.built_once import stage

pytestmark = pytest.mark.django_db
LIST, SELECT = "/pilotage/dossiers/", "/pilotage/dossiers/selection/"
KEY = "applications.dossiers"


@pytest.fixture
def officer():
    return factories.officer(first_name="Hélène", last_name="Martin")


@pytest.fixture
def client(officer):
    return signed_in(officer)


@stage
def three(db):
    return some(3)


def copy_of(application, letter):
    """The same dossier for another place: filling in each one whole would take a second."""
    place = application.fabrique
    place = Fabrique.objects.create(
        programme=place.programme, name=f"Lieu {letter}", sort_name=f"lieu {letter}".lower(), commune=place.commune,
        region=place.region,
    )  # fmt: skip
    fields = {field.attname: getattr(application, field.attname) for field in application._meta.concrete_fields}
    fields |= {"id": None, "public_id": uuid.uuid4(), "fabrique_id": place.pk, "reference": f"DOS-2026-9000{letter}"}
    copied = Application(**fields)
    copied.index()
    Application.objects.bulk_create([copied])
    return factories.fresh(copied)


def some(number):
    first = factories.submitted(place_name="Lieu A")
    return [first, *(copy_of(first, letter) for letter in "BC"[: number - 1])]


def tick(client, shown, ticked, **data):
    fields = {"vu": [str(one.public_id) for one in shown], "coche": [str(one.public_id) for one in ticked], **data}
    return post(client, SELECT, fields)


def chosen(user):
    return remembering.selected(user, KEY)


def ids(*applications):
    return [one.pk for one in applications]


def facet(page, label):
    """{value: how many} of one filter of the page."""
    part = page.split(f"<summary>{label}", 1)[1].split("</details>", 1)[0]
    rows = re.findall(r"<span>([^<]+)</span> <span class=\"fab-facette__nombre\">([^<]+)</span>", part)
    return {name: int(number) for name, number in rows}


# --- Counts, columns, named filters ----------------------------------------------------------------------------------


def test_each_value_says_how_many_rows_it_would_give(client, officer, three):
    admissibility.admit(application=three[0], by=officer)
    page = client.get(f"{LIST}?compter=1").content.decode()
    assert facet(page, "État") == {"À contrôler": 2, "Recevable": 1}
    assert facet(page, "Suivi par") == {"personne": 3}
    assert facet(page, "Région") == {"Auvergne-Rhône-Alpes": 3}
    # A filter in force counts the others with itself, and its own values without.
    page = client.get(f"{LIST}?etat=admissible").content.decode()
    assert facet(page, "État") == {"À contrôler": 2, "Recevable": 1}
    assert facet(page, "Région") == {"Auvergne-Rhône-Alpes": 1}
    assert facet(page, "À surveiller")["Recevables, sans évaluateur"] == 1
    two = client.get(f"{LIST}?etat=admissible&etat=submitted&suivi=personne").content.decode()
    assert "<strong>3\N{NO-BREAK SPACE}dossiers</strong>" in two
    assert facet(client.get(f"{LIST}?alerte=a-examiner").content.decode(), "À surveiller")["À examiner"] == 2


def test_counts_are_those_of_the_lists_they_announce(client, officer, three):
    admissibility.take_charge(application=three[1], by=officer)
    page = client.get(f"{LIST}?compter=1").content.decode()
    for label, many in facet(page, "À surveiller").items():
        key = next(one.key for one in alerts() if one.label == label)
        assert f"<strong>{many}\N{NO-BREAK SPACE}dossier" in client.get(f"{LIST}?alerte={key}").content.decode()
    assert facet(page, "Suivi par") == {"moi": 1, "personne": 2}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("query", "cost"),
    [("", 11), ("?q=thiers", 11), ("?etat=submitted&segment=unknown", 11), ("?alerte=a-examiner", 12)],
)
def test_the_list_with_its_counts_costs_the_same(client, number, query, cost, django_assert_max_num_queries):
    some(number)
    client.get(LIST)
    with django_assert_max_num_queries(12) as queries:
        assert client.get(LIST + query).status_code == 200
    assert len(queries) == cost


def test_chosen_columns_are_remembered_for_the_screen_and_the_files(client, officer, three):
    answer = post(client, f"/listes/{KEY}/colonnes/", {"colonnes": ["suivi", "region"], "retour": f"{LIST}?tri=lieu"})
    assert answer.url == f"{LIST}?tri=lieu"
    page = text(client.get(LIST))
    assert "Auvergne-Rhône-Alpes" in page and "Montant demandé" in page
    csv = b"".join(client.get(f"{LIST}?format=csv").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[0] == "Lieu;Suivi par;Région"
    everything = b"".join(client.get(f"{LIST}?format=csv&colonnes=toutes").streaming_content).decode("utf-8-sig")
    assert everything.splitlines()[0].count(";") == 11
    other = signed_in(factories.officer())
    assert b"".join(other.get(f"{LIST}?format=csv").streaming_content).decode("utf-8-sig").startswith("Numéro;")
    post(client, f"/listes/{KEY}/colonnes/", {"origine": "1", "retour": LIST})
    assert ListMemory.objects.get(user=officer).columns == []


@pytest.mark.parametrize("back", ["https://ailleurs.test/", "//ailleurs.test", "javascript:alert(1)", ""])
def test_a_form_never_sends_its_reader_elsewhere(client, back):
    assert post(client, f"/listes/{KEY}/colonnes/", {"retour": back}).url == "/"


def test_a_list_that_cannot_be_is_not_found(client):
    assert post(client, f"/listes/{'x' * 90}/colonnes/").status_code == 404


def test_a_question_is_kept_under_a_name_and_its_address_given(client, officer, three):
    data = {"name": " Sans  suivi ", "chemin": LIST, "question": "suivi=personne"}
    assert post(client, f"/listes/{KEY}/filtres/", data).url == f"{LIST}?suivi=personne"
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.user) == ("Sans suivi", officer)
    assert "Sans suivi" in text(client.get(LIST))
    # The same name again replaces the question.
    post(client, f"/listes/{KEY}/filtres/", {**data, "question": "suivi=moi"})
    assert SavedFilter.objects.get().query == "suivi=moi"
    colleague = signed_in(factories.officer())
    assert colleague.get(f"/listes/filtre/{saved.public_id}/").url == f"{LIST}?suivi=moi"
    assert "Sans suivi" not in text(colleague.get(LIST))
    assert post(colleague, f"/listes/filtre/{saved.public_id}/supprimer/").status_code == 404
    assert post(client, f"/listes/filtre/{saved.public_id}/supprimer/", {"retour": LIST}).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": " ", "question": "q=a"}, "Donnez un nom"),
        ({"name": "a", "question": ""}, "il n’y a rien à enregistrer"),
        ({"name": "a", "question": "q=" + "a" * 3000}, "trop longue"),
    ],
)
def test_a_filter_that_cannot_be_kept_says_why(client, data, sentence):
    answer = post(client, f"/listes/{KEY}/filtres/", {"chemin": LIST, **data})
    assert answer.status_code == 422 and sentence in text(answer)


# --- Rows ticked -----------------------------------------------------------------------------------------------------


def test_ticks_survive_pages_filters_and_acts(client, officer, three):
    a, b, c = three
    tick(client, [a, b], [a, b])
    # Another page says nothing of the rows it does not show.
    tick(client, [c], [c])
    assert chosen(officer) == ids(a, b, c)
    tick(client, [a, b], [b])
    assert chosen(officer) == ids(c, b)
    page = client.get(f"{LIST}?q=lieu").content.decode()
    assert "2\N{NO-BREAK SPACE}dossiers</strong> dans votre sélection" in page
    assert page.count('aria-label="Sélectionner Lieu') == 3
    assert len(re.findall(r'name="coche"[^>]* checked>', page)) == 2
    assert tick(client, [a], [a], geste="recevable").url == "/pilotage/dossiers/lot/recevable/"
    assert chosen(officer) == ids(c, b, a)


def test_ticks_stay_in_the_scope_of_the_reader(client, officer, three):
    draft = factories.draft()
    tick(client, [*three, draft], [draft, three[0]])
    assert chosen(officer) == ids(three[0])
    answer = post(client, SELECT, {"vu": ["nonsense"], "coche": ["nonsense"]})
    assert answer.status_code == 302 and chosen(officer) == ids(three[0])


def test_everything_the_question_finds_or_nothing(client, officer, three):
    admissibility.admit(application=three[0], by=officer)
    tick(client, [], [], geste="toutes", question="etat=submitted")
    assert set(chosen(officer)) == {three[1].pk, three[2].pk}
    tick(client, [], [], geste="aucune")
    assert chosen(officer) == []


def test_the_buttons_without_script_go_where_they_say(client, three):
    places = {"retour": f"{LIST}?tri=lieu", "suite": f"{LIST}?tri=lieu&page=2"}
    assert tick(client, three, three, geste="garder", **places).url == f"{LIST}?tri=lieu"
    assert tick(client, three, three, geste="suivante", **places).url == f"{LIST}?tri=lieu&page=2"
    assert tick(client, three, [], geste="garder", retour="//ailleurs.test/").url == LIST


def test_the_script_reads_the_count(client, three):
    data = {"vu": [str(three[0].public_id)], "coche": [str(three[0].public_id)], "idempotency_key": "k" * 20}
    answer = client.post(SELECT, data, headers={"accept": "application/json"})
    assert answer.json() == {"count": 1, "text": "1\N{NO-BREAK SPACE}dossier"}


def test_who_may_not_act_ticks_nothing(three):
    reader = signed_in(factories.auditor())
    assert "Sélectionner" not in text(reader.get(LIST))
    assert tick(reader, three, three).status_code == 403


# --- Acts on many ----------------------------------------------------------------------------------------------------


def digest(page):
    return re.search(r'name="apercu" value="([0-9a-f]+)"', page.content.decode()).group(1)


def confirm(client, act, **data):
    page = client.get(f"/pilotage/dossiers/lot/{act}/")
    return post(client, f"/pilotage/dossiers/lot/{act}/", {"apercu": digest(page), **data})


def test_admitting_many_preview_confirm_job(client, officer, three, django_capture_on_commit_callbacks):
    a, b, c = three
    admissibility.request_correction(application=b, items="Le bail", due_at=factories.days(5), by=officer)
    tick(client, three, three)
    page = text(client.get("/pilotage/dossiers/lot/recevable/"))
    assert "2 dossiers deviennent recevables" in page and "Pièces demandées : attendez la réponse" in page
    assert "Cet acte ne se défait pas" in page and Application.objects.filter(state="admissible").count() == 0
    answer = confirm(client, "recevable")
    job = Job.objects.get()
    assert answer.url == f"/pilotage/travaux/{job.public_id}/" and (job.total, job.status) == (2, "queued")
    assert "0 ligne traitée sur 2" in text(client.get(answer.url))
    # One of them moves on before the worker comes to it.
    admissibility.take_charge(application=c, by=officer)
    jobs.run(job.pk)
    assert factories.fresh(a).state == "admissible" and factories.fresh(c).state == "submitted"
    assert list(JobRow.objects.values_list("status", flat=True)) == ["done", "refused"]
    job = Job.objects.get()
    assert (job.status, job.done) == ("done", 2) and job.errors[0]["label"].endswith("Lieu C")
    page = text(client.get(answer.url))
    assert "Recevable, la structure est prévenue" in page and "a changé" in page
    assert Notification.objects.filter(key__startswith="admitted:").count() == 1
    # The selection is as it was, until one says otherwise.
    assert chosen(officer) == ids(a, b, c)
    post(client, f"{answer.url}selection/", {"garder": "non-faites"})
    assert chosen(officer) == ids(c)


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(officer, three, monkeypatch):
    job = bulk_job(officer, three)
    real = admissibility.admit

    def killed(*, application, by, version=None):
        real(application=application, by=by, version=version)
        if application.pk == three[1].pk:
            raise KeyboardInterrupt  # as SIGKILL: nothing after it runs, the transaction is rolled back

    monkeypatch.setattr(admissibility, "admit", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)
    monkeypatch.setattr(admissibility, "admit", real)
    assert [factories.fresh(one).state for one in three] == ["admissible", "submitted", "submitted"]
    assert Notification.objects.filter(key__startswith="admitted:").count() == 1
    # The dead worker's job is left alone while it may be alive, then taken up where it stopped.
    assert jobs.sweep() == 0
    jobs.run(job.pk)
    assert factories.fresh(three[1]).state == "submitted"
    with time_machine.travel(timezone.now() + 2 * jobs.SILENCE):
        assert jobs.sweep() == 1
        assert jobs.sweep() == 0
    assert [factories.fresh(one).state for one in three] == ["admissible"] * 3
    assert Notification.objects.filter(key__startswith="admitted:").count() == 3
    assert JournalEntry.objects.filter(action="admit").count() == 3
    assert (Job.objects.get().status, Job.objects.get().done) == ("done", 3)


def bulk_job(officer, applications):
    act = bulk.ACTS["recevable"]
    found = bulk.preview(act=act, keys=ids(*applications), by=officer)
    return bulk.launch(act=act, keys=ids(*applications), by=officer, data={}, digest=found.digest)


def test_one_job_at_a_time_and_forgotten_ones_are_swept(officer, three):
    bulk_job(officer, three)
    with pytest.raises(Refusal, match="déjà en cours"):
        bulk_job(officer, three)
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=30)):
        assert jobs.sweep() == 1
    assert Application.objects.filter(state="admissible").count() == 3


def test_a_row_that_breaks_does_not_stop_the_others(officer, three, monkeypatch, caplog):
    job = bulk_job(officer, three)
    real = admissibility.admit
    broken = three[0].pk
    monkeypatch.setattr(
        admissibility, "admit", lambda **data: 1 / 0 if data["application"].pk == broken else real(**data)
    )
    jobs.run(job.pk)
    assert list(JobRow.objects.values_list("status", flat=True)) == ["failed", "done", "done"]
    assert "ZeroDivisionError" in caplog.text and "Erreur inattendue" in JobRow.objects.first().sentence


def test_a_preview_that_is_no_longer_true_is_shown_again(client, officer, three):
    tick(client, three, three)
    old = digest(client.get("/pilotage/dossiers/lot/recevable/"))
    admissibility.admit(application=three[0], by=officer)
    answer = post(client, "/pilotage/dossiers/lot/recevable/", {"apercu": old})
    assert answer.status_code == 409 and "des dossiers ont changé" in text(answer) and not Job.objects.exists()
    assert "2 dossiers deviennent recevables" in text(answer)


def test_assigning_many(client, officer, three):
    karim = factories.officer(first_name="Karim", last_name="Diallo")
    admissibility.take_charge(application=three[0], by=karim)
    tick(client, three, three)
    answer = confirm(client, "suivi", officer="")
    assert answer.status_code == 422 and not Job.objects.exists()
    assert confirm(client, "suivi", officer=factories.auditor().public_id).status_code == 422
    assert confirm(client, "suivi", officer=karim.public_id).status_code == 302
    jobs.run(Job.objects.get().pk)
    assert Job.objects.get().total == 2
    assert {factories.fresh(one).officer for one in three} == {karim}
    assert JournalEntry.objects.filter(action="assign_officer", actor=officer).count() == 2


def test_a_job_is_its_persons_and_the_auditors(client, officer, three):
    job = bulk_job(officer, three)
    path = f"/pilotage/travaux/{job.public_id}/"
    assert signed_in(factories.officer()).get(path).status_code == 404
    assert signed_in(factories.auditor()).get(path).status_code == 200
    assert post(signed_in(factories.auditor()), f"{path}selection/").status_code == 404
    assert "Déclarer des dossiers recevables" in text(client.get("/pilotage/travaux/"))
    fragment = client.get(path, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment and 'hx-trigger="every 2s"' in fragment


def test_who_lost_the_right_meanwhile_does_nothing(officer, three):
    job = bulk_job(officer, three)
    officer.role_grants.update(revoked_at=timezone.now())
    jobs.run(job.pk)
    assert set(JobRow.objects.values_list("status", flat=True)) == {"refused"}
    with pytest.raises(NotAllowed):
        bulk.launch(act=bulk.ACTS["recevable"], keys=[], by=factories.auditor(), data={}, digest="")


def test_acts_that_do_not_exist(client):
    assert client.get("/pilotage/dossiers/lot/autre/").status_code == 404
    assert "Votre sélection est vide" in text(client.get("/pilotage/dossiers/lot/recevable/"))
    assert issubclass(PermissionDenied, Exception) and issubclass(StalePage, Refusal)


@pytest.mark.parametrize("number", [1, 3])
def test_a_preview_costs_the_same_for_one_and_for_three(client, officer, number, django_assert_max_num_queries):
    sent = some(number)
    tick(client, sent, sent)
    with django_assert_max_num_queries(6) as queries:
        client.get("/pilotage/dossiers/lot/region/")
    assert len(queries) == 6


# --- By region -------------------------------------------------------------------------------------------------------

REGION = "Auvergne-Rhône-Alpes"


def test_the_rule_of_the_region_is_applied_on_arrival(officer):
    routing.set_rules(choices={REGION: officer}, by=officer)
    arrived = factories.submitted()
    assert arrived.officer == officer
    assert JournalEntry.objects.get(action="route_by_region").actor is None
    officer.role_grants.update(revoked_at=timezone.now())
    assert factories.submitted().officer is None


def test_the_rules_are_set_on_a_page_and_applied_in_bulk(client, officer, three):
    karim = factories.officer(first_name="Karim", last_name="Diallo")
    page = client.get("/pilotage/repartition/").content.decode()
    field = re.search(rf'for="id_(region_\d+)"[^>]*>\s*{REGION}', page).group(1)
    assert "3\N{NO-BREAK SPACE}dossiers à examiner ne sont suivis" in page
    answer = post(client, "/pilotage/repartition/", {field: str(karim.public_id)})
    assert answer.status_code == 302 and RegionRule.objects.get().officer == karim
    assert factories.fresh(three[0]).officer is None
    tick(client, three, three)
    assert confirm(client, "region").status_code == 302
    jobs.run(Job.objects.get().pk)
    assert {factories.fresh(one).officer for one in three} == {karim}
    assert "Déjà suivi par Karim Diallo" in text(client.get("/pilotage/dossiers/lot/region/"))
    post(client, "/pilotage/repartition/", {field: ""})
    assert not RegionRule.objects.exists()
    assert set(JournalEntry.objects.filter(action__contains="region_rule").values_list("action", flat=True)) == {
        "set_region_rule",
        "drop_region_rule",
    }


def test_only_officers_set_rules():
    auditor = signed_in(factories.auditor())
    assert "Règles en vigueur" in text(auditor.get("/pilotage/repartition/"))
    assert post(auditor, "/pilotage/repartition/").status_code == 403
    with pytest.raises(Refusal, match="n’instruit pas"):
        routing.set_rules(choices={REGION: factories.auditor()}, by=None)
    with pytest.raises(NotAllowed):
        routing.set_rules(choices={}, by=factories.auditor())


# --- The morning -----------------------------------------------------------------------------------------------------


def piles(morning):
    return {pile.alert.key: (pile.count, len(pile.lines)) for _, found in morning.groups for pile in found}


def test_the_morning_says_what_waits_and_for_whom(client, officer, three):
    a, b, _ = three
    for one in (a, b):
        admissibility.take_charge(application=one, by=officer)
    admissibility.request_correction(application=b, items="Le bail", due_at=factories.days(2), by=officer)
    now = piles(morning_of(officer))
    assert now == {"reponse-proche": (1, 1), "a-examiner": (1, 1), "chez-la-structure": (1, 0)}
    assert piles(morning_of(officer, scope=NOBODY)) == {"sans-suivi": (1, 1), "a-examiner": (1, 0)}
    assert morning_of(officer, scope=EVERYBODY).arrived == 3
    later = timezone.now() + datetime.timedelta(days=90)
    found = piles(morning_of(officer, now=later))
    assert found["refus-ne"][0] == 1 and found["reponse-passee"][0] == 1 and found["examen-en-retard"][0] == 1
    page = text(client.get("/pilotage/matin/"))
    assert "Réponse attendue sous 3 jours" in page and "Lieu B" in page and "Lieu C" not in page
    assert "Mes dossiers 2" in page and "Suivis par personne 1" in page
    assert "Mes dossiers 2" in text(client.get("/pilotage/matin/?qui=n-importe"))


def test_the_figures_of_the_morning_are_those_of_the_list(client, officer, three):
    morning = morning_of(officer, scope=EVERYBODY)
    for _, found in morning.groups:
        for pile in found:
            assert f"<strong>{pile.count}\N{NO-BREAK SPACE}dossier" in client.get(pile.url).content.decode()
    assert MINE in morning.scopes[0].key


@pytest.mark.parametrize("number", [1, 3])
def test_the_morning_costs_the_same_for_one_and_for_three(client, officer, number, django_assert_max_num_queries):
    some(number)
    with django_assert_max_num_queries(6) as queries:
        client.get("/pilotage/matin/?qui=tous")
    assert len(queries) == 6
