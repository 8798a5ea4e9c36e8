"""Lists of this floor: movements, agreements, instalments, awards that wait for their agreement."""

import datetime
from functools import cached_property

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, Sum, When
from django.urls import reverse
from django.utils import timezone

from accounts.french import plural
from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from applications.evaluations.doors import closed_dossiers
from funding.claims.clock import late, pay_before, soon
from funding.claims.clock import told as clock
from funding.instalments import missing_of
from funding.models import Agreement, AgreementVersion, Award, Instalment, Movement, Posting, SignedCopy
from funding.positions import kinds_of

CLOSED_TO_YOU = "Dossier qui vous est fermé"


class MovementList(ListPage):
    """The movements that make a figure: those that cross the border of its accounts."""

    name = "mouvements"
    caption = "Mouvements"
    noun = ("mouvement", "mouvements")
    default_sort = "-date"
    empty_title = "Aucun mouvement"
    empty_text = "Aucun mouvement ne fait ce chiffre à ces dates."
    totals = {"Somme": ("cents", Sum("signed_cents"))}
    columns = [
        Column("date", "En date du", "effective_on", kind="date", sort="effective_on"),
        Column("connu", "Connu le", "posting.booked_at", kind="datetime", sort="posting__booked_at"),
        Column("nature", "Nature", "posting.get_kind_display", sort="posting__kind", header=True),
        Column("acte", "Acte", "posting.act", note="posting.reason", url=lambda row: act_url(row.posting)),
        Column("ligne", "Ligne", lambda row: lines_of(row), note=lambda row: years_of(row)),
        Column("de", "De", "from_account.get_kind_display"),
        Column("vers", "Vers", "to_account.get_kind_display"),
        Column("pour", "Attribution", lambda row: row.place, url=lambda row: row.place_url),
        Column("par", "Par", lambda row: row.posting.actor or "Le service"),
        Column("montant", "Montant", "signed_cents", kind="cents", sort="signed_cents"),
    ]
    filters = [
        ChoiceFilter("nature", "Nature", field="posting__kind", choices=Posting.Kind.choices),
        DateFilter("du", "À partir du", field="effective_on", lookup="gte", instant=False),
        DateFilter("au_plus", "Jusqu’au", field="effective_on", lookup="lte", instant=False),
    ]

    @property
    def kept(self):
        """The figure and its two dates stay while the list is filtered."""
        keys = ("chiffre", "instrument", "ensemble", "categorie", "au", "connu_au")
        asked = [(key, self.request.GET[key]) for key in keys if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        rows = self.queryset.filter(pk__in=ids).select_related(
            "posting__actor", "posting__act_file",
            "from_account__line", "from_account__award__fabrique", "from_account__award__application",
            "to_account__line", "to_account__award__fabrique", "to_account__award__application",
        )  # fmt: skip
        return named_places(rows, self.closed)

    @cached_property
    def closed(self):
        """Dossiers closed to the reader: their movements count, their places are not named."""
        return set(closed_dossiers(self.reader))


def named_places(movements, closed):
    """The movements, each with the `place` of its award and the `place_url` of its money."""
    movements = list(movements)
    for row in movements:
        award = award_of(row)
        shut = award is not None and award.application_id in closed
        row.place = CLOSED_TO_YOU if shut else place_of(award)
        row.place_url = None if shut else award_url(award)
    return movements


def movements_of(user, *, figure, fiscal_year, line=None, instrument="grant", whole=False, as_of=None,
                 known_on=None):  # fmt: skip
    """Movements that make a figure, signed: what enters its accounts, less what leaves them.

    Args:
        figure: key of a `positions.Figure`. fiscal_year: of the accounts; None: every year together.
        line: a `Line`, or None for all those of one instrument ("grant" or "fund").
        whole: with the regional parts of `line`.
        as_of, known_on: the two clocks, Paris dates; None: no limit.
    """
    closed = fiscal_year is not None and fiscal_year < (as_of or timezone.localdate()).year
    kinds = kinds_of(figure, closed=closed)
    lines = {"line": line} if line else {"line__source__instrument": instrument}
    if line and whole:
        lines = {"line__in": [line.pk, *line.parts.values_list("pk", flat=True)]}
    return crossing(user, kinds=kinds, fiscal_year=fiscal_year, lines=lines, as_of=as_of, known_on=known_on)


def crossing(user, *, kinds, fiscal_year, lines, as_of=None, known_on=None):
    """Movements that enter accounts of these kinds, or leave them.

    Args:
        fiscal_year: of the accounts; None: all of them together.
        lines: lookups of an `Account` that say which lines.
    """
    inside = {side: side_in(side, kinds, fiscal_year, lines) for side in ("from", "to")}
    found = Movement.objects.visible_to(user).filter(inside["to"] ^ inside["from"])
    if as_of is not None:
        found = found.filter(effective_on__lte=as_of)
    if known_on is not None:
        found = found.filter(posting__booked_on__lte=known_on)
    entering = When(inside["to"], then=F("amount_cents"))
    return found.annotate(signed_cents=Case(entering, default=-F("amount_cents"), output_field=BigIntegerField()))


def side_in(side, kinds, fiscal_year, lines):
    wanted = {"kind__in": list(kinds) or ["-"], **lines}
    if fiscal_year is not None:
        wanted["fiscal_year"] = fiscal_year
    return Q(**{f"{side}_account__{lookup}": value for lookup, value in wanted.items()})


def act_url(posting):
    return reverse("funding:act", args=[posting.act_file.public_id]) if posting.act_file_id else None


def lines_of(movement):
    """Where it goes; and from where, when it changes line."""
    origin, destination = movement.from_account.line.code, movement.to_account.line.code
    return destination if origin == destination else f"{origin} → {destination}"


def years_of(movement):
    origin, destination = movement.from_account.fiscal_year, movement.to_account.fiscal_year
    return destination if origin == destination else f"{origin} → {destination}"


def award_of(movement):
    return movement.to_account.award or movement.from_account.award


def place_of(award):
    return award.fabrique.name if award else None


def award_url(award):
    if award is None or award.application is None:
        return None
    return reverse("funding:dossier", args=[award.application.public_id])


# --- Agreements --------------------------------------------------------------------------------------------------

TONES = {"drafted": "new", "sent": "info", "signed_by_beneficiary": "warning", "in_force": "success", "closed": ""}
WAITED_FOR = {
    Agreement.State.DRAFTED: "L’instruction doit l’envoyer",
    Agreement.State.SENT: "La structure doit signer",
    Agreement.State.SIGNED_BY_BENEFICIARY: "L’État doit signer",
    Agreement.State.IN_FORCE: "Personne : elle est en vigueur",
    Agreement.State.CLOSED: "Personne : elle est close",
}
SIGNATURE_DAYS = 60


class AgreementList(ListPage):
    name = "conventions"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Conventions"
    noun = ("convention", "conventions")
    default_sort = "-numero"
    empty_title = "Aucune convention"
    empty_text = "Une convention se prépare une fois la décision d’attribution signée."
    columns = [
        Column(
            "numero", "Numéro", "number", kind="code", sort="number", url=lambda row: agreement_url(row), header=True
        ),
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", note="award.organisation"),
        Column("montant", "Montant", "award.total_cents", kind="cents", sort="award__total_cents"),
        Column("etat", "État", lambda row: (row.get_state_display(), TONES.get(row.state, "")), kind="badge"),
        Column(
            "attente",
            "Qui doit agir",
            lambda row: WAITED_FOR.get(row.state, "—"),
            note=lambda row: "Avenant en cours" if row.amending else "",
        ),
        Column("envoyee", "Envoyée le", "sent_on", kind="date", sort="sent_on", note=lambda row: waiting_days(row)),
        Column(
            "structure", "Signée par la structure", "beneficiary_signed_on", kind="date", sort="beneficiary_signed_on"
        ),
        Column("etat_signe", "Signée par l’État", "state_signed_on", kind="date", sort="state_signed_on"),
    ]
    totals = {"Montant": ("cents", Sum("award__total_cents"))}

    def get_filters(self):
        late = timezone.localdate() - datetime.timedelta(days=SIGNATURE_DAYS)
        unsigned = Q(state__in=["sent", "signed_by_beneficiary"])
        return [
            ChoiceFilter("etat", "État", field="state", choices=Agreement.State.choices),
            ConditionFilter(
                "attente",
                "Attente",
                conditions={
                    "signature": ("À signer", unsigned),
                    "longue": (f"Envoyée depuis plus de {SIGNATURE_DAYS} jours", unsigned & Q(sent_on__lt=late)),
                    "avenant": ("Avenant en cours", Q(pk__in=amended().values("agreement"))),
                    "copie": ("Copie signée à vérifier", Q(pk__in=copies_to_check())),
                },
            ),
            ChoiceFilter("vague", "Vague", field="award__wave__public_id", choices=waves_of(self.queryset)),
        ]

    def page_rows(self, ids):
        rows = Agreement.objects.filter(pk__in=ids).select_related("award__fabrique", "award__organisation")
        return rows.annotate(amending=Exists(amended().filter(agreement=OuterRef("pk"))))


def amended():
    """Amendments that are being prepared or signed."""
    kind, states = AgreementVersion.Kind.AMENDMENT, AgreementVersion.OPEN_STATES
    return AgreementVersion.objects.filter(kind=kind, state__in=states)


def copies_to_check():
    """Agreements with a signed copy that nobody has looked at."""
    waiting = SignedCopy.objects.filter(state=SignedCopy.State.RECEIVED)
    return waiting.values("agreement_version__agreement")


def agreement_url(agreement):
    return reverse("funding:agreement", args=[agreement.public_id])


def waiting_days(agreement):
    if agreement.sent_on is None or agreement.state not in ("sent", "signed_by_beneficiary"):
        return ""
    return days_since(agreement.sent_on)


def days_since(day):
    days = (timezone.localdate() - day).days
    return f"depuis {plural(days, 'jour')}" if days else "aujourd’hui"


def waves_of(queryset):
    """Choices of a filter by wave: those of the rows, as « appel, vague n »."""
    rows = queryset.order_by("award__wave__call__title", "award__wave__number").values_list(
        "award__wave__public_id", "award__wave__call__title", "award__wave__number"
    )
    return lambda listing: [(str(key), f"{title}, vague {number}") for key, title, number in rows.distinct()]


class UncontractedList(ListPage):
    """Awards that wait for their agreement."""

    name = "conventions-a-preparer"
    search_field = "fabrique__sort_name"
    search_label = "Lieu"
    caption = "Attributions sans convention"
    noun = ("attribution", "attributions")
    default_sort = "date"
    empty_title = "Rien à préparer"
    empty_text = "Chaque attribution engagée a sa convention."
    columns = [
        Column("lieu", "Lieu", "fabrique.name", sort="fabrique__sort_name", note="organisation", header=True,
               url=lambda row: award_url(row)),
        Column("vague", "Vague", "wave", sort="wave__number"),
        Column("date", "Engagée le", "committed_on", kind="date", sort="committed_on"),
        Column("notifiee", "Notifiée le", "notified_on", kind="date", sort="notified_on"),
        Column("montant", "Montant", "total_cents", kind="cents", sort="total_cents"),
    ]  # fmt: skip
    totals = {"Montant": ("cents", Sum("total_cents"))}

    def page_rows(self, ids):
        return Award.objects.filter(pk__in=ids).select_related("fabrique", "organisation", "application", "wave")


# --- Instalments -------------------------------------------------------------------------------------------------

STATE_TONES = {"due": "warning", "certified": "info", "ordered": "info", "paid": "success", "withheld": "error"}
TO_TREAT = Q(state__in=["due", "certified", "ordered"])


class ToTreatFirst(ConditionFilter):
    """What is to be done is shown until the reader asks for something else; « Tous » is asked with an empty value."""

    def values(self, listing):
        return super().values(listing) if self.key in listing.request.GET else ["a-traiter"]


class InstalmentList(ListPage):
    name = "echeances"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Échéances"
    noun = ("échéance", "échéances")
    default_sort = "limite"
    empty_title = "Aucune échéance ici"
    empty_text = "Rien n’attend sur cette vue. Les échéances deviennent exigibles quand leur condition est remplie."
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", note="award.organisation",
               url=lambda row: instalment_url(row), header=True),
        Column("numero", "Échéance", lambda row: f"{row.number}, {row.get_kind_display().lower()}", sort="number",
               note="condition"),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
        Column("etat", "État", lambda row: (row.get_state_display(), STATE_TONES.get(row.state, "")), kind="badge",
               sort="state"),
        Column("prevue", "Prévue le", "expected_on", kind="date", sort="expected_on"),
        Column("exigible", "Exigible le", "due_on", kind="date", sort="due_on", note=lambda row: since(row)),
        Column("limite", "À payer avant le", lambda row: pay_before(row), kind="date",
               sort=("pay_by", "due_on", "expected_on"), note=lambda row: clock(row)),
        Column("manque", "Ce qui manque", lambda row: missing_of(row)),
        Column("qui", "Qui peut agir", lambda row: who_may_act(row)),
        Column("paye", "Payée le", "paid_on", kind="date", sort="paid_on", note="chorus_reference", shown=False),
    ]  # fmt: skip
    totals = {"Montant": ("cents", Sum("cents"))}

    def get_filters(self):
        return [
            ToTreatFirst(
                "etat",
                "État",
                conditions={
                    "a-traiter": ("À traiter", TO_TREAT),
                    "en-retard": ("Délai de paiement dépassé", late()),
                    "bientot": ("Délai qui finit bientôt", soon()),
                    **{value: (label, Q(state=value)) for value, label in Instalment.State.choices},
                },
            ),
            ChoiceFilter("nature", "Nature", field="kind", choices=Instalment.Kind.choices),
            DateFilter("prevue_du", "Prévue à partir du", field="expected_on", lookup="gte", instant=False),
            DateFilter("prevue_au", "Prévue jusqu’au", field="expected_on", lookup="lte", instant=False),
            ChoiceFilter("vague", "Vague", field="award__wave__public_id", choices=waves_of(self.queryset)),
        ]

    def url_without(self, key, value):
        return self.url(etat="") if key == "etat" else super().url_without(key, value)

    def page_rows(self, ids):
        return Instalment.objects.filter(pk__in=ids).select_related(
            "schedule_year", "certified_by", "ordered_by", "award__fabrique", "award__organisation",
            "award__agreement", "award__application__call_version",
        )  # fmt: skip


def instalment_url(instalment):
    return reverse("funding:instalment", args=[instalment.public_id])


def is_open(instalment):
    return instalment.state in ("due", "certified", "ordered")


def since(instalment):
    if not is_open(instalment):
        return ""
    return days_since(instalment.due_on)


def who_may_act(instalment):
    """Three different people of finance: certify, order, import the payment."""
    if instalment.state == "planned":
        return "L’instruction, quand la condition est remplie"
    others = [str(person) for person in (instalment.certified_by, instalment.ordered_by) if person]
    if instalment.state == "due":
        return "Une personne des finances"
    if instalment.state == "ordered":
        return f"Le comptable ; import par une personne des finances, autre que {' et '.join(others)}"
    if instalment.state == "withheld":
        return "L’instruction ou les finances, quand le motif tombe"
    if is_open(instalment):
        return f"Une personne des finances, autre que {' et '.join(others)}"
    return "Personne"
