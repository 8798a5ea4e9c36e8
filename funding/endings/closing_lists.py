"""The lists of a closing: what waits for an act before 31 December, what falls, what the accounts must tell."""

from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.french import long_date
from accounts.lists import Column, ListPage
from funding.endings import prescription
from funding.endings.dormant import last_move, with_remaining
from funding.lists import STATE_TONES, act_url, award_url, clock, instalment_url, pay_before
from funding.models import Account, Award, Instalment, Kind, Posting
from funding.then import NOW, account_cents, award_cents, state_then

MONEY = {"Montant": ("cents", Sum("cents"))}


def decisions_url(award):
    return f"/pilotage/vagues/{award.wave.public_id}/decisions/"


class OfYear(ListPage):
    """A list of the closing of the year that its view gives."""

    search_label = "Lieu"
    empty_title = "Rien ici"
    empty_text = "Rien n’attend sur cette liste."

    @property
    def year(self):
        return self.context["year"]

    @property
    def then(self):
        return self.context.get("then", NOW)


class ReservationList(OfYear):
    name = "reservations-a-engager"
    search_field = "fabrique__sort_name"
    caption = "Réservations à engager ou à libérer"
    noun = ("réservation", "réservations")
    default_sort = "date"
    totals = {"Réservé": ("cents", Sum("reserved_cents"))}
    columns = [
        Column("lieu", "Lieu", "fabrique.name", sort="fabrique__sort_name", note="organisation", header=True,
               url=award_url),
        Column("vague", "Vague", "wave", url=decisions_url),
        Column("date", "Réservé le", "reserved_on", kind="date", sort="reserved_on"),
        Column("montant", "Montant", "reserved_cents", kind="cents", sort="reserved_cents"),
        Column("acte", "À faire", lambda row: "Signer la décision, ou annuler l’adoption", url=decisions_url),
    ]  # fmt: skip

    def page_rows(self, ids):
        rows = Award.objects.filter(pk__in=ids).annotate(reserved_cents=award_cents(self.then, Kind.AE_RESERVED))
        return rows.select_related("fabrique", "organisation", "application", "wave__call")


class CreditList(OfYear):
    """Credits that nobody used: the axis tells which."""

    name = "credits-qui-tombent"
    caption = "Crédits qui tombent"
    noun = ("ligne", "lignes")
    default_sort = "ligne"
    # The fund is never in the total of the grants.
    totals = {
        "Subventions": ("cents", Sum("held_cents", filter=Q(line__source__instrument="grant"), default=0)),
        "Fonds": ("cents", Sum("held_cents", filter=Q(line__source__instrument="fund"), default=0)),
    }

    def get_columns(self):
        return [
            Column("ligne", "Ligne", "line.label", sort="line__code", header=True, note="line.code"),
            Column("source", "Source", "line.source.name"),
            Column("nature", "Ce qui tombe", "get_kind_display", sort="kind", url=self.movements_url),
            Column("montant", "Montant", "held_cents", kind="cents", sort="held_cents"),
            Column("acte", "À faire", self.to_do, url=self.carry_url),
        ]

    @property
    def axis(self):
        return self.context["axis"]

    def to_do(self, row):
        return "Noter le report, par arrêté" if self.carry_url(row) else "Dégeler, ou annuler par décret"

    def carry_url(self, row):
        if row.kind not in (Kind.AE_OPENED, Kind.CP_AVAILABLE):
            return None
        query = urlencode({"ligne": row.line.public_id, "nature": self.axis, "exercice": row.fiscal_year})
        return f"{reverse('funding:operation', args=['reporter'])}?{query}"

    def movements_url(self, row):
        figures = {
            Kind.AE_OPENED: "ae-restant", Kind.AE_FROZEN: "ae-gele", Kind.CP_AVAILABLE: "cp-disponible",
            Kind.CP_FROZEN: "cp-gele",
        }  # fmt: skip
        address = reverse("funding:line", args=[row.line.public_id, row.fiscal_year])
        asked = {"chiffre": figures[Kind(row.kind)], "au": self.then.as_of, "connu_au": self.then.known_on}
        return f"{address}?{urlencode({key: value for key, value in asked.items() if value})}"

    def page_rows(self, ids):
        rows = Account.objects.filter(pk__in=ids).annotate(held_cents=account_cents(self.then))
        return rows.select_related("line__source")


