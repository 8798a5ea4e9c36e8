"""What was publicly said of the money, the targets and the calendar, each with its day and its source.

`supersedes` takes an earlier statement back; `contradicts` stands beside it without taking it back (another sum,
another perimeter, another date). The rule of `Announcement.objects.in_force` rests on that difference: no statement
after 19 September 2018 took the 110 M€ back, so they stay in force, and the others are shown beside.
"""

import datetime
from typing import NamedTuple

from programme.models import Announcement, AnnouncementPart, Segment

KIND = Announcement.Kind
STATE, OTHER = AnnouncementPart.Owner.STATE, AnnouncementPart.Owner.OTHER
GRANT, FUND = AnnouncementPart.Instrument.GRANT, AnnouncementPart.Instrument.FUND
MILLION = 1_000_000_00
CGET = "CGET, « L’État s’engage pour soutenir et accélérer la dynamique des tiers lieux », 19/09/2018"
MOVILAB = "Movilab, page « Mission Coworking : territoires, travail, numérique »"
BANQUE = "Localtis, https://banquedesterritoires.fr/60-nouvelles-fabriques-de-territoires-sajoutent-aux-110-tiers-lieux-deja-labellises"


class Statement(NamedTuple):
    key: str
    kind: str
    stated_on: datetime.date
    statement: str
    source: str
    amount_cents: int | None = None
    grants_cents: int | None = None
    fund_cents: int | None = None
    supersedes: str | None = None
    contradicts: str | None = None
    date_note: str = ""


class Part(NamedTuple):
    """What a statement was said to be made of."""

    label: str
    owner: str
    instrument: str
    amount_cents: int
    year: int | None = None


class TargetText(NamedTuple):
    segment: str
    number: int
    due_on: datetime.date
    stated_on: datetime.date
    definition: str
    source: str


STATEMENTS = (
    Statement(
        "110",
        KIND.MONEY,
        datetime.date(2018, 9, 19),
        "L’État s’engage à hauteur de 110 millions d’euros : un fonds de dotation de 20 millions par an sur trois ans "
        "(60 M€ de subventions) et un fonds d’investissement socialement responsable de 50 millions.",
        CGET,
        110 * MILLION,
        60 * MILLION,
        50 * MILLION,
    ),
    Statement(
        "100",
        KIND.MONEY,
        datetime.date(2018, 9, 19),
        "Le titre du même jour dit 100 millions d’euros ; le corps du texte dit 110.",
        MOVILAB,
        100 * MILLION,
        contradicts="110",
    ),
    Statement(
        "45",
        KIND.MONEY,
        datetime.date(2019, 6, 17),
        "45 M€ de l’État pour l’appel, à côté de 50 M€ d’Action Logement et de 50 M€ d’un fonds de co-investissement "
        "qui ne sont pas des crédits de l’État. 45 M€ = 300 fabriques × 150 000 €.",
        "Maire-info, http://www.maire-info.com/article.asp?param=23157",
        45 * MILLION,
        grants_cents=45 * MILLION,
        contradicts="110",
    ),
    Statement(
        "130",
        KIND.MONEY,
        datetime.date(2021, 8, 27),
        "130 M€ pour les tiers-lieux, dont la moitié de France Relance : manufactures de proximité, formation, "
        "service civique, mobilier. Autre périmètre que les fabriques.",
        "Carenews, https://www.carenews.com/carenews-info/news/tiers-lieux-creation-de-100-manufactures-de-proximite",
        130 * MILLION,
        contradicts="110",
    ),
    Statement(
        "54",
        KIND.MONEY,
        datetime.date(2021, 12, 31),
        "France Relance porte l’appel de 45 à 54 M€, pour 360 fabriques.",
        "info.gouv.fr, Portraits de la relance, https://www.info.gouv.fr/portraits-de-la-relance/culture/"
        "l-association-leo-lagrange-de-graulhet-cree-un-tiers-lieu",
        54 * MILLION,
        grants_cents=54 * MILLION,
        supersedes="45",
        contradicts="110",
        date_note="2020 ou 2021 ; jour non retrouvé",
    ),
    Statement(
        "45-2023",
        KIND.MONEY,
        datetime.date(2023, 11, 30),
        "Bilan : 300 fabriques pour 45 M€, et 82 nouvelles à 50 000 € chacune.",
        "ecologie.gouv.fr, page des 82 nouvelles fabriques",
        45 * MILLION,
        grants_cents=45 * MILLION,
        contradicts="110",
        date_note="novembre 2023 ; jour non retrouvé",
    ),
    Statement(
        "175",
        KIND.MONEY,
        datetime.date(2023, 12, 5),
        "175 M€ investis depuis 2020, toutes lignes des tiers-lieux confondues.",
        "Gouvernement, 5 décembre 2023",
        175 * MILLION,
        contradicts="110",
    ),
    Statement(
        "190",
        KIND.MONEY,
        datetime.date(2024, 10, 31),
        "190 M€ depuis 2019, toutes lignes des tiers-lieux confondues.",
        "Gouvernement, octobre 2024",
        190 * MILLION,
        supersedes="175",
        contradicts="110",
        date_note="octobre 2024 ; jour non retrouvé",
    ),
    Statement(
        "62",
        KIND.MONEY,
        datetime.date(2025, 12, 31),
        "Bilan : 407 fabriques pour 62 M€ (et 100 manufactures pour 30 M€).",
        "Amendements à l’Assemblée nationale, 2025",
        62 * MILLION,
        grants_cents=62 * MILLION,
        supersedes="45-2023",
        contradicts="110",
        date_note="2025 ; jour non retrouvé",
    ),
    Statement(
        "300",
        KIND.TARGET,
        datetime.date(2018, 9, 19),
        "300 Fabriques des territoires d’ici 2022, dans les quartiers prioritaires et les petites et moyennes villes.",
        CGET,
    ),
    Statement(
        "150-150",
        KIND.TARGET,
        datetime.date(2019, 7, 11),
        "150 en quartier prioritaire, dont 30 numériques, et 150 hors des grands centres urbains.",
        "Société numérique, https://societenumerique.gouv.fr/tierslieux/",
        supersedes="300",
    ),
    Statement(
        "360",
        KIND.TARGET,
        datetime.date(2021, 12, 31),
        "France Relance : 360 fabriques. Le compte de 300 est resté la cible annoncée.",
        "info.gouv.fr, Portraits de la relance",
        contradicts="150-150",
        date_note="2020 ou 2021 ; jour non retrouvé",
    ),
    Statement(
        "ouverture",
        KIND.CALENDAR,
        datetime.date(2019, 7, 11),
        "L’appel ouvre le 11 juillet 2019 ; il est permanent, étudié par vagues.",
        "Société numérique, https://societenumerique.gouv.fr/tierslieux/",
    ),
    Statement(
        "fin-2021",
        KIND.CALENDAR,
        datetime.date(2021, 3, 30),
        "Dernier dépôt le 30 septembre 2021 ; d’autres pages disent octobre 2022, septembre 2021, 30 décembre 2021.",
        BANQUE,
        contradicts="ouverture",
        date_note="2021 ; jour non retrouvé",
    ),
)

