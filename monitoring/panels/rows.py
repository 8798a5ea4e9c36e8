"""The rows behind the figures of the board: movements of the ledger, instalments as they stood on a day."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, Sum, Value, When
from django.urls import reverse

from accounts.lists import Column, ListPage
from funding.lists import MovementList, award_of, crossing, instalment_url
from funding.models import AWARD_KINDS, Instalment, Kind, Movement, Source
from monitoring.money import AE_HELD, CP_HELD

K = Kind


@dataclass(frozen=True)
class Flow:
    """A figure over any year: the accounts whose balances make it."""

    label: str
    definition: str
    kinds: tuple[str, ...]

    @property
    def of_an_award(self):
        """The accounts are those of awards: the figure can be read by place."""
        return set(self.kinds) <= set(AWARD_KINDS)


FLOWS = {
    "ae-ouvert": Flow("AE ouvertes", "AE ouvertes, nettes de ce qui est annulé ou tombé.", AE_HELD),
    "ae-restant": Flow("AE restantes", "AE que personne ne tient.", (K.AE_OPENED,)),
    "ae-gele": Flow("AE gelées", "AE mises en réserve.", (K.AE_FROZEN,)),
    "ae-reserve": Flow("AE réservées", "AE retenues après le comité, avant la décision.", (K.AE_RESERVED,)),
    "ae-engage": Flow(
        "AE engagées", "AE engagées, nettes des retraits, payées comprises.", (K.AE_COMMITTED, K.AE_LIQUIDATED)
    ),
    "ae-a-payer": Flow("Engagé, non payé", "AE engagées que rien n’a encore liquidées.", (K.AE_COMMITTED,)),
    "ae-liquide": Flow("Payé (AE liquidées)", "AE dont le paiement est fait.", (K.AE_LIQUIDATED,)),
    "ae-tombe": Flow("AE perdues", "Retraits d’engagements d’une année antérieure.", (K.AE_LAPSED,)),
    "cp-ouvert": Flow("CP ouverts", "CP ouverts, nets des annulations.", CP_HELD),
    "cp-gele": Flow("CP gelés", "CP mis en réserve.", (K.CP_FROZEN,)),
    "cp-ordonne": Flow("CP mis en paiement", "CP ordonnés, pas encore payés par le comptable.", (K.CP_ORDERED,)),
    "cp-paye": Flow("CP payés", "CP payés, à la date du comptable.", (K.CP_PAID,)),
    "cp-disponible": Flow("CP disponibles", "CP ouverts et non employés.", (K.CP_AVAILABLE,)),
}
NOWHERE = "non-connue"


class Addresses:
    """Links of the board: each keeps the scheme and the two dates that the page is about."""

    def __init__(self, scope):
        self.parameters = dict(scope.parameters)

    def at(self, name, *args, **parameters):
        kept = self.parameters | {key: value for key, value in parameters.items() if value not in (None, "")}
        query = urlencode({key: text(value) for key, value in kept.items()}, doseq=True)
        return f"{reverse(name, args=args)}?{query}" if query else reverse(name, args=args)

    def panel(self, key):
        return self.at("monitoring:panel", key)

    def movements(self, flow, **parameters):
        return self.at("monitoring:movements", chiffre=flow, **parameters)

    def instalments(self, **parameters):
        return self.at("monitoring:waiting", **parameters)

    def places(self, **parameters):
        return self.at("monitoring:places", **parameters)


def text(value):
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


# --- Movements ---------------------------------------------------------------------------------------------------


class FlowList(MovementList):
    """The movements that make one figure of the board, of every year or of one; a row opens its posting."""

    name = "mouvements"
    default_sort = "-date"
    kept_keys = ("chiffre", "instrument", "exercice", "avant", "region", "segment", "dispositif", "au", "connu_au")

    def get_columns(self):
        shown = {"nature": {"url": lambda row: posting_url(row.posting)}}
        return [Column(**{**vars_of(column), **shown.get(column.key, {})}) for column in self.columns]

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in self.kept_keys if key in self.request.GET]
        return [*super(MovementList, self).kept, *asked]


def vars_of(column):
    names = ("key", "label", "value", "kind", "sort", "url", "note", "shown", "header")
    return {name: getattr(column, name) for name in names}


def posting_url(posting):
    return reverse("monitoring:posting", args=[posting.public_id])


class PostingList(MovementList):
    """The movements of one posting; each opens the decision of its dossier."""

    default_sort = "montant"
    filters = []
    columns = [
        Column("ligne", "Ligne", lambda row: row.to_account.line.code, header=True,
               note=lambda row: row.to_account.fiscal_year),
        Column("de", "De", "from_account.get_kind_display"),
        Column("vers", "Vers", "to_account.get_kind_display"),
        Column("pour", "Attribution", lambda row: row.place, url=lambda row: row.place_url),
        Column("decision", "Acte individuel", lambda row: "Décision" if row.place_url else None,
               url=lambda row: decision_url(row)),
        Column("montant", "Montant", "amount_cents", kind="cents", sort="amount_cents"),
    ]  # fmt: skip
    totals = {"Somme": ("cents", Sum("amount_cents"))}


def decision_url(movement):
    if not movement.place_url:
        return None
    return reverse("selection:dossier", args=[award_of(movement).application.public_id])


def flow_movements(user, flow, scope, *, year=None, before=None, instrument="", region=None, segment=None):
    """The signed movements of a figure.

    Args:
        flow: a `Flow`.
        year: fiscal year of the accounts, or None for all; before: the years before that one.
        instrument: "grant", "fund" or "" for both.
        region: name of the region of the place, `NOWHERE` for those without one, None for all.
        segment: segment of the place.
    """
    lines = {"line__programme": scope.programme}
    if instrument:
        lines["line__source__instrument"] = instrument
    if before is not None:
        lines["fiscal_year__lt"] = before
    if region is not None:
        lines["award__fabrique__region"] = "" if region == NOWHERE else region
    if segment is not None:
        lines["award__fabrique__segment"] = segment
    return crossing(
        user, kinds=flow.kinds, fiscal_year=year, lines=lines, as_of=scope.clocks.as_of, known_on=scope.clocks.known_on
    )


# --- Instalments -------------------------------------------------------------------------------------------------


# What names an instalment in a list.
OF_AN_INSTALMENT = (
    Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", note="award.organisation",
           url=instalment_url, header=True),
    Column("numero", "Échéance", lambda row: f"{row.number}, {row.get_kind_display().lower()}", sort="number"),
    Column("prevue", "Prévue le", "expected_on", kind="date", sort="expected_on"),
)  # fmt: skip


class WaitingList(ListPage):
    """Instalments left to pay on a day, each for the part that the figure counts; wants `parts` and `scope`."""

    name = "reste-a-payer"
    caption = "Échéances restant à payer"
    noun = ("échéance", "échéances")
    default_sort = "prevue"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    empty_title = "Aucune échéance"
    empty_text = "Rien ne restait à payer ici à ces dates."
    totals = {"Reste à payer": ("cents", Sum("part_cents"))}
    columns = (
        *OF_AN_INSTALMENT,
        Column("exigible", "Exigible le", "due_then", kind="date"),
        Column("generation", "AE de", "generations"),
        Column("montant", "Reste à payer", "part_cents", kind="cents", sort="part_cents"),
        Column("engagement", "Engagée par", lambda row: "Acte d’engagement" if row.commitment else None,
               url=lambda row: reverse("monitoring:posting", args=[row.commitment]) if row.commitment else None),
    )  # fmt: skip
    kept_keys = (
        "dispositif", "au", "connu_au", "exercice", "avant", "prevue_du", "prevue_au", "age", "region", "segment",
        "nature", "scenario", "payee_du", "payee_au", "ligne", "ensemble",
    )  # fmt: skip

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in self.kept_keys if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        rows = list(
            self.queryset.filter(pk__in=ids)
            .select_related("award__fabrique", "award__organisation")
            .annotate(commitment=Subquery(commitment_of(OuterRef("award"))))
        )
        for row in rows:
            parts = self.context["parts"][row.pk]
            row.due_then = parts[0].due_on
            row.generations = ", ".join(str(year) for year in sorted({part.ae_year for part in parts}))
        return rows


def commitment_of(award):
    """The posting that first committed an award."""
    entering = Movement.objects.filter(to_account__award=award, to_account__kind=K.AE_COMMITTED)
    return entering.order_by("pk").values("posting__public_id")[:1]


def by_instalment(parts):
    found: dict[int, list] = {}
    for part in parts:
        found.setdefault(part.instalment, []).append(part)
    return found


def waiting_instalments(user, parts, **place):
    """The instalments of these parts that `user` may read, and the cents of those closed to her.

    Args:
        parts: {instalment: its parts}.
        place: lookups of an instalment, of its place for instance.

    Returns:
        (queryset with `part_cents`, what each instalment counts for; cents that it leaves out).
    """
    sums = {pk: sum(part.cents for part in of) for pk, of in parts.items()}
    every = dict(Instalment.objects.filter(pk__in=sums, **place).values_list("pk", "cents"))
    rows = Instalment.objects.visible_to(user).filter(pk__in=every)
    # An instalment counts whole but for the few that several generations share.
    cases = [When(pk=pk, then=Value(sums[pk])) for pk, cents in every.items() if sums[pk] != cents]
    part = Case(*cases, default=F("cents"), output_field=BigIntegerField()) if cases else F("cents")
    seen = set(rows.values_list("pk", flat=True))
    return rows.annotate(part_cents=part), sum(sums[pk] for pk in every if pk not in seen)


def grants_only(instrument):
    return instrument if instrument in Source.Instrument else ""
