"""Named reads of the dossiers: scope first, then fetch."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Role
from applications.evaluations.doors import kept_out, registered
from applications.evaluations.terms import has_accepted

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
        """The dossiers whose content `user` may read.

        Staff: all that were sent. Reviewers: those open to them. Applicants: their organisations', and those that
        other applicants have opened to a support network that they are members of. Somebody who has a tie with a
        dossier, declared or found, never sees it as staff or as a reviewer (glossary 19).
        """
        if not user.is_authenticated:
            return self.none()
        assignments = self.model.assignments.rel.related_model
        if user.has_role(*STAFF):
            scope = Q(submitted_at__isnull=False) & ~kept_out(user)
            return self.filter(scope | self._mine(user) if user.has_role(Role.APPLICANT) else scope)
        to_review = self.model.objects.filter(assignments__in=assignments.objects.open_to(user))
        return self.filter(self._mine(user) | Q(pk__in=to_review.values("pk")))

    def _mine(self, user):
        own = Q(pk__in=self.model.objects.filter(organisation__memberships__user=user).values("pk"))
        return own | Q(pk__in=self.model.objects.open_to_networks_of(user).values("pk"))

    def open_to_networks_of(self, user):
        """The dossiers whose applicants let a support network of `user` read them, today."""
        consents = self.model.consents.rel.related_model.objects
        given = consents.filter(
            application=OuterRef("pk"), revoked_at=None, network__kind="network", network__memberships__user=user
        )
        return self.filter(Exists(given)).exclude(state="withdrawn")

    def of_applicant(self, user):
        """The dossiers of the organisations that `user` is a member of."""
        return self.filter(organisation__memberships__user=user)


class AssignmentQuerySet(models.QuerySet):
    def on_desk_of(self, user):
        """What is, or was, on a reviewer's desk: nothing before the dossiers are sent, nor once she has a tie."""
        if not user.is_authenticated:
            return self.none()
        return self.asked_of(user).filter(~kept_out(user, "application", judging=True))

    def asked_of(self, user):
        """The same with those that a tie has closed: for counting alone, nothing of them is shown."""
        return self.filter(reviewer=user).exclude(application__state__in=["submitted", "admissible"])

    def open_to(self, user):
        """The dossiers that `user` may read as a reviewer: rules accepted, ties asked about, none declared."""
        return self.on_desk_of(user).filter(has_accepted(user), state__in=self.model.OPEN)

    def written_by(self, user):
        """The same for a POST, that shows nothing: what is in the register, without looking for more in the facts."""
        if not user.is_authenticated:
            return self.none()
        return self.asked_of(user).filter(~registered(user, "application"), state__in=self.model.OPEN)

    def visible_to(self, user):
        """Reviewers: their desk. Staff: every one, but those of dossiers with which they have a tie themselves."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(*STAFF):
            return self.filter(~kept_out(user, "application"))
        return self.on_desk_of(user)

    def expected(self):
        """Sheets that are asked for or given."""
        return self.filter(state__in=self.model.ACTIVE)


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody sees another's score before giving her own.

        One's own sheet, while the dossier is open to her. The others' sheets once given: to a reviewer of the same
        dossier who has given hers; to staff who neither owe a sheet on that dossier nor have a tie with it.
        """
        if not user.is_authenticated:
            return self.none()
        assignments = self.model.assignment.field.related_model
        hers = assignments.objects.filter(application=OuterRef("assignment__application"), reviewer=user)
        own = Q(assignment__reviewer=user, assignment__state__in=assignments.OPEN)
        if user.has_role(*STAFF):
            may_see = ~Exists(hers.filter(state__in=assignments.PENDING))
        else:
            # Whoever abstains gives no score of her own to read the others' beside.
            may_see = Q(Exists(hers.filter(state="submitted", review__score_hundredths__isnull=False)))
        open_ones = self.filter(~kept_out(user, "assignment__application"))
        return open_ones.filter(own | (Q(submitted_at__isnull=False) & may_see))

    def given(self):
        return self.filter(submitted_at__isnull=False)
