"""Named reads of what is notified, and of who accepted to be notified in the service."""

from django.db import models
from django.db.models import Exists, OuterRef, Q


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
