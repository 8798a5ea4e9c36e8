"""How long instalments have been waiting: owed for so many days, or not owed yet."""

# Key in the URL: (words, least days since the instalment was owed, most days).
OWED = {
    "30": ("Exigible depuis 30 jours au plus", 0, 30),
    "60": ("de 31 à 60 jours", 31, 60),
    "90": ("de 61 à 90 jours", 61, 90),
    "plus": ("plus de 90 jours", 91, None),
}
PLANNED = {
    "en-retard": "Prévue à une date passée, condition non remplie",
    "a-venir": "À venir",
}
AGES = {**{key: label for key, (label, _, _) in OWED.items()}, **PLANNED}


def age_of(part, day):
    """The key of `AGES` of an instalment left to pay on that day."""
    if part.due_on is None:
        return "en-retard" if part.expected_on < day else "a-venir"
    days = (day - part.due_on).days
    return next(key for key, (_, _, most) in OWED.items() if most is None or days <= most)


def ageing(parts, day):
    """{age: (number of instalments, cents)}, every age there."""
    found: dict[str, tuple[set, int]] = {key: (set(), 0) for key in AGES}
    for part in parts:
        keys, cents = found[age_of(part, day)]
        keys.add(part.instalment)
        found[age_of(part, day)] = keys, cents + part.cents
    return {key: (len(keys), cents) for key, (keys, cents) in found.items()}
