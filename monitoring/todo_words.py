"""« À traiter » in words: each nature of act, and what a line of it says."""

import datetime

from django.urls import reverse

from accounts.french import plural
from documents.models import Document
from monitoring import todo_endings as ending
from monitoring import todo_payments as paying
from monitoring.todo_lines import Item, Nature

SIXTY = datetime.timedelta(days=60)
BORN, SOON, EARLY = "born", "soon", "early"


# The gravest first: a right that is born of our silence, then what blocks others, then what costs.
NATURES = {
    nature.key: nature
    for nature in (
        Nature("silence", "Rejet implicite", "Rejets implicites", "/pilotage/dossiers/?tri=silence"),
        Nature("recours", "Recours", "Recours", "/pilotage/recours/?cours=oui"),
        Nature("evaluation", "Évaluation", "Évaluations", "/pilotage/dossiers/?etat=in_review"),
        Nature("courrier", "Courrier", "Courriers", "/pilotage/courriers/"),
        Nature("versement", "Versement", "Versements", "/pilotage/echeances/?etat=a-traiter"),
        Nature("demande", "Demande de versement", "Demandes", "/pilotage/demandes/?etat=sent"),
        Nature("compte", "Compte bancaire", "Comptes bancaires", "/pilotage/comptes-bancaires/"),
        Nature("ecart", "Écart avec Chorus", "Écarts", "/pilotage/chorus/ecarts/?etat=open"),
        Nature("prescription", "Prescription", "Prescriptions", "/pilotage/echeances/?etat=en-retard"),
        Nature("retrait", "Retrait", "Retraits", "/pilotage/retraits/?etat=hearing"),
        Nature("reversement", "Reversement", "Reversements", "/pilotage/reversements/"),
        Nature("convention", "Convention", "Conventions", "/pilotage/conventions/"),
        Nature("pieces", "Pièces demandées", "Pièces", "/pilotage/dossiers/?etat=correction_requested"),
        Nature("reservation", "AE à engager", "AE réservées", "/pilotage/budget/"),
    )
}


def item_of(row, today):
    nature, *facts = row
    return WORDS[nature](NATURES[nature], today, *facts)


SILENCES = {
    BORN: ("Rejet implicite né : une décision reste possible", "rejet né le"),
    SOON: ("Deux mois de silence valent refus", "décider avant le"),
    EARLY: ("L’annonce vient après : deux mois de silence valent refus", "décider avant le"),
}


def silence_item(nature, today, state, ref, name, person, wave, number, day):
    note, label = SILENCES[state]
    return Item(
        nature, f"{plural(number, 'dossier')} de la vague {wave}", f"/pilotage/dossiers/?vague={ref}&tri=silence",
        note, "Direction", label, day, today,
    )  # fmt: skip


def pieces_item(nature, today, state, ref, name, person, wave, number, day):
    passed = day < today
    return Item(
        nature, name, reverse("applications:staff_dossier", args=[ref]),
        "Délai passé : reprendre l’examen" if passed else "Réponse attendue du porteur",
        person.strip() or "Instruction" if passed else "La structure", "pièces attendues le", day, today,
    )  # fmt: skip


def evaluation_item(nature, today, state, ref, name, person, wave, number, day):
    return Item(
        nature, f"{plural(number, 'évaluation')} de la vague {wave}", f"/pilotage/vagues/{ref}/affectation/",
        "Le comité les attend", person, "attendues le", day, today,
    )  # fmt: skip


def letter_item(nature, today, state, ref, name, person, wave, number, day):
    kind = Document.Kind(state).label.lower()
    return Item(
        nature, f"{plural(number, 'document')} en erreur : {kind}", nature.rows_url, "La fabrication a échoué",
        "Instruction", "demandé le", day, today,
    )  # fmt: skip


SIGNERS = {
    "none": ("Convention à préparer", "Instruction"),
    "drafted": ("À envoyer à la structure", "Instruction"),
    "sent": ("À signer par la structure", "La structure"),
    "signed_by_beneficiary": ("À signer par l’État", "Direction"),
}


def agreement_item(nature, today, state, ref, name, person, wave, number, day):
    note, who = SIGNERS[state]
    if state == "none":
        title, url = f"{plural(number, 'attribution')} de la vague {wave}", f"/pilotage/vagues/{ref}/"
    else:
        title, url, note = name, f"/pilotage/conventions/{ref}/", f"{note}, vague {wave}"
    if person.strip():
        note = f"{person.strip()} : {note[0].lower()}{note[1:]}"
    return Item(nature, title, url, note, who, "60 jours le", day + SIXTY, today)


def reservation_item(nature, today, state, ref, name, person, wave, number, day):
    return Item(
        nature, f"{plural(number, 'réservation')} de la vague {wave}", f"/pilotage/vagues/{ref}/decisions/",
        "Non engagées, elles tombent le 31 décembre", "Direction", "signer avant le",
        datetime.date(day.year, 12, 31), today,
    )  # fmt: skip


def appeal_item(nature, today, state, ref, name, person, wave, number, day):
    title, note = f"{plural(number, 'recours', 'recours')} sur la vague {wave}", "Deux mois de silence valent rejet"
    return Item(nature, title, nature.rows_url, note, "Direction", "répondre avant le", day, today)


WORDS = {
    "silence": silence_item,
    "recours": appeal_item,
    "pieces": pieces_item,
    "evaluation": evaluation_item,
    "courrier": letter_item,
    **paying.WORDS,
    **ending.WORDS,
    "convention": agreement_item,
    "reservation": reservation_item,
}
