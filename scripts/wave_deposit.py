"""One wave over HTTP, first half: the call is published, a dossier is drafted, sent, completed, admitted."""

import datetime
import re
import time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scripts.visitor import NotOnPage, Upload, Visitor

PARIS = ZoneInfo("Europe/Paris")
PASSWORD, DOMAIN = "fabriques-demonstration", "fabriques.example"
CALL, PLACE, ORGANISATION = "ami-suivant", "Le Lieu du contrôle", "Association de contrôle"
YEARLY = {"expense-64": "50000", "expense-61": "12000", "requested-74": "50000", "resource-74-region": "8000"}
ONE_PAGE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def pdf(name):
    """A page that no other piece has: the same file is not joined twice to a dossier."""
    return Upload(name, ONE_PAGE_PDF.replace(b"\n", f"\n% {name}\n".encode(), 1))


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
            ok(applicant.press(page, "Joindre la pièce", kind="statutes", file=pdf("statuts.pdf")))
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
        # q12 is a question; q alone says which questions the page showed.
        if re.match(r"q\d", name):
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
    ok(applicant.press(page, "Joindre la pièce", kind="occupancy", file=pdf("bail.pdf")))
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
