"""Forms of envelopes: one for every act on credits, and those of lines, funds and instruments."""

from django import forms
from django.utils import timezone

from accounts.forms import DsfrForm, EuroCentsField
from accounts.models import LegalForm, Organisation
from funding.envelopes.operations import OUTSIDE, PART, WHOLE
from funding.forms import AXES, FIRST_YEAR, LineField
from funding.models import Act, Instrument, InstrumentEvent, Line, Region, Source

LAST_YEAR = 2100
MOST_DUES = 240
LINES = {
    OUTSIDE: {"source__owner": Source.Owner.OUTSIDE},
    "contribution": {"source__owner": Source.Owner.CONTRIBUTION},
    PART: {"parent__isnull": False},
    WHOLE: {"parent": None, "source__owner__in": [Source.Owner.STATE, Source.Owner.CONTRIBUTION]},
    "state": {"source__owner__in": [Source.Owner.STATE, Source.Owner.CONTRIBUTION]},
}
WHICH = {
    OUTSIDE: "Ligne du financeur",
    "contribution": "Ligne fléchée du fonds de concours",
    PART: "Part régionale",
    WHOLE: "Ligne nationale",
    "state": "Ligne budgétaire",
}


def today():
    return timezone.localdate()


def this_year():
    return timezone.localdate().year


def year_field(label, help_text="Année des crédits, par exemple 2026"):
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=FIRST_YEAR, max_value=LAST_YEAR, initial=this_year
    )


class ActFields(DsfrForm):
    """The act that founds what is recorded: nature, number, date; its text may be joined now or later."""

    act_kind = forms.ChoiceField(label="Nature de l’acte", choices=[("", "Choisir"), *Act.Kind.choices])
    act_number = forms.CharField(label="Numéro de l’acte", max_length=60)
    act_date = forms.DateField(label="Date de l’acte", widget=forms.DateInput)
    act_title = forms.CharField(label="Intitulé de l’acte", max_length=150, required=False)
    act_file = forms.FileField(
        label="Texte de l’acte", required=False, help_text="PDF signé. Il peut être joint plus tard, une seule fois."
    )

    def clean_act_date(self):
        day = self.cleaned_data["act_date"]
        if day > timezone.localdate():
            raise forms.ValidationError("Cet acte est daté d’un jour à venir : attendez sa signature.")
        return day

    @property
    def act_values(self):
        """Arguments of `acts.record_act`."""
        data = self.cleaned_data
        return {
            "kind": data["act_kind"], "number": data["act_number"], "dated_on": data["act_date"],
            "title": data["act_title"], "uploaded": data["act_file"],
        }  # fmt: skip


class OperationForm(ActFields):
    """One act on credits: it keeps the fields that its operation asks for. The verb judges."""

    axis = forms.ChoiceField(label="Nature des crédits", choices=AXES, widget=forms.RadioSelect, initial="ae")
    line = LineField(label="Ligne", queryset=Line.objects.none(), to_field_name="public_id", empty_label="Choisir")
    pledge_year = year_field("Année de la promesse", "Celle où elle a été notée")
    to_line = LineField(
        label="Vers la ligne", queryset=Line.objects.none(), to_field_name="public_id", empty_label="Choisir"
    )
    region = forms.ChoiceField(label="Région", choices=[("", "Choisir"), *Region.choices])
    fiscal_year = year_field("Exercice")
    amount = EuroCentsField(label="Montant", help_text="En euros", min_cents=1)
    what = forms.CharField(label="Pour quoi", help_text="En quelques mots", max_length=200)
    on = forms.DateField(label="Date d’effet", help_text="Au plus tôt celle de l’acte", initial=today)

    field_order = ["axis", "line", "pledge_year", "to_line", "region", "fiscal_year", "amount", "what", "on"]

    def __init__(self, *args, user, operation, **kwargs):
        super().__init__(*args, **kwargs)
        kept = {*operation.fields, *ActFields.base_fields, *(["on"] if "amount" in operation.fields else [])}
        for name in set(self.fields) - kept:
            del self.fields[name]
        for name, which in (("line", operation.lines), ("to_line", operation.other_lines)):
            if name in self.fields:
                field = self.fields[name]
                field.queryset = Line.objects.visible_to(user).filter(**LINES[which]).select_related("source")
                field.label_from_instance = line_name
        if "line" in self.fields:
            self.fields["line"].label = WHICH[operation.lines]
        if operation.lines == OUTSIDE and "pledge_year" not in operation.fields:
            self.fields["fiscal_year"].label = "Année de la promesse"
        if operation.act_kinds:
            self.fields["act_kind"].choices = [
                choice for choice in self.fields["act_kind"].choices if choice[0] in operation.act_kinds
            ]


def line_name(line):
    return f"{line.code}, {line.label}" if line.code not in line.label else line.label


