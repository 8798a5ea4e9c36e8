"""Named reads of what is notified, and of who accepted to be notified in the service."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Substr

from accounts.models import ALWAYS_MAILED, OutboxMessage

# The mail is written in the transaction that hands the act over; that of a long job comes a little later.
AROUND = timedelta(hours=1)


class ConsentQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(withdrawn_at=None)


class FormalNotificationQuerySet(models.QuerySet):
    def addressed_to(self, user):
        """Those of the structures that a person is a member of."""
        members = self.model._meta.get_field("organisation").related_model.members.through
        mine = members.objects.filter(organisation=OuterRef("organisation"), user=user)
        return self.filter(Exists(mine)) if user.is_authenticated else self.none()

    def about(self, subject):
        return self.filter(subject_type=subject._meta.label, subject_id=subject.pk)

    def pending(self):
        """Not notified yet, and still of use: what was withdrawn before it reached anybody is not."""
        return self.exclude(state="notified").filter(Q(document=None) | Q(document__voided_on=None))

    def with_consent(self):
        """With `consented_at`: since when the structure accepts the electronic way, null when she does not."""
        consents = self.model._meta.get_field("consent").related_model.objects.in_force()
        given = consents.filter(organisation=OuterRef("organisation")).values("given_at")
        return self.annotate(consented_at=models.Subquery(given[:1]))

    def with_notice(self):
        """With `unaware`: every mail that announced the act came back (CRPA R112-19), and nobody has seen to it."""
        rows = self.annotate(
            # "/dossiers/<dossier>/…": the thread of the mails about it.
            thread=Concat(Value("dossier."), Substr("own_path", len("/dossiers/") + 1, 36)),
            told_from=models.ExpressionWrapper(F("available_at") - AROUND, models.DateTimeField()),
            told_until=models.ExpressionWrapper(F("available_at") + AROUND, models.DateTimeField()),
        )
        mails = OutboxMessage.objects.filter(
            thread=OuterRef("thread"), event__in=sorted(ALWAYS_MAILED),
            created_at__gte=OuterRef("told_from"), created_at__lte=OuterRef("told_until"),
        )  # fmt: skip
        back = Exists(mails.filter(bounced_at__isnull=False)) & ~Exists(mails.filter(bounced_at=None))
        held = models.Case(
            models.When(Q(assured_at=None) & ~Q(state="notified") & Q(back), then=True), default=False,
            output_field=models.BooleanField(),
        )  # fmt: skip
        return rows.annotate(unaware=held)
