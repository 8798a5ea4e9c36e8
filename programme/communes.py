"""The communes of today: loading the shipped reference, finding one from what a person or a file gives."""

import re
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.functional import cached_property

from accounts.errors import Refusal
from accounts.french import folded
from programme.communes_file import REFERENCE, read_communes
from programme.models import Commune, FormerCommune

# Named by every page and file that reuses it (Licence Ouverte 2.0, article « mention de la paternité »).
SOURCE = "Etalab, découpage administratif 6.0.0, 9 mars 2026, Licence Ouverte 2.0"
BATCH = 2_000
OFFICIAL_CODE = re.compile(r"(\d{2}|2[AB])\d{3}")
ABBREVIATIONS = {"st": "saint", "ste": "sainte"}
COMMUNE_FIELDS = [
    "name", "folded_name", "departement", "departement_name", "region", "population", "epci_type", "postal_codes",
]  # fmt: skip


class UnknownCommune(Refusal):
    """No commune of today answers to what was given."""

    def __init__(self, message):
        super().__init__(message, field="commune")


class Loaded(NamedTuple):
    communes: int
    """Communes written because they were absent or different."""
    former_codes: int


def search_key(name: str) -> str:
    """« Saint-Étienne-du-Grès » → « saint etienne du gres »: what is searched and sorted by."""
    return " ".join(re.findall(r"[a-z0-9]+", folded(name)))


def load_communes(path=REFERENCE) -> Loaded:
    """Bring the communes and their former codes in line with the reference file; what is already right is not written.

    A commune that the file no longer names stays: dossiers may rest on it.

    Args:
        path: a file in the format of `programme/data/communes.csv.gz`.
    """
    rows = list(read_communes(path))
    with transaction.atomic():
        communes = write_communes(rows)
        return Loaded(communes, write_former_codes(rows))


def fields_of(row):
    values = row._asdict() | {"folded_name": search_key(row.name), "postal_codes": " ".join(row.postal_codes)}
    return tuple(values[name] for name in COMMUNE_FIELDS)


def write_communes(rows):
    known = {code: tuple(rest) for code, *rest in Commune.objects.values_list("code", *COMMUNE_FIELDS).iterator()}
    different = [
        Commune(code=row.code, **dict(zip(COMMUNE_FIELDS, fields, strict=True)))
        for row in rows
        if known.get(row.code) != (fields := fields_of(row))
    ]
    Commune.objects.bulk_create(
        different, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=COMMUNE_FIELDS
    )
    return len(different)


def write_former_codes(rows):
    keys = dict(Commune.objects.values_list("code", "pk"))
    known = dict(FormerCommune.objects.values_list("code", "commune_id"))
    different = [
        FormerCommune(code=code, commune_id=keys[row.code])
        for row in rows
        for code in row.former_codes
        if known.get(code) != keys[row.code]
    ]
    FormerCommune.objects.bulk_create(
        different, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=["commune"]
    )
    return len(different)


def resolve_commune(code: str) -> Commune:
    """Today's commune of an official code; a former, delegated or associated commune leads to the one it joined.

    Raises:
        UnknownCommune: no commune has or had this code.
    """
    code = (code or "").strip().upper()
    commune = Commune.objects.filter(code=code).first()
    if commune is None:
        former = FormerCommune.objects.filter(code=code).select_related("commune").first()
        commune = former.commune if former else None
    if commune is None:
        raise UnknownCommune(
            f"Le code commune « {code[:20]} » n’existe pas. Vérifiez-le, ou cherchez la commune par son nom."
        )
    return commune


class CommuneResolver:
    """`resolve_commune` for a whole file: two queries, whatever the number of rows."""

    @cached_property
    def _by_code(self):
        today = Commune.objects.in_bulk(field_name="code")
        former = FormerCommune.objects.values_list("code", "commune__code")
        return {code: today[now] for code, now in former} | today

    def __call__(self, code: str) -> Commune:
        commune = self._by_code.get((code or "").strip().upper())
        return commune if commune is not None else resolve_commune(code)


def words_of(text):
    return [ABBREVIATIONS.get(word, word) for word in search_key(text).split()]


def matches(word):
    """A number is a postal or official code, or the beginning of one; anything else is part of the name."""
    if word.isdigit():
        return Q(code__startswith=word) | Q(postal_codes__contains=word) | Q(folded_name__contains=word)
    if OFFICIAL_CODE.fullmatch(word.upper()):
        return Q(code=word.upper())
    return Q(folded_name__contains=word)


def search_communes(q: str):
    """Communes that answer to « Thiers », « 63300 », « 63300 Thiers » or « 63430 », the likeliest first.

    Returns:
        a queryset, to be sliced by the caller; nothing under two characters.
    """
    words = words_of(q or "")
    if len("".join(words)) < 2:
        return Commune.objects.none()
    found = Commune.objects.all()
    for word in words[:8]:
        found = found.filter(matches(word))
    name = " ".join(word for word in words if not word.isdigit())
    likeness = Case(
        When(folded_name=name, then=Value(0)),
        When(folded_name__startswith=name, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return found.order_by(likeness, "-population", "code") if name else found.order_by("folded_name", "code")


def find_commune(text: str) -> Commune:
    """The one commune that a person typed or chose: « 63300 Thiers », « Thiers », or an official code.

    Raises:
        UnknownCommune: none, or several: the sentence names them.
    """
    text = (text or "").strip()
    if OFFICIAL_CODE.fullmatch(text.upper()):
        by_code = Commune.objects.filter(code=text.upper()).first()
        by_post = list(search_communes(text)[:2])
        if by_code is not None and (not by_post or by_post == [by_code]):
            return by_code
    found = list(search_communes(text)[:6])
    name = " ".join(word for word in words_of(text) if not word.isdigit())
    same_name = [commune for commune in found if commune.folded_name == name]
    for candidates in (same_name, found):
        if len(candidates) == 1:
            return candidates[0]
    if found:
        raise UnknownCommune(
            f"Plusieurs communes répondent à « {text[:60]} » : {names(found)}. Ajoutez le code postal."
        )
    return resolve_or_explain(text)


def resolve_or_explain(text):
    try:
        return resolve_commune(text)
    except UnknownCommune:
        raise UnknownCommune(
            f"Aucune commune ne répond à « {text[:60]} ». Saisissez son code postal et son nom, "
            "par exemple « 63300 Thiers »."
        ) from None


def names(communes):
    shown = ", ".join(typed_form(commune) for commune in communes[:5])
    return f"{shown}…" if len(communes) > 5 else shown


def typed_form(commune) -> str:
    """« 63300 Thiers »: what `find_commune` understands and a person recognises."""
    code = (commune.postal_codes.split() or [commune.code])[0]
    return f"{code} {commune.name}"
