"""The kinds of questions, one class each: what is typed, what is kept, what it is worth, how it reads in French.

`applications.questions` is the door; nothing else calls these. `KINDS[kind]` has:

    read(question, typed) → text                  raises Mistyped
    value(question, text) → python value          reads what earlier versions of the product kept, too
    text(value) → text
    typed(question, text, names) → what the field shows
    shown(question, text, names) → French
    limits(question, text) → sentences            what is well written and may not be sent as it is
    complaints(question, text) → sentences        of an answer that is kept as it was typed
"""

import datetime
import json
import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from stdnum import iban
from stdnum.fr import siret

from accounts import french
from accounts.errors import Refusal
from accounts.forms import cents_of
from programme.communes import find_commune
from programme.models import Question

Kind = Question.Kind
MAX_TYPED = 100_000
MAX_CENTS = 100_000_000_000
NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,6})?")
# Corsica and overseas have a letter in the département: W2A1001234, W9R2001234.
RNA = re.compile(r"W[0-9][0-9AB-Z][0-9]{7}|W[0-9]{9}")
FRENCH_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")


class Mistyped(Exception):
    """What was typed is no answer of this kind; `sentences` say why, in French."""

    def __init__(self, *sentences):
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


def clean(typed):
    """A typed text as it is counted and kept: line breaks as one character, no blanks around, nothing unstorable."""
    text = (typed or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode().strip()


def spaceless(typed):
    return "".join(typed.split())


def french_number(value):
    """Decimal("-1234.50") → « −1 234,5 »."""
    sign, digits = ("−" if value < 0 else ""), f"{abs(value):f}"
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    return f"{sign}{french.integer(int(whole))}{',' + decimals if decimals else ''}"


class Text:
    def read(self, question, typed):
        return typed

    def value(self, question, text):
        return text

    def text(self, value):
        return str(value)

    def typed(self, question, text, names):
        return text

    def shown(self, question, text, names):
        return text

    def limits(self, question, text):
        return []

    def complaints(self, question, text):
        try:
            self.read(question, text)
        except Mistyped as mistyped:
            return mistyped.sentences
        return []


class Number(Text):
    def read(self, question, typed):
        compact = spaceless(typed).replace("−", "-")
        if not NUMBER.fullmatch(compact):
            raise Mistyped("Écrivez un nombre, par exemple 12 ou 12,5.")
        return f"{Decimal(compact.replace(',', '.')):f}"

    def value(self, question, text):
        try:
            return Decimal(text.replace(",", "."))
        except InvalidOperation:
            return None

    def text(self, value):
        return f"{Decimal(value):f}"

    def typed(self, question, text, names):
        return text.replace(".", ",")

    def shown(self, question, text, names):
        value, unit = self.value(question, text), question.settings.get("unit", "")
        if value is None:
            return text
        return f"{french_number(value)}{french.NBSP}{unit}" if unit else french_number(value)

    def limits(self, question, text):
        value = self.value(question, text)
        least, most = bounds_of(question)
        if value is None:
            return []
        if value < least:
            return [f"Écrivez un nombre d’au moins {french_number(least)}."]
        return [f"Écrivez un nombre d’au plus {french_number(most)}."] if most is not None and value > most else []


def bounds_of(question):
    """(least, most or None) of a number; a number is not negative unless its settings say so."""
    least, most = question.settings.get("min"), question.settings.get("max")
    return Decimal(str(least or 0)), None if most is None else Decimal(str(most))


class Amount(Text):
    def read(self, question, typed):
        try:
            cents = cents_of(typed)
        except ValidationError as error:
            raise Mistyped(*error.messages) from error
        if cents < 0:
            raise Mistyped("Le montant ne peut pas être négatif. Saisissez un montant positif.")
        if cents > MAX_CENTS:
            raise Mistyped(f"Ce montant est trop grand : saisissez au plus {french.euros(MAX_CENTS)}.")
        return str(cents)

    def value(self, question, text):
        return int(text) if re.fullmatch(r"-?[0-9]+", text) else None

    def typed(self, question, text, names):
        return self.shown(question, text, names).removesuffix(f"{french.NBSP}€")

    def shown(self, question, text, names):
        cents = self.value(question, text)
        return text if cents is None else french.euros(cents)


class Date(Text):
    def read(self, question, typed):
        match = FRENCH_DAY.fullmatch(typed)
        iso = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}" if match else typed
        try:
            day = datetime.date.fromisoformat(iso) if len(iso) == 10 else None
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year < 2200:
            raise Mistyped("Cette date n’existe pas : écrivez-la comme 31/12/2027.")
        return day.isoformat()

    def value(self, question, text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    def text(self, value):
        return value.isoformat()

    def shown(self, question, text, names):
        day = self.value(question, text)
        return french.long_date(day) if day else text


def not_offered(question, choices):
    gone = ", ".join(f"« {one} »" for one in choices)
    return Mistyped(f"Choisissez parmi les réponses proposées à « {question.label} » : {gone} n’en est pas une.")


class Choice(Text):
    def read(self, question, typed):
        if typed not in map(str, question.options):
            raise not_offered(question, [typed[:80]])
        return typed


class Choices(Text):
    def read(self, question, typed):
        chosen, offered = listed(typed), [str(one) for one in question.options]
        if unknown := [one[:80] for one in chosen if one not in offered]:
            raise not_offered(question, unknown)
        return self.text([one for one in offered if one in chosen]) if chosen else ""

    def value(self, question, text):
        return listed(text)

    def text(self, value):
        return json.dumps(list(value), ensure_ascii=False)

    def shown(self, question, text, names):
        return "\n".join(listed(text))


def listed(text):
    """The choices of a text: a JSON list, or one a line as the first version kept them."""
    try:
        found = json.loads(text) if text.startswith("[") else None
    except ValueError:
        found = None
    return [str(one) for one in found] if isinstance(found, list) else text.splitlines()


class Commune(Text):
    def read(self, question, typed):
        try:
            return find_commune(typed).code
        except Refusal as refusal:
            raise Mistyped(refusal.message) from refusal

    def typed(self, question, text, names):
        return names.communes.get(text, text)

    def shown(self, question, text, names):
        return names.communes.get(text, text)

    def complaints(self, question, text):
        return [f"Aucune commune n’est reconnue dans « {text[:60]} » : écrivez son code postal et son nom."]


class Siret(Text):
    def read(self, question, typed):
        if not siret.is_valid(spaceless(typed)):
            raise Mistyped("Ce SIRET n’est pas valable : vérifiez ses 14 chiffres sur l’avis de situation (INSEE).")
        return siret.compact(spaceless(typed))

    def typed(self, question, text, names):
        return french.siret(text)

    def shown(self, question, text, names):
        return french.siret(text)


class Rna(Text):
    def read(self, question, typed):
        number = spaceless(typed).upper()
        if not RNA.fullmatch(number):
            raise Mistyped("Ce numéro RNA n’est pas valable : un W suivi de neuf chiffres, par exemple W631234567.")
        return number


class Iban(Text):
    def read(self, question, typed):
        if not iban.is_valid(typed):
            raise Mistyped("Cet IBAN n’est pas valable : recopiez-le depuis votre RIB, sans oublier de signe.")
        return iban.compact(typed)

    def typed(self, question, text, names):
        return iban.format(text)

    def shown(self, question, text, names):
        return iban.format(text).replace(" ", french.NBSP)


class File(Text):
    def shown(self, question, text, names):
        return names.files.get(text, "fichier joint")


class Computed(Text):
    """Never typed, never kept: only its value is shown."""

    def read(self, question, typed):
        return ""

    def value(self, question, text):
        return NUMBER_KIND.value(question, text)

    def text(self, value):
        return f"{Decimal(value):f}"

    def shown(self, question, text, names):
        value = self.value(question, text)
        if value is None:
            return text
        return french.euros(int(value)) if question.settings.get("format") == "amount" else french_number(value)


NUMBER_KIND = Number()
KINDS = {
    Kind.SHORT_TEXT: Text(),
    Kind.LONG_TEXT: Text(),
    Kind.ADDRESS: Text(),
    Kind.NUMBER: NUMBER_KIND,
    Kind.AMOUNT: Amount(),
    Kind.DATE: Date(),
    Kind.CHOICE: Choice(),
    Kind.CHOICES: Choices(),
    Kind.COMMUNE: Commune(),
    Kind.SIRET: Siret(),
    Kind.RNA: Rna(),
    Kind.IBAN: Iban(),
    Kind.FILE: File(),
    Kind.COMPUTED: Computed(),
}
