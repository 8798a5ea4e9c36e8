"""Drive one whole wave over HTTP, as the different people, on a site that runs the demonstration.

    .venv/bin/python scripts/demo_check.py --base-url http://127.0.0.1:8000

Prints one line a step; exits 0, or 1 at the first step that fails. Only what a page offers is used: its forms, links
and sentences. The deposit window is shortened by a traced amendment, since deadlines follow the server's clock.
"""

import argparse
import datetime
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.visitor import NotOnPage, Upload, Visitor  # noqa: E402

PARIS = ZoneInfo("Europe/Paris")
PASSWORD, DOMAIN = "fabriques-demonstration", "fabriques.example"
CALL, PLACE, ORGANISATION = "ami-suivant", "Le Lieu du contrôle", "Association de contrôle"
REVIEWERS = ("evaluation", "evaluation2", "evaluation3")
YEARLY = {"expense-64": "50000", "expense-61": "12000", "requested-74": "50000", "resource-74-region": "8000"}
SIRET = "90000099300015"
ONE_PAGE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


class Drive:
    """The people of the wave and what they found: addresses of the wave, the dossier, the agreement…"""

    def __init__(self, base_url):
        self.base_url = base_url
        self.people = {}
        self.paths = {}

    def person(self, name, password=PASSWORD):
        """The signed-in browser of an account."""
        if name not in self.people:
            visitor = Visitor(self.base_url)
            page = visitor.get("/compte/login/")
            page = visitor.press(page, "Se connecter", login=f"{name}@{DOMAIN}", password=password)
            if "/compte/login/" in page.url:
                raise NotOnPage(f"{name} n’a pas pu se connecter : {page.text[-600:]}")
            self.people[name] = visitor
        return self.people[name]


def path_of(url):
    return urlsplit(url).path


def ok(page, status=200):
    if page.status != status:
        raise NotOnPage(f"{page.url} : {page.status} au lieu de {status}. {page.text[:600]}")
    return page


# --- 1. The call ----------------------------------------------------------------------------------------------------


def publish(drive):
    staff = drive.person("administration")
    page = ok(staff.get(f"/pilotage/appels/{CALL}/")).must_say("Brouillon")
    page = ok(staff.press(page, "Publier l’appel")).must_say("Publié")
    drive.paths["wave"] = path_of(page.link("Vague 1"))


def read_in_public(drive):
    page = ok(Visitor(drive.base_url).get(f"/appels/{CALL}/"))
    page.must_say("Gouvernance collective", "Le formulaire", "Surface utile", "150")


# --- 2. The applicant -----------------------------------------------------------------------------------------------


def sign_up(drive):
    visitor = Visitor(drive.base_url)
    email = f"controle@{DOMAIN}"
    page = visitor.get("/compte/signup/")
    ok(visitor.press(page, "Créer mon compte", first_name="Ada", last_name="Neuve", email=email, password1=PASSWORD))
    outbox = ok(visitor.get(f"/courriels/?q={email}"))
    message = ok(visitor.get(outbox.link("Confirmez votre adresse")))
    address = re.search(r"/compte/confirm-email/\S+/", message.text).group(0)
    ok(visitor.press(visitor.get(address), "Confirmer cette adresse"))
    drive.person("controle")


def draft(drive):
    applicant = drive.person("controle")
    page = ok(applicant.get(f"/dossiers/nouveau/?appel={CALL}"))
    page = applicant.press(
        page,
        "Commencer le dossier",
        organisation="new",
        name=ORGANISATION,
        legal_form="association_forming",
        siret="",
        organisation_address="1 rue de l’Essai",
        postal_code="63300",
        city="Thiers",
        representative_name="Ada Neuve",
        representative_title="présidente",
        place_name=PLACE,
        commune="63300 Thiers",
        address="1 rue de l’Essai",
        declared_segment="outside_large_centres",
    )
    ok(page).must_say(PLACE, "appel suivant")
    drive.paths["dossier"] = path_of(page.url)


def fill_sections(drive):
    applicant, dossier = drive.person("controle"), drive.paths["dossier"]
    summary = ok(applicant.get(dossier))
    sections = dict.fromkeys(link["href"] for link in summary.links if link["text"].startswith("Compléter"))
    for address in sections:
        page = ok(applicant.get(address))
        if address.endswith("/pieces/"):
            ok(applicant.press(page, "Joindre la pièce", kind="statutes", file=Upload("statuts.pdf", ONE_PAGE_PDF)))
        else:
            form = page.form(button="Enregistrer et continuer")
            ok(applicant.send(page, form, **filled(form)))


