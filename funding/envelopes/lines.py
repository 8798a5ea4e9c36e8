"""Budget lines: their imputation, and the regional parts of a national line."""

from django.db import IntegrityError, transaction

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.models import Line, Region, Source
from programme.models import Origin

PERMISSION = "funding.open_credits"
IMPUTATION = ("lolf_programme", "action", "bop_uo", "functional_domain", "activity", "cost_centre")


def open_line(*, programme, source, code, label, by, purpose="", origin=Origin.REAL, **imputation):
    """Open a budget line; it holds nothing until an act opens credits on it.

    Args:
        source: a `Source`; a contribution, and money of others, need a purpose.
        imputation: `lolf_programme`, `action`, `bop_uo`, `functional_domain`, `activity`, `cost_centre`.

    Raises:
        NotAllowed: `by` may not open credits.
        Refusal: the code is taken, the LOLF programme or the purpose is missing.
    """
    require(by, PERMISSION)
    refuse_incomplete(source, purpose, imputation)
    line = Line(
        programme=programme, source=source, code=code, label=label, purpose=purpose, origin=origin, **imputation
    )
    return create(line, by, f"La ligne « {code} » existe déjà. Choisissez un autre code.")


def refuse_incomplete(source, purpose, imputation):
    if source.owner != Source.Owner.OUTSIDE and not imputation.get("lolf_programme"):
        raise Refusal("Donnez le programme LOLF : les crédits de l’État en ont un.", field="lolf_programme")
    if source.owner != Source.Owner.STATE and not purpose:
        raise Refusal(
            "Écrivez l’intention de la partie versante : cet argent ne sert qu’à elle (LOLF, article 17 II).",
            field="purpose",
        )


def open_source(*, name, owner, by, instrument=Source.Instrument.GRANT):
    """Name who brings money, or find it.

    Raises:
        Refusal: the name is known for money of another kind.
    """
    require(by, PERMISSION)
    source, _ = Source.objects.get_or_create(name=name, defaults={"owner": owner, "instrument": instrument})
    if (source.owner, source.instrument) != (owner, instrument):
        raise Refusal(
            f"« {name} » est déjà une source d’une autre nature ({source.get_owner_display()}, "
            f"{source.get_instrument_display()}). Choisissez un autre nom.",
            field="source",
        )
    return source


def part_of(line, region_code, *, by):
    """The regional part of a national line, opened when it does not exist yet.

    Raises:
        Refusal: `line` is itself a part, or money of others.
    """
    require(by, PERMISSION)
    if line.parent_id is not None or line.source.owner == Source.Owner.OUTSIDE:
        raise Refusal("Seule une ligne nationale de l’État se délègue : choisissez-la.", field="line")
    known = line.parts.filter(region_code=region_code).first()
    if known is not None:
        return known
    name = Region(region_code).label
    part = Line(
        programme=line.programme, source=line.source, parent=line, region_code=region_code, purpose=line.purpose,
        code=f"{line.code}-R{region_code}"[:40], label=f"{line.label}, {name}"[:150], origin=line.origin,
        **{field: getattr(line, field) for field in IMPUTATION},
    )  # fmt: skip
    return create(part, by, "Cette part régionale existe déjà : rechargez la page.")


def create(line, by, sentence):
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as error:
        raise Refusal(sentence, field="code") from error
    JournalEntry.write(action="open_line", subject=line, actor=by, details={"code": line.code, "label": line.label})
    return line
