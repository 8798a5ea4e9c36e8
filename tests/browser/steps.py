"""What the people of a wave do on its pages, one short function an act. Every act goes through the page itself."""

import datetime
import io
import re
from urllib.parse import urlsplit

from pypdf import PdfReader

from tests.browser.people import DOMAIN, PASSWORD

CALL = "ami-suivant"
SIRET = "90000077900018"
ONE_PAGE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def press(page, name, *, inside=None, exact=False):
    """Click the button of this name."""
    (inside or page).get_by_role("button", name=name, exact=exact).first.click()


def go_on(page, name, **where):
    """Click the button of this name and wait for the page that answers: leaving sooner would cut the post off."""
    with page.expect_navigation():
        press(page, name, **where)


def field(page, label):
    """The field whose label begins so; the words "(obligatoire)" and the hint follow in the label."""
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(?![a-zà-ÿ])")).first


def fill(page, values):
    """{label: text} typed into the fields."""
    for label, value in values.items():
        field(page, label).fill(value)


def tick(box):
    """Tick a box or a radio by its label: the design system draws it over the field itself."""
    if not box.is_checked():
        box.page.locator(f"label[for='{box.get_attribute('id')}']").first.click()


def says(page, *sentences):
    """The page shows each sentence; spaces of any kind are alike."""
    for sentence in sentences:
        words = re.compile(r"\s+".join(map(re.escape, sentence.split())))
        page.get_by_text(words).first.wait_for()


STOP_FOLLOWING = """() => document.querySelectorAll("[hx-trigger^='every']").forEach((one) => {
    one.dispatchEvent(new Event("htmx:abort"));
    one.remove();
})"""


def leave_for(page, path):
    """Go elsewhere from a page that follows a work: the reload it does when the work ends would cut our way short."""
    page.evaluate(STOP_FOLLOWING)
    page.goto(path)


def settled(page):
    """The letters of the wave move no more: the page has had its last reload, and asks for nothing by itself."""
    page.locator("#progression:not([hx-get])").wait_for(timeout=60_000)


def path_of(page):
    return urlsplit(page.url).path


def file_of(name, content=None):
    """A file to choose; without a content, a page that no other piece has: none is joined twice to a dossier."""
    content = content or ONE_PAGE_PDF.replace(b"\n", f"\n% {name}\n".encode(), 1)
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


# --- Call and account ------------------------------------------------------------------------------------------------


def publish_call(page):
    page.goto(f"/pilotage/appels/{CALL}/")
    go_on(page, "Publier l’appel")
    says(page, "Publié")


def sign_up(page, name):
    """An account of the day, its address confirmed through the outbox of the demonstration; signed in afterwards."""
    page.goto("/compte/signup/")
    fill(page, {"Prénom": "Ada", "Nom": "Neuve", "Courriel": f"{name}@{DOMAIN}", "Mot de passe": PASSWORD})
    go_on(page, "Créer mon compte")
    page.goto(f"/courriels/?q={name}@{DOMAIN}")
    page.get_by_role("link", name="Confirmez votre adresse").first.click()
    page.goto(re.search(r"/compte/confirm-email/\S+/", page.locator("main").inner_text()).group(0))
    go_on(page, "Confirmer cette adresse")


# --- The dossier -----------------------------------------------------------------------------------------------------


def start_dossier(page, place):
    page.goto(f"/dossiers/nouveau/?appel={CALL}")
    describe_new_structure(page, f"Association {place}")
    fill(page, {"Nom du lieu": place, "Adresse du lieu": "1 rue de l’Essai"})
    choose_commune(page)
    tick(page.get_by_label("Hors des grands centres urbains"))
    go_on(page, "Commencer le dossier")
    says(page, place, "appel suivant")
    return path_of(page)


def describe_new_structure(page, name):
    """Somebody who has a structure already must say that the dossier is for a new one."""
    tick(page.get_by_label("Une nouvelle structure"))
    if not field(page, "Nom de la structure").is_visible():
        page.get_by_text("Décrire une nouvelle structure").click()
    field(page, "Forme juridique").select_option(label="Association")
    fill(
        page,
        {
            "Nom de la structure": name,
            "Adresse du siège": "1 rue de l’Essai",
            "Code postal du siège": "63300",
            "Ville du siège": "Thiers",
            "Personne qui représente": "Ada Neuve",
            "Sa qualité": "présidente",
        },
    )


