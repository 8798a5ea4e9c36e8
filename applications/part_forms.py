"""Forms of the sections that every dossier has beside the questions: project, consortium, aids and commitments."""

from django import forms

from accounts.errors import Refusal
from accounts.forms import EuroCentsField
from applications import part_problems, republican_contract
from applications.models import DeclaredAid, PlaceKind, Post, Project, Site
from applications.parts import project_of
from applications.rows import (
    Choice,
    Day,
    Group,
    HundredthsField,
    Radio,
    RowsForm,
    ShareField,
    SirenField,
    SiretField,
    Text,
    Whole,
)
from programme.communes import find_commune, typed_form
from programme.models import Commune

ALONE, TOGETHER = "non", "oui"


def amount(label, **kwargs):
    return EuroCentsField(label=label, required=False, max_cents=10_000_000_000, **kwargs)


def site_fields(number):
    """The first site is the place of the dossier: its name and address are in another section."""
    where = {} if number == 1 else {
        "name": Text(label="Nom du site", max_length=200),
        "commune": SiteCommune(),
        "address": Text(label="Adresse du site", max_length=250, required=False),
    }  # fmt: skip
    return where | {
        "surface_m2": Whole(label="Surface utile, en mètres carrés", min_value=1, max_value=1_000_000, required=False),
        "occupancy": Choice(label="Titre d’occupation", choices=Site.Occupancy.choices, required=False),
        "title_ends_on": Day(
            label="Fin de ce titre", required=False, help_text="Vide s’il n’a pas de terme, ou pour une propriété."
        ),
        "provider_kind": Choice(
            label="Si le local est mis à disposition : par qui ?", choices=Site.Provider.choices, required=False
        ),
        "provider": Text(label="Nom de qui le met à disposition", max_length=200, required=False),
        "yearly_value_cents": amount(
            "Valeur locative par an, en euros",
            help_text="Ce que coûterait le loyer. C’est une contribution en nature : comptes 861 et 871 du plan.",
        ),
    }


