"""Import of the published laureates: places, awards and AE, reconstructed through the ledger.

The source (ANCT, January 2024) gives names, communes, regions and waves; no amount, no dossier, no SIRET. What is
made here is marked *reconstruction*: amounts are the flat ones announced for each wave, AE lines are opened by year of
announcement at exactly what they need. The numérique bonus (+100 000 €) is not in the file and is left out.
"""

import csv
import datetime
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import folded
from applications.fabriques import record_fact
from applications.models import Fabrique, FabriqueFact
from funding import awards, budgets
from funding.models import Line, Source
from programme import founding
from programme.communes import load_communes, resolve_commune
from programme.models import Call, CallVersion, Commune, Origin, Programme, Segment, SegmentBounds, Wave

PROGRAMME_SLUG = "fabriques-de-territoire"
NUMERIQUE_BONUS_NOTE = "Bonus « fabrique numérique » (+100 000 €) : absent du fichier, non compté."
YEARS_300, YEARS_2023 = "ami-fabriques-2019", "fabriques-2023"

ANNOUNCED_ON = {
    1: datetime.date(2020, 2, 3),
    2: datetime.date(2020, 6, 30),
    3: datetime.date(2020, 10, 22),
    4: datetime.date(2021, 1, 31),
    5: datetime.date(2021, 3, 30),
    6: datetime.date(2021, 7, 1),
    7: datetime.date(2021, 8, 27),
    8: datetime.date(2022, 2, 28),
    9: datetime.date(2023, 11, 9),
}
CALL_OF_WAVE = {number: (YEARS_2023 if number == 9 else YEARS_300) for number in ANNOUNCED_ON}
AMOUNT_CENTS = {YEARS_300: 15_000_000, YEARS_2023: 5_000_000}


@dataclass(frozen=True)
class CallTerms:
    title: str
    kind: str
    years: int
    min_cents: int
    max_cents: int
    year_cap_cents: int


CALLS = {
    YEARS_300: CallTerms(
        "AMI Fabriques de territoire (vagues 1 à 8)", Call.Kind.AMI, 3, 7_500_000, 15_000_000, 5_000_000
    ),
    YEARS_2023: CallTerms("Fabriques de territoire 2023 (vague 9)", Call.Kind.AAP, 1, 5_000_000, 5_000_000, 5_000_000),
}


@dataclass(frozen=True)
class Row:
    """One good line of the file."""

    number: int
    anct_id: str
    name: str
    wave: int
    region: str
    segment: str
    commune: Commune
    commune_code: str


@dataclass
class Report:
    """What an import did: `imported` new laureates, `known` ones left alone, `errors` as (line, reason)."""

    imported: int = 0
    known: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


def import_laureates(file):
    """Read a CSV of laureates and bring in those that are not known yet.

    Args:
        file: open text file, UTF-8, with the columns `anct_id`, `name`, `insee_com`, `region`, `wave`, `category`.

    Returns:
        The `Report`. Good rows go in together, in one transaction; bad ones are reported.
    """
    report = Report()
    with transaction.atomic():
        if not Commune.objects.exists():
            load_communes()
        rows = read_rows(file, report)
        known = set(Fabrique.objects.exclude(anct_id=None).values_list("anct_id", flat=True))
        new = [row for row in rows if row.anct_id not in known]
        report.known, report.imported = len(rows) - len(new), len(new)
        bring_in(new)
    return report


# --- Reading -----------------------------------------------------------------------------------------------------


def read_rows(file, report):
    seen, rows = set(), []
    for number, raw in enumerate(csv.DictReader(file), start=2):
        try:
            row = read_row(number, raw)
            if row.anct_id in seen:
                raise Refusal(f"l’identifiant {row.anct_id} figure déjà plus haut dans le fichier")
        except Refusal as refusal:
            report.errors.append((number, refusal.message))
        else:
            seen.add(row.anct_id)
            rows.append(row)
    return rows


def read_row(number, raw):
    anct_id, name = clean(raw.get("anct_id")), clean(raw.get("name"))
    if not anct_id:
        raise Refusal("l’identifiant (anct_id) manque")
    if not name:
        raise Refusal("le nom manque")
    code = clean(raw.get("insee_com"))
    return Row(
        number=number,
        anct_id=anct_id,
        name=name,
        wave=read_wave(clean(raw.get("wave"))),
        region=clean(raw.get("region")),
        segment=read_segment(clean(raw.get("category"))),
        commune=resolve_commune(code),
        commune_code=code,
    )


def clean(value):
    return " ".join((value or "").split())


def read_wave(text):
    if not text.isdecimal() or int(text) not in ANNOUNCED_ON:
        raise Refusal(f"la vague « {text} » n’existe pas : attendu un nombre de 1 à 9")
    return int(text)


def read_segment(category):
    """The segment that the source gives, or unknown: nothing is deduced from the commune."""
    if category.startswith("QPV - fabrique numérique"):
        return Segment.QPV_DIGITAL
    return Segment.QPV if category.startswith("QPV") else Segment.UNKNOWN


