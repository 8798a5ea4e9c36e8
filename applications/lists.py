"""The officers' list of dossiers: page first, aggregates after, for the rows of the page."""

import copy
import uuid
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db.models import OuterRef, Q, Subquery, Sum
from django.http import QueryDict
from django.urls import get_script_prefix, reverse

from accounts.french import long_date
from accounts.lists import Act, ChoiceFilter, Column, ConditionFilter, DateFilter, Filter, ListPage
from applications import bulk, duplicates, routing, standing
from applications.alerts import alerts
from applications.models import Application, ApplicationState, CorrectionRequest, Fabrique
from programme.models import Segment, Wave

S = ApplicationState
SENT = [(state.value, state.label) for state in S if state != S.DRAFT]


NOBODYS = "00000000-0000-0000-0000-000000000000"


@lru_cache(maxsize=4)
def staff_address(prefix):
    """The address of a dossier with nobody's identifier: resolved once, not a hundred times a page.

    Args:
        prefix: where the site is mounted, which the address begins with.
    """
    return reverse("applications:staff_dossier", args=[NOBODYS])


def staff_url(application):
    return staff_address(get_script_prefix()).replace(NOBODYS, str(application.public_id))


def state_of(application):
    tones = {S.CORRECTION_REQUESTED: "warning", S.SUBMITTED: "new"}
    return application.get_state_display(), tones.get(application.state, standing.tone_of(application))


def turn_of(application):
    """Who must act, and by when, in a few words."""
    if application.state == S.CORRECTION_REQUESTED and (due_at := asked_for(application)):
        return f"Porteur, avant le {long_date(due_at)}"
    acts = {
        S.SUBMITTED: "Instruction : recevabilité",
        S.ADMISSIBLE: "Instruction : évaluateurs",
        S.IN_REVIEW: "Évaluateurs",
        S.REVIEWED: "Comité",
    }
    return acts.get(application.state, "")


def asked_for(application):
    """When the answer to the open request is due: read with the page of the list, else from the requests."""
    if hasattr(application, "asked_due_at"):
        return application.asked_due_at
    return next((one.due_at for one in application.correction_requests.all() if one.closed_at is None), None)


def silence_of(application):
    if application.state not in (S.SUBMITTED, S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED, S.CORRECTION_REQUESTED):
        return ""
    if application.clock_suspended_on:
        return "suspendu"
    on = long_date(application.implied_rejection_on)
    return f"né le {on}" if application.implied_rejection_noted_at else on


