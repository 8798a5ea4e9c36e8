"""The shares of a consortium: taken from the dossier that was sent, fixed by an amendment, paid to who is named."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from accounts.errors import Refusal
from accounts.models import JournalEntry, Organisation
from accounts.permissions import require
from applications.models import WHOLE_SHARE, Revision
from applications.shares import percent, split
from funding.conventions.snapshots import current_shares
from funding.models import Award, Instalment, Share, Sharing

P = Share.Payee


@dataclass(frozen=True)
class Member:
    """One member of a consortium as it is to be.

    Args:
        name: of the structure.
        ten_thousandths: its share of the grant.
        siret: "" for a body of another country.
        payee: a `Share.Payee`: itself, or the lead who passes the money on.
    """

    name: str
    ten_thousandths: int
    siret: str = ""
    payee: str = P.LEAD


def members_of_dossier(application):
    """The consortium of the version that was sent last, the lead first; empty for whoever answers alone."""
    revision = Revision.objects.filter(application=application).order_by("-number").first()
    content = (revision.content.get("consortium") or {}) if revision else {}
    partners = content.get("partners") or []
    if not partners or not content.get("lead_share"):
        return []
    lead = application.organisation
    found = [Member(lead.name, content["lead_share"], lead.siret or "", P.MEMBER)]
    return found + [Member(one["name"], one["share"], one.get("siret", "")) for one in partners if one.get("share")]


def share_out(*, award, members, by):
    """Publish the shares of an award; those before are replaced. An empty list: the structure is alone.

    Args:
        members: `Member`s, the lead first.

    Returns:
        The `Sharing` in force, or None.

    Raises:
        Refusal: the shares do not make 100 %, a name comes twice, or a payee has no page in the service.
    """
    require(by, "funding.manage_agreement")
    members = list(members)
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        known = refuse_bad_shares(award, members)
        replace_current(award)
        sharing = write(award, members, known) if members else None
        details = {"members": [[one.name, one.ten_thousandths, one.payee] for one in members]}
        JournalEntry.write(action="share_out", subject=award, actor=by, details=details)
    return sharing


def replace_current(award):
    current = award.sharings.filter(state=Sharing.State.CURRENT).first()
    if current is not None:
        current.state = Sharing.State.REPLACED
        current.save(update_fields=["state"])


def refuse_bad_shares(award, members):
    """The structures known by their SIRET, {siret: Organisation}."""
    if not members:
        return {}
    total = sum(one.ten_thousandths for one in members)
    if total != WHOLE_SHARE or any(one.ten_thousandths <= 0 for one in members):
        raise Refusal(
            f"Les parts font {percent(total)} : corrigez-les, chacune positive, pour qu’elles fassent 100 %.",
            field="shares",
        )
    names = [one.name.strip() for one in members]
    if not all(names) or len(set(names)) < len(names):
        raise Refusal("Nommez chaque structure du consortium, une seule fois.", field="shares")
    sirets = {one.siret for one in members if one.siret} | {award.organisation.siret or ""}
    known = {one.siret: one for one in Organisation.objects.filter(siret__in=sirets - {""})}
    for one in members[1:]:
        if one.payee == P.MEMBER and one.siret not in known:
            raise Refusal(
                f"{one.name} n’a pas de fiche dans le service : elle n’a donc pas de compte bancaire vérifié. "
                "Faites-la s’inscrire avec son SIRET, ou choisissez le chef de file, qui reverse.",
                field="shares",
            )
    return known


def write(award, members, known):
    last = award.sharings.aggregate(last=Max("number"))["last"] or 0
    sharing = Sharing.objects.create(award=award, number=last + 1)
    Share.objects.bulk_create(
        Share(
            sharing=sharing,
            position=position,
            name=one.name.strip(),
            siret=one.siret,
            organisation=award.organisation if position == 1 else known.get(one.siret),
            ten_thousandths=one.ten_thousandths,
            payee=P.MEMBER if position == 1 else one.payee,
        )
        for position, one in enumerate(members, start=1)
    )
    # The sum is judged here: a trigger added the shares up.
    sharing.state = Sharing.State.CURRENT
    sharing.save(update_fields=["state"])
    return sharing


# --- Who is paid --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Payment:
    """A part of an instalment and the structure whose account receives it. Cents."""

    payee: Organisation | None
    cents: int
    members: tuple[str, ...]


def payees_of(instalment: Instalment, shares=None) -> list[Payment]:
    """Who receives an instalment, exact to the cent: the lead alone, or each member that is paid itself.

    Args:
        shares: those in force, read when None.

    Returns:
        `Payment`s, the lead first; each structure once.
    """
    lead = instalment.award.organisation
    shares = current_shares(instalment.award) if shares is None else shares
    if not shares:
        return [Payment(lead, instalment.cents, ())]
    parts = split(instalment.cents, [one.ten_thousandths for one in shares])
    by_payee: dict[Organisation | None, list] = {}
    for one, cents in zip(shares, parts, strict=True):
        paid = one.organisation if one.payee == P.MEMBER and one.organisation_id else lead
        by_payee.setdefault(paid, []).append((one.name, cents))
    return [
        Payment(payee, sum(cents for _, cents in rows), tuple(name for name, _ in rows))
        for payee, rows in by_payee.items()
    ]
