"""Who may do what at every URL: decided from what each role is for, not read from the code.

An applicant sees her structures' dossiers and nothing of the others. Staff read what was sent, never a draft. A
reviewer reads the dossiers that she accepted, once she has said that she has no tie. Whoever declared a tie with a
dossier never reads it again, in any role. Officers instruct, assign, prepare and write agreements; the chair prepares
the panel's proposal; the decision-maker signs and announces; finance officers open credits and pay; the administrator
gives roles and delegations. The auditor reads all that staff read and changes nothing but her own account.
"""

from tests.access import builder_targets as build
from tests.access import instruction_targets as desk
from tests.access import meeting_targets as sitting
from tests.access import people_targets as people
from tests.access import pool_targets as pool
from tests.access import scan_targets as paper
from tests.access import scoring_targets as scoring
from tests.access import sending_targets as sending
from tests.access import targets as at
from tests.access import wave_targets as then
from tests.access.account_rows import ENTRANCE, OWN_ACCOUNT, PUBLIC, SERVICE, STRUCTURES
from tests.access.actors import (
    ADMINISTRATOR,
    APPLICANTS,
    AUDITOR,
    DECISION_MAKER,
    FINANCE,
    FOLLOWING,
    MEMBERS,
    NETWORK,
    NOBODY,
    OFFICERS,
    PANEL_CHAIR,
    READERS,
    RECUSED,
    REVIEWERS,
    SIGNED_IN,
    STAFF,
    STEERING,
    THE_REVIEWER,
    WRITER,
)
from tests.access.after_rows import AFTER, FORMS_AFTER
from tests.access.chorus_rows import CHORUS, FORMS_CHORUS
from tests.access.convention_rows import CONVENTIONS, FORMS_CONVENTIONS
from tests.access.ending_rows import ENDINGS, FORMS_ENDINGS
from tests.access.envelope_rows import ENVELOPES, FORMS_ENVELOPES
from tests.access.outlook_rows import OUTLOOK
from tests.access.rows import Row
from tests.access.wording_rows import WORDINGS

ACT_OF_OFFICER = OFFICERS - RECUSED

