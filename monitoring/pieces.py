"""The pieces that the steering board is made of: numbers with their words, and what each of them means."""

from dataclasses import dataclass, field

from accounts.french import euros, integer, millions

DEFINITIONS = {
    "laureates": "Lauréate : attribution signée et annoncée, non retirée ; un lieu compte une fois.",
    "contracted": "Conventionnée : convention ou arrêté en vigueur ce jour.",
    "open": "Ouverte : ouverture réelle prouvée, sans fermeture connue.",
    "alive": "« Vivante à 12 mois » n’est pas encore mesuré : il faut les comptes rendus de fréquentation.",
    "ae": (
        "AE ouvertes − gelées − annulées − réservées − engagées + retraits d’engagement de l’année, sur l’exercice. "
        "Divisées par l’attribution moyenne : engagé sur les AE de l’année ÷ lauréates de l’année ; à défaut, de la "
        "dernière année qui en a. "
        "Ce qui n’est pas engagé tombe le 31 décembre."
    ),
    "cp": (
        "Besoin : échéances d’attributions engagées, prévues au plus tard le 31 décembre et pas encore mises en "
        "paiement. Celles qui le sont ont déjà pris leurs CP : les compter ici les compterait deux fois. "
        "Disponible : CP ouverts − gelés − annulés − mis en paiement − payés."
    ),
    "remaining": (
        "Engagé − retiré − payé. Par année : échéances non payées, à l’année où elles sont attendues ; celles d’une "
        "année passée sont montrées avec l’année en cours."
    ),
}


@dataclass(frozen=True)
class Step:
    """One number of the count of places; `number` None: not known."""

    key: str
    name: str
    number: int | None
    url: str
    new: int
    target: int
    tone: str = ""

    @property
    def share(self):
        return f"{100 * self.number // self.target} % de {integer(self.target)}" if self.target and self.number else ""

    @property
    def change(self):
        return f"+ {integer(self.new)} depuis hier" if self.new else "= depuis hier"


@dataclass(frozen=True)
class Card:
    """One amount, with what it means, since when, and the rows that make it."""

    title: str
    cents: int
    url: str
    rows_label: str
    definition: str
    sentence: str = ""
    gap: str = ""
    change_cents: int = 0
    alert: bool = False
    bars: list = field(default_factory=list)
    bars_text: str = ""

    @property
    def value(self):
        return in_millions(self.cents) if self.cents else "0"

    @property
    def change(self):
        if not self.change_cents:
            return "= depuis hier"
        sign = "+" if self.change_cents > 0 else "−"
        return f"{sign} {euros(abs(self.change_cents))} depuis hier"


@dataclass(frozen=True)
class Stage:
    """One row of « où en est l’argent »."""

    key: str
    name: str
    grants_cents: int
    fund_cents: int | None
    total_cents: int
    share: str
    url: str

    @property
    def cells(self):
        """Grants, fund and total in millions, without the unit that the caption gives."""
        return [in_millions(cents) for cents in (self.grants_cents, self.fund_cents, self.total_cents)]


@dataclass(frozen=True)
class SegmentRow:
    label: str
    key: str
    target: int | None
    laureates: int
    contracted: int | None
    open: int | None

    @property
    def left(self):
        return None if self.target is None else max(self.target - self.laureates, 0)


def in_millions(cents):
    return millions(cents).removesuffix("\u00a0M€") if cents else "—"


def percent(part, whole):
    return f"{100 * part // whole} %" if whole else "—"
