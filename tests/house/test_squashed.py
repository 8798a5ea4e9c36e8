"""The one-step migrations: written by the script, and resting on nothing that a database in service may lack."""

import pytest
from django.db.migrations.loader import MigrationLoader

from scripts.squash import FLOORS, chain_of, dependencies_of, name_of


@pytest.mark.parametrize("floor", FLOORS)
def test_one_step_stands_for_the_whole_chain_and_rests_on_what_it_rested_on(floor):
    disk = MigrationLoader(None, replace_migrations=False).disk_migrations
    one_step = disk[floor, name_of(floor)]
    assert one_step.replaces == [(floor, name) for name in chain_of(floor)]
    rests_on = [(app, name) for app, name in one_step.dependencies if name != "__first__"]
    assert sorted(rests_on) == sorted(dependencies_of(floor))
    assert not [name for _, name in one_step.dependencies if "_squashed_" in name]