# --- Writing -----------------------------------------------------------------------------------------------------


def bring_in(rows):
    programme = ensure_programme()
    line = ensure_line(programme)
    waves = ensure_waves(programme)
    if rows:
        open_what_is_needed(line, rows)
    by_wave = defaultdict(list)
    for row in rows:
        by_wave[row.wave].append(row)
    for number, members in sorted(by_wave.items()):
        commit_wave(waves[number], line, members)


def ensure_programme():
    known = Programme.objects.filter(slug=PROGRAMME_SLUG).first()
    return known or founding.create_programme(slug=PROGRAMME_SLUG, origin=Origin.RECONSTRUCTION)


def ensure_line(programme):
    source, _ = Source.objects.get_or_create(name="État, budget général")
    line, _ = Line.objects.get_or_create(
        programme=programme,
        code="P112-12",
        defaults={
            "source": source,
            "label": "P112-12, tiers-lieux (reconstruction)",
            "lolf_programme": "112",
            "action": "12",
            "origin": Origin.RECONSTRUCTION,
        },
    )
    return line


def ensure_waves(programme):
    """{number: Wave}, with the two calls that carry them."""
    calls = {slug: ensure_call(programme, slug, terms) for slug, terms in CALLS.items()}
    return {number: ensure_wave(calls[CALL_OF_WAVE[number]], number) for number in ANNOUNCED_ON}


def ensure_call(programme, slug, terms):
    call = Call.objects.filter(slug=slug).first()
    if call:
        return call
    call = Call.objects.create(
        programme=programme, slug=slug, title=terms.title, kind=terms.kind, origin=Origin.RECONSTRUCTION
    )
    version = CallVersion.objects.create(
        call=call, number=1, years=terms.years, summary=f"{terms.title}. Reconstruction. {NUMERIQUE_BONUS_NOTE}"
    )
    for segment in Segment:
        SegmentBounds.objects.create(
            version=version,
            segment=segment,
            min_cents=terms.min_cents,
            max_cents=terms.max_cents,
            year_cap_cents=terms.year_cap_cents,
        )
    CallVersion.objects.filter(pk=version.pk).update(frozen_at=timezone.now())
    call.move("publish", by=None)
    call.move("close", by=None)
    return call


def ensure_wave(call, number):
    wave = Wave.objects.filter(call=call, number=number).first()
    if wave:
        return wave
    day = ANNOUNCED_ON[number]
    wave = Wave.objects.create(call=call, number=number, origin=Origin.RECONSTRUCTION, announcement_on=day)
    noon = datetime.datetime.combine(day, datetime.time(12), tzinfo=timezone.get_default_timezone())
    wave.move("record_past_announcement", by=None, announced_at=noon)
    return wave


def open_what_is_needed(line, rows):
    """Open on each year's AE exactly what its new laureates need."""
    need, ids = defaultdict(int), defaultdict(list)
    for row in rows:
        year = ANNOUNCED_ON[row.wave].year
        need[year] += AMOUNT_CENTS[CALL_OF_WAVE[row.wave]]
        ids[year].append(row.anct_id)
    for year, cents in sorted(need.items()):
        digest = hashlib.sha256(" ".join(sorted(ids[year])).encode()).hexdigest()[:16]
        budgets.open_credits(
            axis="ae",
            line=line,
            fiscal_year=year,
            cents=cents,
            effective_on=datetime.date(year, 1, 1),
            act=f"Reconstruction : AE {year} au niveau des lauréats annoncés",
            by=None,
            key=f"laureates:open:{year}:{digest}",
        )


def commit_wave(wave, line, rows):
    """Reserve and commit the laureates of one wave, dated at its announcement."""
    day = ANNOUNCED_ON[wave.number]
    bounds = SegmentBounds.objects.get(version__call=wave.call, segment=Segment.UNKNOWN)
    amount = AMOUNT_CENTS[wave.call.slug]
    requests = [awards.Request(create_fabrique(wave, row), amount, line, day.year, bounds) for row in rows]
    act = f"Annonce de la vague {wave.number} (reconstruction)"
    digest = hashlib.sha256(" ".join(row.anct_id for row in rows).encode()).hexdigest()[:16]
    key = f"laureates:wave:{wave.number}:{digest}"
    reserved = awards.reserve(
        wave=wave, requests=requests, on=day, act=act, by=None, key=f"{key}:reserve", origin=Origin.RECONSTRUCTION
    )
    awards.commit(awards=reserved, on=day, act=act, by=None, key=f"{key}:commit")
    for award in reserved:
        record_fact(fabrique=award.fabrique, kind=FabriqueFact.Kind.SELECTED, effective_on=day, evidence=act, by=None)


def create_fabrique(wave, row):
    return Fabrique.objects.create(
        programme=wave.call.programme,
        name=row.name,
        sort_name=folded(row.name),
        commune=row.commune,
        commune_code_received=row.commune_code if row.commune_code != row.commune.code else "",
        region=row.region,
        segment=row.segment,
        origin=Origin.RECONSTRUCTION,
        anct_id=row.anct_id,
    )
