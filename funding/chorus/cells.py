"""The cells of a Chorus extract: numbers or texts, dates as serials; what is doubtful is refused."""

import datetime
import math
import re
from decimal import Decimal, InvalidOperation

from accounts.french import folded

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009\t\r\n"))
DIGITS = re.compile(r"[0-9]+")
CODE = re.compile(r"[0-9A-Za-z._/-]*")
# Day 0 of spreadsheets, the 29 February 1900 that never was included.
SERIAL_ZERO = datetime.date(1899, 12, 30)
# From 1 January 2010 to 31 December 2099.
SERIALS = range(40_179, 73_051)
DATES = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?"), (2, 1, 0)),
    (re.compile(r"(20\d{2})(\d{2})(\d{2})"), (0, 1, 2)),
)
MOST_CENTS = 10**15


class Unreadable(Exception):
    """A cell that cannot be read without guessing; its text says why, in French."""


def heading(text):
    """What two spellings of one heading share: « N° EJ », « n°EJ », « N EJ »."""
    return re.sub(r"[^a-z0-9]", "", folded(str(text or "")).replace("°", ""))


def text(value, length):
    """The text of a cell; a whole number loses its decimal part."""
    if value is None:
        return ""
    if isinstance(value, bool):
        raise Unreadable(f"« {value} » n’est pas un texte")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).replace("\0", "").split())[:length]


def code(value, length):
    """A number of Chorus (EJ, DP, item): the same whether the cell holds a number or a text."""
    found = text(value, length + 1).translate(SPACES)
    if len(found) > length or not CODE.fullmatch(found):
        raise Unreadable(f"« {found} » n’est pas un numéro de Chorus")
    return without_zeros(found.upper())


def without_zeros(number):
    """A spreadsheet loses the first zeros of a number: with or without them it is the same."""
    return (number.lstrip("0") or "0") if DIGITS.fullmatch(number) else number


def siret(value):
    """Fourteen digits; a spreadsheet that took them for a number lost the first zeros."""
    found = text(value, 40).translate(SPACES)
    if not found:
        return ""
    if isinstance(value, int | float) and 9 < len(found) < 14:
        found = found.zfill(14)
    if not DIGITS.fullmatch(found) or len(found) != 14:
        raise Unreadable(f"« {found} » n’est pas un SIRET")
    return found


def year(value):
    found = text(value, 10).translate(SPACES)
    if not re.fullmatch(r"20\d\d", found):
        raise Unreadable(f"l’exercice « {found} » n’est pas une année")
    return int(found)


def cents(value):
    """An amount in cents: 50000, 50 000,00, 50000.00, 50 000,00- (SAP writes the sign last).

    Raises:
        Unreadable: no amount, a part of a cent, or a separator that may be read in two ways (50.000).
    """
    if isinstance(value, bool) or value is None or value == "":
        raise Unreadable("le montant payé manque")
    if isinstance(value, int | float):
        return of_number(value)
    return of_text(str(value))


def of_number(value):
    if not math.isfinite(value) or abs(value) * 100 >= MOST_CENTS:
        raise Unreadable(f"le montant « {value} » est trop grand")
    found = round(value * 100)
    if abs(value * 100 - found) > 0.001:
        raise Unreadable(f"le montant « {value} » a plus de deux décimales")
    return found


def of_text(typed):
    compact = typed.translate(SPACES).replace("€", "").replace("−", "-").replace("EUR", "")
    sign = -1 if compact.startswith(("-", "(")) or compact.endswith("-") else 1
    digits = compact.strip("-+()")
    if re.fullmatch(r"\d{1,3}([.,])\d{3}", digits):
        raise Unreadable(f"le montant « {typed.strip()} » se lit de deux façons")
    decimal = max(digits.rfind(","), digits.rfind("."))
    whole, rest = (digits, "") if decimal < 0 else (digits[:decimal], digits[decimal + 1 :])
    whole = re.sub(r"[.,](?=\d{3}(?:[.,]|$))", "", whole)
    if not re.fullmatch(r"\d{1,12}", whole) or not re.fullmatch(r"\d{0,2}", rest):
        raise Unreadable(f"le montant « {typed.strip()[:40]} » ne se lit pas")
    return sign * (int(whole) * 100 + int(rest.ljust(2, "0")))


def day(value):
    """A date: a date cell, the serial of a spreadsheet, or a text (31/12/2026, 2026-12-31, 20261231)."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if value is None or value == "" or isinstance(value, bool):
        raise Unreadable("la date de paiement manque")
    if isinstance(value, int | float):
        return of_serial(value)
    return of_day_text(str(value).strip())


def of_serial(value):
    if not math.isfinite(value) or int(value) not in SERIALS:
        raise Unreadable(f"la date « {value} » n’est pas une date")
    return SERIAL_ZERO + datetime.timedelta(days=int(value))


def of_day_text(typed):
    for pattern, order in DATES:
        if match := pattern.fullmatch(typed):
            try:
                return datetime.date(*(int(match.groups()[rank]) for rank in order))
            except ValueError as error:
                raise Unreadable(f"la date « {typed} » n’existe pas") from error
    try:
        return of_serial(float(Decimal(typed.translate(SPACES).replace(",", "."))))
    except InvalidOperation as error:
        raise Unreadable(f"la date « {typed[:40]} » ne se lit pas") from error