def choose_commune(page):
    """Typed as anybody would; with JavaScript the list of communes follows what is typed."""
    commune = field(page, "Commune du lieu")
    commune.fill("")
    commune.press_sequentially("63300 Th")
    if page.evaluate("Boolean(window.htmx)"):
        page.locator("#communes option[value*=Thiers]").first.wait_for(state="attached")
    commune.fill("63300 Thiers")


SECTIONS = ("projet", "lieu", "services", "gouvernance", "partenaires", "equipe", "modele")
YEARLY = {"expense-64": "50000", "expense-61": "12000", "requested-74": "50000", "resource-74-region": "8000"}
PLAN = {**YEARLY, "resource-70": "4000"}


def fill_section(page, dossier, slug):
    """An answer to every question of the section, by the kind of its field; saved by the button of the bar."""
    page.goto(f"{dossier}{slug}/")
    form = page.locator("form#section")
    for one in form.locator("input:not([type=hidden]), textarea, select").all():
        answer(one)
    press(page, "Enregistrer et continuer")
    page.wait_for_url(re.compile(rf"^(?!.*/{slug}/$)"))


def answer(one):
    """Any valid answer to a field that is still empty."""
    kind, name = one.get_attribute("type") or one.evaluate("one => one.tagName"), one.get_attribute("name")
    if kind in {"radio", "checkbox"}:
        tick(one)
    elif kind == "SELECT":
        one.select_option(index=1)
    elif name.startswith("q"):
        words = "Un lieu ouvert à tous, où l’on travaille, apprend et répare."
        typed = {
            "TEXTAREA": f"{words}\nUne enquête auprès de 320 habitants en montre le besoin.",
            "date": "2027-03-01",
        }
        one.fill(typed.get(kind, "12" if one.get_attribute("inputmode") else words))


def fill_plan(page, dossier, amounts=None):
    """The same amounts in each of the three years; the totals follow when JavaScript runs."""
    page.goto(f"{dossier}plan-de-financement/")
    for row, amount in (amounts or PLAN).items():
        for year in (1, 2, 3):
            page.locator(f"[name={row}-{year}]").fill(amount)


def attach(page, dossier, kind, name, content=None):
    page.goto(f"{dossier}pieces/")
    field(page, "Nature de la pièce").select_option(value=kind)
    field(page, "Fichier").set_input_files(file_of(name, content))
    press(page, "Joindre la pièce")
    # Leaving sooner would read the next page before this piece is kept, and send it stale.
    kept = page.locator("#pieces-jointes").get_by_text(name)
    kept.or_(page.locator(".fr-message--error")).first.wait_for()


def send_dossier(page, dossier, button="Envoyer mon dossier", *, twice=False):
    """Certify and send; `twice` clicks as people do who think that nothing happened."""
    page.goto(f"{dossier}envoyer/")
    tick(page.get_by_label("Je certifie"))
    page.get_by_role("button", name=button).click(click_count=2 if twice else 1)
    page.wait_for_url(re.compile(rf"{dossier}$"))


def receipt_of(page, dossier):
    """Text of the receipt, downloaded when the worker has made it."""
    link = page.get_by_role("link", name="Télécharger l’accusé")
    wait_until(page, dossier, lambda: link.count())
    with page.expect_download() as download:
        link.click()
    return text_of(download.value.path())


def wait_until(page, path, ready, *, within_s=60):
    """Reload a page, as its text tells people to, until something is there."""
    for _ in range(within_s):
        leave_for(page, path)
        if ready():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{path}: not ready after {within_s} s")


def text_of(path):
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(path).pages).split())


# --- Admissibility ---------------------------------------------------------------------------------------------------


def find_dossier(page, place):
    """Search the officers' list; return the path of the dossier."""
    page.goto("/pilotage/dossiers/")
    field(page, "Numéro, lieu, structure").fill(place)
    press(page, "Filtrer")
    says(page, "1 dossier")
    page.get_by_role("link", name=place, exact=True).first.click()
    page.wait_for_url(re.compile(r"/pilotage/dossiers/[0-9a-f-]{36}/$"))
    return path_of(page)