class ChargeList(OfYear):
    name = "charges-a-payer"
    search_field = "award__fabrique__sort_name"
    caption = "Charges à payer"
    noun = ("échéance", "échéances")
    default_sort = "exigible"
    totals = MONEY
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", note="award.organisation",
               header=True, url=instalment_url),
        Column("numero", "Échéance", lambda row: f"{row.number}, {row.get_kind_display().lower()}"),
        Column("etat", "État", lambda row: state_of(row), kind="badge", sort="then_state"),
        Column("exigible", "Exigible le", "due_on", kind="date", sort="due_on"),
        Column("certifie", "Service fait le", "certified_on", kind="date", sort="certified_on"),
        Column("limite", "À payer avant le", pay_before, kind="date", note=clock),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
    ]  # fmt: skip

    def page_rows(self, ids):
        rows = Instalment.objects.filter(pk__in=ids).annotate(then_state=state_then(Instalment, self.then))
        return rows.select_related("schedule_year", "award__fabrique", "award__organisation", "claim")


def state_of(instalment):
    """(its state on the day of the list, the tone of its badge)."""
    state = Instalment.State(instalment.then_state)
    return state.label, STATE_TONES.get(state, "")


class PrescriptionList(ChargeList):
    name = "prescriptions"
    caption = "Sommes qui se prescrivent"

    def page_rows(self, ids):
        return prescription.with_born(super().page_rows(ids), self.then)

    def get_columns(self):
        return [
            *(column for column in ChargeList.columns if column.key not in ("certifie", "limite")),
            Column("fin", "Due de façon certaine jusqu’au", lambda row: prescription.instalment_day(row), kind="date"),
        ]


class OffBalanceList(OfYear):
    name = "engagements-hors-bilan"
    search_field = "fabrique__sort_name"
    caption = "Engagements hors bilan"
    noun = ("attribution", "attributions")
    default_sort = "-montant"
    totals = {"Hors bilan": ("cents", Sum("asleep_cents")), "Reste à payer": ("cents", Sum("committed_cents"))}
    columns = [
        Column("lieu", "Lieu", "fabrique.name", sort="fabrique__sort_name", note="organisation", header=True,
               url=award_url),
        Column("convention", "Convention", lambda row: row.agreement.number if hasattr(row, "agreement") else "—"),
        Column("engage", "Engagée le", "committed_on", kind="date", sort="committed_on"),
        Column("reste", "Reste à payer", "committed_cents", kind="cents", sort="committed_cents"),
        Column("charge", "dont charges à payer", "owed_cents", kind="cents", sort="owed_cents"),
        Column("montant", "Hors bilan", "asleep_cents", kind="cents", sort="asleep_cents"),
    ]  # fmt: skip

    def page_rows(self, ids):
        rows = Award.objects.filter(pk__in=ids).select_related("fabrique", "organisation", "application", "agreement")
        return with_remaining(rows.annotate(then_state=state_then(Award, self.then)), self.then)


class DormantList(OffBalanceList):
    name = "engagements-dormants"
    caption = "Engagements dormants"
    totals = {"À rendre": ("cents", Sum("asleep_cents"))}
    default_sort = "mouvement"
    columns = [
        Column("lieu", "Lieu", "fabrique.name", sort="fabrique__sort_name", note="organisation", header=True,
               url=award_url),
        Column("etat", "État", lambda row: Award.State(row.then_state).label),
        Column("engage", "Engagée le", "committed_on", kind="date", sort="committed_on"),
        Column("mouvement", "Dernier mouvement", "last_on", kind="date", sort="last_on"),
        Column("montant", "À rendre", "asleep_cents", kind="cents", sort="asleep_cents"),
    ]  # fmt: skip

    def page_rows(self, ids):
        return super().page_rows(ids).annotate(last_on=last_move(self.then))


class CarryOverList(OfYear):
    name = "reports"
    caption = "Reports notés"
    noun = ("report", "reports")
    default_sort = "-date"
    totals = {"AE": ("cents", Sum("ae_cents")), "CP": ("cents", Sum("cp_cents"))}
    columns = [
        Column("acte", "Arrêté", "act", header=True, url=act_url),
        Column("date", "En date du", "effective_on", kind="date", sort="effective_on"),
        Column("par", "Noté par", lambda row: row.actor or "Le service", note=lambda row: noted(row)),
        Column("ae", "AE reportées", "ae_cents", kind="cents", sort="ae_cents"),
        Column("cp", "CP reportés", "cp_cents", kind="cents", sort="cp_cents"),
    ]

    def page_rows(self, ids):
        return Posting.objects.filter(pk__in=ids).with_sums().select_related("actor", "act_file")


def noted(posting):
    return long_date(timezone.localdate(posting.booked_at))
