"""What ties are looked for in a dossier: who asks, with whom, who reads it, who pays beside, where. Reads."""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.models import Membership
from applications.models import Application, Attachment, CoFunding, NetworkConsent, Partner, Site

# Everybody has an address there: to share one says nothing.
PUBLIC_DOMAINS = frozenset(
    (
        "aol.com", "bbox.fr", "free.fr", "gmail.com", "gmx.com", "gmx.fr", "googlemail.com", "hotmail.com",
        "hotmail.fr", "icloud.com", "laposte.net", "live.com", "live.fr", "mailo.com", "me.com", "msn.com", "neuf.fr",
        "numericable.fr", "orange.fr", "outlook.com", "outlook.fr", "pm.me", "proton.me", "protonmail.com",
        "riseup.net", "sfr.fr", "wanadoo.fr", "yahoo.com", "yahoo.fr",
    )
)  # fmt: skip
RESERVED = (".test", ".example", ".invalid", ".localhost")


@dataclass(frozen=True)
class Party:
    """A body that has a part in a dossier: `key` of its `Organisation` or 0, SIREN or ""."""

    key: int
    siren: str
    name: str


@dataclass
class DossierFacts:
    """One dossier, for what ties may be found in it.

    Attributes:
        applicant: the `Party` that asks. partners, networks: `Party`s. funders: names.
        communes: the `Commune`s of its place and sites.
        domains: of the e-mail of the structure and of its members. people: their names.
        letters: (key, name) of the files of its support letters.
    """

    application: Application
    applicant: Party
    partners: list = field(default_factory=list)
    networks: list = field(default_factory=list)
    funders: list = field(default_factory=list)
    communes: list = field(default_factory=list)
    domains: set = field(default_factory=set)
    people: set = field(default_factory=set)
    letters: list = field(default_factory=list)

    @property
    def pk(self):
        return self.application.pk

    @property
    def parties(self):
        return [self.applicant, *self.partners]

    @property
    def region(self):
        return self.application.fabrique.region


def facts_of(applications):
    """[`DossierFacts`] in key order; seven queries whatever their number.

    Args:
        applications: a queryset of `Application`s.
    """
    rows = applications.select_related("organisation", "fabrique__commune").order_by("pk")
    facts = {dossier.pk: basis_of(dossier) for dossier in rows}
    for owner, siret, name in of(Partner, facts).values_list("application", "siret", "name"):
        facts[owner].partners.append(Party(0, siret[:9], name))
    for given in of(NetworkConsent, facts).select_related("network"):
        network = given.network
        facts[given.application_id].networks.append(Party(network.pk, network.siren or "", network.name))
    for owner, funder in of(CoFunding, facts).exclude(funder="").values_list("application", "funder"):
        facts[owner].funders.append(funder)
    for site in of(Site, facts).filter(commune__isnull=False).select_related("commune"):
        facts[site.application_id].communes.append(site.commune)
    letters = of(Attachment, facts).filter(kind=Attachment.Kind.SUPPORT, removed_at=None)
    for owner, key, name in letters.values_list("application", "file", "file__name"):
        facts[owner].letters.append((key, name))
    add_people(facts)
    return list(facts.values())


def of(model, facts):
    return model.objects.filter(application__in=facts).order_by("application", "pk")


def basis_of(dossier):
    organisation, commune = dossier.organisation, dossier.fabrique.commune
    return DossierFacts(
        application=dossier,
        applicant=Party(organisation.pk, organisation.siren or "", organisation.name),
        communes=[commune] if commune else [],
        domains=own_domains([organisation.email]),
        people={organisation.representative_name} if organisation.representative_name else set(),
    )


def add_people(facts):
    """The people of the structures that ask, and the domains of their addresses; one query."""
    owners = defaultdict(list)
    for one in facts.values():
        owners[one.applicant.key].append(one)
    members = Membership.objects.filter(organisation__in=owners).order_by("pk")
    for key, name, email in members.values_list("organisation", "user__last_name", "user__email"):
        for one in owners[key]:
            one.domains |= own_domains([email])
            one.people |= {name} if name else set()


def own_domains(addresses):
    """The domains of addresses, those of public providers left out, and those that nobody can own (RFC 2606)."""
    found = {address.rpartition("@")[2].lower() for address in addresses if address}
    return {one for one in found - PUBLIC_DOMAINS - {""} if not one.endswith(RESERVED)}
