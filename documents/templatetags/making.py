"""What the pages of letters say of how letters are made on this machine."""

from django import template

from documents.rendering import MISSING_SUBSET_LINE, subsetting_is_missing
from documents.seal_keys import SealUnavailable, is_by_hand, is_demonstration, seal_key

register = template.Library()


@register.inclusion_tag("documents/_making.html")
def how_letters_are_made():
    """Sentences for the team: what makes letters slow, unsealed or worth nothing here."""
    sentences = [MISSING_SUBSET_LINE] if subsetting_is_missing() else []
    return {"sentences": [*sentences, *about_the_seal()], "by_hand": is_by_hand()}


def about_the_seal():
    try:
        key = seal_key()
    except SealUnavailable as error:
        return [str(error)]
    if key is not None and is_demonstration(key.name):
        return [
            "Les courriers portent un cachet de démonstration, fait par cette machine : il ne prouve rien à personne. "
            "Donnez SEAL_KEY pour sceller avec le certificat du service."
        ]
    return []
