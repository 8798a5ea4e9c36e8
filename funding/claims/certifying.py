"""The claim of an instalment, on the side of the service: accepted line by line, or returned; certified only then."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import Event
from accounts.notify import notify
from funding.models import Claim, Instalment
from funding.schedules import call_version_of


def accept(*, claim, by, amounts=None, version=None):
    """Accept a claim, each line for what its paper shows.

    Args:
        by: an officer who did not send it.
        amounts: {line key: (cents accepted, remark)}; a line that is absent is accepted whole.

    Raises:
        Refusal: an amount above its line, less than the whole without a remark, or nothing accepted at all.
    """
    with transaction.atomic():
        claim = lock(claim, version)
        for line in claim.lines.order_by("pk"):
            cents, remark = (amounts or {}).get(line.pk, (line.cents, ""))
            refuse_wrong_amount(line, cents, remark)
            line.accepted_cents, line.remark = cents, remark.strip()
            line.save(update_fields=["accepted_cents", "remark"])
        if not accepted_cents(claim):
            raise Refusal("Aucune dépense n’est retenue : rendez la demande avec un motif.")
        claim.move("accept", by=by, at=timezone.now())
        tell(claim, f"est acceptée pour {euros(accepted_cents(claim))}.")
    return claim


def refuse_wrong_amount(line, cents, remark):
    if not 0 <= cents <= line.cents:
        raise Refusal(f"« {line.label} » : retenez entre 0 € et {euros(line.cents)}.", field=f"cents_{line.pk}")
    if cents < line.cents and not remark.strip():
        raise Refusal(f"« {line.label} » : dites pourquoi tout n’est pas retenu.", field=f"remark_{line.pk}")


def give_back(*, claim, by, reason, version=None):
    """Return a claim to the structure: it completes it, then sends it again.

    Raises:
        Refusal: no reason.
    """
    reason = reason.strip()
    if not reason:
        raise Refusal("Dites ce qui manque : la structure lit ce motif.", field="reason")
    with transaction.atomic():
        claim = lock(claim, version)
        claim.move("give_back", by=by, at=timezone.now(), reason=reason)
        tell(claim, f"est à compléter.\n\n{reason}")
    return claim


def lock(claim, version):
    locked = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("instalment__award__organisation")
        .get(pk=claim.pk)
    )
    locked.expect_version(version)
    return locked


def accepted_cents(claim):
    """What the papers show, in cents."""
    return sum(line.accepted_cents or 0 for line in claim.lines.all())


def needs_claim(instalment):
    """An interim payment or a balance, where the call pays on claims."""
    return instalment.kind != Instalment.Kind.ADVANCE and call_version_of(instalment.award).claim_required


def refuse_unclaimed(instalment):
    """The service done is certified on a claim that was accepted, where one was sent or the call wants one.

    Raises:
        Refusal: none, or one that waits.
    """
    claim = Claim.objects.filter(instalment=instalment).first()
    if claim is not None and claim.state == Claim.State.ACCEPTED:
        return
    if claim is not None and claim.state == Claim.State.SENT:
        raise Refusal("La demande de versement de la structure attend : acceptez-la ou rendez-la d’abord.")
    if needs_claim(instalment) and instalment.state == Instalment.State.DUE:
        raise Refusal(
            "Cet appel verse sur demande justifiée : la structure n’a pas encore de demande acceptée pour cette "
            "échéance."
        )


def tell(claim, end):
    organisation = claim.instalment.award.organisation
    for member in organisation.members.filter(is_active=True):
        notify(
            Event.PAYMENT,
            key=f"claim:{claim.pk}:{claim.version}:{member.pk}",
            recipient=member,
            subject=f"Demande de versement de {euros(claim.instalment.cents)}",
            body=(
                f"Bonjour,\n\nVotre demande pour le versement de {euros(claim.instalment.cents)} {end}\n\n"
                "Le détail est sur la page « Versements » de votre dossier."
            ),
        )
