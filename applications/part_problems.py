"""What the parts beside the questions still lack, told with the remedy: (section, sentence, target) in page order.

Nothing is compulsory here but what a rule wants: a line that is begun is finished, shares make a whole, the call's own
settings (republican contract, de minimis, legal forms) are met.
"""

import datetime

from django.utils import timezone

from accounts.models import LegalForm
from applications import parts as parts_module
from applications import republican_contract
from applications.models import WHOLE_SHARE, Project, Site
from applications.shares import percent
from applications.state_aid import excess_sentence, positions

PROJECT, CONSORTIUM, AIDS = "projet-et-lieux", "consortium", "aides-et-engagements"
TITLES = {
    PROJECT: "Le projet et ses lieux",
    CONSORTIUM: "Le consortium",
    AIDS: "Aides publiques et engagements",
}


def asks_aids(application):
    """The section on aids and commitments is shown where the call has a rule for this structure."""
    return about_aid(application) or republican_contract.is_needed(application)


def about_aid(application):
    return parts_module.regime_of(application.call_version) is not None


def part_slugs(application):
    """(before the questions, after them) of the sections that a dossier has beside."""
    members = [CONSORTIUM] if application.call_version.partners_allowed else []
    return [*members, PROJECT], [AIDS] if asks_aids(application) else []


def part_problems(application, parts, requested_cents, today=None):
    """Every problem of the parts of a dossier.

    Args:
        parts: `parts.parts_of(application)`.
        requested_cents: what is asked for over all the years.
        today: Paris date on which aids are counted; now by default.
    """
    today = today or timezone.localdate()
    return [
        *site_problems(parts["project"]["sites"]),
        *post_problems(parts["project"]["posts"]),
        *consortium_problems(application, parts["consortium"]),
        *aid_problems(application, parts, requested_cents, today),
        *contract_problems(parts["aid"]["contract"]),
    ]


def structure_sentences(application):
    """What the structure itself lacks for this call."""
    organisation, version = application.organisation, application.call_version
    found = []
    if version.eligible_legal_forms and organisation.legal_form not in version.eligible_legal_forms:
        names = ", ".join(str(LegalForm(one).label).lower() for one in version.eligible_legal_forms)
        found.append(
            f"« {organisation.get_legal_form_display()} » n’est pas une forme admise par cet appel ({names}). "
            "Corrigez la forme juridique si elle est inexacte, ou faites porter le dossier par une autre structure."
        )
    if organisation.legal_form == LegalForm.EEA_BODY:
        if not (organisation.foreign_id and organisation.country):
            found.append("Donnez le pays de la structure et son numéro dans le registre de ce pays.")
    elif version.siret_required_to_submit and not organisation.siret:
        found.append("Cet appel demande un SIRET dès l’envoi. Ajoutez celui de votre structure.")
    return found


def site_problems(sites):
    for number, site in enumerate(sites, start=1):
        for sentence, name in site_lacks(number, site):
            yield PROJECT, f"Site {number} : {sentence}", f"id_site-{number}-{name}"


def site_lacks(number, site):
    if number > 1 and not site["name"]:
        yield "donnez son nom.", "name"
    if number > 1 and not site["commune"]:
        yield "indiquez sa commune.", "commune"
    if site["occupancy"] != Site.Occupancy.MADE_AVAILABLE:
        return
    if not site["provider_kind"] or not site["provider"]:
        yield "dites qui met le local à disposition.", "provider"
    if not site["title_ends_on"]:
        yield "donnez la date de fin de la mise à disposition.", "title_ends_on"
    if not site["yearly_value_cents"]:
        yield (
            "donnez la valeur locative du local, même estimée : c’est une contribution en nature.",
            "yearly_value_cents",
        )


def post_problems(posts):
    wanted = {
        "title": "donnez son intitulé.",
        "fte_hundredths": "donnez son temps de travail.",
        "contract": "choisissez son contrat ; « pas encore décidé » en est un.",
        "qualification": "dites quelle qualification est attendue.",
    }
    for number, post in enumerate(posts, start=1):
        for name, sentence in wanted.items():
            if not post[name]:
                yield PROJECT, f"Poste {number} : {sentence}", f"id_poste-{number}-{name}"


