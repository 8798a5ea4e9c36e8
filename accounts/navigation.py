"""The menu of each kind of reader, and the role in which somebody is acting.

Paths, not URL names: the floors above own the pages, this one only points at them.
Every right a person holds is always in force; the acting role chooses the menu and what the header says.
"""

from dataclasses import dataclass

from accounts.models import STAFF_ROLES, Role

SESSION_KEY = "acting_role"
APPLICANT, REVIEWER, STAFF, PUBLIC = "applicant", "reviewer", "staff", "public"

HOMES = {
    Role.APPLICANT: "/mes-dossiers/",
    Role.REVIEWER: "/evaluations/",
    Role.OFFICER: "/pilotage/matin/",
    Role.FINANCE_OFFICER: "/pilotage/echeances/",
    Role.ADMINISTRATOR: "/pilotage/comptes/",
}
STAFF_HOME = "/pilotage/"
MENUS = {
    PUBLIC: (
        ("Accueil", "/"),
        ("Appels", "/appels/"),
        ("Les fabriques", "/fabriques/"),
        ("Chiffres", "/chiffres/"),
        ("Vérifier un courrier", "/verifier/"),
        ("Aide", "/aide/"),
    ),
    APPLICANT: (
        ("Mes dossiers", "/mes-dossiers/"),
        ("Ma structure", "/organisations/"),
        ("Appels", "/appels/"),
        ("Aide", "/aide/"),
    ),
    REVIEWER: (
        ("Mes évaluations", "/evaluations/"),
        ("Mon profil", "/evaluations/profil/"),
        ("Aide", "/aide/"),
    ),
    STAFF: (
        ("Ce matin", "/pilotage/matin/"),
        ("Pilotage", "/pilotage/"),
        ("Dossiers", "/pilotage/dossiers/"),
        ("Vagues", "/pilotage/vagues/"),
        ("Courriers", "/pilotage/courriers/"),
        ("Recours", "/pilotage/recours/"),
        ("Budget", "/pilotage/budget/"),
        ("Conventions", "/pilotage/conventions/"),
        ("Échéances", "/pilotage/echeances/"),
        ("Journal", "/pilotage/journal/"),
        ("Mes intérêts", "/evaluations/profil/"),
    ),
}
# Entries of the staff menu that only some roles can open.
RESERVED = {
    "/pilotage/matin/": frozenset({Role.OFFICER}),
    "/pilotage/journal/": frozenset({Role.AUDITOR, Role.OFFICER, Role.ADMINISTRATOR}),
    # Who gives an opinion declares her ties; a reviewer has the page in her own menu.
    "/evaluations/profil/": frozenset({Role.PANEL_MEMBER, Role.PANEL_CHAIR}),
}
# Pages that have no entry of their own: the one they are reached from.
REACHED_FROM = (
    ("/pilotage/notifications/", "/pilotage/courriers/"),
    ("/pilotage/courriels/", "/pilotage/courriers/"),
    ("/pilotage/chorus/", "/pilotage/echeances/"),
    ("/pilotage/comptes-bancaires/", "/pilotage/echeances/"),
    ("/pilotage/demandes/", "/pilotage/echeances/"),
    ("/pilotage/attributions/", "/pilotage/conventions/"),
    ("/pilotage/modeles-de-courriers/", "/pilotage/courriers/"),
    ("/pilotage/aides-de-minimis/", "/pilotage/budget/"),
    ("/pilotage/reversements/", "/pilotage/budget/"),
    ("/pilotage/retraits/", "/pilotage/budget/"),
    ("/pilotage/tableau/", STAFF_HOME),
    ("/pilotage/previsions/", STAFF_HOME),
    ("/pilotage/fabriques/", STAFF_HOME),
    ("/pilotage/mouvements/", STAFF_HOME),
    ("/pilotage/ecritures/", STAFF_HOME),
    ("/pilotage/annonces/", STAFF_HOME),
)
ADMINISTRATION = (
    ("Appels", "/pilotage/appels/"),
    ("Modèles de courriers", "/pilotage/modeles-de-courriers/"),
    ("Délégations", "/pilotage/delegations/"),
    ("Dérogations", "/pilotage/derogations/"),
    ("Structures", "/pilotage/structures/"),
    ("Comptes", "/pilotage/comptes/"),
)
SECTION_OF_PATH = (
    ("/pilotage/", STAFF),
    ("/evaluations/", REVIEWER),
    ("/mes-dossiers/", APPLICANT),
    ("/dossiers/", APPLICANT),
    ("/organisations/", APPLICANT),
)


@dataclass
class Entry:
    label: str
    path: str
    current: bool


def home_of(role):
    """Path of the first page of a role."""
    return HOMES.get(role, STAFF_HOME)


def section_of(role):
    if role is None:
        return PUBLIC
    if role in STAFF_ROLES:
        return STAFF
    return REVIEWER if role == Role.REVIEWER else APPLICANT


class Navigation:
    """What the header of a page needs; one query (the roles) for a signed-in person, none for the public."""

    def __init__(self, request):
        self.request = request
        self.path = request.path
        self.user = request.user
        self.roles = [role for role in Role if role in request.user.roles] if request.user.is_authenticated else []
        self.role = self.acting_role()
        self.section = self.section_shown()

    def acting_role(self):
        """The role chosen in the header if it is still held and fits the page, else the first that does."""
        chosen = self.request.session.get(SESSION_KEY) if self.roles else None
        candidates = sorted(self.roles, key=lambda role: role != chosen)
        here = next((section for prefix, section in SECTION_OF_PATH if self.path.startswith(prefix)), None)
        fitting = [role for role in candidates if section_of(role) == here]
        return next(iter(fitting or candidates), None)

    def section_shown(self):
        """The menu follows the page; a page of nobody in particular keeps the menu of the acting role."""
        if self.path == "/" or self.path.startswith(("/fabriques/", "/chiffres/", "/verifier/")):
            return PUBLIC
        return section_of(self.role)

    @property
    def role_label(self):
        return Role(self.role).label if self.role else ""

    @property
    def home(self):
        return "/" if self.section == PUBLIC else home_of(self.role)

    @property
    def own_home(self):
        """Where « Mon espace » leads from a public page."""
        return home_of(self.role)

    @property
    def other_roles(self):
        return [(role.value, role.label) for role in self.roles if role != self.role]

    @property
    def is_staff(self):
        return self.section == STAFF

    @property
    def menu(self):
        entries = list(MENUS[self.section])
        if self.section == STAFF:
            held = set(self.roles)
            entries = [entry for entry in entries if RESERVED.get(entry[1], held) & held]
            entries += ADMINISTRATION if held & {Role.ADMINISTRATOR, Role.AUDITOR} else ()
        current = self.current_path(entries)
        return [Entry(label, path, path == current) for label, path in entries]

    def current_path(self, entries):
        """The longest entry that the page stands under; under « / » and the steering page, only what is told."""
        here = next((entry for prefix, entry in REACHED_FROM if self.path.startswith(prefix)), self.path)
        under = [path for _, path in entries if here == path or (path != "/" and here.startswith(path))]
        best = max(under, key=len, default="")
        return "" if best == STAFF_HOME and here != STAFF_HOME else best


def choose_role(request, role):
    """Act in `role` from now on (only the menu and the header change). False when it is not held."""
    if role not in request.user.roles:
        return False
    request.session[SESSION_KEY] = role
    return True
