"""Do the pages that show several dossiers show one to somebody who may not read it? By list, search and file."""

import io
import zipfile

from django.urls import reverse

from tests.access.actors import RECUSED
from tests.access.rows import nothing
from tests.access.table import TABLE
from tests.access.targets import words_of
from tests.access.walk import Deviation, ask

LISTS = tuple(row.name for row in TABLE if row.target is nothing and row.get)
# Pages of a wave: they show what its dossiers have in common.
PAGES_OF_A_WAVE = (
    "applications:assignment",
    "applications:assignment_matrix",
    "selection:wave",
    "selection:panel",
    "selection:meetings",
    "selection:funding_line",
    "selection:compare_scenarios",
    "selection:decisions",
    "selection:progress",
    "selection:waitlist",
    "selection:embargo",
)
# Laureates are public: these pages may name a dossier that was announced.
PUBLIC_NAMES = {"portal:home", "portal:places", "portal:figures", "monitoring:places"}
# They name acts and mail for those who control them, and open no dossier.
NAMES_OF_ACTS = {"accounts:journal", "accounts:mail"}
# Whoever leaves an item must read which one: the panel names it to her, without its scores, and takes no entry of hers
# (tests/selection/test_outcomes.py::test_who_declared_a_tie_leaves_the_item).
NAMES_OF_ITEMS = {"selection:panel"}
# It names structures, whether they ask for something or not, and opens no dossier.
NAMES_OF_STRUCTURES = {"accounts:organisations_known"}
OUTSIDERS = ("stranger", "other_reviewer", *sorted(RECUSED))


def answers(world, actor, url, hidden):
    """(query, answer, words that it must not hold): the page, what it finds, its files. A search repeats its words."""
    everything = [word for words in hidden for word in words]
    page = ask(world, actor, "GET", url)
    yield {}, page, everything
    if 'name="q"' in page.body:
        for words in hidden:
            yield {"q": words[0]}, ask(world, actor, "GET", url, {"q": words[0]}), words[1:]
    if "qui=tous" in page.body:
        yield {"qui": "tous"}, ask(world, actor, "GET", url, {"qui": "tous"}), everything
    for kind in ("csv", "xlsx", "ods"):
        if f"format={kind}" in page.body:
            yield {"format": kind}, ask(world, actor, "GET", url, {"format": kind}), everything


def leaks(world, name, **kwargs):
    """(number of requests, [Deviation]): words of a dossier that came to somebody who may not read it."""
    outsiders = set(OUTSIDERS) - (RECUSED if name in NAMES_OF_ITEMS | NAMES_OF_STRUCTURES else set())
    hidden = [world.in_review, world.correcting] + ([] if name in PUBLIC_NAMES else [world.awarded])
    found = [
        (actor, query, [word for word in words if word in text_of(answer)])
        for actor in (sorted(outsiders) if name not in NAMES_OF_ACTS else ())
        for query, answer, words in answers(world, actor, reverse(name, kwargs=kwargs), list(map(words_of, hidden)))
    ]
    return len(found), [Deviation(name, actor, f"GET {query}", f"lu : {read}") for actor, query, read in found if read]


def pages(world):
    """[(name, kwargs)] of every list, and of every page of each wave."""
    waves = [{"public_id": wave.public_id} for wave in world.waves.values()]
    return [(name, {}) for name in LISTS] + [(name, kwargs) for name in PAGES_OF_A_WAVE for kwargs in waves]


def every_leak(world):
    """The same for all of them."""
    counts, found = zip(*(leaks(world, name, **kwargs) for name, kwargs in pages(world)), strict=True)
    return sum(counts), [one for part in found for one in part]


def text_of(answer):
    """The page or the file, as text; the cells of a workbook."""
    if not answer.raw.startswith(b"PK"):
        return answer.body
    with zipfile.ZipFile(io.BytesIO(answer.raw)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist() if name.endswith(".xml"))
