"""What the database itself refuses about what follows a decision, on both engines."""

from accounts.database import append_only, never_deleted, refuse_when, register

register(
    *never_deleted("selection_appeal"),
    *append_only("selection_appealpiece"),
    *never_deleted("selection_appealfollowup"),
    refuse_when(
        "selection_follow_up_done_fixed",
        "selection_appealfollowup",
        "UPDATE",
        "OLD.done_on IS NOT NULL",
        "what was done is fixed",
    ),
    *append_only("selection_embargoedlist"),
    *append_only("selection_embargoaccess"),
    *append_only("selection_derogation"),
    # What was lodged, when and against what is fixed; only its life moves.
    refuse_when(
        "selection_appeal_fixed",
        "selection_appeal",
        "UPDATE",
        "OLD.decision_id <> NEW.decision_id OR OLD.kind <> NEW.kind OR OLD.number <> NEW.number "
        "OR OLD.lodged_on <> NEW.lodged_on OR OLD.received_on <> NEW.received_on OR OLD.grounds <> NEW.grounds "
        "OR COALESCE(OLD.silence_on, OLD.received_on) <> COALESCE(NEW.silence_on, NEW.received_on)",
        "what an appeal says and its dates are fixed",
    ),
    # What was signed is what the letter says.
    refuse_when(
        "selection_appeal_answer_fixed",
        "selection_appeal",
        "UPDATE",
        "OLD.signed_at IS NOT NULL AND (NEW.signed_at IS NULL OR NEW.signed_at <> OLD.signed_at "
        "OR COALESCE(NEW.delegation_id, 0) <> COALESCE(OLD.delegation_id, 0) OR NEW.state <> OLD.state "
        "OR NEW.conclusion <> OLD.conclusion OR COALESCE(NEW.concluded_by_id, 0) <> COALESCE(OLD.concluded_by_id, 0))",
        "an answer that was signed is fixed",
    ),
    refuse_when(
        "selection_decision_replaces_fixed",
        "selection_decision",
        "UPDATE",
        "COALESCE(OLD.replaces_id, 0) <> COALESCE(NEW.replaces_id, 0)",
        "what a decision replaces is fixed",
    ),
)
