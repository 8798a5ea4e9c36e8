"""What the database itself does and refuses about money, on both engines."""

from accounts.database import Trigger, append_only, never_deleted, refuse_when, register

WAY = "from_kind, from_line_id, from_year, to_kind, to_line_id, to_year"
DAY_TOTAL_COLUMNS = f"{WAY}, effective_on, booked_on"
MONTH_TOTAL_COLUMNS = f"{WAY}, month"

APPLY_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION funding_movement_apply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    SELECT p.effective_on, p.booked_on, p.movement_count, o.kind AS from_kind, o.line_id AS from_line,
        o.fiscal_year AS from_year, d.kind AS to_kind, d.line_id AS to_line, d.fiscal_year AS to_year
    INTO found FROM funding_posting p, funding_account o, funding_account d
    WHERE p.id = NEW.posting_id AND o.id = NEW.from_account_id AND d.id = NEW.to_account_id;
    IF found.effective_on <> NEW.effective_on THEN
        RAISE EXCEPTION 'movement and posting differ in date' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.rank > found.movement_count THEN
        RAISE EXCEPTION 'the posting is complete' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE funding_account
    SET balance_cents = balance_cents + CASE id WHEN NEW.to_account_id THEN NEW.amount_cents ELSE -NEW.amount_cents END
    WHERE id IN (NEW.from_account_id, NEW.to_account_id);
    INSERT INTO funding_daytotal ({DAY_TOTAL_COLUMNS}, cents)
    VALUES (found.from_kind, found.from_line, found.from_year, found.to_kind, found.to_line, found.to_year,
            NEW.effective_on, found.booked_on, NEW.amount_cents)
    ON CONFLICT ({DAY_TOTAL_COLUMNS}) DO UPDATE SET cents = funding_daytotal.cents + EXCLUDED.cents;
    INSERT INTO funding_monthtotal ({MONTH_TOTAL_COLUMNS}, last_on, cents)
    VALUES (found.from_kind, found.from_line, found.from_year, found.to_kind, found.to_line, found.to_year,
            date_trunc('month', NEW.effective_on)::date, NEW.effective_on, NEW.amount_cents)
    ON CONFLICT ({MONTH_TOTAL_COLUMNS}) DO UPDATE SET cents = funding_monthtotal.cents + EXCLUDED.cents,
        last_on = GREATEST(funding_monthtotal.last_on, EXCLUDED.last_on);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER funding_movement_apply AFTER INSERT ON funding_movement
    FOR EACH ROW EXECUTE FUNCTION funding_movement_apply();
"""

APPLY_SQLITE = f"""
CREATE TRIGGER funding_movement_apply AFTER INSERT ON funding_movement
BEGIN
    SELECT RAISE(ABORT, 'movement and posting differ in date')
        WHERE (SELECT effective_on FROM funding_posting WHERE id = NEW.posting_id) <> NEW.effective_on;
    SELECT RAISE(ABORT, 'the posting is complete')
        WHERE (SELECT movement_count FROM funding_posting WHERE id = NEW.posting_id) < NEW.rank;
    UPDATE funding_account SET balance_cents = balance_cents - NEW.amount_cents WHERE id = NEW.from_account_id;
    UPDATE funding_account SET balance_cents = balance_cents + NEW.amount_cents WHERE id = NEW.to_account_id;
    INSERT INTO funding_daytotal ({DAY_TOTAL_COLUMNS}, cents)
    SELECT o.kind, o.line_id, o.fiscal_year, d.kind, d.line_id, d.fiscal_year, NEW.effective_on, p.booked_on,
           NEW.amount_cents
    FROM funding_account o, funding_account d, funding_posting p
    WHERE o.id = NEW.from_account_id AND d.id = NEW.to_account_id AND p.id = NEW.posting_id
    ON CONFLICT ({DAY_TOTAL_COLUMNS}) DO UPDATE SET cents = cents + excluded.cents;
    INSERT INTO funding_monthtotal ({MONTH_TOTAL_COLUMNS}, last_on, cents)
    SELECT o.kind, o.line_id, o.fiscal_year, d.kind, d.line_id, d.fiscal_year,
           strftime('%Y-%m-01', NEW.effective_on), NEW.effective_on, NEW.amount_cents
    FROM funding_account o, funding_account d
    WHERE o.id = NEW.from_account_id AND d.id = NEW.to_account_id
    ON CONFLICT ({MONTH_TOTAL_COLUMNS}) DO UPDATE SET cents = cents + excluded.cents,
        last_on = max(last_on, excluded.last_on);
