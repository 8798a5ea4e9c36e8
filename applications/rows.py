"""Forms with lists of lines (sites, posts, partners, aids), usable without JavaScript: one blank line more each time.

A field of a line is named "<group>-<number>-<field>". A line that is left empty, or ticked « Retirer », is not kept.
"""

import re
from dataclasses import dataclass

from django import forms

from accounts.errors import Refusal
from accounts.forms import DsfrForm, EuroCentsField
from accounts.organisations import clean_siret
from applications.shares import percent, share_of

REMOVE = "remove"


class MayBeEmpty:
    """A field that is asked for ("obligatoire") before sending, and may be saved empty meanwhile."""

    def validate(self, value):
        if value not in self.empty_values:
            super().validate(value)


class Text(MayBeEmpty, forms.CharField):
    pass


class Choice(MayBeEmpty, forms.ChoiceField):
    def __init__(self, *, choices, **kwargs):
        super().__init__(choices=[("", "Choisissez"), *choices], **kwargs)


class Radio(MayBeEmpty, forms.ChoiceField):
    widget = forms.RadioSelect


class Day(MayBeEmpty, forms.DateField):
    widget = forms.DateInput
    default_error_messages = {"invalid": "Cette date n’existe pas : écrivez-la comme 31/12/2027."}


class Whole(MayBeEmpty, forms.IntegerField):
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    default_error_messages = {"invalid": "Écrivez un nombre entier, par exemple 120."}


class SiretField(MayBeEmpty, forms.CharField):
    """Fourteen digits with their key, or nothing; spaces are allowed."""

    def clean(self, value):
        try:
            return clean_siret(super().clean(value)) or ""
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class SirenField(MayBeEmpty, forms.CharField):
    """Nine digits, or nothing; spaces are allowed."""

    def clean(self, value):
        digits = "".join(super().clean(value).split())
        if digits and not re.fullmatch(r"[0-9]{9}", digits):
            raise forms.ValidationError("Un SIREN a neuf chiffres : les neuf premiers du SIRET.")
        return digits


class ShareField(MayBeEmpty, forms.CharField):
    """« 33,33 % », given in ten-thousandths; None when empty."""

    def to_python(self, value):
        if value is None or isinstance(value, int):
            return value
        try:
            return share_of(value)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def prepare_value(self, value):
        return percent(value).rstrip("%").strip() if isinstance(value, int) else value


class HundredthsField(MayBeEmpty, forms.CharField):
    """« 1,5 » equivalents of a full time, given in hundredths; None when empty."""

    def prepare_value(self, value):
        return hundredths_text(value) if isinstance(value, int) else value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, int):
            return value or None
        match = re.fullmatch(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?", str(value).strip())
        hundredths = match and int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
        if not hundredths or hundredths > 2_000:
            raise forms.ValidationError("Écrivez un temps de travail de 0,01 à 20, par exemple 1 ou 0,5.")
        return hundredths


def hundredths_text(value):
    """150 → « 1,5 »."""
    whole, decimals = divmod(value, 100)
    return f"{whole},{decimals:02d}".rstrip("0").rstrip(",")


@dataclass(frozen=True)
class Group:
    """One list of lines.

    Args:
        title: of one line, before its number ("Site").
        fields: function that makes the fields of a line, {name: field}; it is given the number of the line.
        most: how many lines at most.
        lines: how many are shown when nothing is written.
    """

    title: str
    fields: object
    most: int = 10
    lines: int = 1


@dataclass
class Line:
    """One line to be shown: its title, its bound fields, whether something is written in it."""

    title: str
    fields: list
    remove: object


class RowsForm(DsfrForm):
    """A form with lists. `GROUPS` says which; `rows(name, data)` gives the lines that are kept."""

    use_required_attribute = False
    GROUPS: dict[str, Group] = {}
    # Fields that only a pressed button acts on: nothing of them is written while somebody types.
    DELIBERATE: tuple = ()

    def __init__(self, *args, rows, **kwargs):
        initial = {
            f"{name}-{number}-{field}": value
            for name, lines in rows.items()
            for number, line in enumerate(lines, start=1)
            for field, value in line.items()
        }
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.counts = {name: self.count(name, rows.get(name, ())) for name in self.GROUPS}
        for name, group in self.GROUPS.items():
            for number in range(1, self.counts[name] + 1):
                self.add_line(name, group, number)

    def count(self, name, lines):
        """How many lines: those that were posted, else those that are saved and one blank."""
        group = self.GROUPS[name]
        if self.is_bound:
            return min(highest(name, self.data), group.most)
        return min(max(len(lines) + bool(lines), group.lines), group.most)

    def add_line(self, name, group, number):
        for field, made in group.fields(number).items():
            self.fields[f"{name}-{number}-{field}"] = made
        self.fields[f"{name}-{number}-{REMOVE}"] = forms.BooleanField(
            label=f"Retirer : {group.title.lower()} {number}", required=False
        )

    def is_deliberate(self, key):
        return key in self.DELIBERATE or key.endswith(f"-{REMOVE}")

    def rows(self, name, data, *, typing=False):
        """The lines that are kept, each a dict of its fields.

        Args:
            data: {name of a field: value}, of this form or of what is saved.
            typing: lines keep their numbers while somebody writes; else the empty and the removed ones go.
        """
        lines = [self.line(name, number, data) for number in range(1, highest(name, data) + 1)]
        kept = [None if removed or not (self.stands(name, n) or self.says(line)) else line
                for n, (line, removed) in enumerate(lines, start=1)]  # fmt: skip
        if not typing:
            return [line for line in kept if line is not None]
        while kept and kept[-1] is None:
            kept.pop()
        return [blank if line is None else line for line, (blank, _) in zip(kept, lines, strict=False)]

    def line(self, name, number, data):
        """(fields of one line, whether it is ticked to be removed); a field that was not given is empty."""
        prefix = f"{name}-{number}-"
        made = self.GROUPS[name].fields(number)
        line = {field: data.get(f"{prefix}{field}", EMPTY.get(type(one), "")) for field, one in made.items()}
        return line, bool(data.get(f"{prefix}{REMOVE}"))

    def stands(self, name, number):
        """A line that is kept even when nothing is written in it."""
        return False

    def says(self, line):
        """Something is written in this line."""
        return any(value not in (None, "") for value in line.values())

    def lines(self, name):
        """The lines to show, as `Line`s."""
        shown = []
        for number in range(1, self.counts[name] + 1):
            prefix = f"{name}-{number}-"
            fields = [self[key] for key in self.fields if key.startswith(prefix) and not key.endswith(REMOVE)]
            shown.append(Line(f"{self.GROUPS[name].title} {number}", fields, self[f"{prefix}{REMOVE}"]))
        return shown

    def column(self, name, field):
        """{number: value} of one field over the lines, where something is written and the line is not removed."""
        return {
            number: value
            for number in range(1, self.counts[name] + 1)
            if (value := self.cleaned_data.get(f"{name}-{number}-{field}"))
            and not self.cleaned_data.get(f"{name}-{number}-{REMOVE}")
        }


# What an empty field of these kinds is worth; a text is "".
EMPTY = {Day: None, Whole: None, ShareField: None, HundredthsField: None, EuroCentsField: None}


def highest(name, data):
    """The highest number of a line of this list among names of fields."""
    found = (re.match(rf"{name}-(\d{{1,3}})-", key) for key in data)
    return max((int(match[1]) for match in found if match), default=0)
