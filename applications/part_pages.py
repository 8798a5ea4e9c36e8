"""What pages show of the parts beside what is typed: who gets what, the ceilings, the contract, the flags."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.french import euros
from accounts.models import LegalForm
from applications import budget, cofunding, completeness, part_problems, parts, republican_contract
from applications.de_minimis import RULES
from applications.models import CoFunding
from applications.part_reading import contract_text
from applications.shares import percent
from applications.state_aid import beneficiaries, excess_sentence, positions

Status = CoFunding.Status


@dataclass(frozen=True)
class Member:
    """One member of a consortium: its share, and the euros that it makes."""

    name: str
    share: str
    amount: str
    is_lead: bool


@dataclass(frozen=True)
class Ceiling:
    """Where one beneficiary stands under its ceiling, were the request granted today. Amounts as French text."""

    name: str
    received: str
    asked: str
    ceiling: str
    left: str
    rule: str
    refusal: str
    aids: tuple


@dataclass(frozen=True)
class Flag:
    """Something to look at, with the rule it rests on."""

    title: str
    text: str


def members_of(organisation, content, cents):
    """The `Member`s of a consortium whose shares are written; nothing for a structure that asks alone."""
    consortium = content.get("consortium") or {}
    shares = [consortium.get("lead_share"), *(one["share"] for one in consortium.get("partners", []))]
    shared = beneficiaries(organisation, content, cents)
    if len(shares) != len(shared) or len(shares) < 2:
        return []
    return [
        Member(one.name, percent(share), euros(one.cents), one.is_lead)
        for one, share in zip(shared, shares, strict=True)
    ]


def ceilings_of(organisation, content, cents, *, on=None, but=None):
    """The `Ceiling` of each beneficiary; nothing when the call gives no de minimis aid."""
    on = on or timezone.localdate()
    return [
        Ceiling(
            name=one.name,
            received=euros(position.received_cents),
            asked=euros(one.cents),
            ceiling=euros(position.ceiling_cents),
            left=euros(position.left_cents),
            rule=RULES[position.regime],
            refusal=excess_sentence(one, position),
            aids=position.aids,
        )
        for one, position in positions(organisation, content, cents, on=on, but=but)
    ]


def context_of(application, slug):
    """What the page of a section shows beside its form."""
    if slug == completeness.PROJECT:
        return {}
    said = parts.parts_of(application)
    asked = budget.requested(budget.cells_of(application))
    if slug == completeness.CONSORTIUM:
        return {"members": members_of(application.organisation, said, asked), "requested_cents": asked}
    return {
        "about_aid": part_problems.about_aid(application),
        "about_contract": republican_contract.is_needed(application),
        "ceilings": ceilings_of(application.organisation, said, asked),
        "contract": said["aid"]["contract"],
        "contract_text": republican_contract.IN_FORCE,
        "commitment": application.commitments.select_related("accepted_by").order_by("pk").last(),
    }


def staff_context(application, content):
    """What the officer's page shows of a sent version: members, ceilings, money, flags."""
    asked, organisation = application.requested_cents, application.organisation
    return {
        "members": members_of(organisation, content, asked),
        "ceilings": ceilings_of(organisation, content, asked, but=application),
        "money": money_of(content),
        "flags": flags_of(organisation, content),
    }


def flags_of(organisation, content):
    """What staff look at before they propose: nothing here refuses by itself."""
    plan = content["budget"]
    cells = {(side, account, year): cents for side, account, year, cents in plan["cells"]}
    return [
        *certified_accounts(organisation, plan, cells),
        *endowment(organisation),
        *short_titles(content, plan),
    ]


def certified_accounts(organisation, plan, cells):
    years = budget.years_to_certify(cells, plan["years"])
    if not years:
        return []
    named = ", ".join(f"{euros(cents)} en {plan['first_year'] + rank - 1}" for rank, cents in years)
    text = (
        f"Le plan compte {named} de subventions publiques. Au-dessus de 153 000 € dans l’année, une association ou "
        "une fondation fait certifier ses comptes et les publie (code de commerce, art. L612-4 et D612-5)."
    )
    return [Flag("Plus de 153 000 € de subventions dans l’année", text)]


def endowment(organisation):
    if organisation.legal_form != LegalForm.ENDOWMENT_FUND:
        return []
    text = "Il ne reçoit de fonds publics que par dérogation, sur arrêté (loi n° 2008-776, art. 140, III)."
    return [Flag("Fonds de dotation", text)]


def short_titles(content, plan):
    """Titles of occupancy that end before the project does."""
    last = plan["first_year"] + plan["years"] - 1
    return [
        Flag(
            f"Titre d’occupation court : {site['name'] or 'site'}",
            f"Il finit en {site['title_ends_on'][:4]} ; le projet court jusqu’en {last}.",
        )
        for site in content.get("project", {}).get("sites", [])
        if site["title_ends_on"] and int(site["title_ends_on"][:4]) <= last
    ]  # fmt: skip


def money_of(content):
    """[(label, text)] of the plan for staff: the State's share, what is promised and obtained."""
    plan = content["budget"]
    cells = {(side, account, year): cents for side, account, year, cents in plan["cells"]}
    share = budget.state_share(cells)
    stands = cofunding.by_status(content, cells)
    rows = [("Part de l’État", state_share_text(cells, share))]
    labels = [(Status.OBTAINED, "Obtenu"), (Status.PROMISED, "Promis"), (Status.REQUESTED, "Demandé ailleurs"),
              (Status.EXPECTED, "Envisagé"), ("", "Non précisé")]  # fmt: skip
    return rows + [(f"Cofinancement : {label.lower()}", euros(stands[key])) for key, label in labels if key in stands]


def state_share_text(cells, share):
    if share is None:
        return "non calculée : aucune dépense"
    asked, spent = euros(budget.state_money(cells)), euros(budget.cash_expenses(cells))
    return f"{percent(share)} des dépenses, hors nature ({asked} sur {spent})"


def contract_words(content):
    """How the republican contract stands in a sent version: (kept or None, sentence); None when nothing is asked."""
    contract = content.get("aid", {}).get("contract")
    if not contract:
        return None
    return bool(contract["accepted_at"] or contract["exemption"]), contract_text(contract)
