"""The house holds: floors rest on lower floors only, and nobody goes round the state machines."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.models import StatefulModel
from portal import workflows

FLOORS = ["accounts", "documents", "programme", "applications", "funding", "selection", "monitoring", "portal"]
ROOT = Path(settings.BASE_DIR)


def cross_floor_relations():
    for floor in FLOORS:
        for model in apps.get_app_config(floor).get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.model is model:
                    yield model, field


def test_reverse_accessors_never_cross_a_floor():
    """A reverse accessor is an upward import that a linter cannot see."""
    checked = 0
    for model, field in cross_floor_relations():
        target = field.related_model._meta.app_label
        if target in FLOORS and target != model._meta.app_label:
            checked += 1
            assert field.remote_field.related_name == "+", f"{model.__name__}.{field.name} reaches back from {target}"
            assert FLOORS.index(target) < FLOORS.index(model._meta.app_label), f"{model.__name__}.{field.name}"
    assert checked > 30


def test_nothing_that_was_decided_cascades():
    """Only the parts of a draft may go with it; a decided thing is protected."""
    cascading = {
        f"{model.__name__}.{field.name}"
        for model, field in cross_floor_relations()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is models.CASCADE
        and not model._meta.auto_created
    }
    assert cascading == {
        "Answer.application",
        "BudgetEntry.application",
        "CoFunding.application",
        "DeclaredAid.application",
        # A slice of what is being printed, removed with it: nothing is decided there.
        "LetterPrintPart.whole",
        "LinkedUndertaking.application",
        "Partner.application",
        "NotificationPreference.user",
        "PagePicture.stored_file",
        "PlaceKind.application",
        "Post.application",
        "Project.application",
        "SavedSection.application",
        "SectionAssignee.application",
        "SignOffRequest.application",
        "Site.application",
    }


def source_files():
    for floor in [*FLOORS, "config"]:
        yield from (path for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts)


def keyword_names(call):
    return {keyword.arg for keyword in call.keywords}


def calls_in(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def stateful_names():
    return {model.__name__ for model in apps.get_models() if issubclass(model, StatefulModel)}


def test_no_state_is_written_round_the_machine():
    """`update(state=…)`, `bulk_update(…, ["state"])` and `create(state=…)` bypass the protection of the state field.

    `Schedule.state` is no machine: its two values are held by constraints.
    """
    offences = []
    for path in source_files():
        for call in calls_in(path):
            text = ast.unparse(call)
            writes = call.func.attr in {"update", "create", "get_or_create", "update_or_create"}
            if writes and "state" in keyword_names(call) and "Schedule.objects" not in text:
                offences.append(f"{path.relative_to(ROOT)}:{call.lineno}")
            if call.func.attr == "bulk_update" and "'state'" in text:
                offences.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert offences == []


def test_only_the_ledger_writes_postings_and_movements():
    writers = {
        str(path.relative_to(ROOT))
        for path in source_files()
        for call in calls_in(path)
        if call.func.attr in {"create", "bulk_create"} and ast.unparse(call.func.value) in
        {"Posting.objects", "Movement.objects", "Account.objects", "DayTotal.objects", "MonthTotal.objects"}
    }  # fmt: skip
    assert writers == {"funding/ledger.py"}


@pytest.mark.parametrize("model", workflows.stateful_models(), ids=lambda model: model.__name__)
def test_machines_name_their_sources(model):
    assert all(source not in ("*", "+") for source, *_ in workflows.transitions_of(model))
    assert model._meta.get_field("state").protected


def test_workflows_page_is_what_the_code_says():
    """Run `manage.py workflows --write` when this fails."""
    assert (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8") == workflows.page()


def test_no_file_is_a_junk_drawer():
    names = {path.name for path in source_files()}
    assert not names & {"utils.py", "helpers.py", "misc.py", "common.py"}
