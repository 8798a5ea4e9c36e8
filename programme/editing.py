"""Preparing a call: create, clone, set its rules, revise it after publication.

Sections and questions are in `editing_form`, criteria and amounts in `editing_criteria`, publication in `calls`. Every
verb locks the call, then its draft version; a published version does not change (the database refuses it too).
"""

from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry, LegalForm
from accounts.permissions import require
from programme import panel_rules
from programme.copying import copy_version
from programme.models import Call, CallVersion, Origin
from programme.models.call import EDIT, PUBLISH
from programme.publication import IncompleteCall, version_problems
from programme.revisions import changes_between
from programme.tie_break import problem_of

# Addresses under /pilotage/appels/ that are no call.
RESERVED_CALLS = ("nouveau",)
SETTINGS = (
    "summary", "eligibility", "years", "siret_required_to_submit", "reviews_per_application", "silence_months",
    "commitment_act", "commitment_extent", "agreement_required", "public_body_act", "grace_minutes", "closing_rule",
    "minimum_opening_days",
    "state_aid_basis", "republican_contract_required", "sign_off_required", "partners_allowed",
    "state_share_max_percent", "eligible_legal_forms", "self_test_note", "tie_break", "threshold_hundredths",
    "exercise_required", "payment_days", "claim_required", "bank_details_required", "bank_cooling_days",
    *panel_rules.FIELDS,
    "dormant_months",
)  # fmt: skip
PUBLISHED_SINCE = (
    "Cette version est publiée : elle ne change plus. Votre texte est gardé ci-dessous. "
    "Pour la modifier, préparez une nouvelle version depuis la page de l’appel."
)


@contextmanager
def drafted(version, *, by, what):
    """The draft, locked, for one change; the journal keeps who changed what.

    Args:
        version: the `CallVersion` to change.
        what: what changes, in a few French words ("la question « Surface »").

    Raises:
        NotAllowed: `by` may not edit calls.
        StalePage: the version was published since.
    """
    require(by, EDIT)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=version.call_id)
        version = CallVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if version.frozen_at or not call.takes_waves:
            raise StalePage(PUBLISHED_SINCE)
        version.call = call
        yield version
        # A page that would publish was made from what the call said: any change makes it stale.
        call.save(update_fields=[])
        JournalEntry.write(action="edit_call", subject=call, actor=by, details={"what": what})


def create_call(*, programme, title, kind, by, slug="", source=None):
    """Create a draft call, empty or as a copy of another.

    Args:
        title: what people read.
        kind: a value of `Call.Kind`.
        slug: its address; made from the title when empty.
        source: the `Call` to copy (its version in force, or its draft), or None.

    Raises:
        NotAllowed: `by` may not edit calls.
        Refusal: the address is taken, or is none; the call to copy says nothing.
    """
    require(by, EDIT)
    slug = free_address(slug or slugify(title)[:50].strip("-"))
    with transaction.atomic():
        call = Call.objects.create(
            programme=programme, slug=slug, title=title, kind=kind, origin=origin_of(source, programme),
            cloned_from=source,
        )  # fmt: skip
        fill(call, source)
        JournalEntry.write(
            action="clone_call" if source else "create_call",
            subject=call,
            actor=by,
            details={"source": source.slug} if source else {},
        )
    return call


def fill(call, source):
    if source is None:
        CallVersion.objects.create(call=call, number=1)
        return
    version = source.version_in_force()
    if version is None:
        raise Refusal("Cet appel n’a pas de contenu à copier : commencez par un appel vide.", field="source")
    copy_version(version, call=call, number=1)


def clone_call(*, call, title, by, slug=""):
    """A draft call that says what `call` says; see `create_call`."""
    return create_call(programme=call.programme, title=title, kind=call.kind, by=by, slug=slug, source=call)


def origin_of(source, programme):
    """The copy of a past call is a real one; what belongs to a demonstration stays so."""
    demonstration = Origin.DEMONSTRATION in (programme.origin, source and source.origin)
    return Origin.DEMONSTRATION if demonstration else Origin.REAL


def free_address(slug):
    if not slug:
        raise Refusal("Donnez une adresse à l’appel : lettres sans accent, chiffres et tirets.", field="slug")
    if slug in RESERVED_CALLS or Call.objects.filter(slug=slug).exists():
        raise Refusal(f"L’adresse « {slug} » est déjà prise : choisissez-en une autre.", field="slug")
    return slug