OWN = {"door": SIGNED_IN, "sees": MEMBERS}
APPLYING = [
    Row("applications:mine", APPLICANTS, get=APPLICANTS),
    Row("applications:start", APPLICANTS, get=APPLICANTS, post=APPLICANTS, target=at.new_dossier),
    Row("applications:dossier", **OWN, get=MEMBERS, target=at.awarded),
    Row("applications:dossier", **OWN, get=MEMBERS, target=at.draft),
    Row("applications:check", **OWN, get=MEMBERS, post=WRITER, target=at.ready),
    Row("applications:sent", **OWN, get=MEMBERS, target=at.awarded),
    Row("applications:revision", **OWN, get=MEMBERS, target=sending.first_version),
    Row("applications:compare", **OWN, get=MEMBERS, target=sending.sent_twice),
    Row("applications:take_up", **OWN, get=MEMBERS, post=WRITER, target=sending.given_up),
    Row("applications:messages", **OWN, get=MEMBERS, post=WRITER, target=at.thread),
    Row(
        "applications:message_file",
        SIGNED_IN,
        sees=MEMBERS | READERS,
        get=MEMBERS | READERS,
        target=at.file_of_message,
    ),
    Row("applications:receipt", **OWN, get=MEMBERS, target=at.sent),
    Row("applications:pieces_letter", **OWN, get=MEMBERS, target=desk.pieces_letter),
    Row("applications:reply_to_item", **OWN, post=WRITER, target=desk.asked_item),
    Row("applications:form_changes", **OWN, get=MEMBERS, post=WRITER, target=at.draft),
    Row("applications:withdraw", **OWN, get=MEMBERS, post=WRITER, target=at.sent),
    # Staff never open a piece of a draft.
    Row("applications:piece", **OWN, get=MEMBERS, target=at.piece_of_draft),
    Row("applications:piece", SIGNED_IN, sees=MEMBERS | READERS, get=MEMBERS | READERS, target=at.piece_of_awarded),
    Row(
        "applications:piece",
        SIGNED_IN,
        sees=READERS | THE_REVIEWER,
        get=READERS | THE_REVIEWER,
        target=at.piece_in_review,
    ),
    Row("applications:read_piece", **OWN, get=MEMBERS, target=at.piece_of_draft),
    Row(
        "applications:read_piece",
        SIGNED_IN,
        sees=MEMBERS | READERS,
        get=MEMBERS | READERS,
        target=at.piece_of_awarded,
    ),
    Row(
        "applications:read_piece",
        SIGNED_IN,
        sees=READERS | THE_REVIEWER,
        get=READERS | THE_REVIEWER,
        target=at.piece_in_review,
    ),
    Row("applications:piece_picture", **OWN, get=MEMBERS, target=at.picture_of_draft),
    Row(
        "applications:piece_picture",
        SIGNED_IN,
        sees=MEMBERS | READERS,
        get=MEMBERS | READERS,
        target=at.picture_of_awarded,
    ),
    Row("applications:remove_piece", **OWN, post=WRITER, target=at.piece_of_draft),
    Row("applications:plan_totals", **OWN, get=MEMBERS, target=at.draft),
    Row("applications:section", **OWN, get=MEMBERS, post=WRITER, target=at.place),
    Row("applications:section", **OWN, get=MEMBERS, post=WRITER, target=at.plan),
    Row("applications:section", **OWN, get=MEMBERS, post=WRITER, target=at.pieces),
    Row("applications:section", **OWN, get=MEMBERS, post=WRITER, target=at.answers),
    Row("applications:autosave", **OWN, post=WRITER, target=at.answers, done=(200,)),
    Row("applications:autosave", **OWN, post=WRITER, target=at.plan, done=(200,)),
    Row("applications:team", **OWN, get=MEMBERS, post=WRITER, target=people.sections),
    # Only whoever represents the structure signs; here, the owner.
    Row("applications:sign_off", **OWN, get=MEMBERS, post=WRITER, target=people.to_sign),
    Row("applications:ask_sign_off", **OWN, post=WRITER, target=people.to_ask_for),
    Row("applications:reuse", **OWN, get=MEMBERS, post=WRITER, target=people.to_take_up),
    Row("applications:networks", **OWN, get=MEMBERS, post=WRITER, target=people.to_open),
    Row("applications:close_network", **OWN, post=WRITER, target=people.to_close),
    # A support network reads what was opened to it, pieces included, and nothing else.
    Row("applications:followed", APPLICANTS, get=APPLICANTS),
    Row("applications:shared", SIGNED_IN, sees=NETWORK, get=NETWORK, target=people.shared),
    Row("applications:shared", SIGNED_IN, sees=NOBODY, get=NETWORK, target=at.draft),
    Row("applications:piece", SIGNED_IN, sees=MEMBERS | NETWORK, get=MEMBERS | NETWORK, target=people.shared_piece),
    Row("funding:my_payments", **OWN, get=MEMBERS, target=at.awarded),
    Row("selection:my_decision", **OWN, get=MEMBERS, target=at.awarded),
    # Any member opens the letter: that is the notification (CRPA R112-17).
    Row("selection:open_letter", **OWN, post=MEMBERS, target=then.own_announced),
    Row("selection:my_letter", **OWN, get=MEMBERS, target=at.awarded),
]

