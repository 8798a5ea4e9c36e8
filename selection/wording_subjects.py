"""What a wording is read on: a dossier for a letter, a meeting for its minutes, an agreement for its text.

Each way knows which of these things a reader may read, by what name she asks for one, and which a wave has.
"""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.french import long_date
from documents.models import Document
from documents.wording.examples import EXAMPLES
from funding.conventions import texts
from funding.models import AgreementVersion
from programme.models import Wave
from selection import wording_samples
from selection.meeting_pages import addendum_for_reader, for_reader
from selection.minutes import facts_of, minutes_of
from selection.models import MinutesAddendum, PanelMeeting
from selection.wording_samples import Sample

MOST = 50
INVENTED = "Un exemple inventé : choisissez {} pour lire ses faits."
HELD = "Le procès-verbal de cette séance, tel que ce modèle l’écrirait."
ADDED = "L’additif de cette séance, tel que ce modèle l’écrirait."
WRITTEN = "La convention de ce dossier, telle que ce modèle l’écrirait aujourd’hui."
AMENDED = "Le dernier avenant de ce dossier, tel que ce modèle l’écrirait aujourd’hui."


class Dossiers:
    """Of the letters."""

    param, label, hint = "dossier", "Dossier", "Sa référence, par exemple DOS-2026-00147."
    one, has_region = "un dossier", True
    none = "Aucun dossier envoyé, ouvert à vous, n’a la référence"
    heads = ("Dossier", "Structure")

    def choices(self, user):
        """[(key, name)] to choose from; none where a reference is typed."""
        return []

    def find(self, kind, user, asked):
        return wording_samples.dossiers(user).filter(reference__iexact=asked).first()

    def of_wave(self, kind, user, wave):
        return wording_samples.dossiers(user).filter(wave=wave).order_by("reference")

    def samples(self, kind, found, user):
        return wording_samples.samples(kind, found)

    def named(self, one):
        """(what the address carries, its name, whose it is)."""
        return one.reference, one.reference, str(one.organisation)


class Meetings:
    """Of the minutes: what the reader may not read of a meeting is left out."""

    param, label, hint, one = "seance", "Séance", "", "une séance"
    has_region = False
    none = "Aucune séance ouverte à vous n’a la clé"
    heads = ("Séance", "Vague")

    def rows(self, user):
        rows = PanelMeeting.objects.filter(wave__in=Wave.objects.visible_to(user))
        return rows.select_related("wave__call__programme", "chair").order_by("-meets_at")

    def choices(self, user):
        return [self.named(one)[:2] for one in self.rows(user)[:MOST]]

    def find(self, kind, user, asked):
        return by_public_id(self.rows(user), asked)

    def of_wave(self, kind, user, wave):
        return self.rows(user).filter(wave=wave)

    def samples(self, kind, found, user):
        return {one: self.sample(one, user) for one in found}

    def sample(self, meeting, user):
        document = minutes_of(meeting)
        facts = document.letter if document else facts_of(meeting)
        return Sample(for_reader(facts, meeting.wave, user)[0], HELD)

    def named(self, one):
        return one.public_id.hex, f"Comité du {long_date(one.meets_on)}, {named(one.wave)}", named(one.wave)


class Addenda(Meetings):
    """Of the addenda to the minutes."""

    param, label, one = "additif", "Additif", "un additif"
    none = "Aucun additif ouvert à vous n’a la clé"
    heads = ("Additif", "Vague")

    def rows(self, user):
        rows = MinutesAddendum.objects.filter(meeting__wave__in=Wave.objects.visible_to(user))
        return rows.select_related("meeting__wave__call__programme").order_by("-at")

    def of_wave(self, kind, user, wave):
        return self.rows(user).filter(meeting__wave=wave)

    def sample(self, addendum, user):
        about = Document.objects.about(addendum).get(kind=Document.Kind.PANEL_ADDENDUM)
        return Sample(addendum_for_reader(about.letter, addendum.meeting.wave, user)[0], ADDED)

    def named(self, one):
        wave = named(one.meeting.wave)
        return one.public_id.hex, f"{one.get_about_display()}, {long_date(one.at)}, {wave}", wave


class Agreements:
    """Of the texts of agreements: the latest of a dossier, with the clauses of the model, as written today."""

    param, label, hint, one = "dossier", "Dossier", Dossiers.hint, "un dossier"
    has_region = True
    none = "Aucune convention ou aucun avenant, ouvert à vous, n’a le dossier"
    heads = Dossiers.heads
    kinds = {"agreement": AgreementVersion.Kind.INITIAL, "amendment": AgreementVersion.Kind.AMENDMENT}

    def rows(self, kind, user):
        award = "agreement__award__"
        rows = AgreementVersion.objects.visible_to(user).filter(kind=self.kinds[kind]).exclude(state="abandoned")
        related = ("organisation", "fabrique__commune", "wave__call__programme", "application__officer",
                   "application__call_version", "application__organisation", "application__fabrique__commune",
                   "application__wave__call__programme")  # fmt: skip
        return rows.select_related(*(f"{award}{one}" for one in related)).order_by("-agreement", "-number")

    def choices(self, user):
        return []

    def find(self, kind, user, asked):
        return self.rows(kind, user).filter(agreement__award__application__reference__iexact=asked).first()

    def of_wave(self, kind, user, wave):
        """The latest text of each agreement of the wave."""
        latest = {}
        for one in self.rows(kind, user).filter(agreement__award__wave=wave):
            latest.setdefault(one.agreement_id, one)
        return list(latest.values())

    def samples(self, kind, found, user):
        facts = texts.facts_of_all(found, timezone.localdate())
        origin = AMENDED if kind == "amendment" else WRITTEN
        return {one: Sample(replace(facts[one.pk], clauses=()), origin) for one in found}

    def named(self, one):
        reference = one.award.application.reference
        return reference, reference, str(one.award.organisation)


DOSSIERS = Dossiers()
WAYS = {
    "panel_minutes": Meetings(), "panel_addendum": Addenda(), "agreement": Agreements(), "amendment": Agreements(),
}  # fmt: skip


def way_of(kind):
    return WAYS.get(kind, DOSSIERS)


def example(kind):
    return Sample(EXAMPLES[kind], INVENTED.format(way_of(kind).one))


def named(wave):
    return f"{wave.call.title}, vague {wave.number}"


def by_public_id(rows, asked):
    try:
        return rows.filter(public_id=asked).first()
    except (ValidationError, ValueError):
        return None
