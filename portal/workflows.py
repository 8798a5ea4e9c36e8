"""The state machines, drawn from the code; `docs/workflows.md` is this output, and a test holds them equal."""

from collections import defaultdict

from django.apps import apps

from accounts.models import StatefulModel

FLOORS = ("documents", "programme", "applications", "funding", "selection", "monitoring")
HEADER = """# The state machines

Made from the code by `manage.py workflows --write`; a test fails when this page and the code differ.
Each transition writes one row of the journal. In brackets: the permission it asks for, none where the verb itself
checks who acts (an applicant, a reviewer, the system).
"""


def stateful_models():
    """Every concrete model with a state machine, in the order of the floors and of the code."""
    return [
        model
        for floor in FLOORS
        for model in apps.get_app_config(floor).get_models()
        if issubclass(model, StatefulModel)
    ]


def transitions_of(model):
    """Sorted (source, target, name, permission) rows of a model's machine."""
    rows = []
    for field in model._meta.fields:
        for transition in getattr(field, "get_all_transitions", lambda cls: ())(model):
            rows.append((transition.source, transition.target, transition.name, transition.permission or ""))
    order = {value: rank for rank, (value, _) in enumerate(model._meta.get_field("state").choices)}
    return sorted(rows, key=lambda row: (order[row[0]], order[row[1]], row[2]))


def section(model):
    labels = dict(model._meta.get_field("state").choices)
    lines = [f"## {model.__name__}: {model._meta.verbose_name}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in labels.items()]
    lines.append(f"    [*] --> {model._meta.get_field('state').default}")
    lines += [f"    {source} --> {target}: {name}" for source, target, name, _ in transitions_of(model)]
    lines += ["```", "", *table(model), ""]
    return lines


def table(model):
    sources = defaultdict(list)
    for source, target, name, permission in transitions_of(model):
        sources[name, target, permission].append(source)
    yield "| transition | from | to | permission |"
    yield "|---|---|---|---|"
    for (name, target, permission), origins in sources.items():
        yield f"| `{name}` | {', '.join(origins)} | {target} | {f'`{permission}`' if permission else '–'} |"


def page():
    """The whole of `docs/workflows.md`."""
    lines = [line for model in stateful_models() for line in section(model)]
    return HEADER + "\n" + "\n".join(lines).rstrip() + "\n"
