"""Saving the project, the consortium, the aids and commitments of a dossier. Unfinished lines are kept as they are.

Every verb locks the dossier (`drafting.locked_for_edit`) and takes the version of the section that the page read.
"""

from django.db import transaction

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.organisations import clean_siret
from applications import republican_contract
from applications.completeness import AIDS, CONSORTIUM, PROJECT
from applications.drafting import locked_for_edit, record_edit, save_section
from applications.models import (
    DeclaredAid,
    LinkedUndertaking,
    Partner,
    PlaceKind,
    Post,
    Project,
    RepublicanCommitment,
    Site,
)
from applications.shares import equal_shares


def project_row(application):
    return Project.objects.get_or_create(application=application)[0]


def replace_rows(model, application, rows):
    """The lines of a list, as the page gives them, in their order."""
    model.objects.filter(application=application).delete()
    model.objects.bulk_create(
        model(application=application, position=position, **fields) for position, fields in enumerate(rows, start=1)
    )


def save_project(*, application, kinds, sites, posts, by, version=None, page="", typing=False):
    """Save what the place is, where, under which titles, and who makes it live.

    Args:
        kinds: `PlaceKind.Kind` values.
        sites: dicts of `Site` fields; the first is the place of the dossier, its name and address are not read.
        posts: dicts of `Post` fields.
        version: of the section; `page` and `typing` as in `drafting.save_answers`.

    Raises:
        NotAllowed, SectionChanged, StalePage: see `drafting`.
        Refusal: a rental value for a place that is not lent.
    """
    for position, site in enumerate(sites, start=1):
        if site.get("yearly_value_cents") and site.get("occupancy") != Site.Occupancy.MADE_AVAILABLE:
            raise Refusal(
                f"Site {position} : seul un local mis à disposition a une valeur à porter au plan. Choisissez « mise "
                "à disposition », ou videz la valeur."
            )
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, PROJECT, by, version, page)
        project_row(application)
        PlaceKind.objects.filter(application=application).delete()
        PlaceKind.objects.bulk_create(PlaceKind(application=application, kind=kind) for kind in dict.fromkeys(kinds))
        replace_rows(Site, application, sites)
        replace_rows(Post, application, posts)
        record_edit(application, PROJECT, by, typing)
    return application


def save_consortium(
    *, application, in_consortium, lead_share, lead_role, partners, by, equally=False, version=None, page="",
    typing=False,
):  # fmt: skip
    """Save the members of a consortium and their shares of the grant, in ten-thousandths.

    Args:
        partners: dicts of `Partner` fields; `lead_share` is that of the applicant.
        equally: give the lead and every partner the same share, to one ten-thousandth, whatever was typed.

    Raises:
        Refusal: a SIRET is not valid, or is there twice.
        NotAllowed, SectionChanged, StalePage.
    """
    partners = [{**one, "siret": clean_siret(one.get("siret")) or ""} for one in partners]
    refuse_twice(partners)
    if equally:
        lead_share, *others = equal_shares(1 + len(partners))
        partners = [{**one, "share": share} for one, share in zip(partners, others, strict=True)]
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, CONSORTIUM, by, version, page)
        project = project_row(application)
        project.in_consortium, project.lead_share, project.lead_role = in_consortium, lead_share, lead_role
        project.save(update_fields=["in_consortium", "lead_share", "lead_role"])
        replace_rows(Partner, application, partners)
        record_edit(application, CONSORTIUM, by, typing)
    return application


def refuse_twice(partners):
    sirets = [one["siret"] for one in partners if one["siret"]]
    if len(sirets) != len(set(sirets)):
        raise Refusal("Deux partenaires ont le même SIRET : gardez-en un seul.")


def save_aids(
    *, application, aid_declaration, nace_code, aids, linked, by, contract_exemption="", accepts_contract=False,
    version=None, page="", typing=False,
):  # fmt: skip
    """Save the aids declared, the single undertaking, and the republican commitment contract when it is accepted.

    Args:
        aids: dicts of `DeclaredAid` fields. linked: dicts of `LinkedUndertaking` fields. None: they stay as they are.
        accepts_contract: `by` accepts, for the structure, the text in force; once accepted it stays.

    Raises:
        NotAllowed, SectionChanged, StalePage.

    Source: L. 2000-321 art. 10-1 and D. 2021-1947 (contract); Reg. (EU) 2023/2831 art. 7 § 4 (declaration).
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        save_section(application, AIDS, by, version, page)
        project = project_row(application)
        project.aid_declaration, project.nace_code = aid_declaration, nace_code
        project.contract_exemption = contract_exemption
        project.save(update_fields=["aid_declaration", "nace_code", "contract_exemption"])
        if aids is not None:
            replace_rows(DeclaredAid, application, aids)
        if linked is not None:
            replace_rows(LinkedUndertaking, application, linked)
        if accepts_contract:
            accept_contract(application, by)
        record_edit(application, AIDS, by, typing)
    return application


def accept_contract(application, by):
    """Note the acceptance of the text in force; twice is once, and the first day stays."""
    text, organisation = republican_contract.IN_FORCE, application.organisation
    who = ", ".join(filter(None, [organisation.representative_name, organisation.representative_title]))
    _, created = RepublicanCommitment.objects.get_or_create(
        application=application,
        text_version=text.version,
        defaults={"text_sha256": text.sha256, "accepted_by": by, "representative": who},
    )
    if created:
        details = {"version": text.version}
        JournalEntry.write(action="accept_republican_contract", subject=application, actor=by, details=details)
