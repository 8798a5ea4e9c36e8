"""What the database itself keeps of payees, Chorus, bank details and claims, on both engines."""

from accounts.database import append_only, never_deleted, refuse_if, refuse_when, register


def fixed(table, *columns, message):
    """Refuse a change of these columns of `table`."""
    # One that is unknown differs from one that is known, on both engines.
    changed = " OR ".join(
        f"OLD.{column} <> NEW.{column} OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL)" for column in columns
    )
    return refuse_when(f"{table}_fixed", table, "UPDATE", changed, message)


NOT_THE_WHOLE = """
    NEW.cents <> (SELECT COALESCE(SUM(cents), 0) FROM funding_instalmentpayee WHERE instalment_id = NEW.id AND live)
"""
GONE_TO_PAY = """
    EXISTS (SELECT 1 FROM funding_instalment WHERE id = NEW.instalment_id AND state IN ('ordered', 'paid'))
"""
PAYEES_FIXED = "who receives an instalment is fixed once it is ordered"

register(
    refuse_if(
        "funding_instalment_payees_whole", "funding_instalment", "UPDATE OF state", NOT_THE_WHOLE,
        "what each payee receives makes the whole of the instalment",
        when="OLD.state = 'certified' AND NEW.state = 'ordered'",
    ),
    refuse_if("funding_instalmentpayee_in_time", "funding_instalmentpayee", "INSERT", GONE_TO_PAY, PAYEES_FIXED),
    refuse_if("funding_instalmentpayee_stays", "funding_instalmentpayee", "UPDATE", GONE_TO_PAY, PAYEES_FIXED),
    *never_deleted("funding_instalmentpayee"),
    fixed(
        "funding_instalmentpayee", "instalment_id", "organisation_id", "cents",
        message="what a payee receives is fixed",
    ),
    *append_only("funding_allotment"),
    *never_deleted("funding_chorusfile"),
    *never_deleted("funding_chorusrow"),
    *never_deleted("funding_paymentrequest"),
    *never_deleted("funding_requestpart"),
    *never_deleted("funding_paymentexport"),
    *never_deleted("funding_difference"),
    *never_deleted("funding_bankaccount"),
    *never_deleted("funding_claim"),
    fixed(
        "funding_chorusrow",
        "file_id", "line", "identity", "commitment", "commitment_item", "request", "request_item", "company",
        "siret", "fiscal_year", "cents", "paid_on",
        message="what Chorus wrote is fixed",
    ),
    fixed(
        "funding_requestpart", "request_id", "instalment_id", "payee_id", "cents", "bank_account_id",
        message="what a payment request asks is fixed",
    ),
    fixed(
        "funding_bankaccount", "organisation_id", "iban", "bic", "holder", "rib_id", "proposed_by_id",
        message="bank details are fixed: propose others",
    ),
    refuse_when(
        "funding_chorusrow_stays_applied",
        "funding_chorusrow",
        "UPDATE",
        "OLD.status = 'applied' AND NEW.status <> 'applied'",
        "a row that was applied stays applied",
    ),
)  # fmt: skip
