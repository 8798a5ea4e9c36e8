"""« Suis-je éligible ? » : five questions, one a page, then the answer with the rules. All of it is in the address:
nothing is kept, and going back is the browser's own."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros, plural
from accounts.models import LegalForm
from programme import eligibility
from programme.calendar import days_left, open_wave
from programme.communes import typed_form
from programme.eligibility import (
    BEARERS,
    NATURAL_PERSON,
    PLACES,
    Neighbourhood,
    Place,
    Profile,
    Verdict,
)
from programme.fields import CommuneField
from programme.models import Call
from programme.views.public import content_of
from programme.zoning import zoning_of


class BearerForm(DsfrForm):
    porteur = forms.ChoiceField(
        label="Forme juridique",
        choices=[("", "Choisir"), *[one for one in BEARERS if one[0] != NATURAL_PERSON], BEARERS[0]],
        error_messages={"required": "Choisissez qui porte le projet."},
    )


class WhereForm(DsfrForm):
    commune = CommuneField()


class NeighbourhoodForm(DsfrForm):
    quartier = forms.ChoiceField(
        label="Le lieu est-il dans un quartier prioritaire ?",
        widget=forms.RadioSelect,
        choices=[
            (Neighbourhood.INSIDE, "Oui, dans ce quartier"),
            (Neighbourhood.NEAR, "Non, mais tout près"),
            (Neighbourhood.OUTSIDE, "Non"),
            (Neighbourhood.UNKNOWN, "Je ne sais pas"),
        ],
        error_messages={"required": "Choisissez une réponse ; « je ne sais pas » en est une."},
    )


class PlaceForm(DsfrForm):
    lieu = forms.ChoiceField(
        label="Y a-t-il un lieu ?",
        widget=forms.RadioSelect,
        choices=list(PLACES.items()),
        error_messages={"required": "Choisissez une réponse."},
    )


class AmountsForm(DsfrForm):
    total = EuroCentsField(
        label="Aide demandée en tout",
        error_messages={"required": "Donnez un montant, même approché, par exemple 120 000."},
    )
    annee = EuroCentsField(
        label="Dont, pour l’année la plus forte",
        error_messages={"required": "Donnez le montant de l’année la plus forte, par exemple 40 000."},
    )

    def clean(self):
        data = super().clean()
        if data.get("annee") is not None and data.get("total") is not None and data["annee"] > data["total"]:
            raise ValidationError(
                {"annee": "Une seule année ne peut pas dépasser le total : vérifiez les deux montants."}
            )
        return data


@dataclass(frozen=True)
class Step:
    """One question: its key in the address, its title, why it is asked, and its form."""

    key: str
    title: str
    short: str
    why: str
    form: type


STEPS = (
    Step(
        "porteur", "Qui porte le projet ?", "Qui porte le projet",
        "L’aide est versée à une personne morale, qui signe la convention et rend des comptes.", BearerForm,
    ),
    Step(
        "commune", "Où est le lieu ?", "Où est le lieu",
        "La commune dit si le lieu peut être dans un quartier prioritaire, ou hors des grands centres urbains.",
        WhereForm,
    ),
    Step(
        "quartier", "Le lieu est-il dans un quartier prioritaire ?", "Le quartier",
        "L’appel réserve une partie des aides aux quartiers prioritaires et l’autre aux territoires hors des grands "
        "centres urbains. La liste nomme les communes ; seule l’adresse dit si le lieu est dans le périmètre.",
        NeighbourhoodForm,
    ),
    Step(
        "lieu", "Le lieu est-il déjà ouvert ?", "Le lieu",
        "Un lieu ouvert peut répondre pour élargir ses services ; un lieu en projet peut répondre s’il a un porteur.",
        PlaceForm,
    ),
    Step(
        "montants", "Combien demanderiez-vous ?", "Les montants",
        "L’appel fixe un minimum, un maximum et un plafond par année. Un montant approché suffit ici.", AmountsForm,
    ),
)  # fmt: skip


@require_safe
def self_test(request, slug):
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    test = SelfTest(call, request.GET)
    if test.current is None:
        return render(request, "programme/eligibility_answer.html", test.answer_context())
    return render(request, "programme/eligibility_question.html", test.question_context(), status=test.status)


class SelfTest:
    """The answers that an address holds: the first question without one is asked; `?revoir=` asks one again."""

    def __init__(self, call, data):
        self.call, self.data = call, data
        self.version = call.version_in_force()
        self.forms = {step.key: step.form(data) for step in STEPS}
        self.asked = data.get("question", "")

    @property
    def current(self):
        again = next((step for step in STEPS if step.key == self.data.get("revoir")), None)
        return again or next((step for step in STEPS if not self.forms[step.key].is_valid()), None)

    @property
    def status(self):
        return 422 if self.is_refused else 200

    @property
    def is_refused(self):
        """The question shown was answered, badly."""
        return self.asked == self.current.key and not self.forms[self.current.key].is_valid()

    def value(self, key, field=None):
        return self.forms[key].cleaned_data[field or key]

    def zoning(self):
        return zoning_of(self.value("commune"), timezone.localdate())

    # The question.

    def question_context(self):
        step, number = self.current, STEPS.index(self.current) + 1
        known = self.forms["commune"].is_valid() and step.key == "quartier"
        return {
            "call": self.call,
            "version": self.version,
            "trail": trail_of(self.call),
            "step": step,
            "number": number,
            "count": len(STEPS),
            "following": STEPS[number].title if number < len(STEPS) else "la réponse",
            "form": self.shown_form(step),
            "told": commune_words(self.value("commune"), self.zoning()) if known else "",
            "kept": [(name, self.data[name]) for name in self.names_but(step) if self.data.get(name)],
            "given": self.given(),
            "back": self.address(revoir=STEPS[number - 2].key) if number > 1 else "",
        }

    def shown_form(self, step):
        """The typed values with their errors once the question was answered, else a fresh form with what is known."""
        if self.asked == step.key:
            return self.forms[step.key]
        return step.form(initial={name: self.data.get(name, "") for name in step.form.base_fields})

    def names_but(self, step):
        return [name for other in STEPS if other is not step for name in other.form.base_fields]

    def given(self):
        """[(question, answer, address that asks it again)] of the valid ones."""
        return [
            (step.title, self.words(step), self.address(revoir=step.key))
            for step in STEPS
            if step is not self.current and self.forms[step.key].is_valid()
        ]

    def words(self, step):
        if step.key == "montants":
            return f"{euros(self.value('montants', 'total'))}, dont {euros(self.value('montants', 'annee'))} en un an"
        if step.key == "commune":
            return typed_form(self.value("commune"))
        return dict(self.forms[step.key].fields[step.key].choices)[self.value(step.key)]

    def address(self, **more):
        known = {name: self.data[name] for step in STEPS for name in step.form.base_fields if self.data.get(name)}
        return "?" + urlencode(known | more)

    # The answer.

    def profile(self):
        return Profile(
            bearer=self.value("porteur"),
            commune=self.value("commune"),
            zoning=self.zoning(),
            neighbourhood=Neighbourhood(self.value("quartier")),
            place=Place(self.value("lieu")),
            total_cents=self.value("montants", "total"),
            year_cents=self.value("montants", "annee"),
        )

    def answer_context(self):
        profile, now = self.profile(), timezone.now()
        findings = eligibility.judge(self.version, profile)
        taking = open_wave(self.call, now)
        return {
            "call": self.call,
            "version": self.version,
            "trail": trail_of(self.call),
            "verdict": eligibility.overall(findings),
            "findings": findings,
            "doubts": [one for one in findings if one.verdict != Verdict.MET],
            "bounds": eligibility.bounds_for(self.version, profile.segment),
            "open": taking,
            "days_left": days_left(taking.closes_at, now) if taking else None,
            "today": timezone.localdate(),
            "start": self.start_address(profile),
            "change": self.address(revoir=STEPS[0].key),
            **content_of(self.version),
        }

    def start_address(self, profile):
        """The new dossier, with what was answered."""
        known = {"appel": self.call.slug, "commune": typed_form(profile.commune), "zone": profile.segment.value}
        if profile.bearer in LegalForm.values:
            known["forme"] = profile.bearer
        return f"/dossiers/nouveau/?{urlencode(known)}"


def trail_of(call):
    return [("Appels", "/appels/"), (call.title, f"/appels/{call.slug}/")]


def commune_words(commune, zoning):
    """What the maps say of a commune, or that they say nothing."""
    codes, density = zoning["qpv"], zoning["density"]
    quarters = "La liste chargée ne dit pas si cette commune a un quartier prioritaire."
    if codes == []:
        quarters = f"{commune.name} n’a aucun quartier prioritaire dans la liste chargée."
    elif codes:
        named = f"{commune.name} compte {plural(len(codes), 'quartier prioritaire', 'quartiers prioritaires')}"
        quarters = f"{named} de la politique de la ville (QPV) : {', '.join(codes)}."
    centre = f" Classe de densité de la commune : {density.lower()}." if density else ""
    return quarters + centre
