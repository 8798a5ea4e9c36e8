"""Who signs in to the demonstration: at least one account for each role, all with the same password."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from accounts.roles import grant_role
from applications.evaluations.terms import accept_terms
from applications.models import ReviewerProfile

PASSWORD = "fabriques-demonstration"
DOMAIN = "fabriques.example"


@dataclass(frozen=True)
class Account:
    """One person of the demonstration; `name` is the part of the e-mail address before the at sign."""

    name: str
    role: Role
    first_name: str
    last_name: str
    title: str = ""

    @property
    def email(self):
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    Account("porteuse", Role.APPLICANT, "Claire", "Rouvier", "présidente"),
    Account("porteur", Role.APPLICANT, "Nadia", "Benali", "directrice"),
    Account("reseau", Role.APPLICANT, "Amélie", "Lopez", "animatrice de réseau"),
    Account("instruction", Role.OFFICER, "Hélène", "Martin", "instructrice"),
    Account("evaluation", Role.REVIEWER, "Samuel", "Bonnet", "évaluateur"),
    Account("evaluation2", Role.REVIEWER, "Élise", "Marchand", "évaluatrice"),
    Account("evaluation3", Role.REVIEWER, "Farid", "Haddad", "évaluateur"),
    Account("comite", Role.PANEL_MEMBER, "Yasmine", "Keller", "membre du comité"),
    Account("presidence", Role.PANEL_CHAIR, "Camille", "Ferrand", "présidente du comité"),
    Account("decision", Role.DECISION_MAKER, "Olivier", "Tessier", "directeur du dispositif"),
    Account("finances1", Role.FINANCE_OFFICER, "Rachida", "Diallo", "chargée du service fait"),
    Account("finances2", Role.FINANCE_OFFICER, "Paul", "Estève", "ordonnateur délégué"),
    Account("finances3", Role.FINANCE_OFFICER, "Maëlle", "Quéré", "chargée des paiements"),
    Account("audit", Role.AUDITOR, "Denis", "Caron", "auditeur"),
    Account("administration", Role.ADMINISTRATOR, "Valérie", "Aubry", "administratrice"),
)


# What each reviewer knows.
KNOWN = {
    "evaluation": {"fields": ["fablab", "reuse"], "region": "Bretagne", "languages": ["fr", "br"]},
    "evaluation2": {"fields": ["coworking", "training"], "region": "Occitanie", "languages": ["fr", "oc", "es"]},
    "evaluation3": {"fields": ["culture", "digital"], "region": "Grand Est", "languages": ["fr", "de"]},
}


def create_people():
    """{name: User}, confirmed addresses included."""
    # Hashed once for all: it is the same for everybody, and public.
    encoded = make_password(PASSWORD)
    return {account.name: create_person(account, encoded) for account in ACCOUNTS}


def create_person(account, encoded):
    user = User.objects.create_user(
        account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        title=account.title,
        phone="01 00 00 00 00",
    )
    user.password = encoded
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    grant_role(user=user, role=account.role, by=None)
    if account.role == Role.REVIEWER:
        ReviewerProfile.objects.create(
            user=user, employer="Réseau inventé des lieux partagés", capacity=12, **KNOWN.get(account.name, {})
        )
        accept_terms(user=user)
    return user
