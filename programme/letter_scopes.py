"""Whose wording a letter takes: by programme and territory, the nearest first (`documents.wording` compares keys)."""

from dataclasses import dataclass

from programme.models import Call, Commune, Programme

EVERYWHERE = "Tous les dispositifs"


@dataclass(frozen=True)
class Scope:
    """A scope to show and to choose; `wider` are the keys whose wording stands where it has none."""

    key: str
    label: str
    wider: tuple[str, ...] = ()


def programme_key(programme_id, region=""):
    return f"programme:{programme_id}{region_part(region)}"


def call_key(call_id, region=""):
    return f"call:{call_id}{region_part(region)}"


def region_part(region):
    return f"|{region}" if region else ""


def scopes_of(wave, commune=None):
    """Keys of the scopes that hold for a letter about a wave, the nearest first.

    Args:
        commune: of the place, None when it is not known or the letter is of no place.
    """
    region = commune.region if commune else ""
    call_id, programme_id = wave.call_id, wave.call.programme_id
    keys = (
        call_key(call_id, region), call_key(call_id), programme_key(programme_id, region), programme_key(programme_id),
    )  # fmt: skip
    return tuple(dict.fromkeys(keys))


def scopes_of_dossier(application):
    """The same for a letter about a dossier."""
    return scopes_of(application.wave, application.fabrique.commune if application.fabrique else None)


def regions():
    return list(Commune.objects.order_by("region").values_list("region", flat=True).distinct())


def scope_named(key):
    """The `Scope` of a key, or None when it names nothing."""
    if not key:
        return Scope("", EVERYWHERE)
    kind, _, rest = key.partition(":")
    number, _, region = rest.partition("|")
    model = {"call": Call, "programme": Programme}.get(kind)
    found = model.objects.filter(pk=number).first() if model and number.isdigit() else None
    if found is None or (region and not Commune.objects.filter(region=region).exists()):
        return None
    return of_call(found, region) if kind == "call" else of_programme(found, region)


def of_programme(programme, region=""):
    wider = (programme_key(programme.pk),) if region else ()
    return Scope(programme_key(programme.pk, region), named(f"dispositif {programme}", region), wider)


def of_call(call, region=""):
    inner = (call_key(call.pk),) if region else ()
    above = (programme_key(call.programme_id, region), programme_key(call.programme_id))
    return Scope(call_key(call.pk, region), named(f"appel {call.title}", region), tuple(dict.fromkeys(inner + above)))


def named(label, region):
    return f"{label[:1].upper()}{label[1:]}" + (f", {region}" if region else "")


def choices():
    """(key, label) of every scope without a territory: everywhere, programmes, then calls."""
    programmes = [of_programme(one) for one in Programme.objects.order_by("pk")]
    calls = [of_call(one) for one in Call.objects.order_by("-pk")]
    return [("", EVERYWHERE), *((one.key, one.label) for one in (*programmes, *calls))]