SENT = {"door": STAFF, "sees": READERS}
PAPER = {"door": FOLLOWING, "sees": FOLLOWING - RECUSED}
INSTRUCTING = [
    Row("applications:staff_list", STAFF, get=STAFF),
    Row("applications:morning", STAFF, get=STAFF),
    Row("applications:region_rules", STAFF, get=STAFF, post=OFFICERS),
    Row("applications:select", OFFICERS, post=OFFICERS, target=at.ticked),
    # Whoever may read none of the dossiers has nothing to confirm, and is told so.
    Row("applications:bulk", OFFICERS, get=OFFICERS, post=OFFICERS, target=at.bulk_admission, done=(302, 422)),
    Row("applications:staff_dossier", **SENT, get=READERS, target=at.awarded),
    Row("applications:staff_dossier", STAFF, sees=NOBODY, get=READERS, target=at.draft),
    Row("applications:staff_compare", **SENT, get=READERS, target=sending.sent_twice),
    Row("applications:staff_compare", STAFF, sees=NOBODY, get=READERS, target=at.draft),
    Row("applications:staff_messages", **SENT, get=READERS, post=ACT_OF_OFFICER, target=at.staff_thread),
    Row("applications:message_templates", STAFF, get=STAFF, post=OFFICERS, target=at.new_template),
    Row("applications:message_template", STAFF, get=STAFF, post=OFFICERS, target=at.template),
    Row("applications:take_charge", **SENT, post=ACT_OF_OFFICER, target=at.to_admit),
    Row("applications:request_correction", **SENT, post=ACT_OF_OFFICER, target=at.to_ask),
    Row("applications:close_correction", **SENT, post=ACT_OF_OFFICER, target=at.too_late),
    Row("applications:answer_checklist", **SENT, post=ACT_OF_OFFICER, target=desk.to_check),
    Row("applications:dismiss_duplicate", **SENT, post=ACT_OF_OFFICER, target=desk.likely_double),
    Row(
        "applications:staff_correct",
        OFFICERS,
        sees=ACT_OF_OFFICER,
        get=ACT_OF_OFFICER,
        post=ACT_OF_OFFICER,
        target=desk.to_correct,
    ),
    Row("applications:staff_pieces_letter", **SENT, get=READERS, target=desk.pieces_letter),
    Row("applications:staff_receipt", **SENT, get=READERS, target=at.sent),
    Row("applications:paper_deposit", OFFICERS, get=OFFICERS, post=OFFICERS, target=desk.on_paper),
    Row("applications:admit", **SENT, post=ACT_OF_OFFICER, target=at.to_admit),
    Row("applications:reject", **SENT, post=ACT_OF_OFFICER, target=at.to_reject),
]

