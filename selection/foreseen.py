"""The letters that a signature would ask for: written from the same facts, shown before anything is signed."""

import base64
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.errors import Refusal
from accounts.models import User
from documents.facts import TEMPLATES, Imprint
from documents.frozen import FactsError, from_json, to_json
from documents.models import Document
from documents.rendering import as_html, resource
from funding import schedules
from funding.models import Instalment, ScheduleYear
from selection.decisions import adopted_session, decision_from
from selection.letter_checks import Missing, Wordings, digest_of, missing_of
from selection.letters import KIND_OF_ACT, Signing, facts_of
from selection.models import Decision, Outcome, SignatureDelegation

Act = Decision.Act
NO_NUMBER = "donné à la signature"
PICTURE = re.compile(r"resource:///([a-z]+\.svg)")
NOT_COVERED = Missing("délégation de signature")


@dataclass(frozen=True)
class Foreseen:
    """One letter that would be made; `facts` is None when they cannot be written."""

    decision: Decision
    facts: object | None
    missing: tuple[Missing, ...]
    wording: dict | None = None

    @property
    def kind(self):
        return KIND_OF_ACT[Act(self.decision.act)]

    @property
    def kind_label(self):
        return Document.Kind(self.kind).label

    @property
    def can_be_made(self):
        return self.facts is not None and not self.missing


@dataclass(frozen=True)
class Preview:
    """All of them, by key of dossier, with the fingerprint of what they say ("" when one cannot be written)."""

    letters: dict[int, Foreseen]
    signatory: User | None
    digest: str

    @property
    def incomplete(self):
        return [one for one in self.letters.values() if not one.can_be_made]


def foresee(wave, prepared, delegations, signatory, *, at=None):
    """The `Preview` of what `signatory` would sign now.

    Args:
        prepared: the adopted `PreparedOutcome`s.
        delegations: {key of dossier: the `SignatureDelegation` that covers it, or None}.
        signatory: whoever would sign; None: nobody may, no letter can be written.
    """
    try:
        session = adopted_session(wave)
    except Refusal:
        return Preview({}, signatory, "")
    laureates = sum(one.outcome == Outcome.PROPOSED for one in prepared)
    signing = Signing(wave, session, signatory, at or timezone.now(), laureates)
    instalments, wordings = planned(prepared, signing.on), Wordings()
    letters = {
        one.application_id: foresee_one(signing, one, delegations.get(one.application_id), instalments, wordings)
        for one in prepared
    }
    written = [(one.decision, one.facts) for one in letters.values() if one.facts is not None]
    whole = len(written) == len(prepared)
    return Preview(letters, signatory, digest_of(written, wordings) if whole else "")


def foresee_one(signing, prepared, delegation, instalments, wordings):
    decision = decision_from(signing, prepared)
    if signing.signatory is None or delegation is None:
        return Foreseen(decision, None, (NOT_COVERED,))
    decision.delegation = delegation
    try:
        facts = facts_of(signing, decision, prepared, instalments.get(prepared.award_id, ()))
        from_json(TEMPLATES[KIND_OF_ACT[Act(decision.act)]].facts, to_json(facts))
    except FactsError as error:
        return Foreseen(decision, None, (Missing(str(error)),))
    return Foreseen(decision, facts, missing_of(decision, facts, wordings), wordings.of(decision))


def planned(prepared, on):
    """{award key: the instalments of its letter}: those of its schedule, or those that signing would plan."""
    granted = [one.award for one in prepared if one.award_id]
    found = defaultdict(list)
    rows = Instalment.objects.filter(award__in=granted).live().select_related("schedule_year")
    for instalment in rows.order_by("award_id", "number"):
        found[instalment.award_id].append(instalment)
    for award in granted:
        if award.pk not in found:
            found[award.pk] = [instalment_of(plan) for plan in schedules.default_plan(award, on)]
    return found


def instalment_of(plan):
    """A planned instalment, not written."""
    return Instalment(
        schedule_year=ScheduleYear(year=plan.year),
        kind=plan.kind,
        cents=plan.cents,
        condition=plan.condition,
        expected_on=plan.expected_on,
    )


def likely_signatory(wave, reader):
    """Who would sign: the reader when she may, else whoever has a delegation in force for the programme; or None."""
    if reader.has_perm("selection.sign"):
        return reader
    today = timezone.localdate()
    held = SignatureDelegation.objects.filter(
        programme=wave.call.programme, starts_on__lte=today, ends_on__gte=today
    ).select_related("holder")
    first = held.order_by("-ceiling_cents", "pk").first()
    return first.holder if first else None


def body_of(foreseen):
    """The letter as it would be laid out, for a page: what is inside its body, pictures included."""
    address = f"{settings.PUBLIC_URL}/verifier/"
    shown = Imprint(number=NO_NUMBER, code=NO_NUMBER, verify_url=address, verify_address=address, specimen=False)
    facts = {"letter": to_json(foreseen.facts), "imprint": to_json(shown), "wording": foreseen.wording}
    html = as_html(foreseen.kind, facts)
    body = html.partition("<body>")[2].rpartition("</body>")[0]
    return mark_safe(PICTURE.sub(lambda found: inline(found[1]), body))


@cache
def inline(name):
    """A picture of the letterhead inside the page: the site does not serve the files of the letters."""
    return f"data:image/svg+xml;base64,{base64.b64encode(resource(name)).decode()}"