class LineForm(DsfrForm):
    """A new budget line, with its imputation and whose money it holds."""

    source_name = forms.CharField(
        label="Qui apporte l’argent", help_text="Une source connue ou nouvelle", max_length=150
    )
    owner = forms.ChoiceField(label="À qui est l’argent", choices=Source.Owner.choices, widget=forms.RadioSelect)
    instrument = forms.ChoiceField(
        label="Instrument", choices=Source.Instrument.choices, widget=forms.RadioSelect, initial="grant"
    )
    code = forms.CharField(label="Code de la ligne", max_length=40)
    label = forms.CharField(label="Libellé", max_length=150)
    purpose = forms.CharField(
        label="Intention de la partie versante", required=False, max_length=250,
        help_text="Obligatoire pour un fonds de concours et pour l’argent d’un tiers : il ne sert qu’à elle",
    )  # fmt: skip
    lolf_programme = forms.CharField(label="Programme LOLF", max_length=10, required=False)
    action = forms.CharField(label="Action", max_length=10, required=False)
    bop_uo = forms.CharField(label="BOP et UO", max_length=40, required=False)
    functional_domain = forms.CharField(label="Domaine fonctionnel", max_length=40, required=False)
    activity = forms.CharField(label="Activité", max_length=40, required=False)
    cost_centre = forms.CharField(label="Centre de coûts", max_length=40, required=False)


class TextForm(DsfrForm):
    act_file = forms.FileField(label="Texte de l’acte", help_text="PDF signé, une seule fois")


class EndowmentFundField(forms.ModelChoiceField):
    """An endowment fund named by its public identifier; anything else is told in one sentence."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError("Choisissez un fonds de dotation de la liste.") from error


class DerogationForm(ActFields):
    """The joint arrêté that lets public money go to one endowment fund."""

    organisation = EndowmentFundField(
        label="Fonds de dotation", queryset=Organisation.objects.none(), to_field_name="public_id",
        empty_label="Choisir",
    )  # fmt: skip
    purpose = forms.CharField(label="Œuvre ou programme d’actions", max_length=250)
    amount = EuroCentsField(label="Montant couvert", help_text="En euros", min_cents=1)

    field_order = ["organisation", "purpose", "amount"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        funds = Organisation.objects.filter(legal_form=LegalForm.ENDOWMENT_FUND)
        self.fields["organisation"].queryset = funds
        self.fields["act_kind"].choices = [(Act.Kind.ORDER, Act.Kind.ORDER.label)]


class FundForm(ActFields):
    name = forms.CharField(label="Nom du fonds", max_length=150)
    manager = forms.CharField(label="Gestionnaire", help_text="Il choisit ; le service enregistre", max_length=150)
    amount = EuroCentsField(label="Taille du fonds", help_text="En euros", min_cents=1)

    field_order = ["name", "manager", "amount"]


class InstrumentForm(ActFields):
    kind = forms.ChoiceField(label="Nature", choices=[("", "Choisir"), *Instrument.Kind.choices])
    label = forms.CharField(label="Intitulé", max_length=150)
    siret = forms.CharField(
        label="SIRET de la structure", required=False, max_length=20, help_text="Si elle est connue ici"
    )
    amount = EuroCentsField(label="Montant souscrit ou accordé", help_text="En euros", min_cents=1)
    on = forms.DateField(label="Contrat signé le", initial=today)
    rate = forms.DecimalField(
        label="Taux annuel", help_text="En %, pour un prêt", required=False, min_value=0, max_value=100,
        decimal_places=2, localize=True,
    )  # fmt: skip

    field_order = ["kind", "label", "siret", "amount", "on", "rate"]

    def clean_siret(self):
        digits = "".join(self.cleaned_data["siret"].split())
        if digits and not Organisation.objects.filter(siret=digits).exists():
            raise forms.ValidationError("Aucune structure n’a ce SIRET ici : corrigez-le, ou laissez-le vide.")
        return digits


class EventForm(ActFields):
    """What the manager told us happened. The verb judges."""

    kind = forms.ChoiceField(label="Fait")
    amount = EuroCentsField(
        label="Montant ou valeur", help_text="En euros ; 0 est possible pour une valeur ou une sortie"
    )
    on = forms.DateField(label="En date du", initial=today)
    note = forms.CharField(label="Précision", max_length=300, required=False)

    field_order = ["kind", "amount", "on", "note"]

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Choisir"), *[(kind, InstrumentEvent.Kind(kind).label) for kind in kinds]]


class RepaymentsForm(DsfrForm):
    """Equal parts of capital at regular intervals, or what the contract says, one repayment a line."""

    dues = forms.CharField(
        label="Échéances de remboursement",
        help_text="Une par ligne : date ; capital ; intérêts. Par exemple : 30/06/2027 ; 25 000 ; 500",
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def clean_dues(self):
        rows = [row for row in self.cleaned_data["dues"].splitlines() if row.strip()]
        if len(rows) > MOST_DUES:
            raise forms.ValidationError(f"Un échéancier a au plus {MOST_DUES} échéances : regroupez-les.")
        return [read_due(number, row) for number, row in enumerate(rows, start=1)]


def read_due(number, row):
    """(day, capital in cents, interest in cents) of one written line."""
    parts = [part.strip() for part in row.split(";")]
    day, money = forms.DateField(), EuroCentsField(required=False)
    try:
        if not 2 <= len(parts) <= 3:
            raise forms.ValidationError("il faut une date, un capital et des intérêts séparés par « ; »")
        return day.clean(parts[0]), money.clean(parts[1]) or 0, (money.clean(parts[2]) or 0) if parts[2:] else 0
    except forms.ValidationError as error:
        raise forms.ValidationError(f"Ligne {number} : {error.messages[0]}") from error
