"""One wave over HTTP, second half: reviews, panel, signature, announcement, agreement, payment, figures."""

import datetime
import re
import time

from scripts.visitor import NotOnPage, Upload, Visitor
from scripts.wave_deposit import ORGANISATION, PARIS, PLACE, ok, path_of

REVIEWERS = ("evaluation", "evaluation2", "evaluation3")
SIRET = "90000099300015"


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
    said = {"members_present": "Camille Ferrand, Yasmine Keller", "outside_opinions": "Avis favorable, au PV signé."}
    ok(chair.press(page, "Enregistrer la séance", held_on=today, **said))


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
    page = ok(applicant.press(page, "Ouvrir le courrier", accept="1"))
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
    form = page.form(button="Noter l’envoi")
    page = ok(officer.send(page, form, button="Noter", checked=list(form.choices["checked"])))
    page = ok(officer.press(page, "Noter la signature de la structure", signatory="Ada Neuve, présidente"))
    signatory = drive.person("decision")
    page = ok(signatory.get(path_of(page.url)))
    ok(signatory.press(page, "Signer pour l’État")).must_say("En vigueur")


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
    page = ok(recorder.get(address)).must_say("Paiement par Chorus")
    reference = f"DP{time.time_ns() // 1000}"
    import_payment(recorder, reference, amount_of(page))
    wait_for(recorder, address, "Payée", reference)


def amount_of(page):
    """The amount of the instalment that the page shows, as Chorus writes amounts."""
    shown = re.search(r"(?:Avance|Acompte|Solde) de ([\d\s,]+)€", page.text)
    if shown is None:
        raise NotOnPage(f"{page.url} ne dit pas le montant de l’échéance")
    return "".join(shown[1].split())


def import_payment(recorder, reference, amount):
    """The extract of Chorus: read, looked at, confirmed; a worker applies it."""
    today = datetime.datetime.now(PARIS).date()
    headings = "N° EJ;N° DP;Code taxe 1;Exercice comptable;Montant payé;Date de dernière opération sur la DP"
    line = f"21{reference[-8:]};{reference};{SIRET};{today.year};{amount};{today.isoformat()}"
    extract = Upload("extrait.csv", f"{headings}\n{line}\n".encode(), "text/csv")
    page = ok(recorder.get("/pilotage/chorus/importer/"))
    page = ok(recorder.press(page, "Lire", file=extract, fiscal_year=str(today.year)))
    ok(recorder.press(page.must_say("À appliquer", reference), "Confirmer"))


def wait_for(visitor, address, *words):
    """The page says it once the worker has passed."""
    for _ in range(120):
        page = ok(visitor.get(address))
        if all(word in page.text for word in words):
            return
        time.sleep(0.5)
    page.must_say(*words)


# --- 8. Figures -----------------------------------------------------------------------------------------------------


def steer(drive):
    auditor = drive.person("audit")
    ok(auditor.get("/pilotage/")).must_say("Pilotage", "300", "Reste à payer")
    page = ok(auditor.get(drive.paths["staff"]))
    if [form for form in page.forms if form.method == "post" and "logout" not in form.action]:
        raise NotOnPage("l’auditrice voit un formulaire qui écrit")


def count_in_public(drive):
    ok(Visitor(drive.base_url).get("/fabriques/?q=controle")).must_say(PLACE)