def take_charge(page, staff_path):
    page.goto(staff_path)
    press(page, "Prendre en charge")
    says(page, "Vous suivez maintenant ce dossier")


def ask_correction(page, staff_path, items):
    page.goto(staff_path)
    page.get_by_text("Demander des compléments").click()
    field(page, "Sur tout le dossier").fill(items)
    field(page, "À fournir au plus tard").fill((today() + datetime.timedelta(days=15)).isoformat())
    press(page, "Envoyer la demande")
    says(page, "Demandé au porteur")


def today():
    return datetime.date.today()


def admit(page, staff_path):
    page.goto(staff_path)
    go_on(page, "Déclarer recevable")
    says(page, "Recevable")


# --- The wave and its reviews ----------------------------------------------------------------------------------------


def find_wave(page):
    """Path of the wave of the call."""
    page.goto(f"/pilotage/appels/{CALL}/")
    return page.get_by_role("link", name="Vague 1").first.get_attribute("href")


def close_deposit(page, wave, at):
    """Shorten the deposit window by a traced amendment, to the minute `at`, Europe/Paris."""
    page.goto(f"{wave}modifier/")
    field(page, "Clôture du dépôt").fill(f"{at:%Y-%m-%dT%H:%M}")
    field(page, "Motif").fill("Essai : la suite de la vague se joue aujourd’hui.")
    go_on(page, "Enregistrer la modification")
    says(page, "Essai : la suite de la vague")


def advance(page, wave, button):
    """The next step of the wave, by its button."""
    page.goto(wave)
    go_on(page, button)


def entrust(page, staff_path, reviewer):
    page.goto(f"{staff_path}evaluations/")
    choice = field(page, "Évaluatrice ou évaluateur")
    # The option also says how many dossiers the person has.
    choice.select_option(value=choice.locator("option").filter(has_text=reviewer).get_attribute("value"))
    press(page, "Confier", exact=True)
    page.locator(".fr-alert--success").first.wait_for()


def is_on_desk(page, place):
    page.goto("/evaluations/")
    return page.get_by_role("link", name=place, exact=True).count() > 0


def open_from_desk(page, place):
    page.goto("/evaluations/")
    page.get_by_role("link", name=place, exact=True).first.click()
    page.wait_for_url(re.compile(r"/evaluations/[0-9a-f-]{36}/"))


def accept_review(page, place):
    """Say that there is no tie; return the path of the sheet."""
    open_from_desk(page, place)
    tick(page.get_by_label("Je n’ai aucun lien avec ce projet"))
    press(page, "Répondre")
    says(page, "Votre évaluation")
    return path_of(page)


def declare_interest(page, place, nature):
    open_from_desk(page, place)
    tick(page.get_by_label("J’ai un lien"))
    field(page, "En cas de lien").fill(nature)
    go_on(page, "Répondre")


def give_sheet(page, path, points, reason):
    """Score every criterion `points` with its reason, and give the sheet."""
    page.goto(path)
    for criterion in page.locator("details.fab-critere").all():
        if criterion.get_attribute("open") is None:
            criterion.locator("summary").click()
        criterion.locator(f"input[type=radio][value='{points}']").check()
        criterion.locator("textarea").fill(reason)
    press(page, "Rendre et passer au suivant")
    page.wait_for_url(lambda url: not url.endswith(path))


def propose_and_send(page, wave):
    """A balanced proposal, then the dossiers on the reviewers' desks."""
    page.goto(f"{wave}affectation/")
    go_on(page, "Proposer une affectation")
    go_on(page, "Envoyer")


# --- Panel, decision, announcement -----------------------------------------------------------------------------------


def hold_panel(page, wave, members):
    page.goto(f"{wave}comite/")
    field(page, "Présents").fill(members)
    field(page, "Avis rendus par le comité").fill("Avis conformes à la proposition, procès-verbal signé.")
    press(page, "Enregistrer la séance")
    says(page, "La séance du comité est enregistrée")


def prepare_outcome(page, place, outcome, *, amount="", ground=""):
    """One row of the panel's table; `save_outcomes` keeps them all."""
    page.get_by_label(f"Issue, {place}").select_option(value=outcome)
    if amount:
        page.get_by_label(f"Montant proposé en euros, {place}").fill(amount)
    if ground:
        row = page.locator("tr.fab-selection__detail").filter(has_text=place)
        row.locator("summary").click()
        row.get_by_label("Motif du courrier").fill(ground)