def save_settings(*, version, by, edition=None, title=None, kind=None, **fields):
    """Write the text and the rules of a call.

    Args:
        edition: that of the version that the page was made from.
        title, kind: those of the call, changed only before its first publication.
        fields: values by name (`SETTINGS`).

    Raises:
        NotAllowed, StalePage: see `drafted`.
        Refusal: a value that makes no sense, tied to its field.
    """
    unknown = set(fields) - set(SETTINGS)
    if unknown:
        raise ValueError(f"not a setting: {sorted(unknown)}")
    with drafted(version, by=by, what="les réglages") as version:
        version.expect_edition(edition)
        refuse_bad_settings(fields)
        rename(version.call, title, kind)
        version.rewrite(**fields)
    return version


def refuse_bad_settings(fields):
    unknown = set(fields.get("eligible_legal_forms") or ()) - set(LegalForm.values)
    if unknown:
        raise Refusal("Cette forme juridique n’existe pas : cochez dans la liste.", field="eligible_legal_forms")
    if problem := problem_of(fields.get("tie_break") or []):
        raise Refusal(problem, field="tie_break_1")
    if wrong := panel_rules.problem_of(fields):
        name, sentence = wrong
        raise Refusal(sentence, field=name)
    share = fields.get("state_share_max_percent")
    if share is not None and not 1 <= share <= 100:
        raise Refusal("La part de l’État est un pourcentage, de 1 à 100.", field="state_share_max_percent")
    if fields.get("grace_minutes") and not (fields.get("closing_rule") or "").strip():
        raise Refusal(
            "Un délai de grâce se dit dans l’appel : écrivez la règle de clôture telle que les porteurs la liront.",
            field="closing_rule",
        )


def rename(call, title, kind):
    """Only while nobody has read the call."""
    if call.state == Call.State.DRAFT:
        call.title, call.kind = title or call.title, kind or call.kind
        call.save(update_fields=["title", "kind"])


def start_revision(*, call, by):
    """Begin a change of a published call: a draft that says what the version in force says.

    Raises:
        NotAllowed: `by` may not edit calls.
        Refusal: the call is not published, or a version is already being prepared.
    """
    require(by, EDIT)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        refuse_revision(call)
        source = call.version_in_force()
        version = copy_version(source, call=call, number=source.number + 1)
        call.save(update_fields=[])
        details = {"number": version.number}
        JournalEntry.write(action="start_revision", subject=call, actor=by, details=details)
    return version


def refuse_revision(call):
    if call.state != Call.State.PUBLISHED:
        raise Refusal(
            "Seul un appel publié reçoit une nouvelle version : celui-ci se modifie directement, ou est clos."
        )
    if call.draft_version() is not None:
        raise Refusal("Une version est déjà en préparation : ouvrez-la depuis la page de l’appel.")


def publish_revision(*, version, note, by, page_version=None):
    """Freeze the version that was prepared: it rules the drafts from now on; what was sent keeps its own.

    Args:
        note: what changes and why, in the words that applicants read; compulsory.
        page_version: the version of the call that the page was made from, if any.

    Raises:
        NotAllowed: `by` may not publish.
        StalePage: published since, or changed since the page.
        IncompleteCall: what is missing, in words.
        Refusal: no note, or nothing changed.
    """
    require(by, PUBLISH)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=version.call_id)
        version = CallVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        call.expect_version(page_version)
        refuse_publication(call, version, note)
        version.frozen_at, version.change_note = timezone.now(), note.strip()
        version.save(update_fields=["frozen_at", "change_note"])
        call.save(update_fields=[])
        details = {"number": version.number, "note": version.change_note}
        JournalEntry.write(action="publish_revision", subject=call, actor=by, details=details)
    return version


def refuse_publication(call, version, note):
    if version.frozen_at or call.state != Call.State.PUBLISHED:
        raise StalePage("Cette version est déjà publiée, ou l’appel est clos : revenez à la page de l’appel.")
    if problems := version_problems(version):
        missing = " ; ".join(problem.text for problem in problems)
        raise IncompleteCall(f"La version ne peut pas être publiée. Il manque : {missing}.")
    if not changes_between(call.version_in_force(), version):
        raise Refusal("Rien ne change : cette version dit la même chose que celle qui est publiée.")
    if not (note or "").strip():
        raise Refusal("Dites ce qui change et pourquoi : les porteurs liront cette phrase.", field="note")


def discard_revision(*, version, by, page_version=None):
    """Give up a version that was prepared after publication: its rows go, the journal keeps that it was.

    Raises:
        NotAllowed, StalePage: see `drafted`.
        Refusal: the first version of a call is not given up, the call would say nothing.
    """
    require(by, EDIT)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=version.call_id)
        version = CallVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        call.expect_version(page_version)
        if version.frozen_at:
            raise StalePage(PUBLISHED_SINCE)
        if call.state == Call.State.DRAFT:
            raise Refusal("Cette version est la seule de l’appel : modifiez-la.")
        version.erase()
        call.save(update_fields=[])
        JournalEntry.write(action="discard_revision", subject=call, actor=by, details={"number": version.number})