def filled(form):
    """An answer to each empty field; the financing plan has its own."""
    if "requested-74-1" in form.fields:
        plan = {**YEARLY, "resource-70": "4000"}
        return {f"{row}-{year}": amount for row, amount in plan.items() for year in (1, 2, 3)}
    # "12" is both a number and a short text.
    typed = {"textarea": "Réponse du contrôle, assez longue pour être lue.", "date": "2027-03-01"}
    answers = {}
    for name, kind in form.kinds.items():
        if name.startswith("q"):
            answers[name] = form.choices[name][0] if form.choices.get(name) else typed.get(kind, "12")
    return answers


def refuse_a_false_pdf(drive):
    applicant = drive.person("controle")
    page = ok(applicant.get(drive.paths["dossier"] + "pieces/"))
    page = applicant.press(page, "Joindre la pièce", kind="other", file=Upload("faux.pdf", b"not a pdf at all"))
    ok(page, 422).must_say("faux.pdf")


def submit(drive):
    applicant = drive.person("controle")
    page = ok(applicant.get(drive.paths["dossier"] + "envoyer/"))
    form = page.form(button="Envoyer mon dossier")
    consents = {name: values for name, values in form.choices.items() if form.kinds.get(name) == "checkbox"}
    page = ok(applicant.send(page, form, button="Envoyer mon dossier", **consents))
    page.must_say("reçu")


def read_receipt(drive):
    applicant = drive.person("controle")
    for _ in range(120):
        page = applicant.get(drive.paths["dossier"] + "accuse-de-reception/")
        if page.content.startswith(b"%PDF"):
            return
        time.sleep(0.5)
    raise NotOnPage("l’accusé de réception n’est pas devenu un PDF en une minute")


# --- 3. Admissibility -----------------------------------------------------------------------------------------------


def request_correction(drive):
    officer = drive.person("instruction")
    listing = ok(officer.get("/pilotage/dossiers/?q=controle"))
    drive.paths["staff"] = path_of(listing.link(PLACE))
    page = ok(officer.get(drive.paths["staff"]))
    page = ok(officer.press(page, "Prendre en charge"))
    form = page.form(button="Envoyer la demande")
    due = datetime.datetime.now(PARIS).date() + datetime.timedelta(days=15)
    typed = dict.fromkeys(form.names("items"), "Joindre le titre d’occupation du lieu.")
    typed |= {name: due.isoformat() for name in form.names("due")}
    ok(officer.send(page, form, button="Envoyer la demande", **typed)).must_say("Pièces demandées")


def answer_correction(drive):
    applicant, dossier = drive.person("controle"), drive.paths["dossier"]
    ok(applicant.get(dossier)).must_say("titre d’occupation")
    page = ok(applicant.get(dossier + "pieces/"))
    ok(applicant.press(page, "Joindre la pièce", kind="occupancy", file=Upload("bail.pdf", ONE_PAGE_PDF)))
    page = ok(applicant.get(dossier + "envoyer/"))
    form = page.form(button="Renvoyer mon dossier")
    consents = {name: values for name, values in form.choices.items() if form.kinds.get(name) == "checkbox"}
    ok(applicant.send(page, form, button="Renvoyer mon dossier", **consents))


def admit(drive):
    officer = drive.person("instruction")
    page = ok(officer.get(drive.paths["staff"]))
    ok(officer.press(page, "Déclarer recevable")).must_say("Recevable")


def close_deposit(drive):
    officer = drive.person("instruction")
    page = ok(officer.get(drive.paths["wave"] + "modifier/"))
    now = datetime.datetime.now(PARIS).strftime("%Y-%m-%dT%H:%M")
    reason = "Contrôle : fenêtre de dépôt raccourcie."
    ok(officer.press(page, "Enregistrer la modification", closes_at=now, reason=reason)).must_say(reason)
    page = ok(officer.get(drive.paths["wave"]))
    ok(officer.press(page, "Commencer l’instruction")).must_say("En instruction")


def refuse_late_deposit(drive):
    page = ok(drive.person("porteuse").get(f"/appels/{CALL}/"))
    if any("/dossiers/nouveau/" in link["href"] for link in page.links):
        raise NotOnPage("l’appel propose encore de commencer un dossier après la clôture")


# --- 4. Reviews -----------------------------------------------------------------------------------------------------


def assign(drive):
    officer = drive.person("instruction")
    page = ok(officer.get(drive.paths["wave"] + "affectation/"))
    page = ok(officer.press(page, "Proposer une affectation"))
    ok(officer.press(page, "Envoyer")).must_say("évaluation")


