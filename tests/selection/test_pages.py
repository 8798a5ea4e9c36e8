"""The pages of a wave, driven as each person would."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from funding.models import Account
from selection.decisions import announce, sign_wave
from selection.models import PreparedOutcome, SignatureDelegation
from selection.outcomes import adopt
from tests import factories
from tests.selection.conftest import GRANT, YEAR, build, delegate, make_letters, member_of, prepare_all, reviewed

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


def page_of(client, person, name, *args):
    client.force_login(person)
    response = client.get(reverse(f"selection:{name}", args=args))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def guard(html, action=""):
    """Hidden fields of the form of `html` that posts to `action`."""
    forms = re.findall(r"<form[^>]*>.*?</form>", html, re.S)
    form = next(f for f in forms if f'action="{action}"' in f or (not action and "action=" not in f.split(">")[0]))
    return dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', form))


def key():
    return {"idempotency_key": timezone.now().strftime("%Y%m%d%H%M%S%f")}


def rows(panel, **fields):
    """What the panel's table posts for every dossier."""
    data = {}
    for dossier in panel.dossiers:
        prefix = f"d{dossier.public_id.hex}"
        known = PreparedOutcome.objects.filter(application=dossier).first()
        typed = {
            "outcome": "proposed",
            "amount": "150 000",
            "credit": f"{panel.line.public_id}:{YEAR}",
            "version": str(known.version if known else 0),
            **fields.get(f"r{dossier.pk}", {}),
        }
        data |= {f"{prefix}-{name}": value for name, value in typed.items()}
    return data


# --- The panel's page --------------------------------------------------------------------------------------------


def test_the_panel_sees_ranking_money_and_places(client, panel):
    html = page_of(client, factories.panel_member(), "panel", panel.wave.public_id)
    assert f"300{NBSP}000{NBSP}€ d’AE disponibles" in html
    assert "Ligne de financement en l’état" in html
    assert html.index(panel.dossiers[0].reference) < html.index(panel.dossiers[3].reference)
    assert "91,0" in html
    assert "Enregistrer les issues" not in html


def test_staff_prepare_save_and_adopt_from_the_page(client, panel):
    url = reverse("selection:panel", args=[panel.wave.public_id])
    client.force_login(panel.officer)
    _, _, third, fourth = panel.dossiers
    held = {"act": "hold", "seance-held_on": timezone.localdate().isoformat(), "seance-members_present": "Six membres"}
    held["seance-outside_opinions"] = "Avis conformes, procès-verbal signé"
    assert client.post(url, held | key()).status_code == 302
    typed = rows(
        panel,
        **{
            f"r{third.pk}": {"outcome": "waitlist"},
            f"r{fourth.pk}": {"outcome": "not_retained", "ground": "Modèle économique."},
        },
    )
    assert client.post(url, typed | {"act": "save"} | key()).status_code == 302
    assert sorted(PreparedOutcome.objects.values_list("outcome", flat=True)) == [
        "not_retained",
        "proposed",
        "proposed",
        "waitlist",
    ]
    html = page_of(client, panel.officer, "panel", panel.wave.public_id)
    assert f"2{NBSP}dossiers, 300{NBSP}000{NBSP}€ proposés" in html
    response = client.post(url, {"act": "adopt", "adopter-reason": ""} | guard(html) | key(), follow=True)
    assert f"2{NBSP}dossiers, 300{NBSP}000{NBSP}€ réservés" in response.content.decode()
    assert Account.objects.get(kind="ae_opened", line=panel.line).balance_cents == 0
    html = page_of(client, panel.officer, "panel", panel.wave.public_id)
    undone = {"act": "undo", "annuler-reason": "Erreur"} | key()
    assert client.post(url, undone).status_code == 302
    assert Account.objects.get(kind="ae_opened", line=panel.line).balance_cents == 2 * GRANT


def test_more_than_is_left_comes_back_in_the_words_of_the_ledger(client, panel):
    prepare_all(panel, proposed=3)
    url = reverse("selection:panel", args=[panel.wave.public_id])
    html = page_of(client, panel.officer, "panel", panel.wave.public_id)
    assert f"Il manque 150{NBSP}000{NBSP}€" in html
    response = client.post(url, {"act": "adopt"} | key())
    assert response.status_code == 422
    assert f"il manque 150{NBSP}000{NBSP}€" in response.content.decode()
    assert not PreparedOutcome.objects.filter(award__isnull=False).exists()


