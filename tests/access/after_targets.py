"""What fills the URLs of what follows a decision: appeals, the waitlist, the embargo, derogations, deferrals."""

import datetime
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import OutboxMessage
from documents import production, registered
from documents.models import Document
from programme.models import Wave
from selection import appeal_answers, appeals, embargo, notification, outcomes
from selection.late_awards import prepare_award
from selection.models import Appeal, Decision
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, dossier, today, words_of
from tests.access.wave_targets import announced, deliberation, recuse, signed
from tests.selection import after
from tests.selection import conftest as panels


def decided(application):
    return Decision.objects.get(application=application, replaces=None)


def about(application, **data):
    """The decision of a dossier with which the recused ones have a tie."""
    return Target({"public_id": decided(application).public_id}, data, words_of(application))


# --- Notifications ---------------------------------------------------------------------------------------------------


def notified_by(decision, **data):
    found = notification.notification_of(decision)
    return Target({"public_id": found.public_id}, data, words_of(decision.application))


def to_notify(world):
    found = decided(announced(world).dossiers[0])
    return notified_by(found, number="1A23456789012", posted_on=today().isoformat())


def proved(world):
    panel = announced(world)
    found = decided(panel.dossiers[0])
    registered.record(
        notification=notification.notification_of(found), number="1A23456789012", posted_on=today(), by=panel.officer,
        presented_on=today(), delivered_on=today(), proof=SimpleUploadedFile("avis.pdf", factories.pdf_bytes()),
    )  # fmt: skip
    return notified_by(found)


def own_structure(world):
    return Target({"public_id": world.awarded.organisation.public_id}, {"accept": "1"})


def own_act(world):
    """The answer to an appeal that was written elsewhere: it has no letter here, and is opened from
    the page of the structure."""
    appeal = own_lodged(world)
    by = factories.user("decision_maker")
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion=REASON, elsewhere=True, by=by)
    organisation = appeal.decision.application.organisation
    found = notification.answer_notification_of(appeal)
    return Target({"public_id": organisation.public_id, "act_id": found.public_id})


# --- Appeals ---------------------------------------------------------------------------------------------------------


def to_contest(world):
    found = announced(world).dossiers[0]
    return about(
        found, kind="hierarchical", channel="post", lodged_on=today().isoformat(), received_on=today().isoformat(),
        grounds=REASON,
    )  # fmt: skip


def own_opened(world):
    """A decision whose letter was opened, of a structure of which the owner and the reader are members."""
    found = announced(world).dossiers[0]
    for actor, right in (("owner", "owner"), ("reader", "reader")):
        found.organisation.memberships.create(user=world.people[actor], role=right)
    notification.open_letter(decision=decided(found), by=world.people["owner"])
    return found


def own_lodged(world):
    found = own_opened(world)
    appeal = appeals.lodge(
        decision=decided(found), kind="gracious", grounds=REASON, by=world.people["owner"],
        pieces=[SimpleUploadedFile("bail.pdf", factories.pdf_bytes())],
    )  # fmt: skip
    receipt = Document.objects.about(appeal).get()
    production._store(receipt.pk, factories.pdf_bytes())
    return appeal


def own_to_contest(world):
    return dossier(own_opened(world), kind="gracious", grounds=REASON)


def own_appeal(world):
    appeal = own_lodged(world)
    application = appeal.decision.application
    return Target({"public_id": application.public_id, "appeal_id": appeal.public_id}, {}, words_of(application))


def own_appeal_piece(world):
    appeal = own_lodged(world)
    kwargs = {"public_id": appeal.decision.application.public_id, "appeal_id": appeal.public_id}
    return Target({**kwargs, "piece_id": appeal.pieces.get().public_id}, {}, words_of(appeal.decision.application))


def appeal_piece(world):
    appeal = own_lodged(world)
    kwargs = {"public_id": appeal.public_id, "piece_id": appeal.pieces.get().public_id}
    return Target(kwargs, {}, words_of(appeal.decision.application))


def lodged(world):
    appeal = own_lodged(world)
    return Target({"public_id": appeal.public_id}, {"act": "examine"}, words_of(appeal.decision.application))


def answer(world):
    """An appeal rejected by a letter that is made; the recused have a tie with its dossier."""
    appeal = own_lodged(world)
    signatory = factories.user("decision_maker")
    panels.delegate(signatory, appeal.decision.wave, ceiling_cents=10**10)
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion=REASON, by=signatory)
    production._store(appeal_answers.answer_of(appeal).pk, factories.pdf_bytes())
    return appeal


