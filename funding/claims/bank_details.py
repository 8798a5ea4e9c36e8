"""Bank details: proposed by the structure with its RIB, verified by one person who says how, approved by another,
then left to rest some days before any payment goes there. A change that nobody asked for is seen in time."""

import datetime
import re

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from stdnum import iban as iban_rules

from accounts.errors import NotAllowed, Refusal
from accounts.french import long_date
from accounts.models import Event, JournalEntry, Membership
from accounts.notify import notify
from documents.detection import JPEG, PDF, PNG
from documents.uploads import examine, keep
from funding.models import Award, BankAccount, Share, Sharing
from funding.schedules import call_version_of
from programme.models import CallVersion

BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
RIB_TYPES = (PDF, JPEG, PNG)
COOLING_DAYS = 5
SHORTEST_CHECK = 15


def active_bank_account(organisation, on):
    """The account that `organisation` is paid on that Paris day: approved and past its cooling-off; None without."""
    return active_bank_accounts([organisation], on).get(organisation.pk)


def active_bank_accounts(organisations, on):
    """{key of an organisation: the account that it is paid on that Paris day}; one query."""
    rows = BankAccount.objects.filter(organisation__in=[one.pk for one in organisations]).usable_on(on)
    return {account.organisation_id: account for account in rows.order_by("usable_from", "-pk")}


def clean_iban(typed):
    """The IBAN without spaces, its key checked (ISO 13616: mod 97, and the form of its country).

    Raises:
        Refusal: not an IBAN; tied to `iban`.
    """
    compact = "".join((typed or "").split()).upper()
    if not iban_rules.is_valid(compact):
        raise Refusal("Cet IBAN n’est pas valable : recopiez-le depuis le RIB, sans oublier de signe.", field="iban")
    return iban_rules.compact(compact)


def clean_bic(typed, iban):
    """The BIC in capitals: eight or eleven signs (ISO 9362), of the country of the account.

    Raises:
        Refusal: not a BIC, or of another country; tied to `bic`.
    """
    bic = "".join((typed or "").split()).upper()
    if not BIC.fullmatch(bic):
        raise Refusal(
            "Ce BIC n’est pas valable : 8 ou 11 lettres et chiffres, par exemple BNPAFRPP. Il est sur le RIB.",
            field="bic",
        )
    if bic[4:6] != iban[:2] and not (bic[4:6] == "FR" and iban[:2] == "MC"):
        raise Refusal(
            f"Ce BIC est d’une banque du pays {bic[4:6]} et l’IBAN d’un compte du pays {iban[:2]} : "
            "vérifiez les deux sur le RIB.",
            field="bic",
        )
    return bic


def propose(*, organisation, iban, bic, holder, rib, by):
    """Propose an account, with the bank's own paper.

    Args:
        organisation: a structure of which `by` may write the affairs.
        iban, bic, holder: as typed.
        rib: the file of the RIB (PDF or picture).
        by: the member who proposes.

    Raises:
        NotAllowed: `by` may not write for the structure.
        Refusal: an IBAN or BIC that is none, no file, the same account already, or another one waiting.
    """
    refuse_stranger(organisation, by)
    iban = clean_iban(iban)
    bic = clean_bic(bic, iban)
    holder = " ".join((holder or "").split())
    if not holder:
        raise Refusal("Indiquez le titulaire du compte, comme sur le RIB.", field="holder")
    examined = examine(uploaded=rib, allowed=RIB_TYPES, field="rib")
    refuse_known(organisation, iban)
    try:
        with transaction.atomic():
            account = BankAccount.objects.create(
                organisation=organisation, iban=iban, bic=bic, holder=holder, rib=keep(examined=examined, by=by),
                proposed_by=by,
            )  # fmt: skip
            record(account, "propose_bank_account", by)
            tell(account, "proposed", f"Un compte bancaire a été proposé pour {organisation}", PROPOSED)
    except IntegrityError as error:
        raise waiting() from error
    return account


PROPOSED = (
    "Un compte bancaire a été proposé pour {organisation}, titulaire {holder}, {masked}.\n\n"
    "Le service le vérifie avant tout versement. Si cette demande ne vient pas de vous, appelez le service tout de "
    "suite : rien n’est encore versé sur ce compte."
)
APPROVED = (
    "Le compte bancaire de {organisation} ({masked}) est approuvé. "
    "Il sert aux versements à partir du {usable_from}.\n\n"
    "Si ce compte n’est pas le vôtre, appelez le service avant cette date."
)
REFUSED = "Le compte bancaire proposé pour {organisation} ({masked}) n’est pas retenu.\n\nMotif : {reason}"


def refuse_stranger(organisation, by):
    if not organisation.memberships.filter(user=by, role__in=Membership.WRITERS).exists():
        raise NotAllowed


def refuse_known(organisation, iban):
    accounts = BankAccount.objects.filter(organisation=organisation)
    if accounts.pending().exists():
        raise waiting()
    if accounts.filter(iban=iban, state=BankAccount.State.ACTIVE, usable_until=None).exists():
        raise Refusal("C’est déjà le compte sur lequel votre structure est payée : rien à changer.", field="iban")


def waiting():
    return Refusal(
        "Un compte de votre structure attend déjà sa vérification : attendez la réponse du service, ou appelez-le."
    )


