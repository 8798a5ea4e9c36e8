"""The list told before the announcement, by the keyboard: signed, communicated, opened by its link, closed."""

import re

from tests.browser import steps
from tests.browser.keyboard import Keyboard

ADDRESS = "prefecture@exemple.test"


def communicate(people, wave):
    """From an adopted wave: the signature, a link to a préfète, what she opens, what the register keeps, the end."""
    steps.sign(people.page("decision"), wave)
    officer = people.page("instruction")
    keys = Keyboard(officer)
    officer.goto(f"{wave}embargo/")
    people.look(officer)
    keys.skip_to_content()
    refused(people, officer, keys)
    send(officer, keys)
    open_list(people)
    register(people, officer, keys, wave)
    close(people, officer, keys, wave)
    assert keys.stops > 20


def refused(people, officer, keys):
    """Nothing typed: each field says what it lacks."""
    keys.activate("Envoyer le lien", tag="BUTTON")
    assert officer.locator(".fr-message--error").count() >= 4
    people.look(officer)


def send(officer, keys):
    # The page came back on the summary of what is missing.
    keys.fill({"Destinataire": "Jeanne Exemple", "Fonction": "préfète de région", "Adresse": ADDRESS})
    keys.find("Motif de la communication")
    keys.write("Préparer la venue du ministre.")
    keys.activate("Envoyer le lien", tag="BUTTON")
    steps.says(officer, f"Le lien est envoyé à {ADDRESS}")


def open_list(people):
    """By whoever holds the link, without an account; the telephone too."""
    mail = people.page("instruction").context.new_page()
    mail.goto(f"/courriels/?q={ADDRESS}")
    mail.get_by_role("link", name="Sous embargo").first.click()
    steps.says(mail, "Ouvrez-la ici")
    link = re.search(r"/embargo/[\w-]+/", mail.locator("main").inner_text()).group(0)
    mail.close()
    page = people.window()
    keys = Keyboard(page)
    page.goto(link)
    people.look(page, "embargo-lien", phone=True)
    keys.skip_to_content()
    keys.activate("Je garde l’embargo, ouvrir la liste", tag="BUTTON")
    steps.says(page, "tels que communiqués le", "Le Moulin des métiers")
    people.look(page)


def register(people, officer, keys, wave):
    officer.goto(f"{wave}embargo/")
    steps.says(officer, "Qui détient le lien")
    people.look(officer, "embargo", phone=True)
    keys.skip_to_content()
    keys.find("Télécharger (CSV)", tag="BUTTON")
    with officer.expect_download() as download:
        keys.press("Enter")
    assert "SOUS EMBARGO" in download.value.path().read_text(encoding="utf-8-sig")


def close(people, officer, keys, wave):
    officer.goto(f"{wave}embargo/")
    keys.skip_to_content()
    keys.activate("Fermer le lien", tag="A")
    people.look(officer)
    keys.skip_to_content()
    keys.find("Motif")
    keys.write("La venue est annulée.")
    keys.activate("Fermer le lien", tag="BUTTON")
    steps.says(officer, "Lien fermé")
    people.look(officer)
