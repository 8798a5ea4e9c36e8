"""The parts of a snapshot beside its questions, in French: lines to compare, blocks to read. Pure, no query.

A version that was sent before these parts existed has none: nothing is shown for it.
"""

import datetime

from accounts import french
from accounts.french import euros, long_date, long_datetime
from applications import budget
from applications.models import CoFunding, DeclaredAid, PlaceKind, Post, Project, Site
from applications.part_problems import AIDS, CONSORTIUM, PROJECT, TITLES
from applications.rows import hundredths_text
from applications.shares import percent

PLAN_TITLE = "Le plan de financement"


def label_in(choices, value):
    return str(dict(choices.choices).get(value, value)) if value else ""


def day(text):
    return long_date(datetime.date.fromisoformat(text)) if text else ""


def part_rows(content):
    """{section slug: [(label, text)]} of the parts that say something."""
    found = {
        PROJECT: project_rows(content.get("project") or {}),
        CONSORTIUM: consortium_rows(content),
        AIDS: aid_rows(content.get("aid") or {}),
    }
    return {slug: rows for slug, rows in found.items() if rows}


def part_lines(content):
    """{(section title, label): text}, to compare two versions."""
    lines = {(TITLES[slug], label): text for slug, rows in part_rows(content).items() for label, text in rows}
    lines |= {(PLAN_TITLE, label): text for label, text in plan_rows(content)}
    return lines


def project_rows(project):
    rows = []
    if project.get("kinds"):
        rows.append(("Ce qu’est le lieu", ", ".join(label_in(PlaceKind.Kind, kind) for kind in project["kinds"])))
    rows += [
        (f"Site {n}", site_text(site)) for n, site in enumerate(project.get("sites", []), 1) if n > 1 or says(site)
    ]
    return rows + [(f"Poste {n}", post_text(post)) for n, post in enumerate(project.get("posts", []), 1)]


def says(site):
    return any(site[name] for name in ("surface_m2", "occupancy", "provider", "title_ends_on", "yearly_value_cents"))


def site_text(site):
    lines = [
        ", ".join(filter(None, [site["name"], site["address"], site["commune"]])),
        f"{french.integer(site['surface_m2'])} m²" if site["surface_m2"] else "",
        label_in(Site.Occupancy, site["occupancy"])
        + (f", jusqu’au {day(site['title_ends_on'])}" if site["title_ends_on"] else ""),
        f"Mis à disposition par {site['provider']} ({label_in(Site.Provider, site['provider_kind']).lower()})"
        if site["provider"]
        else "",
        f"Valeur locative : {euros(site['yearly_value_cents'])} par an" if site["yearly_value_cents"] else "",
    ]
    return "\n".join(filter(None, lines))


def post_text(post):
    fte = f"{hundredths_text(post['fte_hundredths'])} ETP" if post["fte_hundredths"] else ""
    starts = f"arrivée le {day(post['starts_on'])}" if post["starts_on"] else ""
    first = ", ".join(filter(None, [post["title"], fte, label_in(Post.Contract, post["contract"]), starts]))
    return "\n".join(filter(None, [first, post["qualification"]]))


def consortium_rows(content):
    consortium = content.get("consortium")
    if not consortium:
        return []
    lead = ", ".join(filter(None, [content["organisation"]["name"], share_text(consortium["lead_share"])]))
    rows = [("Chef de file", "\n".join(filter(None, [lead, consortium["lead_role"]])))]
    return rows + [(f"Partenaire {n}", partner_text(one)) for n, one in enumerate(consortium["partners"], 1)]


def partner_text(partner):
    number = f"SIRET {french.siret(partner['siret'])}" if partner["siret"] else partner["foreign_id"]
    first = ", ".join(filter(None, [partner["name"], number, share_text(partner["share"])]))
    return "\n".join(filter(None, [first, partner["role"]]))


def share_text(share):
    return "" if share is None else f"{percent(share)} de l’aide"


def aid_rows(aid):
    rows = []
    if aid.get("regime"):
        rows.append(("Régime de l’aide", label_in(DeclaredAid.Regime, aid["regime"])))
        rows.append(("Aides de minimis reçues", label_in(Project.AidDeclaration, aid["declaration"])))
        rows += [(f"Aide {n}", aid_text(one)) for n, one in enumerate(aid["aids"], 1)]
        rows += [(f"Entreprise liée {n}", f"{one['name']} ({one['siren']})") for n, one in enumerate(aid["linked"], 1)]
        rows.append(("Code APE", aid["nace_code"]))
    if aid.get("contract"):
        rows.append(("Contrat d’engagement républicain", contract_text(aid["contract"])))
    return rows


def aid_text(aid):
    amount = euros(aid["cents"]) if aid["cents"] is not None else ""
    whose = f"reçue par {aid['siren']}" if aid["siren"] else ""
    return ", ".join(
        filter(
            None, [amount, aid["grantor"], day(aid["granted_on"]), label_in(DeclaredAid.Regime, aid["regime"]), whose]
        )
    )


def contract_text(contract):
    if contract["accepted_at"]:
        at = long_datetime(datetime.datetime.fromisoformat(contract["accepted_at"]))
        represented = f", pour {contract['representative']}" if contract["representative"] else ""
        return f"Souscrit le {at} par {contract['accepted_by']}{represented} (texte {contract['version']})"
    return label_in(Project.ContractExemption, contract["exemption"]) or "Pas souscrit"


def plan_rows(content):
    """Where the co-funding stands, and the note of the plan."""
    rows = []
    for one in content.get("cofunding") or []:
        row = budget.ROW_BY_CELL.get((budget.Side.RESOURCE, one["account"]))
        status = label_in(CoFunding.Status, one["status"]) or "non précisé"
        evidence = f"pièce : {one['evidence']}" if one["evidence"] else ""
        text = ", ".join(filter(None, [one["funder"], status.lower(), evidence]))
        rows.append((f"{row.label if row else one['account']}, cofinanceur", text))
    if content.get("plan_note"):
        rows.append(("Pour lire le plan", content["plan_note"]))
    return rows
