"""Amounts in French words, as a decision states them beside the figures ("cent quarante-deux mille euros").

Classical spelling: hyphens only between the parts below one hundred, "et" without hyphens; "vingt" and "cent" take
an s when multiplied and last, or before "million" and "milliard" (which are nouns), never before "mille".
"""

from __future__ import annotations

UNITS = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
]  # fmt: skip
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 7: "soixante", 8: "quatre-vingt"}
NOUNS = ((1_000_000_000, "milliard"), (1_000_000, "million"))
LIMIT = 1_000_000_000_000


def in_words(number: int) -> str:
    """Spell a whole number from 0 to 999,999,999,999 in French.

    Raises:
        ValueError: the number is negative or too large.
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} ne s’écrit pas en toutes lettres ici.")
    if number == 0:
        return UNITS[0]
    words, rest = [], number
    for size, noun in NOUNS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{_below_thousand(count, last=True)} {_plural(noun, count)}")
    return " ".join(words + _below_million(rest))


def euros_in_words(amount_cents: int) -> str:
    """Spell an amount of cents: "cent quarante-deux mille euros", "un million d’euros", "un euro et dix centimes"."""
    euros, cents = divmod(amount_cents, 100)
    if not cents:
        return _with_noun(euros, "euro")
    words = f"{in_words(cents)} {_plural('centime', cents)}"
    return f"{_with_noun(euros, 'euro')} et {words}" if euros else words


def _with_noun(number: int, noun: str) -> str:
    # "un million d’euros" but "un million deux cents euros": after a bare noun, the complement takes "de".
    link = " d’" if number >= 1_000_000 and number % 1_000_000 == 0 else " "
    return f"{in_words(number)}{link}{_plural(noun, number)}"


def _plural(noun: str, count: int) -> str:
    return noun if count < 2 else f"{noun}s"


def _below_million(number: int) -> list[str]:
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words += ["mille"] if thousands == 1 else [_below_thousand(thousands, last=False), "mille"]
    if rest:
        words.append(_below_thousand(rest, last=True))
    return words


def _below_thousand(number: int, *, last: bool) -> str:
    hundreds, rest = divmod(number, 100)
    words = []
    if hundreds:
        plural = hundreds > 1 and not rest and last
        words += ([UNITS[hundreds]] if hundreds > 1 else []) + ["cents" if plural else "cent"]
    if rest:
        words.append(_below_hundred(rest, last=last))
    return " ".join(words)


def _below_hundred(number: int, *, last: bool) -> str:
    if number < 20:
        return UNITS[number]
    tens, unit = divmod(number, 10)
    if tens in (7, 9):
        tens, unit = tens - 1, unit + 10
    if unit in (1, 11) and tens != 8:
        return f"{TENS[tens]} et {UNITS[unit]}"
    if unit:
        return f"{TENS[tens]}-{UNITS[unit]}"
    return "quatre-vingts" if tens == 8 and last else TENS[tens]
