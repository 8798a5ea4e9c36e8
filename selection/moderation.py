"""The ranking with the scores that the panel kept: a moderated score makes the order, the mean stands beside."""

from accounts.french import decimal
from applications import ranking as sheets
from selection.models import ModeratedScore, PanelMeeting

__all__ = ["KeptScore", "in_points", "moderated_of", "ranking"]
HELD = (PanelMeeting.State.OPEN, PanelMeeting.State.CLOSED)


def moderated_of(wave):
    """{application id: score in hundredths} that the panel kept, the latest of each; one query."""
    rows = ModeratedScore.objects.filter(item__meeting__wave=wave, item__meeting__state__in=HELD)
    return dict(rows.order_by("pk").values_list("item__application", "score_hundredths"))


def ranking(wave, *, reader=None, short=False):
    """As `applications.ranking.ranking`, with the moderated scores of the panel; one query more."""
    return sheets.ranking(wave, reader=reader, moderated=moderated_of(wave), short=short)


def in_points(hundredths):
    """ "83,3" out of 100; "—" when nothing is given, or nothing may be told."""
    return decimal(None if hundredths is None else hundredths / 100)


class KeptScore:
    """The scores of a row that holds a `line` of the ranking, as they are shown."""

    @property
    def mean(self):
        """The score that makes the rank."""
        return in_points(self.line.kept_hundredths)

    @property
    def raw(self):
        """The mean of the sheets, where the panel kept another score; "" elsewhere."""
        return in_points(self.line.mean_hundredths) if self.line.is_moderated else ""
