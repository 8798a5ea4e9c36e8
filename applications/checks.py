"""What the machine can verify of admissibility; the officer judges the rest. None is "not known", never "no"."""

from dataclasses import dataclass

from accounts import french
from accounts.french import euros, long_datetime, plural
from applications import budget
from applications.models import DepositBasis
from applications.part_pages import contract_words
from applications.part_problems import share_sentence
from applications.parts import lent_premises
from programme.models import Segment


@dataclass(frozen=True)
class Check:
    """One condition: kept (True), not kept (False) or not known (None), with what it rests on."""

    label: str
    ok: bool | None
    text: str


def checks_of(application, content, asked=None, files=()):
    """The admissibility checklist of a sent dossier, as `Check`s; no query when the dossier is loaded with its call.

    Args:
        content: the last revision's content.
        asked: the open `CorrectionRequest`, if any.
        files: the `StoredFile`s of the pieces that were sent.
    """
    return [
        in_time(application),
        identified(application, content),
        pieces_joined(content),
        *([scanned(files)] if files else []),
        balanced(application, content),
        zoned(application),
        *engaged(content),
        *shared(content),
        answered(asked),
    ]


def engaged(content):
    """The republican contract, where the call asks for it."""
    stands = contract_words(content)
    return [Check("Contrat d’engagement républicain", stands[0], f"{stands[1]}.")] if stands else []


def shared(content):
    """The shares of a consortium make a whole."""
    consortium = content.get("consortium")
    if not consortium:
        return []
    sentence = share_sentence([consortium["lead_share"], *(one["share"] for one in consortium["partners"])])
    members = plural(1 + len(consortium["partners"]), "membre")
    return [Check("Consortium", not sentence, sentence or f"{members}, dont le chef de file ; les parts font 100 %.")]


def in_time(application):
    """Judged when it arrived: a calendar that was changed since changes nothing to it."""
    wave, at = application.wave, application.submitted_at
    if wave.closes_at is None:
        return Check("Reçu dans les délais", None, "La fenêtre de dépôt n’est pas connue.")
    text = f"Reçu le {long_datetime(at)} ; clôture le {long_datetime(wave.closes_at)}."
    if application.deposit_basis != DepositBasis.WINDOW:
        basis = application.get_deposit_basis_display()
        if application.postmarked_on:
            basis += f" du {french.long_date(application.postmarked_on)}"
        return Check("Reçu dans les délais", True, f"{text} En règle par : {basis[0].lower()}{basis[1:]}.")
    return Check("Reçu dans les délais", at < wave.closes_at, text)


def identified(application, content):
    siret = content["organisation"]["siret"]
    if siret:
        return Check("Structure identifiée", True, f"SIRET {french.siret(siret)}, clé vérifiée.")
    if content["organisation"].get("foreign_id"):
        text = f"{content['organisation']['country']}, registre : {content['organisation']['foreign_id']}."
        return Check("Structure identifiée", None, text)
    needed = application.call_version.siret_required_to_submit
    text = "Pas de SIRET. " + ("L’appel l’exige dès l’envoi." if needed else "L’appel l’admet jusqu’à l’attribution.")
    return Check("Structure identifiée", False if needed else None, text)


def pieces_joined(content):
    pieces = content["attachments"]
    names = ", ".join(piece["label"].lower() for piece in pieces)
    return Check("Pièces jointes", bool(pieces), f"{plural(len(pieces), 'pièce')} : {names}." if pieces else "Aucune.")


def scanned(files):
    """What the antivirus says of the pieces; that it is off is said aloud."""
    label, infected = "Pièces saines (antivirus)", [file.name for file in files if file.is_infected]
    if infected:
        names = ", ".join(f"« {name} »" for name in infected)
        return Check(label, False, f"Infecté, mis à l’écart : {names}. Le porteur est prévenu ; demandez la pièce.")
    waiting = sum(file.scan_state != file.Scan.CLEAN for file in files)
    if not waiting:
        return Check(label, True, f"{plural(len(files), 'pièce analysée', 'pièces analysées')}, rien trouvé.")
    if all(file.is_open for file in files):
        text = "L’antivirus est déclaré éteint sur ce site : les pièces s’ouvrent sans avoir été analysées."
        return Check(label, None, text)
    silent = any(file.scan_state == file.Scan.UNAVAILABLE for file in files)
    reason = " L’antivirus ne répond pas ; il est redemandé chaque minute." if silent else ""
    left = plural(waiting, "pièce attend", "pièces attendent")
    return Check(label, None, f"{left} l’analyse et ne s’ouvrira qu’après.{reason}")


def balanced(application, content):
    plan = content["budget"]
    cells = {(side, account, year): cents for side, account, year, cents in plan["cells"]}
    bounds = next((b for b in application.call_version.bounds.all() if b.segment == content["segment"]), None)
    found = budget.problems(
        cells,
        years=plan["years"],
        bounds=bounds,
        first_year=plan["first_year"],
        state_share_max=application.call_version.state_share_max_percent,
        premises=lent_premises(content),
    )
    text = " ".join(problem.sentence for problem in found) or (
        f"{euros(plan['requested_cents'])} demandés ; plan équilibré, plafond annuel et bornes de l’appel respectés."
    )
    return Check("Montants et plan de financement", not found, text)


def zoned(application):
    """The segment asked for against the maps in force on the day of deposit."""
    zoning, asked = application.zoning, Segment(application.segment)
    known = describe(zoning)
    if asked in (Segment.QPV, Segment.QPV_DIGITAL):
        ok = None if zoning.get("qpv") is None else bool(zoning["qpv"])
    else:
        ok = None
    return Check("Segment et zonage", ok, f"Segment demandé : {asked.label}. {known}")


def describe(zoning):
    """The frozen zoning in words; what is unknown is said to be unknown."""
    if not zoning:
        return "Zonage non connu."
    density = zoning.get("density")
    qpv = zoning.get("qpv")
    parts = [
        f"Densité de la commune : {density}." if density else "Densité de la commune : non connue.",
        "QPV : non connu."
        if qpv is None
        else f"QPV de la commune : {', '.join(qpv)}."
        if qpv
        else "Aucun QPV dans la commune.",
    ]
    return " ".join(parts)


def answered(asked):
    if asked is None:
        return Check("Pièces demandées", True, "Aucune demande en attente.")
    return Check("Pièces demandées", None, f"Réponse attendue avant le {long_datetime(asked.due_at)}.")
