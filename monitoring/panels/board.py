"""The panels, by their key: those of the board, and those that look ahead."""

from monitoring.panels import money, needs, places, room, schedule
from monitoring.panels.facts import Facts

BOARD = {
    "argent": money.chain_panel,
    "exercices": money.years_panel,
    "trajectoire": places.trajectory_panel,
    "carte": places.map_panel,
    "echeances": money.ageing_panel,
    "territoires": places.territory_panel,
}
FORECASTS = {
    "echeancier-cp": schedule.schedule_panel,
    "besoins-cp": needs.needs_panel,
    "fabriques-possibles": room.affordable_panel,
}
PANELS = BOARD | FORECASTS


def panels(facts: Facts, keys=PANELS):
    """The panels of these keys, in their order, from the same facts."""
    return [PANELS[key](facts) for key in keys]
