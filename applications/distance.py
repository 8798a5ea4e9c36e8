"""The months that distance adds to the delay before the court (CJA R421-7): pure, by addressee and by court."""

OVERSEAS_MONTHS, ABROAD_MONTHS = 1, 2
# Word in the name of a court that sits overseas → the territory of its seat, as the first digits of a postal code.
OVERSEAS_COURTS = {
    "guadeloupe": "971", "basse-terre": "971", "martinique": "972", "fort-de-france": "972", "guyane": "973",
    "cayenne": "973", "réunion": "974", "saint-denis": "974", "miquelon": "975", "mayotte": "976",
    "barthélemy": "977", "saint-martin": "978", "wallis": "986", "mata-utu": "986", "polynésie": "987",
    "calédonie": "988",
}  # fmt: skip
# Their postal codes begin as Guadeloupe's.
ISLANDS = {"97133": "977", "97150": "978"}


def distance_months(*, postal_code, country, court):
    """Months that distance adds to the delay before the court (CJA R421-7).

    Args:
        postal_code: of the seat of the structure.
        country: of its seat, "" for France.
        court: name of the court that judges the decision.
    """
    if country.strip() and country.strip().casefold() != "france":
        return ABROAD_MONTHS
    home = territory_of(postal_code)
    seat = next((code for word, code in OVERSEAS_COURTS.items() if word in court.casefold()), "")
    return OVERSEAS_MONTHS if home != seat else 0


def territory_of(postal_code):
    """The overseas territory of a postal code, "" for mainland France."""
    if postal_code in ISLANDS:
        return ISLANDS[postal_code]
    return postal_code[:3] if postal_code[:2] in ("97", "98") and postal_code[:3] != "980" else ""


def months_of(organisation, court):
    """The same for a structure; None while neither its postal code nor another country is known."""
    if not organisation.postal_code and not organisation.country.strip():
        return None
    return distance_months(postal_code=organisation.postal_code, country=organisation.country, court=court)