def test_refused_rows_keep_what_was_typed_and_write_nothing(client, panel):
    url = reverse("selection:panel", args=[panel.wave.public_id])
    client.force_login(panel.officer)
    _, second, third, fourth = panel.dossiers
    typed = rows(
        panel,
        **{
            f"r{second.pk}": {"amount": "-5"},
            f"r{third.pk}": {"amount": "200 000"},
            f"r{fourth.pk}": {"outcome": "not_retained", "departure_reason": "Un motif tapé"},
        },
    )
    response = client.post(url, typed | {"act": "save"} | key())
    html = response.content.decode()
    assert response.status_code == 422
    assert "ne peut pas être négatif" in html
    assert "Un motif tapé" in html
    assert not PreparedOutcome.objects.exists()
    typed[f"d{second.public_id.hex}-amount"] = "150 000"
    html = client.post(url, typed | {"act": "save"} | key()).content.decode()
    assert f"dépasse les 150{NBSP}000{NBSP}€ demandés" in html
    assert "Donnez le motif" in html
    assert not PreparedOutcome.objects.exists()


def test_a_stale_row_is_told_and_nothing_is_lost(client, panel):
    prepare_all(panel)
    url = reverse("selection:panel", args=[panel.wave.public_id])
    client.force_login(panel.officer)
    dossier = panel.dossiers[2]
    typed = rows(panel, **{f"r{dossier.pk}": {"outcome": "waitlist", "version": "7", "ground": "Texte tapé ici"}})
    response = client.post(url, typed | {"act": "save"} | key())
    assert response.status_code == 422
    html = response.content.decode()
    assert "Texte tapé ici" in html
    assert "Yanis Belkacem a préparé ce dossier entre-temps" in html
    prefix = f"d{dossier.public_id.hex}"
    again = re.search(rf'name="{prefix}-version" value="(\d+)"', html)[1]
    assert client.post(url, typed | {f"{prefix}-version": again, "act": "save"} | key()).status_code == 302
    assert PreparedOutcome.objects.get(application=dossier).ground == "Texte tapé ici"


def test_after_the_adoption_the_typed_text_is_shown_back(client, adopted):
    client.force_login(adopted.officer)
    dossier = adopted.dossiers[2]
    typed = rows(adopted, **{f"r{dossier.pk}": {"outcome": "waitlist", "ground": "Texte tapé ici"}})
    url = reverse("selection:panel", args=[adopted.wave.public_id])
    response = client.post(url, typed | {"act": "save"} | key())
    assert response.status_code == 409
    assert "Texte tapé ici" in response.content.decode()


def test_the_ranking_fills_the_table(client, panel):
    url = reverse("selection:panel", args=[panel.wave.public_id])
    client.force_login(panel.officer)
    asked = {"act": "fill", "remplir-credit": f"{panel.line.public_id}:{YEAR}", "remplir-waitlist": "1"}
    assert "motif commun" in client.post(url, asked | key()).content.decode()
    client.post(url, asked | {"remplir-ground": "Classé après."} | key())
    outcomes = dict(PreparedOutcome.objects.values_list("application_id", "outcome"))
    assert [outcomes[d.pk] for d in panel.dossiers] == ["proposed", "proposed", "waitlist", "not_retained"]


def test_filters_of_the_table(client, panel):
    prepare_all(panel)
    client.force_login(factories.auditor())
    url = reverse("selection:panel", args=[panel.wave.public_id])
    for view, shown in (("proposes", 2), ("liste", 1), ("non", 1), ("sans", 0), ("ecarts", 0), ("autre", 4)):
        html = client.get(url, {"voir": view}).content.decode()
        assert html.count('class="fab-selection__dossier') == shown, view


def test_a_long_ranking_folds_what_is_far_from_the_line(client, db):
    panel = build(ranks=3, money=GRANT)
    for n in range(62):
        reviewed(panel.wave, [5000 - n])
    url = reverse("selection:panel", args=[panel.wave.public_id])
    client.force_login(factories.auditor())
    html = client.get(url).content.decode()
    assert "Afficher 49\xa0dossiers de plus" in html
    assert client.get(url, {"tout": ""}).content.decode().count('class="fab-selection__dossier') == 65


def test_the_number_of_queries_does_not_grow_with_the_rows(client, db):
    client.force_login(factories.auditor())
    counts = []
    for ranks in (1, 3):
        panel = prepare_all(build(ranks=ranks), proposed=1)
        adopt(wave=panel.wave, by=panel.officer)
        sign_wave(wave=panel.wave, by=panel.signatory)
        names = ["panel", "decisions", "wave"]
        urls = [reverse(f"selection:{name}", args=[panel.wave.public_id]) for name in names]
        urls += [f"{reverse('selection:letters')}?vague={panel.wave.public_id}"]
        counts.append([queries(client, url) for url in urls])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 18, counts[0]


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- The wave's page ---------------------------------------------------------------------------------------------


def test_the_wave_says_where_it_stands(client, panel):
    html = page_of(client, factories.auditor(), "wave", panel.wave.public_id)
    assert "Chemin critique" in html
    assert "Ouvrir la table du comité" in html
    assert "Modifier une date" not in html
    assert "Vague 1" in page_of(client, factories.auditor(), "waves")


