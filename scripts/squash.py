"""Write the migration that a new database starts from: each floor's tables in one step, in place of its whole chain.

    .venv/bin/python -m scripts.squash

The chain stays for the databases that already went through it; a new one, and each process of the suite, spends three
seconds instead of forty. The proof `one_schema` compares the two. A chain that writes rows into an empty database
could not be squashed so: none does.
"""

import os
import re
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("accounts", "documents", "programme", "applications", "funding", "selection")


def chain_of(floor: str) -> list[str]:
    """Names of the migrations of a floor, first to last, without an earlier squash."""
    found = sorted(path.stem for path in (ROOT / floor / "migrations").glob("0*.py"))
    return [name for name in found if "_squashed_" not in name]


def name_of(floor: str) -> str:
    return f"0001_squashed_{chain_of(floor)[-1]}"


def tables_of(state, floor):
    """{model: (ModelState, {its model: [fields that point to it]})} of one floor, in the order of the code."""
    found = {}
    for (app, name), model in state.models.items():
        if app == floor:
            inside = {}
            for field, value in model.fields.items():
                for target in targets_of(value, floor):
                    inside.setdefault(target, []).append(field)
            found[name] = (model, inside)
    return found


def targets_of(field, floor):
    """Models of the floor that a field points to."""
    for model in (getattr(field.remote_field, name, None) for name in ("model", "through")):
        if isinstance(model, str) and model.lower().startswith(f"{floor}."):
            yield model.lower().split(".")[1]


def in_order(tables):
    """Models so that each comes after those it points to; a circle is cut at the model with the fewest ways out."""
    left, done = dict(tables), []
    while left:
        free = [name for name, (_, inside) in left.items() if not (set(inside) & set(left)) - {name}]
        name = free[0] if free else min(left, key=lambda name: len(set(left[name][1]) & set(left)))
        done.append(name)
        del left[name]
    return done


def operations_of(floor, state):
    from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel

    from accounts.new_tables import NewTables

    tables, made, later, operations = tables_of(state, floor), set(), [], []
    for name in in_order(tables):
        model, inside = tables[name]
        made.add(name)
        waiting = {field for target, fields in inside.items() if target not in made for field in fields}
        options = dict(model.options)
        constraints = options.pop("constraints", [])
        indexes = options.pop("indexes", [])
        late = [one for one in [*constraints, *indexes] if waiting & fields_of(one)]
        options["constraints"] = [one for one in constraints if one not in late]
        options["indexes"] = [one for one in indexes if one not in late]
        fields = [(field, value) for field, value in model.fields.items() if field not in waiting]
        options = {key: value for key, value in options.items() if value}
        operations.append(CreateModel(model.name, fields, options, model.bases, model.managers))
        later += [AddField(name, field, model.fields[field]) for field in model.fields if field in waiting]
        later += [(AddConstraint if one in constraints else AddIndex)(name, one) for one in late]
    return [NewTables(operations + later)]


def fields_of(rule):
    """Names of the fields that a constraint or an index reads, by the words of its definition."""
    return set(re.findall(r"\w+", repr(rule.deconstruct())))


def dependencies_of(floor):
    """What its chain rests on in other apps, the last of each: a database in service already has them.

    The squashed migrations of the floors below would be too much: they hold what came after.
    """
    from django.db.migrations.loader import MigrationLoader

    disk, last = MigrationLoader(None, replace_migrations=False).disk_migrations, {}
    for step in chain_of(floor):
        for app, name in disk[floor, step].dependencies:
            if app != floor:
                name = "0001_initial" if name == "__first__" else name
                last[app] = max(name, last.get(app, ""))
    return sorted(last.items(), key=lambda one: FLOORS.index(one[0]) if one[0] in FLOORS else -1)


def write(floor, state):
    from django.db.migrations import Migration
    from django.db.migrations.writer import MigrationWriter

    migration = type("Migration", (Migration,), {})(name_of(floor), floor)
    migration.initial = True
    migration.replaces = [(floor, name) for name in chain_of(floor)]
    migration.dependencies = dependencies_of(floor)
    migration.operations = operations_of(floor, state)
    folder = ROOT / floor / "migrations"
    for earlier in folder.glob("0001_squashed_*.py"):
        earlier.unlink()
    (folder / f"{migration.name}.py").write_text(
        MigrationWriter(migration, include_header=False).as_string(), encoding="utf-8"
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.apps import apps
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    # Labels of Django's own models are kept as `makemigrations` keeps them.
    translation.deactivate_all()
    state = ProjectState.from_apps(apps)
    for floor in FLOORS:
        write(floor, state)


if __name__ == "__main__":
    main()
