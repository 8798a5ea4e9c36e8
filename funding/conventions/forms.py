"""Forms of agreements: writing, sending, signing, amending, stopping."""

from django import forms
from django.utils import timezone

from accounts.errors import Refusal
from accounts.forms import DsfrForm, EuroCentsField
from applications.shares import percent, share_of
from funding.conventions import clauses as wording
from funding.conventions.amending import Changes
from funding.conventions.sharing import Member
from funding.conventions.standing import GROUNDS, Termination
from funding.models import Line, Share
from funding.plan_forms import PlanMixin

FREE_ROWS = 2


def today():
    return timezone.localdate()


def day(label, **more):
    return forms.DateField(label=label, widget=forms.DateInput, **more)


def area(label, rows=3, max_length=500, **more):
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=max_length, **more)


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return f"{person}, {person.title}" if person.title else str(person)


# --- The text -----------------------------------------------------------------------------------------------------


class ClausesForm(DsfrForm):
    """One area a clause, in their order; a clause that the law does not want may be emptied."""

    use_required_attribute = False

    def __init__(self, *args, clauses, **kwargs):
        super().__init__(*args, **kwargs)
        self.clauses = clauses
        for clause in clauses:
            code = clause["code"]
            help_text = "La loi demande cette clause." if code in wording.COMPULSORY else ""
            self.fields[f"clause-{code}"] = area(
                clause["title"], rows=5, max_length=6000, required=False, initial=clause["body"], help_text=help_text
            )

    def written(self):
        return [
            clause | {"body": self.cleaned_data[f"clause-{clause['code']}"].replace("\r\n", "\n")}
            for clause in self.clauses
        ]


class TextForm(ClausesForm):
    """The clauses of one agreement, and its own delay of payment."""

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["payment_days"] = forms.IntegerField(
            label="Délai de paiement, en jours", initial=days, min_value=1, max_value=365, required=False,
            help_text="À partir du jour où la condition est remplie. Vide : celui de l’appel.",
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        )  # fmt: skip


