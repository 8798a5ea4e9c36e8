"""Shares of a consortium, in ten-thousandths: integers that sum to the whole, and amounts that sum exactly."""

import re

from accounts.errors import Refusal
from accounts.french import NBSP
from applications.models import WHOLE_SHARE

PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")


def share_of(text):
    """Ten-thousandths of a typed percentage: « 33,33 % » → 3333. None for an empty text.

    Raises:
        Refusal: it is no percentage from 0 to 100, or has more than two decimals.
    """
    compact = "".join(text.split()).removesuffix("%")
    if not compact:
        return None
    match = PERCENT.fullmatch(compact)
    share = match and int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
    if share is None or share > WHOLE_SHARE:
        raise Refusal("Écrivez une part de 0 à 100 %, avec deux décimales au plus, par exemple 33,33.")
    return share


def percent(share):
    """3333 → « 33,33 % »; 5000 → « 50 % »."""
    whole, decimals = divmod(share, 100)
    return f"{whole}{f',{decimals:02d}' if decimals else ''}{NBSP}%"


def equal_shares(count):
    """The whole in `count` parts that differ by at most one ten-thousandth, the first ones the largest."""
    return split(WHOLE_SHARE, [1] * count)


def split(cents, weights):
    """`cents` in parts proportional to `weights`, whole numbers that sum to `cents` (largest remainder).

    Args:
        cents: what is shared, not negative.
        weights: not negative, at least one above zero; a part of no weight gets nothing.
    """
    total = sum(weights)
    parts = [cents * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(cents * weights[n] % total), n))
    for n in by_remainder[: cents - sum(parts)]:
        parts[n] += 1
    return parts
