"""Named reads of public money: scope first, then fetch."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum

from accounts.closed import SHORTEST, naming
from applications.evaluations.doors import but, closed_dossiers, dossiers_at, kept_out, names_in
from funding.conventions.obligation import needing

READ = "accounts.read_steering"


def reads_steering(user):
    return user.is_authenticated and user.has_perm(READ)


def has_tie(user, dossier):
    """Condition: `user` has a tie with the dossier at the path `dossier` (glossary 19)."""
    return kept_out(user, dossier)


class AwardQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all but those with whose dossier they have a tie; an applicant sees the awards of its
        organisations once they are announced."""
        if reads_steering(user):
            return self.filter(~has_tie(user, "application"))
        return self.announced_to(user) if user.is_authenticated else self.none()

    def announced_to(self, user):
        """Nobody outside learns of a reservation before the wave is announced."""
        through = self.model._meta.get_field("organisation").related_model.members.through
        mine = through.objects.filter(organisation=OuterRef("organisation"), user=user)
        return self.announced().filter(Exists(mine))

    def announced(self):
        return self.filter(application__state="awarded", application__published_at__isnull=False)

    def without_agreement(self):
        """Committed awards that wait for an agreement that they need; a reconstruction waits for nothing."""
        return self.needing_agreement().filter(agreement=None, state="committed").exclude(origin="reconstruction")

    def needing_agreement(self):
        schedules = self.model._meta.get_field("schedules").related_model
        return self.filter(needing(schedules._meta.get_field("years").related_model.objects.all()))


class OfAwardQuerySet(models.QuerySet):
    """What belongs to an award is seen by those who see the award."""

    def visible_to(self, user):
        if reads_steering(user):
            return self.filter(~has_tie(user, "award__application"))
        awards = self.model._meta.get_field("award").related_model.objects.visible_to(user)
        return self.filter(award__in=awards)


class AgreementQuerySet(OfAwardQuerySet):
    pass


class OfAgreementVersionQuerySet(models.QuerySet):
    """What belongs to a text of an agreement is seen by those who see the agreement."""

    agreement = "agreement"

    def visible_to(self, user):
        award = f"{self.agreement}__award"
        if reads_steering(user):
            return self.filter(~has_tie(user, f"{award}__application"))
        awards = self.model._meta.get_field(self.agreement.split("__")[0]).related_model.objects.visible_to(user)
        return self.filter(**{f"{self.agreement.split('__')[0]}__in": awards}).exclude(state="drafted")


class AgreementVersionQuerySet(OfAgreementVersionQuerySet):
    pass


class SignedCopyQuerySet(OfAgreementVersionQuerySet):
    agreement = "agreement_version__agreement"


class InstalmentQuerySet(OfAwardQuerySet):
    def live(self):
        """Those of the schedule in force, and those that were owed or paid before an amendment replaced theirs."""
        return self.exclude(state="cancelled").exclude(schedule_year__schedule__state="draft")

    def to_pay(self):
        return self.filter(state__in=["due", "certified", "ordered"])


class DeMinimisQuerySet(OfAwardQuerySet):
    GONE = ("released", "renounced", "lapsed", "withdrawn")

    def counted(self):
        """Those of awards that stand: what was released, renounced or withdrawn was not received."""
        return self.exclude(award__state__in=self.GONE)

    def granted(self):
        """Those that an act has granted: what the national register is told of."""
        return self.counted().filter(granted_on__isnull=False)


class InterruptionQuerySet(models.QuerySet):
    """Read by the staff who read the award."""

    def visible_to(self, user):
        if not reads_steering(user):
            return self.none()
        return self.filter(~has_tie(user, "instalment__award__application"))


class LedgerQuerySet(models.QuerySet):
    """The ledger is read by staff alone; nobody writes it but `funding.ledger`."""

    def visible_to(self, user):
        return self if reads_steering(user) else self.none()


class LineQuerySet(LedgerQuerySet):
    def of_the_state(self):
        """Those that hold AE and CP: an award draws on them, never on the money of others."""
        return self.exclude(source__owner="outside")


class PostingQuerySet(LedgerQuerySet):
    def with_sums(self):
        """With `ae_cents`, `cp_cents` and `outside_cents`: what each posting moves, never the three together."""
        return self.annotate(
            ae_cents=Sum("movements__amount_cents", filter=Q(movements__to_account__kind__startswith="ae_")),
            cp_cents=Sum("movements__amount_cents", filter=Q(movements__to_account__kind__startswith="cp_")),
            outside_cents=Sum(
                "movements__amount_cents", filter=Q(movements__to_account__line__source__owner="outside")
            ),
        )


