"""How the panel of a call sits: by default as the law says, otherwise as the call says (CRPA R133-8 to R133-11)."""

from dataclasses import dataclass

from accounts.french import NBSP, plural

# What the law says of an advisory panel when its own text says nothing.
NOTICE_DAYS, QUORUM_PERCENT = 5, 50
MOST_NOTICE_DAYS = 60
FIELDS = (
    "panel_notice_days", "panel_quorum_percent", "panel_second_call_free", "panel_casting_vote", "panel_rules_basis",
)  # fmt: skip


@dataclass(frozen=True)
class PanelRules:
    """The rules of the panel of a call.

    Attributes:
        notice_days: between the call of the members and the meeting (R133-8).
        quorum_percent: of the members with a vote, who sit or are represented (R133-10).
        second_call_free: a second call on the same agenda asks for no quorum (R133-10).
        casting_vote: at equal votes, who presides decides (R133-11); without it nothing is carried.
        basis: the text that lets the call ask for less than the law.
    """

    notice_days: int = NOTICE_DAYS
    quorum_percent: int = QUORUM_PERCENT
    second_call_free: bool = True
    casting_vote: bool = True
    basis: str = ""

    @classmethod
    def of(cls, version):
        """Those of a `CallVersion`; the default ones of None."""
        return cls(*(getattr(version, name) for name in FIELDS)) if version else cls()

    def needed(self, composing):
        """How many of `composing` members must sit or be represented."""
        return -(-composing * self.quorum_percent // 100)

    @property
    def quorum_share(self):
        return "la moitié" if self.quorum_percent == QUORUM_PERCENT else f"{self.quorum_percent}{NBSP}%"

    @property
    def notice_sentence(self):
        return f"Convocation {plural(self.notice_days, 'jour')} au moins avant la séance, sauf urgence (R133-8)."

    @property
    def majority_sentence(self):
        tie = "la voix de qui préside l’emporte" if self.casting_vote else "l’avis n’est pas adopté"
        return f"Majorité des voix exprimées des membres présents ou représentés ; à égalité, {tie} (R133-11)."

    def quorum_sentence(self, *, second_call=False):
        if second_call and self.second_call_free:
            return "Seconde convocation sur le même ordre du jour : aucun quorum n’est exigé (R133-10)."
        return (
            f"Quorum : {self.quorum_share} au moins des membres ayant voix délibérative, présents ou représentés "
            "(R133-10)."
        )

    @property
    def basis_sentence(self):
        return f"Règles propres au comité : {self.basis.rstrip('.')}." if self.basis else ""

    def sentences(self):
        """The whole of them, for whoever reads the call."""
        second = (
            "Seconde convocation sur le même ordre du jour : aucun quorum (R133-10)."
            if self.second_call_free
            else "Seconde convocation : le même quorum que la première."
        )
        told = (self.notice_sentence, self.quorum_sentence(), second, self.majority_sentence, self.basis_sentence)
        return [sentence for sentence in told if sentence]


def less_than_the_law(fields) -> str:
    """The name of the first field that asks for less than the law does, "" when none does.

    Args:
        fields: values by name (`FIELDS`); one that is not there says what the law says.
    """
    if fields.get("panel_notice_days", NOTICE_DAYS) < NOTICE_DAYS:
        return "panel_notice_days"
    if fields.get("panel_quorum_percent", QUORUM_PERCENT) < QUORUM_PERCENT:
        return "panel_quorum_percent"
    return "" if fields.get("panel_casting_vote", True) else "panel_casting_vote"


def problem_of(fields):
    """(field, sentence) of what is wrong with the rules of a panel; None when nothing is."""
    days, percent = fields.get("panel_notice_days", NOTICE_DAYS), fields.get("panel_quorum_percent", QUORUM_PERCENT)
    if not 1 <= days <= MOST_NOTICE_DAYS:
        return "panel_notice_days", f"Le délai de convocation va de 1 à {MOST_NOTICE_DAYS} jours."
    if not 1 <= percent <= 100:
        return "panel_quorum_percent", "Le quorum est un pourcentage des membres, de 1 à 100."
    if less_than_the_law(fields) and not (fields.get("panel_rules_basis") or "").strip():
        return "panel_rules_basis", (
            "Cinq jours, la moitié des membres et la voix prépondérante de qui préside sont les règles des articles "
            "R133-8 à R133-11 du CRPA : pour demander moins, citez le texte du comité qui le permet."
        )
    return None