def test_the_steps_of_a_wave_are_posted(client, db):
    wave = factories.wave()
    officer = factories.officer()
    html = page_of(client, officer, "wave", wave.public_id)
    url = reverse("selection:advance", args=[wave.public_id])
    assert "le dépôt est ouvert jusqu’au" in html
    refused = client.post(url, {"step": "start_instruction"} | key())
    assert refused.status_code == 422
    amend = reverse("selection:amend", args=[wave.public_id])
    html = client.get(amend).content.decode()
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', html))
    now = timezone.localtime()
    typed = fields | {"closes_at": now.strftime("%Y-%m-%dT%H:%M"), "reason": "Démonstration"} | key()
    assert client.post(amend, typed).status_code == 302
    for step, state in (
        ("start_instruction", "instruction"),
        ("start_review", "review"),
        ("start_deliberation", "deliberation"),
    ):
        assert client.post(url, {"step": step} | key()).status_code == 302
        assert factories.fresh(wave).state == state
    html = page_of(client, officer, "wave", wave.public_id)
    assert "Démonstration" in html
    assert "clôture du dépôt" in html


def test_an_old_page_moves_no_step(client, db):
    wave = factories.wave()
    client.force_login(factories.officer())
    url = reverse("selection:advance", args=[wave.public_id])
    response = client.post(url, {"step": "start_review", "version": str(wave.version + 3)} | key())
    assert response.status_code == 409


# --- Delegations -------------------------------------------------------------------------------------------------


def test_an_administrator_records_a_delegation(client, panel):
    administrator = factories.administrator()
    url = reverse("selection:delegate")
    client.force_login(administrator)
    typed = {
        "programme": str(panel.wave.call.programme.public_id),
        "holder": str(panel.signatory.public_id),
        "acts": ["award", "refusal"],
        "ceiling_cents": "150 000",
        "starts_on": "2026-01-01",
        "ends_on": "2025-01-01",
        "authority": "le ministre",
        "published_act": "Arrêté du 4 janvier 2026",
        "act_on": "2025-12-20",
        "published_on": "2025-12-28",
        "formula": "Pour le ministre et par délégation,",
    }
    wrong = [
        ({}, "finit avant de commencer"),
        ({"ends_on": "2028-01-01", "published_on": "2026-02-01"}, "ne vaut qu’une fois publiée"),
        ({"ends_on": "2028-01-01", "published_on": "2025-12-01"}, "publié le jour où il est pris"),
        ({"ends_on": "2028-01-01", "formula": "Le directeur"}, "et par délégation"),
        ({"ends_on": "2028-01-01", "authority": "le préfet"}, "ne nomme pas l’autorité"),
    ]
    for change, sentence in wrong:
        refused = client.post(url, typed | change | key())
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    assert client.post(url, typed | {"ends_on": "2028-01-01"} | key()).status_code == 302
    assert SignatureDelegation.objects.filter(published_act="Arrêté du 4 janvier 2026").count() == 1
    assert "Arrêté du 4 janvier 2026" in page_of(client, administrator, "delegations")
    client.force_login(panel.officer)
    assert client.get(url).status_code == 403


def test_the_dossier_leads_to_its_decision(client, signed):
    make_letters(signed.wave)
    dossier = signed.dossiers[0]
    address = reverse("selection:my_decision", args=[dossier.public_id])
    client.force_login(member_of(dossier))
    assert address not in client.get(f"/dossiers/{dossier.public_id}/").content.decode()
    announce(wave=signed.wave, by=signed.signatory)
    assert address in client.get(f"/dossiers/{dossier.public_id}/").content.decode()


def test_the_page_asks_why_the_capacity_is_exceeded(client, db):
    panel = prepare_all(build(capacity=1))
    html = page_of(client, panel.officer, "panel", panel.wave.public_id)
    assert "un motif est demandé" in html
    url = reverse("selection:panel", args=[panel.wave.public_id])
    refused = client.post(url, {"act": "adopt", "adopter-reason": ""} | key())
    assert refused.status_code == 422
    assert "indiquez le motif du dépassement" in refused.content.decode()
    assert client.post(url, {"act": "adopt", "adopter-reason": "Même note"} | key()).status_code == 302
    assert "Même note" in page_of(client, panel.officer, "panel", panel.wave.public_id)


def test_lists_cost_the_same_for_one_and_for_three(client, panel):
    client.force_login(factories.auditor())
    urls = [reverse("selection:waves"), reverse("selection:delegations")]
    before = [queries(client, url) for url in urls]
    for _ in range(2):
        delegate(panel.signatory, build(ranks=1, money=0).wave)
    assert [queries(client, url) for url in urls] == before
