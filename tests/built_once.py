"""Fixtures that are long to build, built once for the tests of a file that want them.

`@part` marks a fixture that others of these rest on; `@stage` marks one worth keeping: it is built before the first
test that asks for it, in a transaction around those of the tests, and stays until a test asks for less (it must not
see it) or the file ends. Each test gets rows read afresh and leaves nothing behind: its own transaction is undone.
A fixture that a file defines again, and a test with real transactions, build their own as usual.
"""

import datetime
import inspect
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from django.db import models, transaction


@dataclass(frozen=True)
class Part:
    build: object
    needs: tuple[str, ...]
    # What it asks of pytest and has already: `db`.
    ready: dict[str, None]
    is_stage: bool


@dataclass
class Built:
    """One stage that stands: how to take it down, and what was made for it."""

    part: Part
    undo: ExitStack
    values: dict[str, object] = field(default_factory=dict)


PLAIN = (str, bytes, int, float, datetime.date, datetime.timedelta)
PARTS: dict[object, Part] = {}
STANDING: list[Built] = []
READ: dict[tuple, object] = {}
_blocker = None


def part(build, *, is_stage=False):
    signature = inspect.signature(build)
    needs = tuple(name for name in signature.parameters if name != "db")
    ready = {"db": None} if "db" in signature.parameters else {}

    def fixture(**made):
        kept = held(build)
        return build(**made) if kept is None else afresh(kept)

    fixture.__signature__ = signature
    fixture.__doc__ = build.__doc__
    PARTS[fixture] = Part(build, needs, ready, is_stage)
    return pytest.fixture(fixture, name=build.__name__)


def stage(build):
    return part(build, is_stage=True)


def held(build):
    return next((one.values[build] for one in STANDING if build in one.values), None)


def afresh(value):
    """The same rows, read again once a test: two names of one row are one object, as they were when built.

    Args:
        value: a row, or what holds some: list, tuple, dict, namespace; numbers, texts and dates stay as they are.
    """
    if isinstance(value, models.Model):
        return row_afresh(value)
    if isinstance(value, list | tuple):
        return type(value)(afresh(one) for one in value)
    if isinstance(value, dict):
        return {key: afresh(one) for key, one in value.items()}
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**afresh(vars(value)))
    assert value is None or isinstance(value, PLAIN), f"{type(value)} can change: built_once cannot keep it"
    return value


def row_afresh(row):
    key = type(row), row.pk
    if key not in READ:
        READ[key] = type(row)._base_manager.get(pk=row.pk)
    return READ[key]


def parts_of(item):
    """{name of a fixture of the test: the `Part` that it is, or None}."""
    return {name: PARTS.get(definitions[-1].func) for name, definitions in item._fixtureinfo.name2fixturedefs.items()}


def asked_by(item):
    """The stages that a test rests on, lowest first; none when it defines one of their parts otherwise."""
    found = parts_of(item)
    stages = [one for one in found.values() if one and one.is_stage]
    if has_real_transactions(item) or any(found.get(name) is None for one in stages for name in closure(one, found)):
        return []
    return sorted(stages, key=lambda one: len(closure(one, found)))


def closure(part, found):
    names = set()
    for name in part.needs:
        names |= {name} | (closure(found[name], found) if found.get(name) else set())
    return names


def has_real_transactions(item):
    marker = item.get_closest_marker("django_db")
    return marker is None or bool(marker.kwargs.get("transaction"))


def stand(item):
    """Take down what the test may not see, build what it wants."""
    READ.clear()
    wanted = asked_by(item)
    keep = 0
    while keep < min(len(wanted), len(STANDING)) and STANDING[keep].part is wanted[keep]:
        keep += 1
    take_down(keep)
    for one in wanted[keep:]:
        build_stage(one, parts_of(item))


def build_stage(one, found):
    undo = ExitStack()
    undo.enter_context(_blocker.unblock())
    undo.enter_context(transaction.atomic())
    STANDING.append(Built(one, undo))
    try:
        make(one, found)
    except BaseException:
        take_down()
        raise
    finally:
        READ.clear()


def make(one, found):
    """What the stage rests on as it is now: those who were built on it before have gone, and what they did to it."""
    own = STANDING[-1].values
    if one.build in own:
        return own[one.build]
    if (kept := held(one.build)) is not None:
        return afresh(kept)
    made = {name: make(found[name], found) for name in one.needs}
    own[one.build] = one.build(**made, **one.ready)
    return own[one.build]


def take_down(keep=0):
    while len(STANDING) > keep:
        built = STANDING.pop()
        transaction.set_rollback(True)
        built.undo.close()


def ready(blocker):
    """The database of the tests is there."""
    global _blocker
    _blocker = blocker


# --- Hooks of pytest ---------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if _blocker is not None:
        stand(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    try:
        return (yield)
    finally:
        # After the very last test the database is gone by now, and `take_down` was called before that.
        if STANDING and nextitem.path != item.path:
            take_down()