def consortium_problems(application, consortium):
    if not consortium:
        return
    if not application.call_version.partners_allowed:
        yield CONSORTIUM, "Cet appel n’admet pas de consortium : répondez que la structure demande seule.", ""
        return
    partners = consortium["partners"]
    if not partners:
        yield CONSORTIUM, "Décrivez au moins un partenaire, ou répondez que la structure demande seule.", ""
    for number, partner in enumerate(partners, start=1):
        for sentence, name in partner_lacks(partner):
            yield CONSORTIUM, f"Partenaire {number} : {sentence}", f"id_partenaire-{number}-{name}"
    if sentence := share_sentence([consortium["lead_share"], *(one["share"] for one in partners)]):
        yield CONSORTIUM, sentence, "id_lead_share"


def partner_lacks(partner):
    if not partner["name"]:
        yield "donnez son nom.", "name"
    if not partner["siret"] and not partner["foreign_id"]:
        yield "donnez son SIRET, ou son pays et son numéro de registre.", "siret"
    if not partner["role"]:
        yield "dites ce qu’il fait dans le projet.", "role"


def share_sentence(shares):
    """What keeps these shares (None: not written) from being a whole; "" when they are."""
    missing = shares.count(None)
    if missing:
        return "Écrivez la part de chaque membre, chef de file compris ; 0 pour qui ne reçoit rien."
    gap = WHOLE_SHARE - sum(shares)
    if gap > 0:
        return f"Les parts font {percent(sum(shares))} : il manque {percent(gap)}."
    return f"Les parts font {percent(sum(shares))} : retirez {percent(-gap)}." if gap else ""


def aid_problems(application, parts, requested_cents, today):
    aid = parts["aid"]
    if not aid["regime"]:
        return
    if not aid["declaration"]:
        yield (
            AIDS,
            "Dites quelles aides de minimis vous avez reçues ; « aucune » est une réponse.",
            "id_aid_declaration",
        )
    if aid["declaration"] == Project.AidDeclaration.NONE and aid["aids"]:
        yield (
            AIDS,
            "Vous répondez « aucune aide » et vous en écrivez : corrigez l’un ou l’autre.",
            "id_aid_declaration",
        )
    if aid["declaration"] == Project.AidDeclaration.SOME and not aid["aids"]:
        yield AIDS, "Écrivez les aides reçues, ou répondez « aucune ».", "id_aid_declaration"
    if not aid["nace_code"]:
        yield AIDS, "Donnez le code APE de la structure : le registre des aides le demande.", "id_nace_code"
    yield from line_problems(aid, today)
    for beneficiary, position in positions(application.organisation, parts, requested_cents, on=today):
        if sentence := excess_sentence(beneficiary, position):
            yield AIDS, sentence, ""


def line_problems(aid, today):
    for number, one in enumerate(aid["aids"], start=1):
        if not (one["granted_on"] and one["cents"] and one["grantor"]):
            yield (
                AIDS,
                f"Aide {number} : donnez sa date, son montant et qui l’a attribuée.",
                f"id_aide-{number}-granted_on",
            )
        elif datetime.date.fromisoformat(one["granted_on"]) > today:
            yield (
                AIDS,
                f"Aide {number} : sa date est à venir. Écrivez la date de la décision.",
                f"id_aide-{number}-granted_on",
            )
    for number, one in enumerate(aid["linked"], start=1):
        if not (one["siren"] and one["name"]):
            yield AIDS, f"Entreprise {number} : donnez son SIREN et son nom.", f"id_liee-{number}-siren"


def contract_problems(contract):
    if not contract or contract["exemption"]:
        return
    if not contract["accepted_at"]:
        sentence = (
            "L’association ou la fondation souscrit le contrat d’engagement républicain (loi n° 2000-321, art. 10-1) "
            ": cochez la case, ou dites pourquoi elle est réputée y satisfaire."
        )
        yield AIDS, sentence, "id_accepts_contract"
