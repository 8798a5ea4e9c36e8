"""Forms of the end of an aid: giving back, hearing, asking back, withdrawing, answering."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros
from funding.endings import hearings
from funding.endings.giving_up import Why
from funding.envelopes.forms import ActFields, line_name
from funding.forms import LineField, today
from funding.models import FormalNotice, Ground, Interruption, Line, RecoveryEntry

REASON = forms.Textarea(attrs={"rows": 4})


def reason_field(label="Motif", help_text="La structure le lit", **more):
    return forms.CharField(label=label, help_text=help_text, max_length=more.pop("most", 900), widget=REASON, **more)


def act_field():
    return forms.CharField(label="Acte", help_text="Arrêté, décision ou lettre, avec son numéro", max_length=150)


class GiveUpForm(DsfrForm):
    why = forms.ChoiceField(label="Pourquoi", choices=[("", "Choisir"), *Why.choices[:3]])
    amount = EuroCentsField(label="Montant à rendre", min_cents=1)
    on = forms.DateField(label="Date de l’acte", initial=today)
    act = act_field()
    reason = reason_field(most=400)
    recycle_number = forms.CharField(
        label="Décision de recyclage, numéro", required=False, max_length=60,
        help_text="Seulement si une décision permet d’employer de nouveau les AE d’une année passée",
    )  # fmt: skip
    recycle_date = forms.DateField(label="Décision de recyclage, date", required=False)

    def __init__(self, *args, most, recycles, **kwargs):
        """`most`: what may be given back, in cents; `recycles`: the reader may record the act that recycles AE."""
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = most
        self.fields["amount"].help_text = f"Au plus {euros(most)} : engagés, ni exigibles ni payés"
        if not recycles:
            del self.fields["recycle_number"], self.fields["recycle_date"]

    def clean(self):
        data = super().clean()
        number, day = data.get("recycle_number"), data.get("recycle_date")
        if bool(number) != bool(day) and "recycle_date" not in self.errors:
            self.add_error("recycle_date", "Une décision de recyclage a son numéro et sa date.")
        return data


class HearingForm(DsfrForm):
    """What the letter says: what is found, how much is at stake, until when to answer."""

    ground = forms.ChoiceField(label="Motif", choices=[("", "Choisir"), *Ground.choices])
    facts = forms.CharField(
        label="Ce que vous constatez", help_text="La lettre le dit mot pour mot", max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    cents = EuroCentsField(label="Montant envisagé, au plus", min_cents=1)
    known_on = forms.DateField(
        label="Faits connus le", help_text="Le jour où le service les a connus avec certitude", initial=today
    )
    answer_by = forms.DateField(
        label="Réponse attendue jusqu’au", help_text=f"Au moins {hearings.LEAST_DAYS} jours",
        initial=lambda: hearings.answer_day(today()),
    )  # fmt: skip

    def __init__(self, *args, most, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cents"].help_text = f"Au plus {euros(most)}"


class FormalNoticeForm(DsfrForm):
    """What the letter says: what is found, what is to be done, how long it leaves."""

    ground = forms.ChoiceField(label="Manquement", choices=[("", "Choisir"), *FormalNotice.Ground.choices])
    facts = forms.CharField(
        label="Ce que vous constatez", help_text="La lettre le dit mot pour mot", max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    asked = forms.CharField(
        label="Ce que la structure doit faire", help_text="Une chose par ligne", max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    days = forms.IntegerField(
        label="Délai, en jours", help_text=f"Au moins {hearings.LEAST_DAYS}, à partir de la notification de la lettre",
        initial=hearings.USUAL_DAYS,
    )  # fmt: skip


class ReplyForm(DsfrForm):
    text = forms.CharField(
        label="Ce qui est fait, ou ce qui l’empêche", widget=forms.Textarea(attrs={"rows": 5}), max_length=10000
    )
    uploaded = forms.FileField(label="Une pièce", required=False, help_text="PDF, image ou document bureautique")


class NoteForm(DsfrForm):
    note = reason_field("Ce qui a été fait, ou pourquoi vous abandonnez", most=1000)


class ObservationForm(DsfrForm):
    text = forms.CharField(label="Vos observations", widget=forms.Textarea(attrs={"rows": 6}), max_length=10000)
    uploaded = forms.FileField(label="Une pièce", required=False, help_text="PDF, image ou document bureautique")
    complete = forms.BooleanField(
        label="Je n’ai rien d’autre à ajouter", required=False,
        help_text="Le service peut alors décider sans attendre la date",
    )  # fmt: skip


class DropForm(DsfrForm):
    reason = reason_field("Pourquoi vous abandonnez")


class DecideRecoveryForm(DsfrForm):
    cents = EuroCentsField(label="Montant à reverser", min_cents=1)
    act = act_field()
    reason = reason_field()

    def __init__(self, *args, most, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cents"].initial = most
        self.fields["cents"].help_text = f"Au plus {euros(most)}, montant sur lequel la structure a répondu"


class TitleForm(DsfrForm):
    number = forms.CharField(label="Numéro du titre de perception", max_length=40)
    on = forms.DateField(label="Titre émis le", initial=today)


ON_THE_TITLE = [(kind, RecoveryEntry.Kind(kind).label) for kind in RecoveryEntry.ON_THE_TITLE]


class EntryForm(DsfrForm):
    kind = forms.ChoiceField(label="Ce qui est noté", choices=ON_THE_TITLE, widget=forms.RadioSelect)
    cents = EuroCentsField(label="Montant", min_cents=1)
    on = forms.DateField(label="Date", initial=today)
    reference = forms.CharField(
        label="Référence", help_text="Du comptable, ou l’acte de remise ou d’admission en non-valeur", max_length=150
    )

    def __init__(self, *args, left, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cents"].help_text = f"Il reste {euros(left)}"


class RefundForm(DsfrForm):
    """What the accountant gave back to the structure."""

    cents = EuroCentsField(label="Montant", min_cents=1)
    on = forms.DateField(label="Date", initial=today)
    reference = forms.CharField(label="Référence", help_text="Du comptable", max_length=150)
    line = LineField(
        label="Ligne qui paie", queryset=Line.objects.none(), to_field_name="public_id", required=False,
        empty_label="Celle dont les CP avaient été rétablis",
    )  # fmt: skip

    def __init__(self, *args, user, left, on_credits, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cents"].help_text = f"Il reste {euros(left)}"
        if on_credits:
            self.fields["line"].queryset = Line.objects.visible_to(user).of_the_state()
            self.fields["line"].label_from_instance = line_name
            self.fields["line"].help_text = f"{euros(on_credits)} avaient rétabli des crédits : payés sur des CP"
        else:
            del self.fields["line"]


class ReinstateForm(ActFields):
    line = LineField(label="Ligne", queryset=Line.objects.none(), to_field_name="public_id", empty_label="Choisir")
    cents = EuroCentsField(label="Montant", min_cents=1)
    on = forms.DateField(label="Date d’effet", help_text="Son année est celle des CP rétablis", initial=today)

    field_order = ["line", "cents", "on"]

    def __init__(self, *args, user, most, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.visible_to(user).of_the_state()
        self.fields["line"].label_from_instance = line_name
        self.fields["cents"].help_text = f"Au plus {euros(most)}, revenus et sans effet sur les crédits"


class DecideWithdrawalForm(DsfrForm):
    what = forms.CharField(
        label="Ce qui est mesuré",
        help_text="Par exemple : jours d’ouverture en 2026, dépenses en euros",
        max_length=150,
    )
    planned = forms.IntegerField(label="Prévu", min_value=1, max_value=10**15)
    done = forms.IntegerField(
        label="Réalisé", help_text="Dans la même unité ; 0 retire tout", min_value=0, max_value=10**15
    )
    act = act_field()
    reason = reason_field()


class UndoForm(DsfrForm):
    act = act_field()
    on = forms.DateField(label="Date de l’acte", help_text="Son année est celle des AE reprises", initial=today)
    line = LineField(
        label="Ligne qui donne les AE", queryset=Line.objects.none(), to_field_name="public_id", required=False,
        empty_label="Celle qui les a reçues au retrait",
    )  # fmt: skip
    reason = reason_field()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.visible_to(user).of_the_state()
        self.fields["line"].label_from_instance = line_name


class InterruptionForm(DsfrForm):
    kind = forms.ChoiceField(label="Ce qui l’interrompt", choices=Interruption.Kind.choices, widget=forms.RadioSelect)
    on = forms.DateField(label="Date", initial=today)
    source = forms.CharField(
        label="Source", help_text="Courrier, requête ou jugement, avec son numéro", max_length=250
    )
    final_on = forms.DateField(
        label="Jugement définitif le", required=False, help_text="Pour un recours ; vide tant qu’il est pendant"
    )
    uploaded = forms.FileField(label="La pièce", required=False, help_text="PDF, image ou document bureautique")


class EndCaseForm(DsfrForm):
    final_on = forms.DateField(label="Jugement définitif le")


class DormantForm(DsfrForm):
    on = forms.DateField(label="Date de l’acte", initial=today)
    act = act_field()
    reason = reason_field(most=400)
