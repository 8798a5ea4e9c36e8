"""A chair's panel day, from the call of the members to the minutes, by the keyboard alone and without dragging."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import embargo, steps
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
# Of the second wave of the demonstration, whose panel is called for next week; a member has a tie with the third.
PLACE, OTHER_PLACE, TIED = "Le Moulin des métiers", "La Fabrique du port", "L’Épicerie savante"
MEMBER = "Yasmine Keller"
OPINIONS = {"proposed": "Favorable", "waitlist": "Réservé, liste", "not_retained": "Défavorable"}


def test_a_panel_day_by_the_keyboard_alone(people):
    page = people.page("presidence")
    keys = Keyboard(page)
    wave = find_wave(page)
    put_off(people, page, keys, wave)
    call_members(people, page, keys, wave)
    sit_and_open(people, page, keys)
    meeting = steps.path_of(page)
    order(page, keys)
    examine(people, page, keys)
    opinion = prepare_the_rest(people, page, keys, wave)
    examine_alone(people, page, keys, meeting, opinion)
    advise_the_rest(people, page, keys, meeting)
    read_as_the_one_who_left(people, meeting)
    adopted = adopt_a_scenario(people, page, keys, wave)
    page.goto(meeting)
    close(people, page, keys, adopted)
    assert keys.stops > 100
    calibration(people, page, keys, wave)
    embargo.communicate(people, wave)


# --- Before ----------------------------------------------------------------------------------------------------------


def find_wave(page):
    """Path of the wave before the panel."""
    page.goto("/pilotage/vagues/?etat=deliberation")
    return page.locator("main tbody a[href^='/pilotage/vagues/']").first.get_attribute("href")


def put_off(people, page, keys, wave):
    """The meeting of next week will not be held: the members are told why."""
    page.goto(f"{wave}seances/")
    day = page.locator("main tbody a[href^='/pilotage/seances/']").first.inner_text()
    keys.skip_to_content()
    keys.activate(" ".join(day.split()), tag="A")
    steps.says(page, "Convoquée", TIED)
    people.look(page)
    keys.skip_to_content()
    keys.find("Motif de l’annulation", tag="INPUT")
    keys.write("La réunion est avancée.")
    keys.activate("Annuler la réunion", tag="BUTTON")
    steps.says(page, "Annulée")


# --- The day ---------------------------------------------------------------------------------------------------------


def call_members(people, page, keys, wave):
    """Today, so in a hurry: the reason is asked for and kept."""
    page.goto(f"{wave}seances/")
    people.look(page, "seances")
    today = datetime.datetime.now(ZoneInfo("Europe/Paris")).date()
    keys.skip_to_content()
    keys.find("Jour")
    write_day(page, today)
    keys.find("Heure")
    write_part(page, ("2359", "1159PM"), "23:59")
    keys.find("Lieu")
    keys.write("Salle du conseil, et visioconférence")
    keys.find(MEMBER)
    keys.press("Space")
    keys.activate("Préparer la réunion", tag="BUTTON")
    steps.says(page, "La réunion est préparée")
    people.look(page)
    keys.skip_to_content()
    keys.find("Motif de l’urgence")
    keys.write("Les crédits réservés tombent le 31 décembre.")
    keys.activate("Convoquer les membres", tag="BUTTON")
    steps.says(page, "Les membres sont convoqués")


def write_day(page, day):
    write_part(page, (f"{day:%d%m%Y}", f"{day:%m%d%Y}"), day.isoformat())


def write_part(page, ways, wanted):
    """Into a field of a day or an hour, whatever the order of its parts in this browser."""
    for typed in ways:
        page.keyboard.type(typed)
        if page.evaluate("document.activeElement.value") == wanted:
            return
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
    raise AssertionError(f"{wanted} was not understood: {page.evaluate('document.activeElement.value')}")


def sit_and_open(people, page, keys):
    keys.skip_to_content()
    for name in ("Camille Ferrand", MEMBER):
        keys.find(name, tag="SELECT")
        page.keyboard.type("Présent")
    keys.activate("Noter les présences", tag="BUTTON")
    steps.says(page, "sur 2, quorum de 1 atteint")
    keys.skip_to_content()
    keys.activate("Ouvrir la séance", tag="BUTTON")
    steps.says(page, "La séance est ouverte")
    people.look(page, "seance-comite", phone=True)


def order(page, keys):
    """Points move by buttons; then blocks again."""
    keys.skip_to_content()
    keys.activate("Descendre le point 1", tag="BUTTON")
    steps.says(page, "Le point est déplacé")
    keys.skip_to_content()
    keys.activate("Grouper les déports", tag="BUTTON")
    steps.says(page, "L’ordre du jour est en blocs")


def examine(people, page, keys):
    """One dossier: opened, a score moderated, a member who leaves, an opinion voted."""
    keys.skip_to_content()
    keys.activate(PLACE, tag="A")
    keys.skip_to_content()
    keys.activate("Ouvrir ce point", tag="BUTTON")
    people.look(page, "point-comite", phone=True)
    keys.skip_to_content()
    keys.find("Note modérée")
    keys.write("91,5")
    keys.find("Motif")
    keys.write("Le seul lieu de son bassin de vie.")
    keys.activate("Inscrire la note modérée", tag="BUTTON")
    steps.says(page, "La note modérée est inscrite")
    keys.skip_to_content()
    keys.find("Qui se déporte", tag="SELECT")
    page.keyboard.type("Yasmine")
    keys.find("En quoi")
    keys.write("Un proche y loue un bureau.")
    keys.activate("Inscrire le déport", tag="BUTTON")
    steps.says(page, "Le déport est inscrit")
    advise(people, page, keys, look=True)


def examine_alone(people, page, keys, meeting, opinion):
    """The dossier that a member leaves for is not in the vote on the whole list: it has its own."""
    page.goto(meeting)
    keys.skip_to_content()
    keys.activate(TIED, tag="A")
    keys.skip_to_content()
    keys.activate("Ouvrir ce point", tag="BUTTON")
    keys.skip_to_content()
    keys.find("Avis mis aux voix", tag="SELECT")
    page.keyboard.type(opinion)
    advise(people, page, keys)


def advise(people, page, keys, *, look=False):
    """The opinion of the panel on the point under way, by the one member who stays."""
    keys.skip_to_content()
    keys.activate("Mettre aux voix", tag="BUTTON")
    steps.says(page, "L’avis est mis aux voix")
    if look:
        people.look(page)
    keys.skip_to_content()
    keys.choose("Pour")
    keys.activate("Clore le vote", tag="BUTTON")
    steps.says(page, "Avis du comité")
    keys.skip_to_content()
    keys.activate("Clore ce point", tag="BUTTON")
    steps.says(page, "Le point est clos")


def prepare_the_rest(people, page, keys, wave):
    """Every dossier gets the outcome of its rank; returns the opinion that goes with that of the tied one."""
    page.goto(f"{wave}comite/")
    steps.says(page, "sans avis du comité")
    keys.skip_to_content()
    keys.find("Choisir la ligne et le motif", tag="SUMMARY")
    keys.press("Enter")
    # A line that the other journeys of the same demonstration leave alone.
    keys.find("Ligne budgétaire", tag="SELECT")
    page.keyboard.type("P147-01")
    keys.find("Motif commun des autres")
    keys.write("Le besoin du territoire n’est pas établi.")
    keys.activate("Remplir", tag="BUTTON")
    steps.says(page, "d’après le classement")
    people.look(page)
    return OPINIONS[page.get_by_label(f"Issue, {TIED}").input_value()]


def advise_the_rest(people, page, keys, meeting):
    """The other dossiers get the opinion that goes with their outcome, in one vote."""
    page.goto(meeting)
    keys.skip_to_content()
    keys.activate("Avis d’ensemble sur la proposition", tag="A")
    keys.skip_to_content()
    keys.activate("Ouvrir ce point", tag="BUTTON")
    people.look(page)
    keys.skip_to_content()
    keys.activate("Mettre l’avis d’ensemble aux voix", tag="BUTTON")
    steps.says(page, "L’avis d’ensemble est mis aux voix")
    keys.skip_to_content()
    keys.find("Tous les autres votent pour")
    keys.press("Space")
    keys.activate("Clore le vote", tag="BUTTON")
    steps.says(page, "Avis conforme aux issues préparées")
    keys.skip_to_content()
    keys.activate("Clore ce point", tag="BUTTON")
    steps.says(page, "Le point est clos")


def read_as_the_one_who_left(people, meeting):
    """Without JavaScript: the agenda says that a point is not hers, and nothing of the dossier."""
    page = people.page("comite", script=False)
    page.goto(meeting)
    steps.says(page, "Point auquel vous ne prenez pas part", OTHER_PLACE)
    for place in (PLACE, TIED):
        assert place not in page.content()


def adopt_a_scenario(people, page, keys, wave):
    """Two scenarios of the funding line: an amount of one is lowered, they are compared, the other is adopted."""
    page.goto(f"{wave}ligne/")
    create_scenario(page, keys, "A. Conforme", "des issues")
    people.look(page)
    dossiers, cents = proposed(page)
    keys.skip_to_content()
    keys.find("Nouveau scénario", tag="SUMMARY")
    keys.press("Enter")
    create_scenario(page, keys, "B. Réduit", "du scénario")
    lower(people, page, keys)
    reserved = reserved_cents(people)
    keys.skip_to_content()
    keys.activate("Adopter le scénario", tag="BUTTON")
    steps.says(page, "Le montant est réduit pour")
    assert reserved_cents(people) == reserved, "the letter lacks its reason: nothing at all is reserved"
    page.goto(f"{wave}ligne/")
    keys.skip_to_content()
    keys.activate("Comparer les cochés", tag="BUTTON")
    steps.says(page, "scénarios côte à côte", "pour d’autres montants")
    people.look(page)
    keys.skip_to_content()
    keys.activate("A. Conforme", tag="A")
    keys.skip_to_content()
    keys.activate("Adopter le scénario", tag="BUTTON")
    shown = page.locator("main").inner_text()
    assert "Proposition adoptée le" in shown, shown
    steps.says(page, "scénario « A. Conforme »", f"{dossiers} dossier")
    people.look(page)
    assert reserved_cents(people) == reserved + cents, "all that the scenario takes is reserved"
    return dossiers, cents


def lower(people, page, keys):
    """An amount of the scenario that is shown; left by Tab, the field is saved: what is left is told at once."""
    told = page.locator("#ligne [role=status]")
    before = told.inner_text()
    keys.skip_to_content()
    keys.find("Montant proposé", tag="INPUT")
    keys.write("100 000")
    keys.tab()
    expect(told).not_to_have_text(before)
    people.look(page)


def proposed(page):
    """(dossiers, cents) that the scenario takes, as the page says."""
    told = page.locator("#ligne [role=status]").inner_text().strip()
    found = re.match(r"(\d+)\s+proposés?,\s+([\d\s]+)€", told)
    return int(found[1]), cents_of(found[2])


def reserved_cents(people):
    """AE reserved, over every line and year, as the budget says it."""
    page = people.page("finances1")
    page.goto("/pilotage/budget/")
    return cents_of(page.locator("dt", has_text="AE réservées").locator("xpath=../dd").inner_text())


def cents_of(shown):
    """Of an amount in euros without cents, as pages write it."""
    return int("".join(re.findall(r"\d", shown))) * 100


def create_scenario(page, keys, name, origin):
    keys.skip_to_content()
    keys.find("Nom", tag="INPUT")
    keys.write(name)
    keys.find("À partir", tag="SELECT")
    # The first choice is the ranking alone, the second what this one is made from.
    keys.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.selectedOptions[0].textContent")
    assert chosen.startswith(origin), chosen
    keys.activate("Créer", tag="BUTTON")
    steps.says(page, f"scénario « {name} »")


def close(people, page, keys, adopted):
    """The minutes are there as the meeting closes, and their file soon after."""
    keys.skip_to_content()
    keys.activate("Lever la séance", tag="BUTTON")
    steps.says(page, "Le procès-verbal est prêt")
    keys.skip_to_content()
    keys.activate("Lire le procès-verbal", tag="A")
    steps.says(page, f"{MEMBER} a quitté la séance", "91,5 au lieu de", "1 pour, 0 contre", "Avec le vote du point")
    steps.says(page, "Scénario « A. Conforme » adopté le", f"{adopted[0]} dossier")
    people.look(page, "proces-verbal", phone=True)
    minutes = steps.path_of(page)
    steps.wait_until(page, minutes, lambda: page.get_by_role("link", name="Ouvrir le PDF").count())
    answer = page.request.get(f"{minutes}pdf/")
    assert answer.body().startswith(b"%PDF")
    keys.skip_to_content()
    keys.find("Ouvrir le PDF", tag="A")


# --- Beside ----------------------------------------------------------------------------------------------------------


def calibration(people, page, keys, wave):
    """Reached from the wave; too few sheets to adjust anything, and the page says so."""
    page.goto(wave)
    keys.skip_to_content()
    keys.activate("Calibration", tag="A")
    steps.says(page, "les notes brutes restent seules", "Corrélation intraclasse d’une note", "Alpha de Krippendorff")
    people.look(page, "calibration", phone=True)
    keys.skip_to_content()
    keys.activate("Classement", tag="A")
