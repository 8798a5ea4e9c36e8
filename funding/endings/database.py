"""What the database itself keeps of money taken back, on both engines."""

from accounts.database import Trigger, append_only, never_deleted, refuse_if, refuse_when, register
from funding.chorus.database import fixed

BECOMES_DECIDED = "OLD.state <> 'decided' AND NEW.state = 'decided'"
UNHEARD = """
    EXISTS (SELECT 1 FROM funding_hearing WHERE id = NEW.hearing_id
            AND complete_at IS NULL AND answer_by >= NEW.decided_on)
"""
NOTICE_NOT_NOTIFIED = """
    NOT EXISTS (SELECT 1 FROM documents_formalnotification WHERE subject_type = 'funding.FormalNotice'
                AND subject_id = NEW.id AND notified_on IS NOT NULL)
"""
NOTICE_RUNS = """
    EXISTS (SELECT 1 FROM funding_formalnotice WHERE id = NEW.notice_id
            AND (due_on IS NULL OR due_on >= NEW.opened_on OR award_id <> NEW.award_id))
"""
UNHEARD_MESSAGE = "nothing is decided before the structure could answer"
# What was paid twice was never an instalment: only the rest is counted against what was paid.
MORE_THAN_PAID = """
    NOT EXISTS (SELECT 1 FROM funding_hearing WHERE id = NEW.hearing_id AND ground = 'double')
    AND NEW.due_cents + (
        SELECT COALESCE(SUM(r.due_cents), 0) FROM funding_recovery r JOIN funding_hearing h ON h.id = r.hearing_id
        WHERE r.award_id = NEW.award_id AND r.id <> NEW.id
        AND r.state NOT IN ('hearing', 'dropped', 'refunding', 'refunded') AND h.ground <> 'double')
    > (SELECT COALESCE(SUM(cents), 0) FROM funding_instalment WHERE award_id = NEW.award_id AND state = 'paid')
"""
MORE_MESSAGE = "more is asked back than was paid"


def refused_when_decided(name, table, condition, message):
    """Refuse that a row of `table` becomes decided while `condition` (on other tables) holds."""
    return refuse_if(name, table, "UPDATE OF state", condition, message, when=BECOMES_DECIDED)


NO_TITLE = """
    EXISTS (SELECT 1 FROM funding_recovery WHERE id = NEW.recovery_id
            AND state <> CASE WHEN NEW.kind = 'refunded' THEN 'refunding' ELSE 'issued' END)
"""
NO_TITLE_MESSAGE = "nothing comes back before a title, nor after the end"
ADD_UP = """
    UPDATE funding_recovery SET
        collected_cents = collected_cents + CASE WHEN NEW.kind = 'collected' THEN NEW.cents ELSE 0 END,
        waived_cents = waived_cents + CASE WHEN NEW.kind = 'waived' THEN NEW.cents ELSE 0 END,
        written_off_cents = written_off_cents + CASE WHEN NEW.kind = 'written_off' THEN NEW.cents ELSE 0 END,
        refunded_cents = refunded_cents + CASE WHEN NEW.kind = 'refunded' THEN NEW.cents ELSE 0 END
    WHERE id = NEW.recovery_id;
"""

register(
    *append_only("funding_observation"),
    *append_only("funding_letteropening"),
    *append_only("funding_recoveryentry"),
    *never_deleted("funding_interruption"),
    fixed(
        "funding_interruption", "instalment_id", "kind", '"on"', "source", "file_id",
        message="what interrupted a prescription is fixed",
    ),
    refuse_when(
        "funding_interruption_final_once",
        "funding_interruption",
        "UPDATE",
        "OLD.final_on IS NOT NULL AND (NEW.final_on IS NULL OR NEW.final_on <> OLD.final_on)",
        "a judgment becomes final once",
    ),
    *never_deleted("funding_formalnotice"),
    fixed(
        "funding_formalnotice",
        "award_id", "ground", "facts", "asked", "days", "opened_on",
        message="what a formal notice says is fixed",
    ),
    refuse_when(
        "funding_formalnotice_not_shortened",
        "funding_formalnotice",
        "UPDATE",
        "OLD.due_on IS NOT NULL AND (NEW.due_on IS NULL OR NEW.due_on < OLD.due_on)",
        "the time of a formal notice is never shortened",
    ),
    refuse_if(
        "funding_formalnotice_dated_by_fact", "funding_formalnotice", "UPDATE", NOTICE_NOT_NOTIFIED,
        "its time runs from its notification alone", when="OLD.due_on IS NULL AND NEW.due_on IS NOT NULL",
    ),
    refuse_if(
        "funding_hearing_after_notice", "funding_hearing", "INSERT", NOTICE_RUNS,
        "nothing follows a formal notice before its time is past", when="NEW.notice_id IS NOT NULL",
    ),
    *never_deleted("funding_hearing"),
    *never_deleted("funding_withdrawal"),
    *never_deleted("funding_recovery"),
    fixed(
        "funding_hearing",
        "award_id", "ground", "facts", "asked_cents", "known_on", "opened_on",
        message="what a structure was told does not change under her",
    ),
    refuse_when(
        "funding_hearing_not_shortened",
        "funding_hearing",
        "UPDATE",
        "NEW.answer_by < OLD.answer_by OR (OLD.complete_at IS NOT NULL AND NEW.complete_at IS NULL)",
        "the time to answer is never shortened",
    ),
    refuse_when(
        "funding_recovery_due_fixed",
        "funding_recovery",
        "UPDATE",
        "OLD.award_id <> NEW.award_id OR OLD.hearing_id <> NEW.hearing_id OR OLD.due_cents <> NEW.due_cents",
        "what is asked back is fixed by its decision",
    ),
    refused_when_decided("funding_withdrawal_heard", "funding_withdrawal", UNHEARD, UNHEARD_MESSAGE),
    refused_when_decided("funding_recovery_heard", "funding_recovery", UNHEARD, UNHEARD_MESSAGE),
    refused_when_decided("funding_recovery_within_paid", "funding_recovery", MORE_THAN_PAID, MORE_MESSAGE),
    Trigger(
        "funding_recoveryentry_add",
        "funding_recoveryentry",
        f"""
        CREATE OR REPLACE FUNCTION funding_recoveryentry_add() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {NO_TITLE} THEN
                RAISE EXCEPTION '{NO_TITLE_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            {ADD_UP}
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER funding_recoveryentry_add AFTER INSERT ON funding_recoveryentry
            FOR EACH ROW EXECUTE FUNCTION funding_recoveryentry_add();
        """,
        f"""
        CREATE TRIGGER funding_recoveryentry_add AFTER INSERT ON funding_recoveryentry
        BEGIN SELECT RAISE(ABORT, '{NO_TITLE_MESSAGE}') WHERE {NO_TITLE}; {ADD_UP} END
        """,
    ),
)  # fmt: skip