class SendForm(DsfrForm):
    on = day("Envoyée à la structure le", initial=today)
    checked = forms.MultipleChoiceField(
        label="Clauses que la loi demande",
        help_text="Relisez chacune dans le texte ci-dessous, puis cochez-la.",
        choices=list(wording.COMPULSORY.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class SendAmendmentForm(DsfrForm):
    on = day("Envoyé à la structure le", initial=today)


class SignatureForm(DsfrForm):
    on = day("Signée le", initial=today)
    signatory = forms.CharField(
        label="Signataire", help_text="Nom et qualité, comme sur la feuille signée", max_length=150
    )


class StateSignatureForm(DsfrForm):
    on = day("Signée le", initial=today)
    signatory = PersonField(
        label="Signataire",
        help_text="Une personne qui a délégation pour signer les conventions ce jour-là",
        queryset=None,
        to_field_name="public_id",
        empty_label="Choisir",
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signatory"].queryset = people


class ReasonForm(DsfrForm):
    reason = area("Motif", help_text="La structure le lira.")


UNTICKED = "Cochez la déclaration : c’est elle que vous signez."


class OnlineSignatureForm(DsfrForm):
    capacity = forms.CharField(label="En qualité de", help_text="Par exemple : présidente", max_length=100)
    accepted = forms.BooleanField(label="Je signe cette déclaration", error_messages={"required": UNTICKED})
    text_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, statement, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["accepted"].help_text = statement


class CopyForm(DsfrForm):
    use_required_attribute = False
    uploaded = forms.FileField(
        label="Exemplaire signé",
        help_text="Le texte entier, signé, en PDF",
        error_messages={"required": "Joignez le texte signé, en un seul PDF."},
    )
    on = day("Signé le", initial=today)
    signatory = forms.CharField(label="Signataire", max_length=150)
    capacity = forms.CharField(label="En qualité de", max_length=100)

    def add_refusal(self, refusal):
        field = "uploaded" if refusal.field == "file" else refusal.field
        self.add_error(field if field in self.fields else None, refusal.message)


# --- Shares -------------------------------------------------------------------------------------------------------


class SharesMixin:
    """Rows of the consortium: the lead first; a row without a name is left out."""

    def add_shares(self, shares, lead):
        rows = [(one.name, one.siret, percent(one.ten_thousandths), one.payee) for one in shares]
        rows = rows or [(lead.name, lead.siret or "", "", Share.Payee.MEMBER)]
        rows += [("", "", "", Share.Payee.LEAD)] * FREE_ROWS
        self.share_rows = len(rows)
        for n, (name, siret, share, payee) in enumerate(rows, start=1):
            who = "Chef de file" if n == 1 else f"Partenaire {n - 1}"
            self.fields[f"share-{n}-name"] = forms.CharField(
                label=f"{who}, structure", max_length=250, required=False, initial=name
            )
            self.fields[f"share-{n}-siret"] = forms.CharField(
                label=f"{who}, SIRET", max_length=20, required=False, initial=siret
            )
            self.fields[f"share-{n}-part"] = forms.CharField(
                label=f"{who}, part en %", max_length=10, required=False, initial=share.removesuffix("\u00a0%")
            )
            if n > 1:
                self.fields[f"share-{n}-payee"] = forms.ChoiceField(
                    label=f"{who}, argent reçu par", choices=Share.Payee.choices, initial=payee, required=False
                )

    def share_fields(self):
        """[(who, bound fields)] for the page."""
        names = [
            [f"share-{n}-{part}" for part in ("name", "siret", "part", "payee")] for n in range(1, self.share_rows + 1)
        ]
        return [[self[name] for name in row if name in self.fields] for row in names]

    def members(self):
        """`Member`s typed; none when the structure is alone.

        Raises:
            Refusal: a part is no percentage.
        """
        found = []
        for n in range(1, self.share_rows + 1):
            data = {
                part: self.cleaned_data.get(f"share-{n}-{part}") or "" for part in ("name", "siret", "part", "payee")
            }
            if not data["name"].strip() and not data["part"].strip():
                continue
            try:
                part = share_of(data["part"]) or 0
            except Refusal as refusal:
                raise Refusal(refusal.message, field=f"share-{n}-part") from refusal
            siret = "".join(data["siret"].split())
            found.append(Member(data["name"], part, siret, data["payee"] or Share.Payee.LEAD))
        alone = len(found) == 1 and found[0].ten_thousandths in (0, 10_000)
        return () if alone else tuple(found)


class SharesForm(SharesMixin, DsfrForm):
    use_required_attribute = False

    def __init__(self, *args, shares, lead, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_shares(shares, lead)

    def add_refusal(self, refusal):
        field = "share-1-part" if refusal.field == "shares" else refusal.field
        self.add_error(field if field in self.fields else None, refusal.message)


# --- Amendments ---------------------------------------------------------------------------------------------------


class AmendmentForm(PlanMixin, SharesMixin, DsfrForm):
    """What is to be paid from now on, the consortium, the state of the payments, where more money is taken."""

    use_required_attribute = False
    STATES = (("", "Ne change pas"), ("suspend", "Suspendre les versements"), ("resume", "Reprendre les versements"))

    def __init__(self, *args, award, planned, shares, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.award, self.planned = award, planned
        self.fields["reason"] = area(
            "Pourquoi cet avenant", help_text="La structure lira ce motif, il est dans le texte."
        )
        self.add_plan(planned)
        self.fields["line"] = forms.ModelChoiceField(
            label="Ligne, si l’aide augmente", queryset=Line.objects.visible_to(user).of_the_state(), required=False,
            to_field_name="public_id", empty_label="L’aide n’augmente pas",
        )  # fmt: skip
        self.fields["line"].label_from_instance = lambda line: line.label
        self.add_shares(shares, award.organisation)
        self.fields["suspension"] = forms.ChoiceField(
            label="État des versements", choices=self.states(), required=False
        )

    def states(self):
        other = "suspend" if self.award.state == "suspended" else "resume"
        return [(value, label) for value, label in self.STATES if value != other]

    def changes(self, shares):
        """The `Changes` that the form asks for.

        Args:
            shares: the shares in force, to see whether they change.
        """
        members = self.members()
        same = [(one.name, one.ten_thousandths, one.siret, one.payee) for one in shares]
        typed = [(one.name, one.ten_thousandths, one.siret, one.payee) for one in members]
        if typed:
            typed[0] = (*typed[0][:3], Share.Payee.MEMBER)
        return Changes(
            plans=self.plans(),
            members=None if same == typed else members,
            suspended={"suspend": True, "resume": False}.get(self.cleaned_data["suspension"]),
            line=self.cleaned_data["line"],
            fiscal_year=today().year if self.cleaned_data["line"] else None,
        )

    def add_refusal(self, refusal):
        field = ({"shares": "share-1-part"} | self.plan_refusals).get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.message)


# --- The award ----------------------------------------------------------------------------------------------------


class SuspendForm(DsfrForm):
    on = day("À partir du", initial=today)
    act = forms.CharField(label="Acte qui le décide", help_text="Nature, numéro et date", max_length=200)
    reason = area("Motif", help_text="La structure le lira.")


class ResumeForm(DsfrForm):
    on = day("À partir du", initial=today)
    act = forms.CharField(label="Acte qui le décide", help_text="Nature, numéro et date", max_length=200)


class TerminateForm(DsfrForm):
    use_required_attribute = False
    ground = forms.ChoiceField(label="Raison", choices=list(GROUNDS.items()))
    heard_on = day(
        "La structure a pu présenter ses observations le", required=False, help_text="Obligatoire pour un manquement"
    )
    on = day("Résiliée le", initial=today)
    act = forms.CharField(label="Acte qui le décide", help_text="Nature, numéro et date", max_length=200)
    reason = area("Motif", help_text="La structure le lira.")

    def termination(self):
        names = ("ground", "reason", "act", "heard_on")
        return Termination(**{name: self.cleaned_data[name] for name in names})


class YearPartForm(DsfrForm):
    line: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Ligne budgétaire", queryset=None, to_field_name="public_id", empty_label="Choisir"
    )
    amount = EuroCentsField(label="Part de l’année", help_text="En euros", min_cents=1)
    on = day("Date de l’acte", initial=today)
    act = forms.CharField(label="Acte qui engage cette part", help_text="Nature et numéro", max_length=200)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.visible_to(user)
        self.fields["line"].label_from_instance = lambda line: line.label
