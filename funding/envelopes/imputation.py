"""Where an expense is charged: the category that follows from who receives it."""

from accounts.errors import Refusal
from accounts.models import LegalForm
from funding.models import Category, Line, Source

# A public body, and a grouping, are « autres collectivités »; a mutual and a foundation too (private, without profit).
CATEGORIES = {
    LegalForm.SCIC: Category.FIRMS,
    LegalForm.SCOP: Category.FIRMS,
    LegalForm.SCE: Category.FIRMS,
    LegalForm.SAS: Category.FIRMS,
    LegalForm.COMPANY: Category.FIRMS,
    LegalForm.SOLE_TRADER: Category.FIRMS,
    LegalForm.LOCAL_AUTHORITY: Category.LOCAL_AUTHORITIES,
}


def category_of(organisation):
    """Category of title 6 (62, 63 or 64) from the legal form; "" when the beneficiary is not known.

    Source: LOLF art. 5; nomenclature of expenses by kind.
    """
    if organisation is None or not organisation.legal_form:
        return ""
    return CATEGORIES.get(organisation.legal_form, Category.OTHERS)


def refuse_wrong_lines(requests):
    """Refuse a grant on the money of others, on a line of the fund, or on the part of another region.

    Args:
        requests: what laureates are to receive, each with its `fabrique` and its `line`.
    """
    lines = Line.objects.select_related("source").in_bulk({request.line.pk for request in requests})
    for request in requests:
        line, region = lines[request.line.pk], request.fabrique.region
        if line.source.owner == Source.Owner.OUTSIDE or line.source.instrument != Source.Instrument.GRANT:
            raise Refusal(
                f"La ligne « {line} » ne porte pas de subventions de l’État : choisissez-en une autre.", field="line"
            )
        if line.region_code and region and region != line.get_region_code_display():
            raise Refusal(
                f"{request.fabrique} est en {region} et la ligne « {line} » est la part de "
                f"{line.get_region_code_display()}. Choisissez la ligne nationale ou la part de sa région.",
                field="line",
            )