def save_outcomes(page):
    go_on(page, "Enregistrer les issues")


def adopt(page, wave):
    page.goto(f"{wave}comite/")
    go_on(page, "Adopter la proposition")


def sign(page, wave):
    page.goto(f"{wave}decisions/")
    go_on(page, "Signer la vague")


def announce(page, wave):
    """As soon as every letter is there."""
    wait_until(page, f"{wave}decisions/", lambda: page.get_by_role("button", name="Annoncer la vague").is_enabled())
    go_on(page, "Annoncer la vague")


def open_letter(page, dossier):
    """Text of the letter, opened by its addressee."""
    page.goto(f"{dossier}decision/")
    if (box := page.locator("#accept")).count():
        box.check(force=True)
    press(page, "Ouvrir le courrier")
    page.wait_for_url(f"**{dossier}decision/courrier/")
    return text_of(io.BytesIO(page.request.get(page.url).body()))


EXTRACT = (
    "N° EJ", "N° DP", "Code taxe 1", "Exercice comptable", "Montant payé", "Date de dernière opération sur la DP",
)  # fmt: skip


# --- Agreement and payment -------------------------------------------------------------------------------------------


def prepare_agreement(page, place):
    """Prepare every waiting agreement; return the path of the one of this place."""
    page.goto("/pilotage/conventions/a-preparer/")
    says(page, place)
    go_on(page, "Préparer")
    return find_agreement(page, place)


def find_agreement(page, place):
    page.goto("/pilotage/conventions/")
    page.locator("tr").filter(has_text=place).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/pilotage/conventions/[0-9a-f-]{36}/$"))
    return path_of(page)


def send_agreement(page, agreement):
    """Every clause that the law wants is read again, and ticked."""
    page.goto(agreement)
    for box in page.locator("input[name=checked]").all():
        box.check(force=True)
    submit_step(page)


def record_signature(page, agreement, signatory):
    page.goto(agreement)
    field(page, "Signataire").fill(signatory)
    submit_step(page)


def record_state_signature(page, agreement, signatory):
    """Somebody whose delegation covers the amount."""
    page.goto(agreement)
    field(page, "Signataire").select_option(label=signatory)
    submit_step(page)


def submit_step(page):
    """The one act that the page offers now."""
    page.locator("form.fab-formulaire button[type=submit]").first.click()
    page.locator(".fr-alert--success").first.wait_for()


def find_instalment(page, place):
    """Path of the first instalment of this place."""
    page.goto("/pilotage/echeances/")
    page.locator("tr").filter(has_text=place).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/pilotage/echeances/[0-9a-f-]{36}/$"))
    return path_of(page)


def certify(page, instalment):
    page.goto(instalment)
    submit_step(page)


def order(page, instalment):
    page.goto(instalment)
    submit_step(page)


def import_payment(page, instalment, reference, *, siret):
    """The extract of Chorus that pays an instalment: read, looked at, confirmed; a worker applies it."""
    page.goto(instalment)
    says(page, "Paiement par Chorus")
    shown = re.search(r"(?:Avance|Acompte|Solde) de ([\d\s,]+)€", page.locator("main").inner_text())
    row = ("2100000777", reference, siret, str(today().year), "".join(shown[1].split()), today().isoformat())
    extract = f"{';'.join(EXTRACT)}\n{';'.join(row)}\n".encode()
    page.goto("/pilotage/chorus/importer/")
    field(page, "Extrait de Chorus").set_input_files(
        {"name": "extrait.csv", "mimeType": "text/csv", "buffer": extract}
    )
    go_on(page, "Lire l’extrait")
    says(page, "À appliquer")


def confirm_import(page, instalment):
    go_on(page, "Confirmer l’import")
    for _ in range(60):
        page.goto(instalment)
        if page.get_by_text("Payée", exact=True).count():
            return
        page.wait_for_timeout(500)
    says(page, "Payée")


def add_siret(page, dossier, siret):
    page.goto(dossier)
    page.get_by_role("link", name="Gérer la structure").click()
    page.get_by_role("link", name="Modifier").first.click()
    field(page, "SIRET").fill(siret)
    press(page, "Enregistrer")
    page.locator(".fr-alert--success").first.wait_for()
