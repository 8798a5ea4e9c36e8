"""Named reads of this floor; `visible_to(user)` comes first, then the object is fetched."""

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

READ_ALL = "accounts.read_steering"
PUBLIC_CALL_STATES = ("published", "closed", "archived")


def reads_all(user):
    return user.is_authenticated and user.has_perm(READ_ALL)


class CallQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everyone reads what was published; drafts and withdrawn calls are the staff's."""
        return self if reads_all(user) else self.filter(state__in=PUBLIC_CALL_STATES)

    def for_list(self):
        """With the programme, the waves (`call.waves.all()`) and the versions with their bounds: four queries."""
        versions = self.model._meta.get_field("versions").related_model.objects.prefetch_related("bounds")
        return self.select_related("programme").prefetch_related("waves", Prefetch("versions", queryset=versions))


class WaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if reads_all(user) else self.filter(call__state__in=PUBLIC_CALL_STATES)

    def accepting_deposit(self, at):
        """Waves that take a dossier at this instant (`Wave.accepts_deposit`, in SQL)."""
        return self.filter(state="collecting", opens_at__lte=at, closes_at__gt=at, call__state="published")


class QuestionQuerySet(models.QuerySet):
    def of_version(self, version):
        """Every question of a version in the order of its form, with its section: one query."""
        rows = self.filter(section__version=version).select_related("section")
        return rows.order_by("section__position", "section_id", "position", "pk")


class PublicQuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The service reads all; everyone reads the answered ones of public calls."""
        return self if reads_all(user) else self.filter(state="answered", call__state__in=PUBLIC_CALL_STATES)

    def answered(self, call):
        """Official answers of a call, the latest first."""
        return self.filter(call=call, state="answered").order_by("-answered_at", "-pk")


class AnnouncementQuerySet(models.QuerySet):
    def standing(self, on):
        """Statements made by the day `on` that no other statement made by that day supersedes."""
        replaced = self.model.objects.filter(supersedes=OuterRef("pk"), stated_on__lte=on)
        return self.filter(~Exists(replaced), stated_on__lte=on)

    def in_force(self, programme, *, kind="money", on):
        """The statement that the figures hold the programme to on a day.

        It is the latest one that no other has superseded by that day and that does not merely contradict another:
        a later and different sum, said of another perimeter or without taking the first back, stands beside it.

        Args:
            programme: the scheme.
            kind: a value of `Announcement.Kind`.
            on: the day, Europe/Paris.

        Returns:
            the `Announcement`, or None when nothing was said yet.
        """
        said = self.filter(Q(contradicts=None), programme=programme, kind=kind).standing(on)
        return said.order_by("-stated_on", "-pk").first()
