"""The answer to an appeal to the administration: a letter signed under a delegation, read before it is signed.

Whoever may sign the contested decision may answer the appeal: the delegation covers that act, its amount, the day and
the territory (CRPA L212-1). A letter that the superior wrote elsewhere is recorded, and has none here.
"""

import hashlib
import json

from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import long_date
from accounts.models import Event
from accounts.notify import notify
from applications.receipts import addressee_of, appeal_of, dossier_of, service_of
from documents import notifying
from documents.answer_facts import PARTLY, REJECTED, UPHELD, AppealAnswerFacts
from documents.facts import Signature
from documents.frozen import FactsError, to_json
from documents.models import Document
from documents.notifying import notice_of
from documents.requests import request
from documents.wording import previewing
from documents.wording.versions import blocks_in_force
from programme.letter_scopes import scopes_of_dossier
from selection import appeal_follow_ups
from selection.appeal_clocks import APPEAL_MONTHS, free_delay
from selection.appeal_receipts import decision_words, interrupts
from selection.delegations import delegation_for
from selection.letters import grounds_of
from selection.models import Appeal, AppealFollowUp, Decision, SignatureDelegation

State, Kind = Appeal.State, Document.Kind.APPEAL_ANSWER
OUTCOME_WORDS = {State.UPHELD: UPHELD, State.PARTLY_UPHELD: PARTLY, State.REJECTED: REJECTED}
RELATED = (
    "decision__application__fabrique__commune",
    "decision__application__wave__call__programme",
    "decision__application__organisation",
    "decision__application__officer",
    "decision__wave__call__programme",
    "delegation",
    "concluded_by",
)


def delegation_of(appeal, by, on):
    """The delegation under which `by` answers: the one that covers the contested decision.

    Raises:
        NotDelegated: none does.
    """
    decision, programme = appeal.decision, appeal.decision.wave.call.programme
    held = list(SignatureDelegation.objects.in_force(holder=by, programme=programme, on=on))
    return delegation_for(
        signatory=by, programme=programme, delegations=held, act=decision.act, cents=decision.amount_cents, on=on,
        place=decision.application.fabrique.commune,
    )  # fmt: skip


def is_signed_here(appeal, elsewhere):
    """True when the answer is a letter of the service."""
    return appeal.is_administrative and not elsewhere


def refuse_other_day(on, today):
    if on != today:
        raise Refusal(
            "La réponse porte le jour de sa signature : aujourd’hui. Si elle a été écrite ailleurs, cochez la case.",
            field="on",
        )


def sign(appeal, by, on):
    """The delegation under which the answer is signed, and its instant, kept with the outcome that follows."""
    now = timezone.now()
    refuse_other_day(on, timezone.localdate(now))
    if not appeal.is_answerable:
        raise StalePage(appeal.refused_transition_message())
    appeal.delegation, appeal.signed_at = delegation_of(appeal, by, on), now


# --- What it says --------------------------------------------------------------------------------------------------


def facts_of(appeal, *, outcome, conclusion, follow_up, signed_by, signed_at, delegation):
    """The facts of the letter.

    Args:
        outcome: an `Appeal.State`. conclusion: the grounds, a paragraph each.
        follow_up: in words, "" without one. signed_at: aware instant.
    """
    application, on = appeal.decision.application, timezone.localdate(signed_at)
    silent_on = appeal.silence_on if on > appeal.silence_on else None
    return AppealAnswerFacts(
        service=service_of(application),
        addressee=addressee_of(application.organisation),
        dossier=dossier_of(application),
        issued_on=on,
        signature=Signature(
            name=str(signed_by),
            capacity_lines=tuple(line.strip() for line in delegation.formula.splitlines() if line.strip()),
            signed_at=timezone.localtime(signed_at),
            delegation_act=delegation.act_words,
        ),
        appeal=appeal_of(application, delegation.authority),
        kind=appeal.get_kind_display().lower(),
        number=appeal.number,
        decision=decision_words(appeal.decision),
        lodged_on=appeal.lodged_on,
        received_on=appeal.received_on,
        outcome=OUTCOME_WORDS[State(outcome)],
        grounds=grounds_of(conclusion),
        follow_up=follow_up,
        silent_on=silent_on,
        interrupts=interrupts(appeal),
        reopens=reopens(appeal, on),
    )


def reopens(appeal, on):
    """True when an answer of that Paris day gives the delay before the court again (CRPA L411-2, CJA R421-2)."""
    return interrupts(appeal) and on <= free_delay(appeal.silence_on, APPEAL_MONTHS)


