"""What the database itself refuses about a meeting of the panel: its record is not rewritten."""

from accounts.database import append_only, never_deleted, refuse_when, register

register(
    *never_deleted("selection_panelmeeting"),
    *append_only("selection_itemrecusal"),
    *append_only("selection_moderatedscore"),
    *append_only("selection_meetingnote"),
    *append_only("selection_minutesaddendum"),
    refuse_when(
        "selection_motion_covers_fixed",
        "selection_motion",
        "UPDATE",
        "CAST(OLD.covers AS TEXT) <> CAST(NEW.covers AS TEXT)",
        "what is put to the vote is fixed",
    ),
    refuse_when(
        "selection_motion_result_fixed",
        "selection_motion",
        "UPDATE",
        "OLD.result <> ''",
        "the result of a vote is fixed",
    ),
)
