"""Named reads of this floor: scope first, then fetch."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from applications.models import Application

# What an addressee may know: nothing of a decision exists for her before it is issued.
HANDED_OVER = ("issued", "notified", "withdrawn", "repealed", "corrected")


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_authenticated and user.has_perm("selection.read_panel") else self.none()

    def in_force(self, *, holder, programme, on):
        """The delegations that `holder` has for `programme` on a Paris date, widest first."""
        return self.filter(holder=holder, programme=programme, starts_on__lte=on, ends_on__gte=on).order_by(
            "-ceiling_cents", "pk"
        )


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever reads the panel's pages sees those of the dossiers she may read; a member sees her structures'.

        The latter once they are handed over; the former without those on which she declared a tie (glossary 19).
        """
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("selection.read_panel"):
            return self.filter(application__in=Application.objects.visible_to(user))
        return self.addressed_to(user)

    def addressed_to(self, user):
        mine = Membership.objects.filter(organisation=OuterRef("application__organisation"), user=user)
        return self.filter(Exists(mine), state__in=HANDED_OVER, issued_at__isnull=False)

    def standing(self):
        """Those that no counter-decision has ended."""
        return self.exclude(state__in=["withdrawn", "repealed", "corrected", "dropped"])

    def waiting(self):
        """Waitlist decisions that were handed over and stand (glossary 22)."""
        return self.filter(act="waitlist", state__in=["issued", "notified"], application__state="waitlisted")


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff: those on the dossiers they may read. A member: those of her structures, once lodged."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("selection.read_panel"):
            return self.filter(decision__application__in=Application.objects.visible_to(user))
        mine = Membership.objects.filter(organisation=OuterRef("decision__application__organisation"), user=user)
        return self.filter(Exists(mine))

    def open(self):
        return self.filter(state__in=self.model.OPEN)


class DerogationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever reads the panel's pages, without those of dossiers on which she declared a tie."""
        if not user.is_authenticated or not user.has_perm("selection.read_panel"):
            return self.none()
        return self.filter(Q(application=None) | Q(application__in=Application.objects.visible_to(user)))


class ScenarioQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever reads the panel's page; where lines are read, those of dossiers with which she has a tie are not."""
        return self if user.is_authenticated and user.has_perm("selection.read_panel") else self.none()
