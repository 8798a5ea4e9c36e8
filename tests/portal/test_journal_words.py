"""Every act that the code can write in the journal is said in French."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from accounts.history import WORDS
from portal import workflows

FLOORS = ["accounts", "documents", "programme", "applications", "funding", "selection", "monitoring", "portal"]


def written_actions():
    """Literal actions of `JournalEntry.write(action=…)`."""
    for floor in FLOORS:
        for path in (Path(settings.BASE_DIR) / floor).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for call in ast.walk(ast.parse(text)) if "JournalEntry" in text else ():
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "JournalEntry.write":
                    values = {keyword.arg: keyword.value for keyword in call.keywords}
                    if isinstance(values.get("action"), ast.Constant):
                        yield values["action"].value


@pytest.mark.parametrize("action", sorted(set(written_actions())))
def test_acts_have_words(action):
    assert action in WORDS


@pytest.mark.parametrize(
    ("model", "name"),
    sorted(
        {(model.__name__, row[2]) for model in workflows.stateful_models() for row in workflows.transitions_of(model)}
    ),
)
def test_transitions_have_words(model, name):
    assert f"{model}.{name}" in WORDS or name in WORDS


def test_a_name_shared_by_two_machines_says_whose_it_is():
    owners: dict[str, set[str]] = {}
    for model in workflows.stateful_models():
        for row in workflows.transitions_of(model):
            owners.setdefault(row[2], set()).add(model.__name__)
    shared = {name: models for name, models in owners.items() if len(models) > 1}
    unqualified = {
        name for name, models in shared.items() if sum(f"{m}.{name}" in WORDS for m in models) < len(models) - 1
    }
    assert unqualified == set()
