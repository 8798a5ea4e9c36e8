import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from accounts import french
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import DsfrForm, EuroCentsField, attempt, status_of, version_of


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("150 000", 15_000_000),
        ("150\u00a0000", 15_000_000),
        ("150\u202f000 €", 15_000_000),
        ("150000,50", 15_000_050),
        ("12.5", 1_250),
        ("0", 0),
    ],
)
def test_amounts_as_people_type_them(typed, cents):
    assert EuroCentsField().clean(typed) == cents


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "ne peut pas être négatif"),
        ("−5", "ne peut pas être négatif"),
        ("cent euros", "Saisissez un montant en euros"),
        ("1,234", "Saisissez un montant en euros"),
        ("1e9", "Saisissez un montant en euros"),
        ("９９", "Saisissez un montant en euros"),
        ("9" * 400, "Saisissez un montant en euros"),
        ("2000000000", "trop grand"),
        ("", "obligatoire"),
    ],
)
def test_refused_amounts_say_what_to_do(typed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        EuroCentsField().clean(typed)


@given(st.integers(min_value=0, max_value=100_000_000_000))
def test_what_is_shown_can_be_typed_again(cents):
    field = EuroCentsField()
    assert field.clean(field.prepare_value(cents)) == cents
    assert field.clean(french.euros(cents)) == cents


class Sample(DsfrForm):
    name = forms.CharField(label="Nom", help_text="Comme sur les statuts")
    kind = forms.ChoiceField(label="Genre", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False)
    agreed = forms.BooleanField(label="Je m’engage")


def rendered(form):
    return Template('{% include "components/form.html" with form=form %}').render(Context({"form": form}))


def test_a_form_says_what_is_mandatory_and_links_its_errors():
    html = rendered(Sample({"name": "", "agreed": "on"}))
    assert "(obligatoire)" in html
    assert "(facultatif)" in html
    assert 'href="#id_name"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "style=" not in html


def refuse(refusal):
    def verb(data):
        raise refusal

    return verb


def test_a_refusal_lands_on_its_field_and_keeps_the_text():
    form = Sample({"name": "Halle", "agreed": "on"})
    assert not attempt(form, refuse(Refusal("Nom déjà pris : choisissez-en un autre.", field="name")))
    assert form.errors["name"] == ["Nom déjà pris : choisissez-en un autre."]
    assert status_of(form) == 422
    assert 'value="Halle"' in rendered(form)


def test_a_refusal_of_no_field_belongs_to_the_form():
    form = Sample({"name": "Halle", "agreed": "on"})
    assert not attempt(form, refuse(Refusal("La vague est close.", field="inconnu")))
    assert form.non_field_errors() == ["La vague est close."]


@pytest.mark.parametrize("refusal", [StalePage(), NotAllowed()])
def test_stale_and_forbidden_go_up(refusal):
    with pytest.raises(type(refusal)):
        attempt(Sample({"name": "Halle", "agreed": "on"}), refuse(refusal))


@pytest.mark.parametrize(("typed", "version"), [("3", 3), ("", None)])
def test_version_of(rf, typed, version):
    assert version_of(rf.post("/", {"version": typed})) == version


@pytest.mark.parametrize("typed", ["x", "-1", "9" * 30])
def test_a_version_that_is_no_number_is_a_stale_page(rf, typed):
    with pytest.raises(StalePage):
        version_of(rf.post("/", {"version": typed}))