# The sources name no year for the three times 20 million: "par an sur trois ans".
PARTS = {
    "110": (
        Part("Fonds de dotation, première année", STATE, GRANT, 20 * MILLION),
        Part("Fonds de dotation, deuxième année", STATE, GRANT, 20 * MILLION),
        Part("Fonds de dotation, troisième année", STATE, GRANT, 20 * MILLION),
        Part("Fonds d’investissement socialement responsable", STATE, FUND, 50 * MILLION),
    ),
    "45": (
        Part("État, appel à manifestation d’intérêt", STATE, GRANT, 45 * MILLION),
        Part("Action Logement", OTHER, GRANT, 50 * MILLION),
        Part("Fonds de co-investissement Amundi et ANRU", OTHER, FUND, 50 * MILLION),
    ),
    "54": (Part("État, plan de relance compris, 360 fabriques", STATE, GRANT, 54 * MILLION),),
}

TARGETS = (
    TargetText(
        "",
        300,
        datetime.date(2022, 12, 31),
        datetime.date(2018, 9, 19),
        "Fabriques lauréates, un lieu compté une fois. Le texte dit « d’ici 2022 ».",
        CGET,
    ),
    TargetText(
        Segment.QPV,
        150,
        datetime.date(2022, 12, 31),
        datetime.date(2019, 7, 11),
        "Fabriques lauréates en quartier prioritaire, les 30 numériques comprises.",
        "Société numérique, https://societenumerique.gouv.fr/tierslieux/",
    ),
    TargetText(
        Segment.QPV_DIGITAL,
        30,
        datetime.date(2022, 12, 31),
        datetime.date(2019, 7, 11),
        "Fabriques numériques, en quartier prioritaire ou à proximité immédiate ; comprises dans les 150.",
        "Société numérique, https://societenumerique.gouv.fr/tierslieux/",
    ),
    TargetText(
        Segment.OUTSIDE_LARGE_CENTRES,
        150,
        datetime.date(2022, 12, 31),
        datetime.date(2019, 7, 11),
        "Fabriques lauréates hors des grands centres urbains. Les sources n’en donnent pas de définition technique.",
        "Société numérique, https://societenumerique.gouv.fr/tierslieux/",
    ),
)