def answered(world):
    appeal = answer(world)
    return Target({"public_id": appeal.public_id}, {}, words_of(appeal.decision.application))


def own_answered(world):
    appeal = answer(world)
    application = appeal.decision.application
    return Target({"public_id": application.public_id, "appeal_id": appeal.public_id}, {}, words_of(application))


def own_opened_answer(world):
    target = own_answered(world)
    appeal = Appeal.objects.get(public_id=target.kwargs["appeal_id"])
    appeal_answers.open_answer(appeal=appeal, by=world.people["owner"])
    return target


def upheld(world):
    """An appeal against a refusal, upheld; the money to award is there; the recused have a tie with the dossier."""
    panel = after.announced(ranks=2, proposed=1, waiting=0)
    found = panel.dossiers[1]
    recuse(world, found)
    appeal = appeals.lodge(decision=after.opened(found), kind="gracious", grounds=REASON, by=panels.member_of(found))
    follow_up = {"what": "decide", "owner": panel.officer, "due_on": today()}
    appeals.conclude(
        appeal=appeal, outcome="upheld", on=today(), conclusion=REASON, follow_up=follow_up, by=panel.signatory
    )
    return panel, appeal


def to_grant(world):
    panel, appeal = upheld(world)
    data = {"credit": f"{panel.line.public_id}:{panels.YEAR}", "amount_cents": "150 000", "ground": REASON}
    return Target({"public_id": appeal.public_id}, data, words_of(appeal.decision.application))


# --- The waitlist ----------------------------------------------------------------------------------------------------


def waiting(world):
    """A wave announced, with one dossier on its waitlist and the money to call it; the recused have a tie with it."""
    panel = after.announced(ranks=2, proposed=1)
    panels.delegate(world.people["decision_maker"], panel.wave, ceiling_cents=panels.GRANT)
    recuse(world, panel.waiting[0])
    return panel


def to_call(world):
    panel = waiting(world)
    credit = f"{panel.line.public_id}:{panels.YEAR}"
    return about(panel.waiting[0], credit=credit, amount_cents="150 000", reason=REASON)


def called(world):
    panel = waiting(world)
    return prepare_award(decision=after.decision_of(panel.waiting[0]), **after.call_fields(panel))


def to_drop(world):
    prepared = called(world)
    return Target({"public_id": prepared.public_id}, {"reason": REASON}, words_of(prepared.application))


def to_sign_late(world):
    prepared = called(world)
    return Target({"public_id": prepared.wave.public_id}, {"decisions": [str(prepared.public_id)]})


# --- The embargo -----------------------------------------------------------------------------------------------------


def told(world):
    found = signed(world)
    kept = embargo.communicate(
        wave=found.wave, recipient_name="Claire Morel", recipient_title="Préfète", reason=REASON,
        recipient_email="claire.morel@prefecture.example", by=world.people["officer"],
    )  # fmt: skip
    recuse(world, found.dossiers[0])
    return found, kept


def to_tell(world):
    found, _ = told(world)
    data = {"recipient_name": "Jean Roux", "recipient_title": "Préfet", "region": "", "reason": REASON}
    return Target({"public_id": found.wave.public_id}, data | {"recipient_email": "jean.roux@prefecture.example"})


def to_take(world):
    found, kept = told(world)
    return Target({"public_id": kept.public_id}, {"reason": REASON}, words_of(found.dossiers[0]))


def to_close(world):
    return Target({"public_id": told(world)[1].public_id}, {"reason": REASON})


def secret_link(world):
    _, kept = told(world)
    body = OutboxMessage.objects.get(key=f"embargo:{kept.pk}").body
    return Target({"secret": re.search(r"/embargo/([\w-]+)/", body).group(1)})


# --- Derogations and deferrals ---------------------------------------------------------------------------------------


def derogation(world):
    data = {"wave": world.waves[3].public_id, "rule": "deadline", "reason": REASON}
    return Target(data=data | {"decided_on": today().isoformat()})


def to_defer(world):
    panel = deliberation(world)
    panels.meet(panel)
    found = panel.dossiers[0]
    outcomes.prepare(application=found, outcome="deferred", ground=REASON, by=panel.officer)
    at = timezone.now() + datetime.timedelta(days=10)
    later = Wave.objects.create(
        call=panel.wave.call, number=panel.wave.number + 1, opens_at=at, closes_at=at + datetime.timedelta(days=30)
    )
    recuse(world, found)
    return dossier(found, wave=later.public_id, improvements=REASON)
