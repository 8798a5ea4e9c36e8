"""What the database itself does and refuses about agreements and shares, on both engines."""

from accounts.database import Trigger, append_only, never_deleted, refuse_when, register

# Once sent, what a text says is fixed; so is what an amendment compared.
TEXT = ("clauses", "before", "after", "reason", "facts", "text_sha256", "extra_cents", "worded")


WORDED = "OLD.wording_id <> NEW.wording_id OR (OLD.wording_id IS NULL) <> (NEW.wording_id IS NULL)"


def differs(*names):
    return " OR ".join(f"OLD.{name} <> NEW.{name}" for name in names)


SHARE_STATEMENT = """
    UPDATE funding_sharing SET planned = planned + NEW.ten_thousandths WHERE id = NEW.sharing_id;
"""

# Nothing is owed before the act is notified and the agreement, once there is one, signed by both.
TOO_EARLY = """
    EXISTS (SELECT 1 FROM funding_award WHERE id = NEW.award_id AND notified_on IS NULL)
    OR EXISTS (SELECT 1 FROM funding_agreement WHERE award_id = NEW.award_id AND state NOT IN ('in_force', 'closed'))
"""
TOO_EARLY_MESSAGE = "nothing is owed before notification and both signatures"
BECOMES_DUE = "OLD.state = 'planned' AND NEW.state = 'due'"

DUE_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION funding_instalment_not_early() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {TOO_EARLY} THEN
        RAISE EXCEPTION '{TOO_EARLY_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER funding_instalment_not_early BEFORE UPDATE OF state ON funding_instalment
    FOR EACH ROW WHEN ({BECOMES_DUE}) EXECUTE FUNCTION funding_instalment_not_early();
"""

DUE_SQLITE = f"""
CREATE TRIGGER funding_instalment_not_early BEFORE UPDATE OF state ON funding_instalment WHEN {BECOMES_DUE}
BEGIN SELECT RAISE(ABORT, '{TOO_EARLY_MESSAGE}') WHERE {TOO_EARLY}; END
"""

register(
    Trigger("funding_instalment_not_early", "funding_instalment", DUE_POSTGRESQL, DUE_SQLITE),
    *append_only("funding_agreementtemplate"),
    *append_only("funding_agreementsignature"),
    *append_only("funding_share"),
    *never_deleted("funding_agreementversion"),
    *never_deleted("funding_signedcopy"),
    *never_deleted("funding_sharing"),
    refuse_when(
        "funding_agreementversion_text_fixed",
        "funding_agreementversion",
        "UPDATE",
        f"OLD.state <> 'drafted' AND ({differs(*TEXT)} OR {WORDED})",
        "a text that was sent does not change: abandon it and write another",
    ),
    Trigger(
        "funding_share_planned",
        "funding_share",
        f"""
        CREATE OR REPLACE FUNCTION funding_share_planned() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {SHARE_STATEMENT} RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER funding_share_planned AFTER INSERT ON funding_share
            FOR EACH ROW EXECUTE FUNCTION funding_share_planned();
        """,
        f"CREATE TRIGGER funding_share_planned AFTER INSERT ON funding_share BEGIN {SHARE_STATEMENT} END",
    ),
)
