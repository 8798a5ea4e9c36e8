"""Named reads of the dossiers: scope first, then fetch."""

from django.db import models
from django.db.models import Q

from accounts.models import Role

STAFF = (
    Role.OFFICER,
    Role.PANEL_MEMBER,
    Role.PANEL_CHAIR,
    Role.DECISION_MAKER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The dossiers whose content `user` may read: her organisations', her open reviews', or all but drafts."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(*STAFF):
            return self.exclude(state="draft")
        mine = Q(organisation__memberships__user=user)
        to_review = Q(assignments__reviewer=user, assignments__state__in=["accepted", "submitted", "reopened"])
        return self.filter(
            Q(pk__in=self.model.objects.filter(mine).values("pk"))
            | Q(pk__in=self.model.objects.filter(to_review).values("pk"))
        )

    def of_applicant(self, user):
        """The dossiers of the organisations that `user` is a member of."""
        return self.filter(organisation__memberships__user=user)


class AssignmentQuerySet(models.QuerySet):
    def on_desk_of(self, user):
        """What is, or was, on a reviewer's desk."""
        return self.filter(reviewer=user)

    def expected(self):
        """Sheets that are asked for or given."""
        return self.filter(state__in=self.model.ACTIVE)