def review(drive):
    """Each reviewer who was asked declares no interest, accepts, scores every criterion; returns how many did."""
    given = 0
    for name in REVIEWERS:
        reviewer = drive.person(name)
        desk = ok(reviewer.get("/evaluations/"))
        mine = [link["href"] for link in desk.links if PLACE in link["text"]]
        if mine:
            give_sheet(reviewer, mine[0])
            given += 1
    if given < 2:
        raise NotOnPage(f"{given} évaluation(s) au lieu de 2")


def give_sheet(reviewer, address):
    page = ok(reviewer.get(address))
    form = page.form(action="/reponse/")
    page = ok(reviewer.send(page, form, button="Accepter", **{name: form.choices[name][0] for name in form.choices}))
    form = page.form(button="Rendre")
    answers = {name: values[-1] for name, values in form.choices.items() if values and values[-1]}
    answers |= {name: "Le dossier est précis." for name, kind in form.kinds.items() if kind == "textarea"}
    ok(reviewer.send(page, form, button="Rendre", **answers))


# --- 5. Panel, 6. decision ------------------------------------------------------------------------------------------


def hold_panel(drive):
    officer, chair, wave = drive.person("instruction"), drive.person("presidence"), drive.paths["wave"]
    ok(officer.press(ok(officer.get(wave)), "Ouvrir la délibération")).must_say("En comité")
    page = ok(chair.get(wave + "comite/")).must_say(PLACE)
    today = datetime.datetime.now(PARIS).date().isoformat()
    ok(chair.press(page, "Enregistrer la séance", held_on=today, members_present="Camille Ferrand, Yasmine Keller"))


def refuse_too_much(drive):
    """More than the call allows is refused on the row; the outcome is not prepared."""
    chair = drive.person("presidence")
    page = ok(chair.get(drive.paths["wave"] + "comite/"))
    page = chair.press(page, "Enregistrer les issues", amount="150 001", outcome="proposed")
    ok(page, 422).must_say("150 000")


def adopt(drive):
    chair, wave = drive.person("presidence"), drive.paths["wave"]
    page = ok(chair.get(wave + "comite/"))
    page = ok(chair.press(page, "Enregistrer les issues", amount="150 000", outcome="proposed"))
    ok(chair.press(page, "Adopter la proposition")).must_say("150 000")


def hidden_until_announced(drive):
    page = ok(drive.person("controle").get(drive.paths["dossier"]))
    if "Lauréat" in page.text or "Proposé" in page.text:
        raise NotOnPage("le porteur voit une issue avant l’annonce")
    page.must_say("En cours d’examen")


def sign(drive):
    signatory, wave = drive.person("decision"), drive.paths["wave"]
    page = ok(signatory.get(wave + "decisions/")).must_say("150 000")
    ok(signatory.press(page, "Signer la vague"))


def announce(drive):
    """The worker makes the letter; the announcement waits for it, then releases everything."""
    signatory, wave = drive.person("decision"), drive.paths["wave"]
    for _ in range(240):
        page = ok(signatory.get(wave + "decisions/"))
        if "Bloqué" not in page.text and [
            one for form in page.forms for one in form.buttons if "Annoncer" in one["text"]
        ]:
            ok(signatory.press(page, "Annoncer la vague"))
            ok(signatory.get(wave)).must_say("Annoncée")
            return
        time.sleep(0.5)
    raise NotOnPage(f"la lettre n’est pas prête après deux minutes : {page.text[-900:]}")


def open_letter(drive):
    applicant, dossier = drive.person("controle"), drive.paths["dossier"]
    ok(applicant.get(dossier)).must_say("Lauréat")
    page = ok(applicant.get(dossier + "decision/"))
    page = ok(applicant.press(page, "Ouvrir le courrier"))
    if not page.content.startswith(b"%PDF"):
        page = ok(applicant.get(page.link("courrier/")))
    if not page.content.startswith(b"%PDF"):
        raise NotOnPage(f"{page.url} n’est pas un PDF")


# --- 7. Agreement and payment ---------------------------------------------------------------------------------------


def give_siret(drive):
    """No SIRET was asked for until the award; one is needed to contract and to pay."""
    applicant = drive.person("controle")
    page = ok(applicant.get("/organisations/"))
    page = ok(applicant.get(page.link(ORGANISATION))) if "/organisations/" in page.url[-16:] else page
    page = ok(applicant.get(path_of(page.url) + "modifier/"))
    ok(applicant.press(page, "Enregistrer", siret=SIRET, legal_form="association")).must_say(ORGANISATION)


