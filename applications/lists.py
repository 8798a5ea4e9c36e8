"""The officers' list of dossiers: page first, aggregates after, for the rows of the page."""

from django.db.models import Prefetch, Q, Sum
from django.urls import reverse

from accounts.french import long_date
from accounts.lists import ChoiceFilter, Column, ConditionFilter, ListPage
from applications import standing
from applications.models import Application, ApplicationState, CorrectionRequest, Fabrique
from programme.models import Segment, Wave

S = ApplicationState
SENT = [(state.value, state.label) for state in S if state != S.DRAFT]


def staff_url(application):
    return reverse("applications:staff_dossier", args=[application.public_id])


def state_of(application):
    tones = {S.CORRECTION_REQUESTED: "warning", S.SUBMITTED: "new"}
    return application.get_state_display(), tones.get(application.state, standing.tone_of(application))


def turn_of(application):
    """Who must act, and by when, in a few words."""
    asked = next((one for one in application.correction_requests.all() if one.closed_at is None), None)
    if application.state == S.CORRECTION_REQUESTED and asked:
        return f"Porteur, avant le {long_date(asked.due_at)}"
    acts = {
        S.SUBMITTED: "Instruction : recevabilité",
        S.ADMISSIBLE: "Instruction : évaluateurs",
        S.IN_REVIEW: "Évaluateurs",
        S.REVIEWED: "Comité",
    }
    return acts.get(application.state, "")


def silence_of(application):
    if application.state not in (S.SUBMITTED, S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED, S.CORRECTION_REQUESTED):
        return ""
    return "suspendu" if application.clock_suspended_on else long_date(application.implied_rejection_on)


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
    empty_title = "Aucun dossier"
    empty_text = "Aucun dossier ne correspond. Retirez un filtre, ou attendez le premier envoi d’une vague ouverte."

    def get_filters(self):
        return (
            ChoiceFilter("vague", "Vague", field="wave__public_id", choices=wave_choices),
            ChoiceFilter("etat", "État", field="state", choices=SENT),
            ChoiceFilter("segment", "Segment", field="segment", choices=Segment.choices),
            ChoiceFilter("region", "Région", field="fabrique__region", choices=region_choices),
            ConditionFilter("suivi", "Suivi", conditions=self.follow_up()),
        )

    def follow_up(self):
        return {"moi": ("par moi", Q(officer=self.request.user)), "personne": ("par personne", Q(officer=None))}

    def page_rows(self, ids):
        open_requests = CorrectionRequest.objects.filter(closed_at=None)
        return (
            Application.objects.filter(pk__in=ids)
            .select_related("wave", "organisation", "fabrique__commune", "officer")
            .prefetch_related(Prefetch("correction_requests", queryset=open_requests))
        )


def wave_choices(listing):
    waves = Wave.objects.select_related("call").order_by("-pk")
    return [(wave.public_id, f"{wave.number}, {wave.call}") for wave in waves]


def region_choices(listing):
    regions = Fabrique.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return [(region, region) for region in regions]
