"""Who walks: one person for each role, and for each way of being near a dossier without a right on it."""

ANONYMOUS = "anonymous"
ACTORS = (
    ANONYMOUS,
    "newcomer",  # an account without any role
    "owner",  # an applicant, responsible for the structures of the objects
    "reader",  # an applicant, member of the same structures with the right to read
    "stranger",  # an applicant of another structure
    "officer",
    "recused_officer",  # an officer who also reviews, and declared a tie with the dossiers
    "reviewer",  # the one who accepted to review the dossier
    "other_reviewer",  # a reviewer of nothing
    "recused_reviewer",  # declared a tie with the dossiers
    "panel_member",
    "panel_chair",
    "decision_maker",
    "finance_officer",
    "auditor",
    "administrator",
)
NOBODY: frozenset[str] = frozenset()
EVERYONE = frozenset(ACTORS)
SIGNED_IN = EVERYONE - {ANONYMOUS}
MEMBERS = frozenset({"owner", "reader"})
WRITER = frozenset({"owner"})
# The stranger's structure, once it is a support network that the owner lets read.
NETWORK = frozenset({"stranger"})
APPLICANTS = MEMBERS | {"stranger"}
REVIEWERS = frozenset({"reviewer", "other_reviewer", "recused_reviewer", "recused_officer"})
THE_REVIEWER = frozenset({"reviewer"})
RECUSED = frozenset({"recused_reviewer", "recused_officer"})
OFFICERS = frozenset({"officer", "recused_officer"})
PANEL_CHAIR = frozenset({"panel_chair"})
DECISION_MAKER = frozenset({"decision_maker"})
FINANCE = frozenset({"finance_officer"})
AUDITOR = frozenset({"auditor"})
ADMINISTRATOR = frozenset({"administrator"})
STAFF = OFFICERS | PANEL_CHAIR | DECISION_MAKER | FINANCE | AUDITOR | ADMINISTRATOR | {"panel_member"}
# Staff who may read a dossier: whoever declared a tie with it never does.
READERS = STAFF - RECUSED
STEERING = OFFICERS | ADMINISTRATOR
FOLLOWING = OFFICERS | DECISION_MAKER