DESK = {"door": REVIEWERS, "sees": THE_REVIEWER}
# Who judges, or gives the opinion, declares her ties.
JUDGES = REVIEWERS | PANEL_CHAIR | {"panel_member"}
SEVERITY = OFFICERS | PANEL_CHAIR | AUDITOR
REGISTER = OFFICERS | PANEL_CHAIR | DECISION_MAKER | AUDITOR
REVIEWING = [
    Row("applications:desk", REVIEWERS, get=REVIEWERS),
    Row("applications:review_terms", REVIEWERS, get=REVIEWERS, post=REVIEWERS),
    Row("applications:own_profile", JUDGES, get=JUDGES, post=JUDGES, target=pool.own_profile),
    Row("applications:pool", OFFICERS | AUDITOR, get=OFFICERS | AUDITOR),
    Row("applications:invite_reviewer", OFFICERS, get=OFFICERS, post=OFFICERS, target=pool.to_invite),
    Row("applications:cancel_reviewer_invitation", OFFICERS, post=OFFICERS, target=pool.invitation),
    Row("applications:withdraw_interest", OFFICERS, post=OFFICERS, target=pool.declared),
    Row("applications:register", REGISTER, get=REGISTER, target=then.wave),
    Row("applications:keep_out", PANEL_CHAIR, get=PANEL_CHAIR, post=PANEL_CHAIR, target=pool.to_keep_out),
    Row("applications:judge_alert", PANEL_CHAIR, get=PANEL_CHAIR, post=PANEL_CHAIR, target=pool.alert),
    Row("applications:lift_recusal", PANEL_CHAIR, get=PANEL_CHAIR, post=PANEL_CHAIR, target=pool.recusal),
    Row("applications:next_review", REVIEWERS, get=REVIEWERS, served=(302,)),
    # How one scored beside the others: one's own, once the wave is decided.
    Row("applications:review_feedback", **DESK, get=THE_REVIEWER, target=then.decided_wave),
    # How severe each reviewer is, by name.
    Row("applications:calibration", SEVERITY, get=SEVERITY, target=then.wave),
    Row("applications:review", **DESK, get=THE_REVIEWER, post=THE_REVIEWER, target=at.sheet),
    Row("applications:autosave_review", **DESK, post=THE_REVIEWER, target=at.sheet, done=(200,)),
    Row("applications:answer", **DESK, get=THE_REVIEWER, post=THE_REVIEWER, target=at.question),
    Row("applications:interest", **DESK, get=THE_REVIEWER, post=THE_REVIEWER, target=at.tie),
    Row("applications:review_piece", **DESK, get=THE_REVIEWER, target=at.judged_piece),
    Row("applications:abstain", **DESK, get=THE_REVIEWER, post=THE_REVIEWER, target=scoring.to_abstain),
    Row("applications:review_versions", **DESK, get=THE_REVIEWER, target=at.sheet),
    Row("applications:restore_review", **DESK, post=THE_REVIEWER, target=scoring.kept_version),
    Row("applications:spreadsheet", REVIEWERS, get=REVIEWERS, post=REVIEWERS, target=scoring.workbook_in),
    Row("applications:spreadsheet_file", REVIEWERS, get=REVIEWERS),
    Row("applications:exercise", REVIEWERS, get=REVIEWERS),
    Row("applications:worked_example", **DESK, get=THE_REVIEWER, post=THE_REVIEWER, target=scoring.to_score),
    # The reference of an example is not for those who are to score it; the auditor reads it.
    Row("applications:worked_examples", STEERING | AUDITOR, get=STEERING | AUDITOR, target=scoring.call_with_examples),
    Row("applications:take_up_worked_examples", STEERING, post=STEERING, target=scoring.to_take_up),
    Row("applications:new_worked_example", STEERING, get=STEERING, post=STEERING, target=scoring.to_write),
    Row(
        "applications:edit_worked_example",
        STEERING | AUDITOR,
        get=STEERING | AUDITOR,
        post=STEERING,
        target=scoring.to_edit,
    ),
    Row("applications:withdraw_worked_example", STEERING, post=STEERING, target=scoring.to_withdraw),
    # A sheet that a tie has closed is closed to its own reviewer.
    Row("applications:review", REVIEWERS, sees=NOBODY, get=THE_REVIEWER, post=THE_REVIEWER, target=at.closed_sheet),
    Row("applications:answer", REVIEWERS, sees=NOBODY, get=THE_REVIEWER, post=THE_REVIEWER, target=at.closed_sheet),
    Row("applications:interest", REVIEWERS, sees=NOBODY, get=THE_REVIEWER, post=THE_REVIEWER, target=at.closed_sheet),
    Row("applications:assignment", STAFF, get=STAFF, target=then.wave),
    Row("applications:assignment_matrix", STAFF, get=STAFF, target=then.wave),
    Row("applications:propose_reviewers", OFFICERS, post=OFFICERS, target=then.to_propose),
    Row("applications:price_rules", OFFICERS, post=OFFICERS, target=then.assigned_wave),
    Row("applications:lock_choice", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=then.to_lock),
    Row("applications:keep_apart", OFFICERS, post=OFFICERS, target=then.to_keep_apart),
    Row("applications:let_meet", OFFICERS, post=OFFICERS, target=then.kept_apart),
    Row("applications:send_to_review", OFFICERS, post=OFFICERS, target=then.assigned_wave),
    # For whom a reviewer works decides what ties the system finds: the auditor reads it.
    Row("applications:reviewer_profile", OFFICERS | AUDITOR, get=OFFICERS | AUDITOR, post=OFFICERS, target=at.profile),
    Row("applications:staff_reviews", **SENT, get=READERS, target=at.in_review),
    Row("applications:assign_reviewer", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=at.to_assign),
    Row("applications:settle_reviews", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=at.to_settle),
    Row("applications:take_back", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=at.to_take_back),
    Row("applications:reopen_review", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=at.to_reopen),
]

CALLS = [
    Row("programme:manage_calls", STAFF, get=STAFF),
    Row("programme:manage_call", STAFF, get=STAFF, post=STEERING, target=then.unpublished_call),
    Row("programme:manage_questions", STAFF, get=STAFF),
    Row("programme:manage_question", STAFF, get=STAFF, post=STEERING, target=then.public_question),
    Row("applications:form_drafts", STAFF, get=STAFF, post=STEERING, target=then.unpublished_call),
    Row("programme:invitations", STAFF, get=STAFF, post=STEERING, target=desk.invitation),
    Row("programme:plan_wave", STEERING, get=STEERING, post=STEERING, target=then.new_wave),
    Row("programme:new_call", STEERING, get=STEERING, post=STEERING, target=build.new_call),
    Row("programme:edit_settings", STEERING, get=STEERING, post=STEERING, target=build.settings),
    Row("programme:edit_bounds", STEERING, get=STEERING, post=STEERING, target=build.bounds),
    Row("programme:criteria", STEERING, get=STEERING, post=STEERING, target=build.criteria),
    Row("programme:add_criterion", STEERING, get=STEERING, post=STEERING, target=build.new_criterion),
    Row("programme:edit_criterion", STEERING, get=STEERING, post=STEERING, target=build.criterion),
    Row("programme:form", STEERING, get=STEERING, post=STEERING, target=build.form),
    Row("programme:add_section", STEERING, get=STEERING, post=STEERING, target=build.new_section),
    Row("programme:edit_section", STEERING, get=STEERING, post=STEERING, target=build.section),
    Row("programme:delete_section", STEERING, get=STEERING, post=STEERING, target=build.section),
    Row("programme:add_question", STEERING, get=STEERING, post=STEERING, target=build.new_question),
    Row("programme:edit_question", STEERING, get=STEERING, post=STEERING, target=build.question),
    Row("programme:delete_question", STEERING, get=STEERING, post=STEERING, target=build.unwanted_question),
    Row("programme:explain_window", STEERING, get=STEERING, post=STEERING, target=build.window),
    # The form as an applicant meets it, and what a new version changes: read by all staff.
    Row("programme:preview", STAFF, get=STAFF, target=then.unpublished_call),
    Row("programme:revision", STAFF, get=STAFF, post=STEERING, target=build.revision),
]

