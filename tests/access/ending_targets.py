"""What fills the URLs of the end of an aid."""

from django.utils import timezone

from documents.production import _store
from documents.uploads import store_upload
from funding.endings import hearings, notices, opening, recoveries, withdrawals
from funding.models import Award, FormalNotice, Hearing, Observation
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, today, words_of


def about(award, data=None, **kwargs):
    return Target(kwargs or {"public_id": award.public_id}, data or {}, words_of(award.application))


def fresh(award):
    return Award.objects.get(pk=award.pk)


def in_force(world):
    return world.agreement("in_force").award


def asked(ground="breach", euros="1"):
    return {
        "ground": ground, "facts": REASON, "cents": euros, "known_on": today().isoformat(),
        "answer_by": hearings.answer_day(today()).isoformat(),
    }  # fmt: skip


def heard(ground="double", cents=100):
    return {
        "ground": ground, "facts": REASON, "cents": cents, "known_on": today(), "by": None,
        "answer_by": hearings.answer_day(today()),
    }  # fmt: skip


def to_give_up(world):
    data = {"why": "unspent", "amount": "1", "on": today().isoformat(), "act": "Décision 1", "reason": REASON}
    return about(in_force(world), data)


def to_ask_back(world):
    return about(in_force(world), asked("double"))


def to_withdraw(world):
    return about(in_force(world), asked())


def recovery(world):
    found = recoveries.open_recovery(award=in_force(world), **heard())
    return about(found.award, {"act": "drop", "drop-reason": REASON}, public_id=found.public_id)


def withdrawal(world):
    found = withdrawals.open_withdrawal(award=in_force(world), **heard("breach"))
    return about(found.award, {"act": "drop", "drop-reason": REASON}, public_id=found.public_id)


def made(hearing):
    _store(hearing.document_id, factories.pdf_bytes())
    return hearing


def letter(world):
    found = made(recoveries.open_recovery(award=in_force(world), **heard()).hearing)
    return about(found.award, public_id=found.public_id, kind="contradictoire")


def noticed():
    return {"ground": "report", "facts": REASON, "asked": REASON, "days": 30}


def to_give_notice(world):
    """The second step: the letter was read."""
    return about(in_force(world), noticed() | {"confirm": "1"})


def given(award, person):
    """Sent, and answered with a paper by somebody of the structure."""
    found = notices.send(award=award, by=None, **noticed())
    _store(found.document_id, factories.pdf_bytes())
    FormalNotice.objects.filter(pk=found.pk).update(
        reply=REASON, replied_at=timezone.now(), replied_by=person,
        reply_file=store_upload(uploaded=factories.upload(), by=person),
    )  # fmt: skip
    return found


def notice(world):
    found = given(in_force(world), world.people["owner"])
    return about(found.award, {"act": "meet", "note": REASON}, public_id=found.public_id)


def own_replied_notice(world):
    found = given(fresh(world.award), world.people["owner"])
    return about(world.award, public_id=world.awarded.public_id, notice_id=found.public_id)


def own_notice(world):
    found = notices.send(award=fresh(world.award), by=None, **noticed())
    _store(found.document_id, factories.pdf_bytes())
    return about(world.award, {"text": REASON}, public_id=world.awarded.public_id, notice_id=found.public_id)


def own_opened_notice(world):
    target = own_notice(world)
    found = FormalNotice.objects.get(public_id=target.kwargs["notice_id"])
    notices.open_letter(notice=found, by=world.people["owner"])
    return target


def dormant(world):
    """Nothing chosen: the sentence says so."""
    return Target(data={"on": today().isoformat(), "act": "Décision 1", "reason": REASON})


def year(world):
    return Target({"year": today().year})


def year_list(world):
    return Target({"year": today().year, "slug": "charges"})


def own(world):
    return recoveries.open_recovery(award=fresh(world.award), **heard()).hearing


def own_hearing(world):
    own(world)
    return about(world.award, {"text": REASON}, public_id=world.awarded.public_id)


def own_letter(world):
    found = made(own(world))
    kwargs = {"public_id": world.awarded.public_id, "hearing_id": found.public_id, "kind": "contradictoire"}
    return about(world.award, **kwargs)


def own_opened_letter(world):
    target = own_letter(world)
    hearing = Hearing.objects.get(public_id=target.kwargs["hearing_id"])
    opening.open_letter(hearing=hearing, kind="contradictoire", by=world.people["owner"])
    return target


def observation(world):
    found = Observation.objects.create(
        hearing=own(world), text=REASON, by=world.people["owner"], at=timezone.now(),
        file=store_upload(uploaded=factories.upload(), by=world.people["owner"]),
    )  # fmt: skip
    return about(world.award, public_id=found.public_id)
