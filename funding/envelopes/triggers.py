"""What the database holds about envelopes: fixed acts and lines, two worlds of money apart, sums of the fund."""

from accounts.database import Trigger, append_only, never_deleted, refuse_when, register

OUTSIDE = "('pledge_source', 'pledged', 'received', 'used', 'pledge_lost')"
MIXED = f"""(NEW.kind IN {OUTSIDE}) <> (
    SELECT source.owner = 'outside' FROM funding_line line JOIN funding_source source ON source.id = line.source_id
    WHERE line.id = NEW.line_id)"""
MIXED_MESSAGE = "money of others and credits of the State never share a line"

APART_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION funding_account_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {MIXED} THEN
        RAISE EXCEPTION '{MIXED_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER funding_account_apart BEFORE INSERT ON funding_account
    FOR EACH ROW EXECUTE FUNCTION funding_account_apart();
"""
APART_SQLITE = f"""
CREATE TRIGGER funding_account_apart BEFORE INSERT ON funding_account WHEN {MIXED}
BEGIN SELECT RAISE(ABORT, '{MIXED_MESSAGE}'); END
"""

# What an event of an instrument adds to its sums; a correction takes back what it repeats.
SIGN = "CASE WHEN NEW.reverses_id IS NULL THEN 1 ELSE -1 END"
EVENT_STATEMENTS = f"""
    UPDATE funding_instrument SET
        event_count = event_count + 1,
        called_cents = called_cents + CASE WHEN NEW.kind = 'call' THEN {SIGN} * NEW.cents ELSE 0 END,
        repaid_cents = repaid_cents + CASE WHEN NEW.kind = 'repayment' THEN {SIGN} * NEW.cents
            WHEN NEW.kind = 'exit' THEN {SIGN} * NEW.capital_cents ELSE 0 END,
        income_cents = income_cents + CASE WHEN NEW.kind = 'income' THEN {SIGN} * NEW.cents
            WHEN NEW.kind = 'exit' THEN {SIGN} * (NEW.cents - NEW.capital_cents) ELSE 0 END,
        lost_cents = lost_cents + CASE WHEN NEW.kind = 'loss' THEN {SIGN} * NEW.cents ELSE 0 END,
        ended_on = CASE WHEN NEW.kind <> 'exit' THEN ended_on
            WHEN NEW.reverses_id IS NULL THEN NEW.happened_on ELSE NULL END
    WHERE id = NEW.instrument_id;
"""
ENGAGED_STATEMENTS = """
    UPDATE funding_fund SET engaged_cents = engaged_cents + NEW.engaged_cents WHERE id = NEW.fund_id;
"""


def after_insert(name, table, statements):
    """Run `statements` after each row of `table`, on both engines."""
    postgresql = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {statements} RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
    """
    return Trigger(name, table, postgresql, f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {statements} END")


register(
    *never_deleted("funding_act"),
    *never_deleted("funding_line"),
    *never_deleted("funding_source"),
    *append_only("funding_contribution"),
    *append_only("funding_derogation"),
    *append_only("funding_closedyear"),
    *append_only("funding_instrumentevent"),
    *append_only("funding_instrumentdue"),
    *never_deleted("funding_instrument"),
    *never_deleted("funding_fund"),
    refuse_when(
        "funding_act_fixed",
        "funding_act",
        "UPDATE",
        "OLD.kind <> NEW.kind OR OLD.number <> NEW.number OR OLD.dated_on <> NEW.dated_on OR OLD.title <> NEW.title "
        "OR (OLD.file_id IS NOT NULL AND (NEW.file_id IS NULL OR NEW.file_id <> OLD.file_id))",
        "a recorded act is fixed; its text is added once",
    ),
    refuse_when(
        "funding_line_fixed",
        "funding_line",
        "UPDATE",
        "OLD.programme_id <> NEW.programme_id OR OLD.source_id <> NEW.source_id OR OLD.code <> NEW.code "
        "OR OLD.purpose <> NEW.purpose OR OLD.region_code <> NEW.region_code "
        "OR COALESCE(OLD.parent_id, 0) <> COALESCE(NEW.parent_id, 0)",
        "what a line is for is fixed: open another line",
    ),
    refuse_when(
        "funding_source_fixed",
        "funding_source",
        "UPDATE",
        "OLD.owner <> NEW.owner OR OLD.instrument <> NEW.instrument",
        "whose money a source brings is fixed",
    ),
    Trigger("funding_account_apart", "funding_account", APART_POSTGRESQL, APART_SQLITE),
    refuse_when(
        "funding_instrument_fixed",
        "funding_instrument",
        "UPDATE",
        "OLD.engaged_cents <> NEW.engaged_cents OR OLD.fund_id <> NEW.fund_id OR OLD.kind <> NEW.kind "
        "OR OLD.engaged_on <> NEW.engaged_on",
        "what was subscribed or granted is fixed",
    ),
    refuse_when(
        "funding_instrument_opens_empty",
        "funding_instrument",
        "INSERT",
        "NEW.called_cents <> 0 OR NEW.repaid_cents <> 0 OR NEW.lost_cents <> 0 OR NEW.income_cents <> 0 "
        "OR NEW.event_count <> 0 OR NEW.ended_on IS NOT NULL",
        "an instrument opens empty",
    ),
    after_insert("funding_instrument_engage", "funding_instrument", ENGAGED_STATEMENTS),
    after_insert("funding_instrument_event", "funding_instrumentevent", EVENT_STATEMENTS),
)