SELECTING = [
    Row("selection:waves", STAFF, get=STAFF),
    Row("selection:wave", STAFF, get=STAFF, target=then.wave),
    Row("selection:advance", STAFF, post=STEERING, target=then.closed_wave),
    # Whom the service gave more time, and why: read by staff, given by those who steer waves; no draft is named.
    Row("applications:deadlines", STAFF, get=STAFF, post=STEERING, target=sending.more_time),
    Row("selection:amend", STEERING, get=STEERING, post=STEERING, target=then.to_amend),
    Row("selection:meetings", STAFF, get=STAFF, post=OFFICERS | PANEL_CHAIR, target=sitting.wave_to_meet),
    Row("selection:meeting", STAFF, get=STAFF, post=OFFICERS | PANEL_CHAIR, target=sitting.meeting),
    Row("selection:sitting", STAFF, get=STAFF, post=OFFICERS | PANEL_CHAIR, target=sitting.item),
    Row("selection:minutes", STAFF, get=STAFF, target=sitting.meeting),
    Row("selection:minutes_pdf", STAFF, get=STAFF, target=sitting.minutes),
    Row("selection:addendum", STAFF, get=STAFF, target=sitting.addendum),
    Row("selection:addendum_pdf", STAFF, get=STAFF, target=sitting.addendum),
    Row("selection:panel", STAFF, get=STAFF, post=OFFICERS | PANEL_CHAIR, target=then.panel),
    Row("selection:funding_line", STAFF, get=STAFF, post=OFFICERS | PANEL_CHAIR, target=then.funding_line),
    Row("selection:compare_scenarios", STAFF, get=STAFF, target=then.scenarios),
    Row("selection:decisions", STAFF, get=STAFF, target=then.to_sign),
    Row("selection:foreseen_letter", STAFF, get=STAFF, target=then.foreseen_letter),
    Row("selection:progress", STAFF, get=STAFF, target=then.wave),
    Row("selection:sign", STAFF, post=DECISION_MAKER, target=then.to_sign),
    Row("selection:announce", STAFF, post=DECISION_MAKER, target=then.to_announce),
    Row("selection:letters", STAFF, get=STAFF),
    Row("selection:retry_letters", STAFF, post=FOLLOWING, target=then.failed_letters),
    Row("selection:scans", STAFF, get=STAFF, post=FOLLOWING, target=paper.pile_to_leave),
    Row("selection:scan_page", **PAPER, get=FOLLOWING - RECUSED, post=FOLLOWING - RECUSED, target=paper.torn_sheet),
    Row("selection:scan_picture", **PAPER, get=FOLLOWING - RECUSED, target=paper.torn_sheet),
    Row("selection:scan_aside", **PAPER, post=FOLLOWING - RECUSED, target=paper.torn_sheet),
    Row("selection:signed_copy", **SENT, get=READERS, target=paper.whole_copy),
    Row("selection:letters_zip", STAFF, get=STAFF),
    Row("selection:letters_pdf", STAFF, get=STAFF, target=then.printable),
    Row("selection:print_letters", STAFF, post=FOLLOWING, target=then.printable),
    Row("selection:letter_print", **SENT, get=READERS, target=then.letter_print),
    Row("selection:print_pdf", **SENT, get=READERS, target=then.letter_print),
    Row("selection:ask_missing_letters", STAFF, post=FOLLOWING),
    Row("selection:pause_letters", STAFF, post=FOLLOWING, target=then.to_pause),
    Row("selection:resume_letters", STAFF, post=FOLLOWING, target=then.paused),
    Row("selection:letter", **SENT, get=READERS, target=then.letter),
    Row("selection:retry_letter", **SENT, post=FOLLOWING - RECUSED, target=then.failed_letter),
    Row("selection:delegations", STAFF, get=STAFF),
    Row("selection:delegate", ADMINISTRATOR, get=ADMINISTRATOR, post=ADMINISTRATOR, target=then.delegation),
    Row("selection:dossier", **SENT, get=READERS, target=then.to_notify),
    Row("selection:dossier", STAFF, sees=NOBODY, get=READERS, target=at.draft),
]

