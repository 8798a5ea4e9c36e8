"""The text of an agreement as it will be signed: the clauses with their fields filled in, the schedule, the shares."""

import hashlib
import json
from dataclasses import replace

from accounts.french import long_date, plural
from applications.receipts import dossier_of, service_of
from documents.agreement_facts import AgreementFacts, ClauseText, Party, SignatureText
from documents.frozen import from_json, to_json
from documents.wording.filling import Filled
from funding.claims.clock import payment_days_of
from funding.conventions import snapshots
from funding.conventions.clauses import MODEL, filled
from funding.models import AgreementSignature, Draw

EFFECT_OF_FORCE = "L’avenant prend effet quand les deux parties l’ont signé."


def facts_of(agreement_version, on):
    """What the text states if it is sent on a Paris date: `AgreementFacts`, unsigned.

    A text that was sent is frozen: read it with `frozen_facts`.
    """
    return facts_of_all([agreement_version], on)[agreement_version.pk]


def facts_of_all(versions, on):
    """{key: what each text states if it is sent on a Paris date}; the same queries whatever their number."""
    awards = [one.agreement.award for one in versions]
    stands, lines = snapshots.standings(awards), imputations(awards)
    return {one.pk: stated(one, on, stands[one.award.pk], lines[one.award.pk]) for one in versions}


def stated(agreement_version, on, standing, imputation):
    award = agreement_version.award
    amends = agreement_version.is_amendment
    after = agreement_version.after if amends else standing
    facts = AgreementFacts(
        service=service_of(award.application),
        dossier=dossier_of(award.application),
        issued_on=on,
        agreement_number=agreement_version.agreement.number,
        version=agreement_version.number,
        beneficiary=beneficiary_of(award.organisation),
        state=Party(name="L’État", represented_by=award.wave.call.programme.service_name),
        amount_cents=after["amount_cents"],
        decided=decided(award),
        instalments=snapshots.instalment_texts(after),
        shares=snapshots.share_texts(after),
        reason=agreement_version.reason,
        changes=snapshots.change_texts(agreement_version.before, after) if amends else (),
        effects=(EFFECT_OF_FORCE,) if amends else (),
        payment_delay=plural(payment_days_of(award), "jour"),
        imputation=imputation,
        decided_on=award.committed_on or award.reserved_on,
    )
    return facts if amends else replace(facts, clauses=clause_texts(agreement_version.clauses, facts))


def clause_texts(clauses, facts):
    said = filled(clauses, Filled(MODEL, [], facts))
    return tuple(ClauseText(title=title, text=text) for title, text in said)


def beneficiary_of(organisation):
    person = ", ".join(filter(None, [organisation.representative_name, organisation.representative_title]))
    seat = ", ".join(filter(None, [organisation.address, f"{organisation.postal_code} {organisation.city}".strip()]))
    register = f"SIRET {organisation.siret}" if organisation.siret else organisation.foreign_id
    lines = (str(organisation.get_legal_form_display()).lower(), register, seat)
    return Party(name=organisation.name, represented_by=person, lines=tuple(line for line in lines if line))


def decided(award):
    if award.committed_on:
        return f"Aide attribuée par la décision du {long_date(award.committed_on)}."
    return f"Aide réservée le {long_date(award.reserved_on)} ; la présente convention l’attribue."


def imputations(awards):
    """{key of an award: the LOLF programmes and actions that its draws name, each once}; one query."""
    words = {award.pk: [] for award in awards}
    for draw in Draw.objects.filter(award__in=awards).select_related("line").order_by("pk"):
        line = draw.line
        words[draw.award_id].append(
            f"programme {line.lolf_programme}" + (f", action {line.action}" if line.action else "")
        )
    return {key: " et le ".join(dict.fromkeys(found)) or "budget de l’État" for key, found in words.items()}


# --- What was frozen ----------------------------------------------------------------------------------------------


def fingerprint(facts):
    """SHA-256 of the whole text, as data: what both sides sign."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def frozen_facts(agreement_version):
    return from_json(AgreementFacts, agreement_version.facts)


def letter_of(agreement_version, today):
    """The text to show: as it was sent, or as it would be sent today."""
    return frozen_facts(agreement_version) if agreement_version.facts else facts_of(agreement_version, today)


def signed_facts(agreement_version):
    """The frozen text with the signatures that it received, as data."""
    signatures = agreement_version.signatures.order_by("pk")
    signed = [signature_text(one, agreement_version.agreement.award.organisation) for one in signatures]
    facts = frozen_facts(agreement_version)
    data = to_json(facts) | {
        "signatures": [to_json(one) for one in signed],
        "text_sha256": agreement_version.text_sha256,
        "issued_on": max(one.signed_on for one in signatures).isoformat(),
    }
    return from_json(AgreementFacts, data)


def signature_text(signature, organisation):
    of_state = signature.side == AgreementSignature.Side.STATE
    return SignatureText(
        side="Pour l’État" if of_state else f"Pour {organisation}",
        name=signature.name,
        means=signature.get_means_display(),
        signed_on=signature.signed_on,
        formula_lines=tuple(line.strip() for line in signature.formula.splitlines() if line.strip()),
        delegation=signature.delegation,
        statement=signature.statement,
    )