class SiteCommune(Text):
    """« 63300 Thiers » or an official code, given as the `Commune`; None when empty."""

    def prepare_value(self, value):
        return typed_form(value) if isinstance(value, Commune) else value

    def __init__(self):
        super().__init__(
            label="Commune du site", max_length=120, help_text="Code postal et nom, par exemple « 63300 Thiers »."
        )

    def clean(self, value):
        if isinstance(value, Commune):
            return value
        text = super().clean(value)
        if not text:
            return None
        try:
            return find_commune(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


def post_fields(number):
    return {
        "title": Text(label="Intitulé du poste", max_length=120, help_text="Par exemple : animatrice, facilitateur."),
        "fte_hundredths": HundredthsField(
            label="Temps de travail, en équivalent temps plein",
            help_text="1 pour un temps plein, 0,5 pour un mi-temps.",
        ),
        "contract": Choice(label="Contrat", choices=Post.Contract.choices),
        "qualification": Text(
            label="Qualification", max_length=300, help_text="Diplôme, certification ou expérience attendue."
        ),
        "starts_on": Day(label="Arrivée, réelle ou prévue", required=False),
    }  # fmt: skip


class ProjectForm(RowsForm):
    """The kinds of place, the sites, the posts."""

    GROUPS = {"site": Group("Site", site_fields, most=15), "poste": Group("Poste", post_fields, most=10)}
    kinds = forms.MultipleChoiceField(
        label="Ce qu’est le lieu",
        choices=PlaceKind.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Plusieurs réponses possibles.",
    )

    def __init__(self, data=None, *, application):
        known = project_of(application) is not None
        super().__init__(
            data,
            rows={
                "site": [site_initial(site) for site in application.sites.all()] if known else [],
                "poste": [post_initial(post) for post in application.posts.all()] if known else [],
            },
            initial={"kinds": [one.kind for one in application.place_kinds.all()] if known else []},
        )

    @property
    def sites(self):
        return self.lines("site")

    @property
    def posts(self):
        return self.lines("poste")

    def stands(self, name, number):
        """The place itself is the first site, even when the others alone are described."""
        return name == "site" and number == 1

    def clean(self):
        data = super().clean()
        lent = self.column("site", "yearly_value_cents")
        for number in lent:
            if data.get(f"site-{number}-occupancy") != Site.Occupancy.MADE_AVAILABLE:
                self.add_error(
                    f"site-{number}-yearly_value_cents",
                    "Seul un local mis à disposition a une valeur à porter au plan. Changez le titre, ou videz-la.",
                )
        return data

    def values(self, data, *, typing=False):
        """What `describing.save_project` wants."""
        sites = [
            {**one, "yearly_value_cents": one["yearly_value_cents"] or 0, "commune": one.get("commune") or None}
            for one in self.rows("site", data, typing=typing)
        ]
        return {"kinds": data.get("kinds", []), "sites": sites, "posts": self.rows("poste", data, typing=typing)}


def site_initial(site):
    names = ("surface_m2", "occupancy", "title_ends_on", "provider_kind", "provider")
    if site.position > 1:
        names += ("name", "commune", "address")
    return {**{name: getattr(site, name) for name in names}, "yearly_value_cents": site.yearly_value_cents or None}


def post_initial(post):
    names = ("title", "fte_hundredths", "contract", "qualification", "starts_on")
    return {name: getattr(post, name) for name in names}


def partner_fields(number):
    return {
        "name": Text(label="Nom du partenaire", max_length=250),
        "siret": SiretField(label="SIRET", max_length=20, required=False, help_text="14 chiffres."),
        "foreign_id": Text(
            label="À défaut de SIRET : pays et numéro de registre",
            max_length=80,
            required=False,
            help_text="Pour une structure d’un autre pays de l’Espace économique européen.",
        ),
        "role": Text(label="Ce qu’il fait dans le projet", max_length=300),
        "share": ShareField(label="Sa part de l’aide, en pourcentage", help_text="0 s’il n’en reçoit rien."),
    }


class ConsortiumForm(RowsForm):
    """Alone or together; the lead's share and each partner's."""

    GROUPS = {"partenaire": Group("Partenaire", partner_fields, most=20)}
    in_consortium = Radio(
        label="Demandez-vous à plusieurs ?",
        choices=[(ALONE, "Non, la structure demande seule"),
                 (TOGETHER, "Oui, en consortium dont elle est chef de file")],
        help_text="Le chef de file demande, signe, reçoit l’aide, en verse leur part aux partenaires et rend compte.",
    )  # fmt: skip
    lead_role = Text(label="Ce que fait le chef de file dans le projet", max_length=300, required=False)
    lead_share = ShareField(
        label="Part du chef de file, en pourcentage", required=False,
        help_text="Les parts font 100 % en tout.",
    )  # fmt: skip

    def __init__(self, data=None, *, application):
        project = project_of(application)
        names = ("name", "siret", "foreign_id", "role", "share")
        partners = application.partners.all() if project else []
        initial = {"in_consortium": TOGETHER if project and project.in_consortium else ALONE}
        if project:
            initial |= {"lead_role": project.lead_role, "lead_share": project.lead_share}
        rows = {"partenaire": [{name: getattr(one, name) for name in names} for one in partners]}
        super().__init__(data, rows=rows, initial=initial)
        self.own_siret = application.organisation.siret

    def clean(self):
        data = super().clean()
        seen = {self.own_siret}
        for number, siret in self.column("partenaire", "siret").items():
            if siret in seen:
                self.add_error(
                    f"partenaire-{number}-siret",
                    "Ce SIRET est déjà dans le consortium : gardez une ligne par structure.",
                )
            seen.add(siret)
        return data

    @property
    def partners(self):
        return self.lines("partenaire")

    def values(self, data, *, typing=False):
        """What `describing.save_consortium` wants."""
        return {
            "in_consortium": data.get("in_consortium") == TOGETHER,
            "lead_share": data.get("lead_share"),
            "lead_role": data.get("lead_role", ""),
            "partners": self.rows("partenaire", data, typing=typing),
            "equally": "egal" in self.data and not typing,
        }


def aid_fields(number):
    return {
        "granted_on": Day(label="Attribuée le", help_text="La date de la décision, même si le versement suit."),
        "cents": amount("Montant, en euros", help_text="Le montant entier de l’aide."),
        "grantor": Text(label="Attribuée par", max_length=200),
        "regime": forms.ChoiceField(label="Régime", choices=DeclaredAid.Regime.choices, required=False),
        "siren": SirenField(
            label="SIREN de qui l’a reçue", max_length=15, required=False,
            help_text="Vide si c’est votre structure.",
        ),
    }  # fmt: skip


def linked_fields(number):
    return {
        "siren": SirenField(label="SIREN", max_length=15),
        "name": Text(label="Nom", max_length=200),
    }


class AidsForm(RowsForm):
    """De minimis aids received, the single undertaking, the republican commitment contract."""

    GROUPS = {
        "aide": Group("Aide", aid_fields, most=30),
        "liee": Group("Entreprise", linked_fields, most=20),
    }
    aid_declaration = Radio(
        label="Aides de minimis reçues sur les trois dernières années",
        choices=Project.AidDeclaration.choices,
        help_text="Hors aides attribuées par ce dispositif, qui sont comptées d’elles-mêmes.",
    )
    nace_code = Text(
        label="Code APE de la structure", max_length=6, help_text="Par exemple 9499Z, sur l’avis de situation INSEE."
    )
    accepts_contract = forms.BooleanField(
        label="La structure souscrit le contrat d’engagement républicain.",
        required=False,
        help_text="Vous déclarez pouvoir l’engager. La date, votre nom et la version du texte sont gardés.",
    )
    contract_exemption = Choice(
        label="Ou elle est réputée y satisfaire",
        choices=Project.ContractExemption.choices,
        required=False,
        help_text="Structures reconnues d’utilité publique, ou agréées par l’État.",
    )
    ABOUT_AID = ("aid_declaration", "nace_code")
    ABOUT_CONTRACT = ("accepts_contract", "contract_exemption")
    DELIBERATE = ("accepts_contract",)

    def __init__(self, data=None, *, application):
        project = project_of(application)
        about_aid, about_contract = part_problems.about_aid(application), republican_contract.is_needed(application)
        names = ("granted_on", "cents", "grantor", "regime", "siren")
        aids = application.declaredaids.all() if project else []
        linked = application.linkedundertakings.all() if project else []
        fields = (*self.ABOUT_AID, "contract_exemption")
        super().__init__(
            data,
            rows={
                "aide": [{name: getattr(one, name) for name in names} for one in aids],
                "liee": [{"siren": one.siren, "name": one.name} for one in linked],
            },
            initial={name: getattr(project, name) for name in fields} if project else {},
        )
        if not about_contract:
            for name in self.ABOUT_CONTRACT:
                del self.fields[name]
        if not about_aid:
            for name in [*self.ABOUT_AID, *(key for key in self.fields if key.startswith(("aide-", "liee-")))]:
                del self.fields[name]
            self.counts = dict.fromkeys(self.counts, 0)
        self.known, self.about_aid = project, about_aid

    @property
    def aids(self):
        return self.lines("aide")

    @property
    def linked(self):
        return self.lines("liee")

    def says(self, line):
        """The regime alone says nothing: the page proposes one."""
        return super().says({name: value for name, value in line.items() if name != "regime"})

    def values(self, data, *, typing=False):
        """What `describing.save_aids` wants; what the page did not ask for stays as it was."""
        values = {
            name: data.get(name, getattr(self.known, name, "")) or ""
            for name in ("aid_declaration", "nace_code", "contract_exemption")
        }
        values["nace_code"] = values["nace_code"].upper().replace(".", "")
        values["accepts_contract"] = bool(data.get("accepts_contract")) and not typing
        if not self.about_aid:
            return {**values, "aids": None, "linked": None}
        aids = [
            {**one, "regime": one["regime"] or DeclaredAid.Regime.GENERAL}
            for one in self.rows("aide", data, typing=typing)
        ]
        return {**values, "aids": aids, "linked": self.rows("liee", data, typing=typing)}
