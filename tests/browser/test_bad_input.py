"""What people do that they should not: a sentence says what to do, and what they typed is still there."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.people import PASSWORD

pytestmark = pytest.mark.browser
DRAFT, SENT = "Le Préau numérique", "Le Tiroir"


@pytest.fixture
def applicant(people):
    return people.page("porteuse")


@pytest.fixture
def draft(applicant):
    """Path of the draft of the demonstration."""
    applicant.goto("/mes-dossiers/")
    applicant.get_by_role("link", name=DRAFT, exact=True).first.click()
    applicant.wait_for_url("**/dossiers/*/")
    return steps.path_of(applicant)


def first_text(page):
    return page.locator("form#section textarea").first


def test_the_second_of_two_tabs_is_told_and_keeps_its_text(people, applicant, draft):
    applicant.goto(f"{draft}projet/")
    other = applicant.context.new_page()
    other.goto(f"{draft}projet/")
    first_text(applicant).fill("Le texte du premier onglet.")
    steps.press(applicant, "Enregistrer et continuer")
    applicant.wait_for_url("**/lieu/")
    first_text(other).fill("Le texte du second onglet.")
    steps.press(other, "Enregistrer et continuer")
    steps.says(other, "a changé cette page pendant que vous écriviez")
    expect(first_text(other)).to_have_value("Le texte du second onglet.")
    both = other.locator(".fab-deux-textes").inner_text()
    assert "Le texte du premier onglet." in both and "Le texte du second onglet." in both
    people.look(other)
    other.get_by_label("Garder ce que j’ai écrit").check()
    steps.press(other, "Enregistrer et continuer")
    other.wait_for_url("**/lieu/")
    other.close()


@pytest.mark.parametrize("lost", ["sessionid", None], ids=["sign-in", "every cookie"])
def test_an_ended_session_gives_the_text_back_without_javascript(people, draft, lost):
    page = people.sign_in(people.window(script=False), "porteuse")
    page.goto(f"{draft}projet/")
    first_text(page).fill(f"Un texte écrit pendant deux heures, sans {lost}.")
    page.context.clear_cookies(**({"name": lost} if lost else {}))
    steps.press(page, "Enregistrer et continuer")
    if not lost:
        steps.says(page, "Un texte écrit pendant deux heures", "Se connecter et reprendre mon texte")
        page.get_by_role("link", name="Se connecter et reprendre").click()
    steps.fill(page, {"Courriel": "porteuse@fabriques.example", "Mot de passe": PASSWORD})
    steps.press(page, "Se connecter")
    steps.says(page, "Votre texte est gardé", "Un texte écrit pendant deux heures")
    steps.press(page, "Envoyer de nouveau")
    page.goto(f"{draft}projet/")
    expect(first_text(page)).to_have_value(f"Un texte écrit pendant deux heures, sans {lost}.")


def test_what_is_typed_without_network_is_told_kept_and_sent_when_it_is_back(people, draft):
    page = people.sign_in(people.window(), "porteuse")
    page.goto(f"{draft}projet/")
    state = page.locator("[data-keep-state]")
    first_text(page).fill("Écrit avec le réseau.")
    expect(state).to_contain_text("Enregistré à")
    page.context.route("**/garder/", lambda route: route.abort("aborted"))
    first_text(page).press_sequentially(" Et sans.")
    expect(state).to_contain_text("réseau absent, gardé dans ce navigateur")
    page.context.unroute_all()
    expect(state).to_contain_text("Enregistré à", timeout=20_000)
    page.goto(f"{draft}projet/")
    assert "Et sans." in first_text(page).input_value()


def test_a_text_that_never_arrived_is_offered_when_its_author_comes_back(people, draft):
    page = people.sign_in(people.window(), "porteuse")
    page.goto(f"{draft}projet/")
    page.context.set_offline(True)
    first_text(page).fill("Un texte que le service n’a pas reçu.")
    expect(page.locator("[data-keep-state]")).to_contain_text("gardé dans ce navigateur")
    page.close()
    page.context.set_offline(False)
    # What failed for want of a network is the test itself.
    people.watches[-1].troubles.clear()
    page = page.context.new_page()
    page.goto(f"{draft}projet/")
    steps.says(page, "Texte retrouvé", "Un texte que le service n’a pas reçu.")
    people.look(page, "texte-retrouve", phone=True)
    steps.press(page, "Reprendre ce texte")
    expect(first_text(page)).to_have_value("Un texte que le service n’a pas reçu.")
    expect(page.locator("[data-keep-state]")).to_contain_text("Enregistré à")


def test_a_page_from_before_the_change_is_stale(people):
    officer = people.page("instruction")
    officer.goto("/pilotage/vagues/")
    officer.locator("tr").filter(has_text="Ouverte au dépôt").get_by_role("link").first.click()
    officer.get_by_role("link", name="Modifier une date ou la capacité").click()
    other = officer.context.new_page()
    other.goto(officer.url)
    for page, capacity in ((officer, "31"), (other, "32")):
        steps.fill(page, {"Lauréats au plus": capacity, "Motif": f"Porter la capacité à {capacity}."})
        steps.press(page, "Enregistrer la modification")
    steps.says(officer, "Porter la capacité à 31.")
    steps.says(other, "Porter la capacité à 32.", "Ouvrir la page à jour")
    people.look(other)
    other.close()


def test_amounts_that_cannot_be_are_told_under_their_row(people, applicant, draft):
    applicant.goto(f"{draft}plan-de-financement/")
    applicant.locator("[name=expense-60-1]").fill("-5")
    applicant.locator("[name=expense-61-1]").fill("99999999999999999999")
    applicant.locator("[name=expense-62-1]").fill("douze")
    steps.press(applicant, "Enregistrer et continuer")
    for row, typed in (("60", "-5"), ("61", "99999999999999999999"), ("62", "douze")):
        expect(applicant.locator(f"[name=expense-{row}-1]")).to_have_value(typed)
        expect(applicant.locator(f"#message-expense-{row}")).not_to_be_empty()
    people.look(applicant)


def test_a_false_pdf_and_an_unknown_commune_are_told(people, applicant, draft):
    steps.attach(applicant, draft, "other", "faux.pdf", b"not a pdf at all")
    steps.says(applicant, "« faux.pdf »")
    people.look(applicant)
    applicant.goto(f"{draft}adresse/")
    steps.fill(applicant, {"Commune du lieu": "Trifouillis-les-Oies"})
    steps.press(applicant, "Enregistrer et continuer")
    expect(steps.field(applicant, "Commune du lieu")).to_have_value("Trifouillis-les-Oies")
    steps.says(applicant, "Aucune commune ne répond")
    people.look(applicant)


def test_the_dossier_of_somebody_else_does_not_exist(people, draft):
    stranger = people.page("porteur")
    assert stranger.goto(draft).status == 404
    people.look(stranger)
    assert stranger.goto("/pilotage/").status == 403
    people.look(stranger)


def test_a_post_without_its_token_gives_the_text_back(people, applicant, draft):
    applicant.goto(f"{draft}projet/")
    first_text(applicant).fill("Un texte sans jeton.")
    applicant.locator("form#section [name=csrfmiddlewaretoken]").evaluate("one => one.remove()")
    steps.press(applicant, "Enregistrer et continuer")
    steps.says(applicant, "Un texte sans jeton.")
    people.look(applicant)