MONEY = [
    Row("funding:budget", STAFF, get=STAFF),
    Row("funding:ledger_file", FINANCE | AUDITOR, get=FINANCE | AUDITOR),
    Row("funding:line", STAFF, get=STAFF, target=then.line),
    Row("funding:all_years", STAFF, get=STAFF),
    Row("funding:year", STAFF, get=STAFF, target=then.year),
    Row("funding:agreements", STAFF, get=STAFF),
    Row("funding:uncontracted", STAFF, get=STAFF),
    Row("funding:prepare_agreements", OFFICERS, sees=ACT_OF_OFFICER, post=ACT_OF_OFFICER, target=then.uncontracted),
    Row("funding:de_minimis", STAFF, get=STAFF, post=OFFICERS | FINANCE, done=(302,), target=then.de_minimis),
    Row("funding:instalments", STAFF, get=STAFF),
    Row("funding:instalment", **SENT, get=READERS, post=FINANCE, target=then.instalment),
    Row("funding:prescription", **SENT, get=READERS, post=FINANCE, target=then.prescription),
    Row("funding:interruption_file", **SENT, get=READERS, target=then.interruption),
    Row("funding:dossier", **SENT, get=READERS, target=at.awarded),
    Row("funding:dossier", STAFF, sees=NOBODY, get=READERS, target=at.draft),
]

FOLLOWING_UP = [
    Row("monitoring:steering", STAFF, get=STAFF),
    Row("monitoring:statements", STAFF, get=STAFF),
    Row("monitoring:places", STAFF, get=STAFF),
    Row("monitoring:place", STAFF, get=STAFF, post=FOLLOWING, target=then.laureate),
    # A place that is not selected is known by its dossier alone.
    Row("monitoring:place", **SENT, get=READERS, post=FOLLOWING - RECUSED, target=then.candidate),
    Row("monitoring:place", STAFF, sees=NOBODY, get=READERS, post=FOLLOWING, target=then.place_of_draft),
]

TABLE = [
    *PUBLIC,
    *ENTRANCE,
    *OWN_ACCOUNT,
    *STRUCTURES,
    *SERVICE,
    *APPLYING,
    *INSTRUCTING,
    *REVIEWING,
    *CALLS,
    *SELECTING,
    *AFTER,
    *MONEY,
    *ENVELOPES,
    *CONVENTIONS,
    *CHORUS,
    *ENDINGS,
    *FOLLOWING_UP,
    *OUTLOOK,
    *WORDINGS,
]
# Pages of staff that are nothing but the form of an act: whoever may not do the act has nothing to read there.
FORMS_OF_AN_ACT = (
    FORMS_AFTER
    | FORMS_ENVELOPES
    | FORMS_CONVENTIONS
    | FORMS_CHORUS
    | FORMS_ENDINGS
    | {
        "applications:bulk",
        "applications:invite_reviewer",
        "applications:judge_alert",
        "applications:keep_out",
        "applications:lift_recusal",
        "applications:new_worked_example",
        "applications:paper_deposit",
        "applications:staff_correct",
        "programme:plan_wave",
        "programme:add_criterion",
        "programme:add_question",
        "programme:add_section",
        "programme:criteria",
        "programme:delete_question",
        "programme:delete_section",
        "programme:edit_bounds",
        "programme:edit_criterion",
        "programme:edit_question",
        "programme:edit_section",
        "programme:edit_settings",
        "programme:explain_window",
        "programme:form",
        "programme:new_call",
        "selection:amend",
        "selection:delegate",
        "selection:scan_page",
        "selection:scan_picture",
    }
)
