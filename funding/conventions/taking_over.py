"""Agreements signed or sent before their texts were kept here: the text is written from what is known, once."""

from funding.conventions import sending
from funding.conventions.wordings import model_of
from funding.models import Agreement, AgreementSignature, AgreementVersion

V = AgreementVersion
SIGNED = (Agreement.State.SENT, Agreement.State.SIGNED_BY_BENEFICIARY)


def take_over(agreement, by):
    """The text of an agreement that is being signed and has none, inside the caller's transaction; None otherwise."""
    if agreement.state not in SIGNED or agreement.versions.exists():
        return None
    model = model_of(agreement.award)
    text = V.objects.create(
        agreement=agreement,
        number=1,
        kind=V.Kind.INITIAL,
        wording=model.wording,
        template=model.template,
        clauses=model.clauses,
        created_by=by,
    )
    sending.freeze(text, agreement.sent_on)
    text.move("send", by=None, on=agreement.sent_on)
    if agreement.state == Agreement.State.SIGNED_BY_BENEFICIARY:
        AgreementSignature.objects.create(
            agreement_version=text,
            side=AgreementSignature.Side.BENEFICIARY,
            means=AgreementSignature.Means.PAPER,
            signed_on=agreement.beneficiary_signed_on,
            recorded_by=by,
            name=agreement.beneficiary_signatory or str(agreement.award.organisation),
            text_sha256=text.text_sha256,
        )
        text.move("sign_for_beneficiary", by=None)
    return text