END
"""

GUARDED = {
    # table: (moments, message). What a trigger keeps changes only inside that trigger.
    "funding_account": ("UPDATE", "a balance moves only with a movement"),
    "funding_daytotal": ("INSERT OR UPDATE OR DELETE", "day totals are kept by the movements"),
    "funding_monthtotal": ("INSERT OR UPDATE OR DELETE", "month totals are kept by the movements"),
}


def guard(table):
    """PostgreSQL knows the depth of a trigger; SQLite does not: there `reconcile` sees what was changed by hand."""
    moments, message = GUARDED[table]
    name = f"{table}_guard"
    return Trigger(
        name,
        table,
        f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
        CREATE OR REPLACE TRIGGER {name} BEFORE {moments} ON {table} FOR EACH ROW
            WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION {name}();
        """,
        "",
    )


# On SQLite a balance follows the last movement, or does not move; an update by hand that mimics it is `reconcile`'s.
BALANCE_SQLITE = """
CREATE TRIGGER funding_account_balance BEFORE UPDATE OF balance_cents ON funding_account
WHEN NOT EXISTS (
    SELECT 1 FROM funding_movement
    WHERE id = (SELECT max(id) FROM funding_movement)
    AND ((from_account_id = OLD.id AND NEW.balance_cents = OLD.balance_cents - amount_cents)
        OR (to_account_id = OLD.id AND NEW.balance_cents = OLD.balance_cents + amount_cents))
)
BEGIN SELECT RAISE(ABORT, 'a balance moves only with a movement'); END
"""

PLAN_STATEMENTS = """
    UPDATE funding_scheduleyear SET planned_cents = planned_cents + NEW.cents WHERE id = NEW.schedule_year_id;
    UPDATE funding_schedule SET planned_cents = planned_cents + NEW.cents
        WHERE id = (SELECT schedule_id FROM funding_scheduleyear WHERE id = NEW.schedule_year_id);
"""

PLAN_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION funding_instalment_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {PLAN_STATEMENTS} RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER funding_instalment_plan AFTER INSERT ON funding_instalment
    FOR EACH ROW EXECUTE FUNCTION funding_instalment_plan();
"""

PLAN_SQLITE = f"""
CREATE TRIGGER funding_instalment_plan AFTER INSERT ON funding_instalment BEGIN {PLAN_STATEMENTS} END
"""

register(
    *append_only("funding_posting"),
    *append_only("funding_movement"),
    *append_only("funding_draw"),
    *never_deleted("funding_account"),
    *never_deleted("funding_award"),
    *never_deleted("funding_schedule"),
    *never_deleted("funding_scheduleyear"),
    *never_deleted("funding_agreement"),
    *never_deleted("funding_instalment"),
    *never_deleted("funding_deminimisgrant"),
    Trigger("funding_movement_apply", "funding_movement", APPLY_POSTGRESQL, APPLY_SQLITE),
    *map(guard, GUARDED),
    Trigger("funding_account_balance", "funding_account", "", BALANCE_SQLITE),
    Trigger("funding_instalment_plan", "funding_instalment", PLAN_POSTGRESQL, PLAN_SQLITE),
    refuse_when(
        "funding_account_opens_empty",
        "funding_account",
        "INSERT",
        "NEW.balance_cents <> 0",
        "an account opens empty",
    ),
    refuse_when(
        "funding_account_fixed",
        "funding_account",
        "UPDATE OF kind, line_id, fiscal_year, award_id",
        "OLD.kind <> NEW.kind OR OLD.line_id <> NEW.line_id OR OLD.fiscal_year <> NEW.fiscal_year "
        "OR COALESCE(OLD.award_id, 0) <> COALESCE(NEW.award_id, 0)",
        "what an account holds is fixed",
    ),
    refuse_when(
        "funding_award_amount_fixed",
        "funding_award",
        "UPDATE",
        # An amendment changes the amount, is counted, and leaves what the decision granted.
        "(OLD.total_cents <> NEW.total_cents AND NEW.amendment_count <> OLD.amendment_count + 1) "
        "OR (OLD.initial_cents IS NOT NULL AND NEW.initial_cents <> OLD.initial_cents) "
        "OR OLD.min_cents <> NEW.min_cents OR OLD.max_cents <> NEW.max_cents "
        "OR OLD.year_cap_cents <> NEW.year_cap_cents",
        "the amount of an award and the bounds of its call are fixed",
    ),
    refuse_when(
        "funding_deminimisgrant_fixed",
        "funding_deminimisgrant",
        "UPDATE",
        "OLD.cents <> NEW.cents OR OLD.award_id <> NEW.award_id OR OLD.undertaking <> NEW.undertaking "
        "OR (OLD.granted_on IS NOT NULL AND (NEW.granted_on IS NULL OR OLD.granted_on <> NEW.granted_on))",
        "what was granted, to whom and when is fixed",
    ),
    # An amendment publishes a new schedule; what an instalment pays never changes under it.
    refuse_when(
        "funding_instalment_amount_fixed",
        "funding_instalment",
        "UPDATE",
        "OLD.cents <> NEW.cents OR OLD.schedule_year_id <> NEW.schedule_year_id OR OLD.award_id <> NEW.award_id",
        "the amount of an instalment is fixed: publish a new schedule",
    ),
)