def verify(*, account, by, checked_how, version=None):
    """Say that the account is the structure's, and how it was checked (a call to a number known before, a visit).

    Args:
        by: a finance officer who did not propose it.
        checked_how: how, in words; kept.

    Raises:
        Refusal: nothing said, or the same person proposed it.
    """
    checked_how = " ".join((checked_how or "").split())
    if len(checked_how) < SHORTEST_CHECK:
        raise Refusal(
            "Dites comment vous l’avez vérifié : qui vous avez appelé, à quel numéro déjà connu, ce qui est comparé.",
            field="checked_how",
        )
    with transaction.atomic():
        account = lock(account, version)
        refuse_same(by, {account.proposed_by_id: "proposé"}, "le vérifie")
        account.move("verify", by=by, at=timezone.now(), checked_how=checked_how)
    return account


def approve(*, account, by, version=None):
    """Approve an account that somebody else verified: usable after the cooling-off of the calls it is paid for.

    Args:
        by: a finance officer who neither proposed nor verified it.

    Raises:
        Refusal: the same person verified it.
    """
    with transaction.atomic():
        account = lock(account, version)
        refuse_same(by, {account.proposed_by_id: "proposé", account.verified_by_id: "vérifié"}, "l’approuve")
        days = cooling_days_of(account.organisation)
        usable_from = timezone.localdate() + datetime.timedelta(days=days)
        retire_others(account, usable_from)
        account.move("approve", by=by, at=timezone.now(), cooling_days=days, usable_from=usable_from)
        tell(account, "approved", f"Compte bancaire de {account.organisation} approuvé", APPROVED)
    return account


def cooling_days_of(organisation):
    """The longest cooling-off of the calls that pay this structure; five days when none does."""
    paid_as_member = Share.objects.filter(
        organisation=organisation, payee=Share.Payee.MEMBER, sharing__state=Sharing.State.CURRENT
    )
    awards = Award.objects.filter(Q(organisation=organisation) | Q(pk__in=paid_as_member.values("sharing__award")))
    versions = CallVersion.objects.filter(pk__in=awards.values("application__call_version"))
    longest = versions.aggregate(days=Max("bank_cooling_days"))["days"]
    return COOLING_DAYS if longest is None else longest


def retire_others(account, usable_from):
    """The account in use serves until the new one may; one that still rested never will."""
    last = usable_from - datetime.timedelta(days=1)
    others = BankAccount.objects.select_for_update(of=("self",)).filter(
        organisation=account.organisation_id, state=BankAccount.State.ACTIVE, usable_until=None
    )
    for one in others:
        if one.usable_from > last:
            one.move("be_replaced", by=None)
        else:
            one.usable_until = last
            one.save(update_fields=["usable_until"])


def refuse(*, account, by, reason, version=None):
    """Refuse an account, even one that was approved: nothing is paid there any more.

    Raises:
        Refusal: no reason.
    """
    reason = " ".join((reason or "").split())
    if not reason:
        raise Refusal("Dites pourquoi : la structure reçoit ce motif.", field="reason")
    with transaction.atomic():
        account = lock(account, version)
        account.move("refuse", by=by, reason=reason)
        tell(account, "refused", f"Compte bancaire de {account.organisation} non retenu", REFUSED)
    return account


def lock(account, version):
    locked = BankAccount.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=account.pk)
    locked.expect_version(version)
    return locked


def refuse_same(by, done, what):
    if by.pk in done:
        raise Refusal(f"Vous avez {done[by.pk]} ce compte : une autre personne {what}.")


def refuse_without_account(award, on, organisations):
    """No payment request without an account that may be paid, for each structure paid, once the call wants it.

    Args:
        organisations: those that are paid; None for one that is not known.

    Raises:
        Refusal: none, one that waits, or one that rests.
    """
    if award.organisation is None or not call_version_of(award).bank_details_required:
        return
    for one in organisations:
        if active_bank_account(one, on) is None:
            raise Refusal(f"{one} n’a pas de compte bancaire utilisable : {why_none(one)}")


def why_none(organisation):
    account = BankAccount.objects.filter(organisation=organisation).order_by("-pk").first()
    if account is None:
        return "demandez-lui de le donner sur sa page « Compte bancaire », avec son RIB."
    if account.state == BankAccount.State.ACTIVE:
        return f"celui qui est approuvé se repose, il sert à partir du {long_date(account.usable_from)}."
    waits = {
        BankAccount.State.PROPOSED: "celui qui est proposé attend sa vérification.",
        BankAccount.State.VERIFIED: "celui qui est vérifié attend l’approbation d’une autre personne.",
    }
    return waits.get(account.state, "demandez-lui d’en donner un autre, avec son RIB.")


def record(account, action, by):
    """The journal never holds a whole IBAN."""
    details = {"iban": account.masked, "organisation": str(account.organisation)}
    JournalEntry.write(action=action, subject=account, actor=by, details=details)


def tell(account, what, subject, body):
    """Every member of the structure: whoever did not ask for it sees it."""
    words = {
        "organisation": account.organisation,
        "holder": account.holder,
        "masked": account.masked,
        "usable_from": long_date(account.usable_from),
        "reason": account.refusal_reason,
    }
    for member in account.organisation.members.filter(is_active=True):
        notify(
            Event.PAYMENT,
            key=f"bank-account:{account.pk}:{what}:{member.pk}",
            recipient=member,
            subject=subject,
            body=f"Bonjour,\n\n{body.format(**words)}",
        )
