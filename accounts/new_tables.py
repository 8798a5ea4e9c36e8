"""Many new tables in one step of a migration: their models are put together once, not once for each table."""

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation


class NewTables(Operation):
    """The tables of a floor, in a database that has none of them.

    Django puts every model of the project together again after each operation: for a hundred tables that is nearly
    all the time a new database takes. Here each table is made at once as it is after the last operation.

    Args:
        operations: `CreateModel`s, then what completes those same models (circular keys and what rests on them).
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__qualname__, [self.operations], {}

    def state_forwards(self, app_label, state):
        # What was put together is now out of date; the next who asks puts it together, once.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in self.models_of(app_label, to_state):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in reversed(self.models_of(app_label, from_state)):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def models_of(self, app_label, state):
        created = [one.name for one in self.operations if isinstance(one, CreateModel)]
        return [state.apps.get_model(app_label, name) for name in created]

    def describe(self):
        return f"Create {sum(isinstance(one, CreateModel) for one in self.operations)} tables"
