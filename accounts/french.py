"""French typography by code: no-break spaces, amounts, dates. Pure functions, no template, no database."""

import datetime
import unicodedata

from django.utils import timezone

NBSP = "\u00a0"
MONTHS = [
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
]  # fmt: skip
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


def integer(value: int) -> str:
    """12345 → « 12 345 » (no-break spaces)."""
    return f"{value:,}".replace(",", NBSP)


def euros(cents: int | None) -> str:
    """Cents → « 150 000 € », with cents only when there are some: « 12,50 € »."""
    if cents is None:
        return "—"
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    decimals = f",{rest:02d}" if rest else ""
    return f"{sign}{integer(whole)}{decimals}{NBSP}€"


def millions(cents: int) -> str:
    """Cents → « 3,96 M€ », rounded to ten thousand euros."""
    sign = "−" if cents < 0 else ""
    hundredths = (abs(cents) + 500_000) // 1_000_000
    return f"{sign}{integer(hundredths // 100)},{hundredths % 100:02d}{NBSP}M€"


def decimal(value, places=1) -> str:
    """12.345 → « 12,3 »."""
    return "—" if value is None else f"{value:.{places}f}".replace(".", ",")


def _local(value):
    return timezone.localtime(value) if isinstance(value, datetime.datetime) else value


def day(value: datetime.date) -> str:
    """« 1er août 2021 », no-break."""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def long_date(value) -> str:
    """A date, or the Paris date of an instant: « 12 novembre 2026 »."""
    return "—" if value is None else day(_local(value))


def weekday_date(value) -> str:
    """« vendredi 4 décembre 2026 »."""
    return "—" if value is None else f"{DAYS[_local(value).weekday()]} {day(_local(value))}"


def hour(value: datetime.datetime) -> str:
    """« 17 h », « 10 h 42 », Paris time."""
    local = _local(value)
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02d}" if local.minute else "")


def long_datetime(value: datetime.datetime | None) -> str:
    """« 12 novembre 2026 à 10 h 42 », Paris time."""
    return "—" if value is None else f"{day(_local(value))} à {hour(value)}"


def deadline(value: datetime.datetime | None) -> str:
    """« vendredi 4 décembre 2026 à 17 h », Paris time."""
    return "—" if value is None else f"{weekday_date(value)} à {hour(value)}"


def plural(count: int, singular: str, plural_form: str | None = None) -> str:
    """« 1 dossier », « 27 dossiers »; zero and one are singular in French."""
    word = singular if abs(count) < 2 else (plural_form or singular + "s")
    return f"{integer(count)}{NBSP}{word}"


def folded(text: str) -> str:
    """Accents and case removed: key for search and for French sorting."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def siret(digits: str | None) -> str:
    """« 912 345 678 00017 »: nine digits of the company, five of the place."""
    if not digits or len(digits) != 14:
        return digits or "—"
    return NBSP.join([digits[:3], digits[3:6], digits[6:9], digits[9:]])
