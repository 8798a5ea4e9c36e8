"""What a dossier says beside its questions and its plan, as data: read once, frozen with the version that is sent.

Shape, kept in a snapshot: "project": {"kinds", "sites", "posts"}, "consortium": {} or {"lead_share", "lead_role",
"partners"}, "aid": {"regime", "nace_code", "declaration", "aids", "linked", "contract"}, "cofunding": [{"account",
"funder", "status", "evidence"}], "plan_note". Cents, ISO dates, shares in ten-thousandths.
"""

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import prefetch_related_objects

from applications import republican_contract
from applications.de_minimis import regime_of

LISTS = ("place_kinds", "sites__commune", "posts", "partners", "declaredaids", "linkedundertakings",
         "cofunding__evidence__file")  # fmt: skip


def project_of(application):
    """The `Project` row of a dossier, with its lists loaded; None when no such section was ever saved: no query then
    for a dossier that came with `select_related("project")`."""
    try:
        project = application.project
    except ObjectDoesNotExist:
        return None
    prefetch_related_objects([application], *LISTS)
    return project


def parts_of(application):
    """The parts as JSON data, whatever was filled in; see the shape above."""
    project = project_of(application)
    return {
        "project": described(application) if project else {"kinds": [], "sites": [], "posts": []},
        "consortium": consortium_of(application, project),
        "aid": aid_of(application, project),
        "cofunding": cofunding_of(application) if project else [],
        "plan_note": project.plan_note if project else "",
    }


def described(application):
    return {
        "kinds": [one.kind for one in application.place_kinds.all()],
        "sites": [site_of(site, application) for site in application.sites.all()],
        "posts": [
            {
                "title": post.title,
                "fte_hundredths": post.fte_hundredths,
                "contract": post.contract,
                "qualification": post.qualification,
                "starts_on": iso(post.starts_on),
            }
            for post in application.posts.all()
        ],
    }


def site_of(site, application):
    """One site; the first is the place of the dossier."""
    place = application.fabrique if site.position == 1 else site
    return {
        "name": place.name,
        "commune": str(place.commune or ""),
        "address": place.address,
        "surface_m2": site.surface_m2,
        "occupancy": site.occupancy,
        "provider_kind": site.provider_kind,
        "provider": site.provider,
        "title_ends_on": iso(site.title_ends_on),
        "yearly_value_cents": site.yearly_value_cents,
    }


def consortium_of(application, project):
    if project is None or not project.in_consortium:
        return {}
    partners = [
        {name: getattr(one, name) for name in ("name", "siret", "foreign_id", "role", "share")}
        for one in application.partners.all()
    ]
    return {"lead_share": project.lead_share, "lead_role": project.lead_role, "partners": partners}


def aid_of(application, project):
    regime = regime_of(application.call_version)
    return {
        "regime": regime.value if regime else "",
        "nace_code": project.nace_code if project else "",
        "declaration": project.aid_declaration if project else "",
        "aids": [declared(one) for one in application.declaredaids.all()] if project else [],
        "linked": [{"siren": one.siren, "name": one.name} for one in application.linkedundertakings.all()]
        if project
        else [],
        "contract": contract_of(application, project),
    }


def declared(aid):
    return {
        "granted_on": iso(aid.granted_on),
        "cents": aid.cents,
        "grantor": aid.grantor,
        "regime": aid.regime,
        "siren": aid.siren,
    }


def contract_of(application, project):
    """How the republican commitment contract stands: {} when the call does not ask for it from this structure."""
    if not republican_contract.is_needed(application):
        return {}
    exemption = project.contract_exemption if project else ""
    accepted = application.commitments.filter(text_version=republican_contract.IN_FORCE.version)
    commitment = accepted.select_related("accepted_by").first()
    if commitment is None:
        return {"version": republican_contract.IN_FORCE.version, "exemption": exemption, "accepted_at": None}
    return {
        "version": commitment.text_version,
        "sha256": commitment.text_sha256,
        "exemption": exemption,
        "accepted_at": commitment.accepted_at.isoformat(),
        "accepted_by": str(commitment.accepted_by),
        "representative": commitment.representative,
    }


def cofunding_of(application):
    return [
        {
            "account": one.account,
            "funder": one.funder,
            "status": one.status,
            "evidence": one.evidence.file.name if one.evidence and one.evidence.removed_at is None else "",
        }
        for one in application.cofunding.all()
    ]


def lent_premises(parts):
    """[(name, cents a year)] of the sites that are lent to the project."""
    sites = parts.get("project", {}).get("sites", [])
    return [(site["name"], site["yearly_value_cents"]) for site in sites if site["yearly_value_cents"]]


def iso(day):
    return day.isoformat() if day else None
