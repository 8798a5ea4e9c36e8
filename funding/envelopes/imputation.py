"""Where an expense is charged: the category that follows from who receives it."""

from accounts.models import LegalForm
from funding.models import Category

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