class MovementQuerySet(LedgerQuerySet):
    def of_line(self, line, fiscal_year):
        """Movements that touch a line in a fiscal year, on either side."""
        return self.filter(
            Q(from_account__line=line, from_account__fiscal_year=fiscal_year)
            | Q(to_account__line=line, to_account__fiscal_year=fiscal_year)
        )


class OfInstalmentQuerySet(models.QuerySet):
    """What belongs to an instalment is seen by those who see its award."""

    path = "instalment__award__application"

    def visible_to(self, user):
        if reads_steering(user):
            return self.filter(~has_tie(user, self.path))
        instalments = self.model._meta.get_field("instalment").related_model.objects.visible_to(user)
        return self.filter(instalment__in=instalments)


class ClaimQuerySet(OfInstalmentQuerySet):
    def sent_to(self, user):
        """Staff never read a claim that was never sent."""
        return self.visible_to(user).exclude(state="drafted")

    def to_judge(self):
        return self.filter(state="sent")


class BankAccountQuerySet(models.QuerySet):
    def visible_to(self, user, permission="funding.read_bank_account"):
        """Those who pay and the auditor know every account but those of the structures whose dossier is closed to
        them; the members of a structure, its own."""
        if user.is_authenticated and user.has_perm(permission):
            return self.but(closed_dossiers(user))
        return self.filter(organisation__members=user) if user.is_authenticated else self.none()

    def readable_by(self, user):
        """Whole, with the paper of the bank: those who pay, and the structure."""
        return self.visible_to(user, "funding.see_iban")

    def but(self, closed):
        """Those of structures that none of these dossiers is of."""
        if not closed:
            return self
        return self.filter(~Exists(dossiers_at(closed).filter(organisation=OuterRef("organisation"))))

    def pending(self):
        return self.filter(state__in=["proposed", "verified"])

    def usable_on(self, day):
        """Approved, past its cooling-off, and not yet taken over by another."""
        open_still = Q(usable_until=None) | Q(usable_until__gte=day)
        return self.filter(open_still, state="active", usable_from__lte=day)


class ChorusQuerySet(models.QuerySet):
    """What Chorus says is read by staff alone."""

    def visible_to(self, user):
        return self if reads_steering(user) else self.none()


class DifferenceQuerySet(ChorusQuerySet):
    def visible_to(self, user):
        """A payment that names no dossier is everybody's; one of a dossier closed to the reader is not told."""
        return super().visible_to(user).but(closed_dossiers(user))

    def but(self, closed):
        """Those that are of none of these dossiers, by their instalment or by their words."""
        if not closed:
            return self
        names = [name for name in names_in(dossiers_at(closed)) if len(name) >= SHORTEST]
        said = naming(names, "label", "sentence", "reason")
        return but(self, closed, "instalment__award__application").exclude(said)


class HearingQuerySet(OfAwardQuerySet):
    pass


class FormalNoticeQuerySet(OfAwardQuerySet):
    pass


class WithdrawalQuerySet(OfAwardQuerySet):
    pass


class RecoveryQuerySet(OfAwardQuerySet):
    OPEN = ("hearing", "decided", "issued", "refunding")
    # Nothing is asked back any more.
    GONE = ("dropped", "refunding", "refunded")

    def open(self):
        """Neither settled nor dropped."""
        return self.filter(state__in=self.OPEN)

    def standing(self):
        """Decided, whatever came back of it."""
        return self.exclude(state__in=["hearing", *self.GONE])


class ObservationQuerySet(models.QuerySet):
    """What a structure answers is seen by the staff who see the award, and by her members: those of the beneficiary
    do not read what a partner says of its own share, nor the reverse."""

    def visible_to(self, user):
        if reads_steering(user):
            return self.filter(~has_tie(user, "hearing__award__application"))
        hearings = self.model._meta.get_field("hearing").related_model.objects.visible_to(user)
        own = Q(organisation__members=user) if user.is_authenticated else Q(pk__in=[])
        found = self.filter(Q(organisation=None, hearing__in=hearings) | own)
        return self.filter(pk__in=found.values("pk"))

    def of_beneficiary(self, awards):
        """What the beneficiaries of these awards answered themselves."""
        return self.filter(organisation=None, hearing__award__in=awards)