def follow_up_words(row):
    """What an upheld appeal leads to, as the letter says it; "" without one."""
    if not row:
        return ""
    what = row.note if row.what == AppealFollowUp.What.OTHER else row.get_what_display()
    return f"{what.strip().rstrip('.')}, avant le {long_date(row.due_on)}"


def facts_again(appeal):
    """The same facts from what was kept of an answer that was signed."""
    return facts_of(
        appeal, outcome=appeal.state, conclusion=appeal.conclusion,
        follow_up=follow_up_words(appeal.follow_ups.order_by("pk").first()), signed_by=appeal.concluded_by,
        signed_at=appeal.signed_at, delegation=appeal.delegation,
    )  # fmt: skip


# --- Read, then signed ---------------------------------------------------------------------------------------------


def digest_of(facts):
    """What a letter says, in one fingerprint: the same until a word changes, whatever the instant of the signature."""
    data = to_json(facts)
    data["signature"].pop("signed_at")
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def preview(appeal, *, outcome, conclusion, by, follow_up=None):
    """The letter as `by` would sign it now: (context of `documents/_letter.html`, fingerprint).

    Raises:
        NotDelegated: no delegation covers it.
        Refusal: it cannot be written, or what an upheld one asks for is not said.
    """
    now, follow_up = timezone.now(), follow_up or {}
    if outcome in appeal_follow_ups.UPHELD:
        asked = (follow_up.get(name) for name in ("what", "owner", "due_on", "note"))
        appeal_follow_ups.refuse_incomplete(appeal, *asked)
    given = {name: value for name, value in follow_up.items() if name in ("what", "due_on", "note")}
    row = AppealFollowUp(**given) if given.get("what") and given.get("due_on") else None
    facts = written(
        appeal, outcome=outcome, conclusion=conclusion, follow_up=follow_up_words(row), signed_by=by, signed_at=now,
        delegation=delegation_of(appeal, by, timezone.localdate(now)),
    )  # fmt: skip
    blocks = blocks_in_force(Kind, scopes_of_dossier(appeal.decision.application))
    return previewing.on_screen(Kind, blocks, facts), digest_of(facts)


def written(appeal, **fields):
    try:
        return facts_of(appeal, **fields)
    except FactsError as error:
        raise Refusal(f"Ce courrier ne peut pas être écrit : {error}") from error


def ask_answer(appeal, *, by, digest=""):
    """Ask for the letter of an answer just signed, and hand it over; it is made by a worker.

    Args:
        digest: of the letter that was read; "" when the caller is not a page.

    Raises:
        StalePage: the letter is not the one that was read.
        EmptyFields: its wording prints a field that holds nothing.
    """
    facts = facts_again(appeal)
    if digest and digest != digest_of(facts):
        raise StalePage("La lettre a changé depuis que vous l’avez lue. Rien n’est signé : relisez-la, puis signez.")
    return request(
        kind=Kind, subject_type=Appeal._meta.label, subject_id=appeal.pk, facts=facts, by=by,
        released_at=appeal.signed_at, scopes=scopes_of_dossier(appeal.decision.application),
    )  # fmt: skip


# --- The addressee -------------------------------------------------------------------------------------------------


def answer_of(appeal):
    """The `Document` of the answer, or None."""
    return Document.objects.about(appeal).filter(kind=Kind).first()


def open_answer(*, appeal, by):
    """A member of the structure opens the answer; with her consent, the first opening notifies it.

    Raises:
        NotAllowed: it is not addressed to `by`. Refusal: it is not made yet.
    """
    if not Decision.objects.addressed_to(by).filter(pk=appeal.decision_id).exists():
        raise NotAllowed
    document = answer_of(appeal)
    if document is None or not document.is_ready:
        raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
    notifying.open_act(notification=notifying.of_document(document), by=by)
    return document


def tell_applicant(appeal):
    """The mail says that an answer is there, not which, and what makes it notified (CRPA R112-19)."""
    application = appeal.decision.application
    told = notice_of(application.organisation) if appeal.is_administrative else ""
    notify(
        Event.DECISION,
        key=f"appeal-answer:{appeal.pk}:{appeal.version}",
        recipient=appeal.lodged_by or application.submitted_by or application.created_by,
        url=f"/dossiers/{application.public_id}/decision/recours/",
        subject=f"Votre recours {appeal.number} : une réponse est dans votre espace",
        body=(
            f"Bonjour,\n\nUne réponse à votre recours {appeal.number} est dans votre espace.\n\n"
            + (f"{told}\n\n" if told else "")
            + sender_lines(application)
        ),
    )


def sender_lines(application):
    """Who writes, and how to reach them."""
    service = application.wave.call.programme
    return f"{service.service_name}\n{service.service_phone}, {service.service_email}\n"
