"""What was published cannot change: the database itself refuses, on both engines.

A frozen version (`frozen_at` set) keeps its row, its bounds, its criteria with their levels, its sections with their
questions: no INSERT, UPDATE or DELETE. A correction is a new version. A slug names one question of a version.
"""

from accounts.database import Trigger, append_only, never_deleted, refuse_if, refuse_when, register

MESSAGE = "a published call version is frozen: write a new version"
SLUG_TWICE = "a question of this slug exists in this call version"
# Table → the version of a row, from its column ({row} is OLD or NEW).
VERSION_OF = {
    "programme_segmentbounds": "{row}.version_id",
    "programme_criterion": "{row}.version_id",
    "programme_formsection": "{row}.version_id",
    "programme_criterionlevel": "(SELECT version_id FROM programme_criterion WHERE id = {row}.criterion_id)",
    "programme_question": "(SELECT version_id FROM programme_formsection WHERE id = {row}.section_id)",
}
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def frozen_child(table, moment):
    """Refuse `moment` on the rows of `table` that belong to a frozen version."""
    name = f"{table}_frozen_{moment.lower()}"
    versions = ", ".join(VERSION_OF[table].format(row=row) for row in ROWS[moment])
    is_frozen = f"EXISTS (SELECT 1 FROM programme_callversion WHERE frozen_at IS NOT NULL AND id IN ({versions}))"
    # A publication that is under way holds its version: wait for it, then look.
    wait = f"PERFORM 1 FROM programme_callversion WHERE id IN ({versions}) FOR SHARE"
    kept = "OLD" if moment == "DELETE" else "NEW"
    postgresql = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {wait};
            IF {is_frozen} THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {kept};
        END $$;
        CREATE OR REPLACE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
    """
    sqlite = f"""
        CREATE TRIGGER {name} BEFORE {moment} ON {table}
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}') WHERE {is_frozen}; END
    """
    return Trigger(name, table, postgresql, sqlite)


def slug_once_in_a_version(moment):
    """Refuse a second question of the same slug in one version: formulas and conditions name questions by it."""
    name = f"programme_question_slug_{moment.lower()}"
    itself = "AND q.id <> NEW.id" if moment == "UPDATE" else ""
    twice = f"""EXISTS (
        SELECT 1 FROM programme_question q
        JOIN programme_formsection s ON s.id = q.section_id
        JOIN programme_formsection mine ON mine.id = NEW.section_id
        WHERE q.slug = NEW.slug AND s.version_id = mine.version_id {itself})"""
    return refuse_if(name, "programme_question", moment, twice, SLUG_TWICE, error="unique_violation")


register(
    *append_only("programme_waveamendment"),
    *append_only("programme_invitation"),
    *append_only("programme_zoning"),
    *never_deleted("programme_announcement"),
    *(frozen_child(table, moment) for table in VERSION_OF for moment in ROWS),
    *(slug_once_in_a_version(moment) for moment in ("INSERT", "UPDATE")),
    *(
        refuse_when(
            f"programme_callversion_frozen_{moment.lower()}",
            "programme_callversion",
            moment,
            "OLD.frozen_at IS NOT NULL",
            MESSAGE,
        )
        for moment in ("UPDATE", "DELETE")
    ),
)
