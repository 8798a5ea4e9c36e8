"""Who may do what before signing in, on her own account, on her structures, and on the service itself."""

from tests.access import after_targets as late
from tests.access import people_targets as people
from tests.access import pool_targets as pool
from tests.access import targets as at
from tests.access import wave_targets as then
from tests.access.actors import (
    ADMINISTRATOR,
    APPLICANTS,
    AUDITOR,
    EVERYONE,
    MEMBERS,
    NOBODY,
    SIGNED_IN,
    STAFF,
    STEERING,
    WRITER,
)
from tests.access.rows import Row

MOVED_ON = (200, 302)
SAVER = frozenset({"officer"})

PUBLIC = [
    Row(name, EVERYONE, get=EVERYONE)
    for name in (
        "health",
        "portal:home",
        "portal:figures",
        "portal:places",
        "portal:help",
        "portal:definitions",
        "portal:accessibility",
        "portal:legal",
        "portal:personal_data",
        "programme:calls",
        "programme:commune_search",
    )
] + [
    Row("programme:call", EVERYONE, get=EVERYONE, target=then.published_call),
    Row("programme:self_test", EVERYONE, get=EVERYONE, target=then.published_call),
    Row("programme:questions", EVERYONE, get=EVERYONE, post=EVERYONE, target=then.asked_call),
    Row("programme:call_pdf", EVERYONE, get=EVERYONE, target=then.published_call),
    # A call that is not published is the staff's.
    Row("programme:call", EVERYONE, get=STAFF, sees=STAFF, target=then.unpublished_call),
    # The signed link of a mail is the key: whoever has it stops the mails of that kind, without an account.
    Row(
        "accounts:unsubscribe", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.way_out, done=(200,), by_program=True
    ),
    Row("documents:verify", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.unknown_letter, done=(200,)),
]

ENTRANCE = [
    # The link of the mail is the key: whoever has it answers, without an account.
    Row("applications:reviewer_invitation", EVERYONE, get=EVERYONE, post=EVERYONE, target=pool.invitation_link),
    Row("selection:embargo_link", EVERYONE, get=EVERYONE, post=EVERYONE, target=late.secret_link, done=(200,)),
    Row("account_login", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.sign_in, served=MOVED_ON),
    Row("account_signup", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.sign_up, served=MOVED_ON),
    # Signing out of no session: sent to the home page.
    Row("account_logout", EVERYONE, get=EVERYONE, post=EVERYONE, served=MOVED_ON),
    Row("account_inactive", EVERYONE, get=EVERYONE),
    Row("account_email_verification_sent", EVERYONE, get=EVERYONE),
    Row("account_confirm_email", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.unconfirmed_address),
    Row("accounts:account_confirm_link", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.unconfirmed_address),
    Row("account_reset_password", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.forgotten_password),
    Row("account_reset_password_done", EVERYONE, get=EVERYONE),
    Row("account_reset_password_from_key_done", EVERYONE, get=EVERYONE),
    # A key that is not one: the page says so, and changes nothing.
    Row(
        "account_reset_password_from_key",
        EVERYONE,
        get=EVERYONE,
        post=EVERYONE,
        target=at.reset_key,
        done=(200,),
    ),
    Row("accounts:account_reset_link", EVERYONE, get=EVERYONE, post=EVERYONE, target=at.reset_key, done=(200,)),
    # Codes by mail are not in use: back to the sign-in page.
    Row("account_confirm_login_code", EVERYONE, get=EVERYONE, post=EVERYONE, served=(302,)),
]

OWN_ACCOUNT = [
    Row("accounts:home", SIGNED_IN, get=SIGNED_IN, served=(302,)),
    Row("accounts:switch_role", SIGNED_IN, post=SIGNED_IN - {"newcomer"}, target=at.own_role),
    Row("accounts:notifications", SIGNED_IN, get=SIGNED_IN),
    Row("accounts:notifications_read", SIGNED_IN, post=SIGNED_IN),
    Row(
        "accounts:notification_open",
        SIGNED_IN,
        sees=frozenset({"owner"}),
        post=frozenset({"owner"}),
        target=at.told_to_owner,
    ),
    Row("accounts:notification_preferences", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, target=at.preferences),
    Row("accounts:details", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, target=at.own_details),
    # What the owner typed before her sign-in ended: hers alone.
    Row("accounts:kept", SIGNED_IN, sees=WRITER, get=WRITER, post=WRITER, target=at.kept_post),
    Row("account_email", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, target=at.other_address),
    Row("account_change_password", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, served=MOVED_ON, done=MOVED_ON),
    Row("account_set_password", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, served=MOVED_ON, done=MOVED_ON),
    # What one keeps of a list: columns, questions. Its address is enough to open a colleague's question.
    Row("accounts:list_columns", SIGNED_IN, post=SIGNED_IN, target=at.list_settings),
    Row("accounts:save_filter", SIGNED_IN, post=SIGNED_IN, target=at.list_settings),
    Row("accounts:saved_filter", SIGNED_IN, get=SIGNED_IN, target=at.saved_filter, served=(302,)),
    Row("accounts:forget_filter", SIGNED_IN, sees=SAVER, post=SAVER, target=at.saved_filter),
    Row("account_reauthenticate", SIGNED_IN, get=SIGNED_IN, post=SIGNED_IN, served=MOVED_ON, done=MOVED_ON),
]

