from django import forms
from django.conf import settings

from accounts.forms import DsfrForm
from applications.models import Attachment
from documents.uploads import accepted_names

MEBIBYTE = 1024 * 1024


class SeveralFiles(forms.FileField):
    """One file or several; `clean` gives a list."""

    class Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data, initial=None):
        single = super().clean
        return [single(one, initial) for one in data] if data else [single(None, initial)]


class OptionalFiles(SeveralFiles):
    """None, one or several files."""

    def clean(self, data, initial=None):
        return super().clean(data, initial) if data else []


def help_of_files():
    limit = settings.UPLOAD_MAX_BYTES // MEBIBYTE
    return f"{accepted_names()}, {limit} Mo au plus chacun. Vous pouvez en choisir plusieurs."


class PieceForm(DsfrForm):
    use_required_attribute = False
    kind = forms.ChoiceField(
        label="Nature de la pièce",
        choices=[("", "Choisissez"), *Attachment.Kind.choices],
        error_messages={"required": "Dites ce qu’est cette pièce."},
    )
    file = SeveralFiles(
        label="Fichier",
        help_text=help_of_files(),
        allow_empty_file=True,
        max_length=1000,
        error_messages={
            "required": "Choisissez un fichier.",
            "missing": "Choisissez un fichier.",
            "max_length": "Le nom de ce fichier est trop long : renommez-le, puis renvoyez-le.",
        },
    )
