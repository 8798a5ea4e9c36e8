"""What is known of a commune's territorial class on a day. "Not known" is an answer; it is never "no"."""

from django.db.models import OuterRef, Subquery

from programme.models import ZoningEdition


def editions_in_force(on):
    """Kind → the edition in force on a day."""
    latest = ZoningEdition.objects.filter(kind=OuterRef("kind"), valid_from__lte=on).order_by("-valid_from")
    found = ZoningEdition.objects.filter(pk=Subquery(latest.values("pk")[:1]))
    return {edition.kind: edition for edition in found}


def zoning_of(commune, on) -> dict:
    """What the maps in force on a day say of a commune, ready to be frozen on a dossier.

    Args:
        commune: today's `Commune`.
        on: the day, Europe/Paris.

    Returns:
        `{"on": ISO date, "density": label or None, "qpv": sorted codes or None, "sources": [{kind, label, valid_from,
        source}]}`. None is "not known": no map that day, or a map that says nothing of this commune. An empty list of
        QPV is only given by an edition that its source holds to be complete (`lists_every_commune`).
    """
    editions = editions_in_force(on)
    kinds = ZoningEdition.Kind
    return {
        "on": on.isoformat(),
        "density": next(iter(values_of(editions.get(kinds.DENSITY), commune)), None),
        "qpv": qpv_codes(editions.get(kinds.QPV), commune),
        "sources": [source_of(editions[kind]) for kind in kinds if kind in editions],
    }


def values_of(edition, commune):
    if edition is None:
        return []
    return list(edition.zonings.filter(commune=commune).order_by("value").values_list("value", flat=True))


def qpv_codes(edition, commune):
    codes = values_of(edition, commune)
    said = codes or (edition is not None and edition.lists_every_commune)
    return codes if said else None


def source_of(edition):
    return {
        "kind": edition.kind,
        "label": edition.get_kind_display(),
        "valid_from": edition.valid_from.isoformat(),
        "source": edition.source,
    }