class DossierList(ListPage):
    name = "dossiers"
    caption = "Dossiers envoyés"
    noun = ("dossier", "dossiers")
    default_sort = "-recu"
    search_field = "search_text"
    search_label = "Numéro, lieu, structure ou commune"
    columns = (
        Column("numero", "Numéro", "reference", kind="code", sort="reference", url=staff_url),
        Column(
            "lieu", "Lieu", "fabrique.name", sort="sort_name", note=lambda row: str(row.fabrique.commune or ""),
            url=staff_url, header=True,
        ),
        Column("structure", "Structure", "organisation.name"),
        Column("vague", "Vague", "wave.number", kind="integer", sort="wave_id"),
        Column("segment", "Segment", lambda row: row.get_segment_display(), sort="segment"),
        Column("recu", "Reçu le", "submitted_at", kind="date", sort="submitted_at"),
        Column("demande", "Demandé", "requested_cents", kind="cents", sort="requested_cents"),
        Column("etat", "État", state_of, kind="badge", sort="state"),
        Column("attente", "Qui doit agir", turn_of),
        Column("silence", "Silence valant refus", silence_of, sort="implied_rejection_on"),
        Column("suivi", "Suivi par", "officer", shown=False),
        Column("region", "Région", "fabrique.region", shown=False),
    )  # fmt: skip
    totals = {"Montant demandé": ("cents", Sum("requested_cents"))}
    facets = True
    keeps_filters = True
    empty_title = "Aucun dossier"
    empty_text = "Aucun dossier ne correspond. Retirez un filtre, ou attendez le premier envoi d’une vague ouverte."

    def get_filters(self):
        return (
            WaveFilter("vague", "Vague", field="wave__public_id", tally_field="wave"),
            ChoiceFilter("etat", "État", field="state", choices=SENT),
            ChoiceFilter("segment", "Segment", field="segment", choices=Segment.choices),
            ChoiceFilter("region", "Région", field="fabrique__region", choices=region_choices, own_words=True),
            FollowFilter("suivi", "Suivi par", field="officer__public_id", tally_field="officer"),
            ConditionFilter("alerte", "À surveiller", conditions=watched()),
            ConditionFilter("doublon", "Doublons", conditions=doubled()),
            DateFilter("du", "Reçu à partir du", field="submitted_at"),
            DateFilter("au", "Reçu jusqu’au", field="submitted_at", lookup="lte"),
        )

    @property
    def selection_url(self):
        return reverse("applications:select") if self.acts else ""

    @cached_property
    def acts(self):
        user = self.request.user
        return [Act(act.key, act.button) for act in bulk.ACTS.values() if user.has_perm(act.permission)]

    def page_rows(self, ids):
        asked = CorrectionRequest.objects.filter(application=OuterRef("pk"), closed_at=None).order_by("pk")
        rows = Application.objects.filter(pk__in=ids).annotate(asked_due_at=Subquery(asked.values("due_at")[:1]))
        rows = rows.select_related("organisation", "fabrique__commune")
        if any(column.key == "suivi" for column in self.shown_columns):
            rows = rows.select_related("officer")
        # The filters have read the waves: fifty dossiers need not bring the same few again.
        waves = {wave.pk: wave for wave in self.waves}
        for row in rows:
            row.wave = waves[row.wave_id]
        return rows

    @property
    def waves(self):
        return self.remember("waves", lambda: list(Wave.objects.select_related("call").order_by("-pk")))


MINE, NOBODY = "moi", "personne"


@dataclass
class FollowFilter(Filter):
    """By me, by nobody, or by one of the officers."""

    def people(self, listing):
        everyone = listing.remember("officers", lambda: list(routing.officers()))
        return [one for one in everyone if one.pk != listing.request.user.pk]

    def options(self, listing):
        return [(MINE, "moi"), (NOBODY, "personne"), *((str(one.public_id), str(one)) for one in self.people(listing))]

    def apply(self, queryset, values):
        people = [value for value in values if value not in (MINE, NOBODY)]
        wanted = Q(officer__public_id__in=people)
        if MINE in values:
            wanted |= Q(officer=self.me)
        if NOBODY in values:
            wanted |= Q(officer=None)
        return queryset.filter(wanted)

    def values(self, listing):
        self.me = listing.request.user
        return super().values(listing)

    def counted(self, counts, listing):
        first = [(MINE, "moi", counts.get(str(listing.request.user.pk), 0)), (NOBODY, "personne", counts.get("", 0))]
        people = self.people(listing)
        return first + [(str(one.public_id), str(one), counts.get(str(one.pk), 0)) for one in people]


@dataclass
class WaveFilter(Filter):
    """The waves, the last first."""

    def options(self, listing):
        return [(str(wave.public_id), f"{wave.number}, {wave.call}") for wave in listing.waves]

    def counted(self, counts, listing):
        named = zip(listing.waves, self.options(listing), strict=True)
        return [(value, label, counts.get(str(wave.pk), 0)) for wave, (value, label) in named]


def watched():
    return {one.key: (one.label, one.condition) for one in alerts()}


def doubled():
    return {"possibles": ("doublon possible", duplicates.is_suspected())}


def region_choices(listing):
    regions = Fabrique.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return [(region, region) for region in regions]


MOST_SHOWN = 200


def is_public_id(text):
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def asked_by(request, question):
    """The list of this reader for another query string than that of the page."""
    asked = copy.copy(request)
    asked.GET = QueryDict(question)
    return DossierList(asked, Application.objects.visible_to(request.user))
