"""What was publicly promised: the statement in force, the targets, on a day."""

from functools import cached_property

from programme.models import Announcement, Target


class Promises:
    """Statements and targets of one programme that were said by the day `as_of`."""

    def __init__(self, programme, clocks):
        self.programme, self.clocks = programme, clocks

    @cached_property
    def in_force(self):
        """The `Announcement` of money that the figures are held to, or None (`Announcement.objects.in_force`)."""
        replaced = {one.supersedes_id for one in self.statements}
        standing = [one for one in self.statements if one.contradicts_id is None and one.pk not in replaced]
        return standing[-1] if standing else None

    @property
    def announced_cents(self):
        return self.in_force.amount_cents if self.in_force else 0

    @cached_property
    def statements(self):
        """Every statement of money said by that day, with its `contradicts`."""
        said = Announcement.objects.filter(
            programme=self.programme, kind=Announcement.Kind.MONEY, stated_on__lte=self.clocks.as_of
        )
        return list(said.order_by("stated_on", "pk"))

    @cached_property
    def targets(self):
        """{segment ("" for all): the last target stated}."""
        said = Target.objects.filter(programme=self.programme, stated_on__lte=self.clocks.as_of)
        return {target.segment: target for target in said.order_by("stated_on", "pk")}

    @property
    def target(self):
        """The number of places promised in all, 0 when none is."""
        return self.targets[""].number if "" in self.targets else 0

    @property
    def by_segment(self):
        return {segment: target.number for segment, target in self.targets.items() if segment}