STRUCTURE = {"door": SIGNED_IN, "sees": MEMBERS | STAFF}
STRUCTURES = [
    Row("accounts:organisations", APPLICANTS, get=APPLICANTS),
    Row("accounts:organisation_new", APPLICANTS, get=APPLICANTS, post=APPLICANTS, target=at.new_organisation),
    Row("accounts:organisation", **STRUCTURE, get=MEMBERS | STAFF, target=at.organisation),
    # Those who only read it are told so, in the place of the form.
    Row("accounts:organisation_edit", **STRUCTURE, get=MEMBERS | STAFF, post=WRITER, target=at.organisation),
    Row("accounts:organisation_invite", **STRUCTURE, post=WRITER, target=at.invite),
    Row("accounts:invitation_cancel", **STRUCTURE, post=WRITER, target=at.cancel_invitation),
    Row("accounts:invitation_resend", **STRUCTURE, post=WRITER, target=people.known_invitation),
    # Anybody may leave; only the person responsible takes others out.
    Row("accounts:member_remove", **STRUCTURE, get=MEMBERS, post=MEMBERS, target=at.remove_reader),
    Row("accounts:member_change", **STRUCTURE, get=WRITER, post=WRITER, target=people.right_of_reader),
    Row("accounts:organisation_find", APPLICANTS, get=APPLICANTS),
    # Whoever has its address reads the name of a structure, and nothing else of it; members are led back to it.
    Row(
        "accounts:organisation_join",
        APPLICANTS,
        get=APPLICANTS,
        post=APPLICANTS,
        target=people.join,
        served=MOVED_ON,
    ),
    Row("accounts:join_answer", **STRUCTURE, get=WRITER, post=WRITER, target=people.join_request),
    Row("accounts:organisation_network", STEERING, post=STEERING, target=people.network_to_be),
    Row("accounts:organisations_known", STAFF, get=STAFF),
    Row(
        "accounts:invitation_accept",
        SIGNED_IN,
        sees=frozenset({"stranger"}),
        post=frozenset({"stranger"}),
        target=at.accept_invitation,
    ),
]

SERVICE = [
    Row("accounts:journal", STEERING | AUDITOR, get=STEERING | AUDITOR),
    Row("accounts:people", ADMINISTRATOR | AUDITOR, get=ADMINISTRATOR | AUDITOR),
    Row("accounts:person", ADMINISTRATOR | AUDITOR, get=ADMINISTRATOR | AUDITOR, target=at.person),
    Row("accounts:grant_role", ADMINISTRATOR, post=ADMINISTRATOR, target=at.person),
    Row("accounts:revoke_role", ADMINISTRATOR, post=ADMINISTRATOR, target=at.person_with_role),
    Row("accounts:mail", STAFF, get=STAFF),
    # A job names dossiers of its own person's scope; the auditor reads every one.
    Row("accounts:jobs", STAFF, get=STAFF),
    Row("accounts:job", STAFF, sees=SAVER | AUDITOR, get=SAVER | AUDITOR, target=at.bulk_job),
    Row("accounts:job_keep", STAFF, sees=SAVER, post=SAVER, target=at.bulk_job),
    Row("accounts:mail_retry", STEERING, post=STEERING, target=at.stuck_mail),
    # Addresses that mail comes back from: read as the mail is, put right by whoever may send it again.
    Row("accounts:bounced", STAFF, get=STAFF),
    Row("accounts:forget_bounce", STEERING, post=STEERING, target=at.bounced_address),
    Row("accounts:outbox_html", EVERYONE, sees=NOBODY, target=at.message),
    # Mail is read whole in a demonstration only; elsewhere the page does not exist.
    Row("accounts:outbox", EVERYONE, sees=NOBODY),
    Row("accounts:outbox_message", EVERYONE, sees=NOBODY, target=at.message),
    # The technical administration is for the host's accounts, which no role gives.
    Row("admin:index", NOBODY),
]
