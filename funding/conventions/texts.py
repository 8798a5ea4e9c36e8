"""The text of an agreement as it will be signed: the clauses with their fields filled in, the schedule, the shares."""

import hashlib
import json

from accounts.french import NBSP, euros, long_date, plural
from applications.receipts import dossier_of, service_of
from documents.agreement_facts import AgreementFacts, ClauseText, Party, SignatureText
from documents.amounts import euros_in_words
from documents.frozen import from_json, to_json
from funding.claims.clock import payment_days_of
from funding.conventions import snapshots
from funding.conventions.clauses import filled
from funding.models import AgreementSignature

EFFECT_OF_FORCE = "L’avenant prend effet quand les deux parties l’ont signé."


def facts_of(agreement_version, on):
    """What the text states if it is sent on a Paris date: `AgreementFacts`, unsigned.

    A text that was sent is frozen: read it with `frozen_facts`.
    """
    agreement = agreement_version.agreement
    award = agreement.award
    after = agreement_version.after if agreement_version.is_amendment else snapshots.standing(award)
    values = values_of(award, after, agreement.number)
    return AgreementFacts(
        service=service_of(award.application),
        dossier=dossier_of(award.application),
        issued_on=on,
        agreement_number=agreement.number,
        version=agreement_version.number,
        beneficiary=beneficiary_of(award.organisation),
        state=Party(name="L’État", represented_by=award.wave.call.programme.service_name),
        amount_cents=after["amount_cents"],
        decided=decided(award),
        clauses=clause_texts(agreement_version.clauses, values),
        instalments=snapshots.instalment_texts(after),
        shares=snapshots.share_texts(after),
        reason=agreement_version.reason,
        changes=snapshots.change_texts(agreement_version.before, after) if agreement_version.is_amendment else (),
        effects=(EFFECT_OF_FORCE,) if agreement_version.is_amendment else (),
    )


def clause_texts(clauses, values):
    written = [clause for clause in clauses if clause["body"].strip()]
    return tuple(ClauseText(title=clause["title"], text=filled(clause["body"], values)) for clause in written)


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


def values_of(award, after, number):
    """What each field of `clauses.FIELDS` becomes."""
    years = payments_by_year(after["instalments"])
    organisation, fabrique = award.organisation, award.fabrique
    return {
        "beneficiaire": organisation.name,
        "representant": organisation.representative_name or "la personne qui représente la structure",
        "lieu": fabrique.name,
        "commune": str(fabrique.commune or "commune non connue"),
        "appel": f"«{NBSP}{award.wave.call.title}{NBSP}», vague {award.wave.number}",
        "dossier": award.application.reference,
        "montant": euros(after["amount_cents"]),
        "montant_lettres": euros_in_words(after["amount_cents"]),
        "annees": ", ".join(str(year) for year in years) or "une année",
        "versements": ", ".join(f"{euros(cents)} en {year}" for year, cents in years.items()),
        "delai": plural(payment_days_of(award), "jour"),
        "imputation": imputation_of(award),
        "decision": long_date(award.committed_on or award.reserved_on),
        "convention": number,
    }


def payments_by_year(rows):
    years: dict[int, int] = {}
    for row in rows:
        years[row["year"]] = years.get(row["year"], 0) + row["cents"]
    return dict(sorted(years.items()))


def imputation_of(award):
    """The LOLF programmes and actions that the draws name, each once."""
    lines = [draw.line for draw in award.draws.select_related("line").order_by("pk")]
    words = [f"programme {line.lolf_programme}" + (f", action {line.action}" if line.action else "") for line in lines]
    return " et le ".join(dict.fromkeys(words)) or "budget de l’État"


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