def contract(drive):
    officer = drive.person("instruction")
    page = ok(officer.get("/pilotage/conventions/a-preparer/")).must_say(PLACE)
    ok(officer.press(page, "Préparer"))
    page = ok(officer.get("/pilotage/conventions/?tri=-numero"))
    page = ok(officer.get(page.link("FT-C-"))).must_say(PLACE)
    for typed in ({}, {"signatory": "Ada Neuve, présidente"}, {"signatory": "Olivier Tessier, directeur"}):
        page = ok(officer.send(page, page.main_form(), **typed))
    page.must_say("En vigueur")


def pay(drive):
    """Three persons of the finances; the first may not go on with the second's act."""
    listing = ok(drive.person("finances1").get("/pilotage/echeances/"))
    address = path_of(listing.link(PLACE))
    certifier, orderer, recorder = (drive.person(f"finances{n}") for n in (1, 2, 3))
    page = ok(certifier.get(address)).must_say("Exigible")
    page = ok(certifier.send(page, page.form(button="Certifier"), button="Certifier"))
    if any("ettre en paiement" in one["text"] for form in page.forms for one in form.buttons):
        raise NotOnPage("la personne qui certifie peut aussi mettre en paiement")
    page = ok(orderer.get(address))
    ok(orderer.send(page, page.form(button="paiement"), button="paiement"))
    page = ok(recorder.get(address))
    reference, today = f"DP{time.time_ns()}", datetime.datetime.now(PARIS).date().isoformat()
    form = page.form(button="Noter le paiement")
    page = ok(recorder.send(page, form, button="Noter", on=today, chorus_reference=reference))
    page.must_say("Payée", reference)


# --- 8. Figures -----------------------------------------------------------------------------------------------------


def steer(drive):
    auditor = drive.person("audit")
    ok(auditor.get("/pilotage/")).must_say("Pilotage", "300", "Reste à payer")
    page = ok(auditor.get(drive.paths["staff"]))
    if [form for form in page.forms if form.method == "post" and "logout" not in form.action]:
        raise NotOnPage("l’auditrice voit un formulaire qui écrit")


def count_in_public(drive):
    ok(Visitor(drive.base_url).get("/fabriques/?q=controle")).must_say(PLACE)


STEPS = (
    ("1. L’administratrice publie l’appel", publish),
    ("1. Le public lit l’appel et tout son formulaire, sans compte", read_in_public),
    ("2. Une porteuse crée son compte et confirme son adresse", sign_up),
    ("2. Elle crée sa structure sans SIRET et commence un dossier à Thiers", draft),
    ("2. Un faux PDF est refusé, rien n’est perdu", refuse_a_false_pdf),
    ("2. Elle remplit chaque section, le budget de trois ans et joint une pièce", fill_sections),
    ("2. Elle envoie le dossier avant la clôture", submit),
    ("2. Elle reçoit l’accusé de réception en PDF", read_receipt),
    ("3. L’instructrice prend le dossier en charge et demande une pièce", request_correction),
    ("3. La porteuse joint la pièce et renvoie", answer_correction),
    ("3. L’instructrice déclare le dossier recevable", admit),
    ("3. La clôture est avancée par une modification tracée, l’instruction commence", close_deposit),
    ("3. Après la clôture, plus aucun dossier ne se commence", refuse_late_deposit),
    ("4. Les évaluations sont confiées et envoyées", assign),
    ("4. Deux évaluateurs déclarent, acceptent, notent chaque critère", review),
    ("5. Le comité se réunit", hold_panel),
    ("5. Un montant au-delà des bornes est refusé", refuse_too_much),
    ("5. La proposition est adoptée, les AE sont réservées", adopt),
    ("5. La porteuse ne voit rien avant l’annonce", hidden_until_announced),
    ("6. Le directeur signe la vague, les AE sont engagées", sign),
    ("6. La lettre est faite par le worker, l’annonce publie tout d’un coup", announce),
    ("6. La lauréate ouvre sa lettre", open_letter),
    ("7. Elle donne son SIRET, exigé à l’attribution", give_siret),
    ("7. La convention est envoyée, signée des deux parties", contract),
    ("7. Trois personnes certifient, mettent en paiement et notent le paiement", pay),
    ("8. L’auditrice lit le pilotage et ne peut rien changer", steer),
    ("8. Le lieu est compté en public", count_in_public),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", required=True)
    drive = Drive(parser.parse_args().base_url)
    start = time.monotonic()
    for title, step in STEPS:
        try:
            step(drive)
        except (NotOnPage, OSError, AttributeError, IndexError) as error:
            print(f"ÉCHEC  {title}\n       {error}", flush=True)
            return 1
        print(f"ok     {title}", flush=True)
    print(f"{len(STEPS)} étapes en {time.monotonic() - start:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
