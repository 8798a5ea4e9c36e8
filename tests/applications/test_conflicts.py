"""Who may not judge what: each tie found in the facts, and the door that it closes."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Membership, Organisation, Role
from applications import networks
from applications.evaluations import conflicts, profiles, recusals
from applications.evaluations.doors import is_kept_out
from applications.models import (
    AlertJudgement,
    Application,
    Assignment,
    Attachment,
    CoFunding,
    Interest,
    Partner,
    Recusal,
    Site,
    TieKind,
)
from documents.models import PagePicture, StoredFile
from tests import factories
from tests.applications import review_steps
from tests.built_once import stage
from tests.factories import fresh

pytestmark = pytest.mark.django_db
K = Interest.Kind
SIREN = "552100554"


@stage
def dossier(db):
    return factories.admissible()


def partner(dossier, siren=SIREN, name="La Coopérative des halles"):
    Partner.objects.create(application=dossier, position=1, name=name, siret=f"{siren}00013")


def declared(person, **fields):
    return profiles.declare_interest(user=person, by=person, **fields)


def member(dossier, person):
    Membership.objects.create(organisation=dossier.organisation, user=person, role="reader")


def employed(dossier, person):
    profiles.describe_reviewer(user=person, by=None, employer="X", employer_siren=dossier.organisation.siren)


def of_partner(dossier, person):
    partner(dossier)
    profiles.describe_reviewer(user=person, by=None, employer="La coop", employer_siren=SIREN)


def adviser(dossier, person):
    declared(person, kind=K.ADVISER, body="Le porteur", siren=dossier.organisation.siren)


def paid_by_partner(dossier, person):
    partner(dossier)
    declared(person, kind=K.ADVISER, siren=SIREN)


def board_by_name(dossier, person):
    """No SIREN is declared: the name is enough, whatever its case."""
    declared(person, kind=K.BOARD, body=dossier.organisation.name.upper())


def of_network(dossier, person):
    network = factories.organisation(name="Réseau des lieux", kind=Organisation.Kind.NETWORK)
    Membership.objects.create(organisation=network, user=person, role="reader")
    networks.consent(application=dossier, network=network, by=dossier.created_by)


def mayor(dossier, person):
    declared(person, kind=K.ELECTED, commune=dossier.fabrique.commune)


def of_another_site(dossier, person):
    Site.objects.create(application=dossier, position=2, commune=factories.commune("23096"))
    declared(person, kind=K.ELECTED, commune=factories.commune("23096"))


def of_the_region(dossier, person):
    declared(person, kind=K.ELECTED, region=dossier.fabrique.commune.region)


def funder(dossier, person):
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Auvergne (FEDER)")
    declared(person, kind=K.FUNDER, body="Région Auvergne")


def funder_without_its_accents(dossier, person):
    """The line is written after the profile: nothing is in the register yet."""
    profiles.describe_reviewer(user=person, by=None, employer="REGION BRETAGNE")
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Bretagne (FEDER)")


def funder_with_its_accents(dossier, person):
    profiles.describe_reviewer(user=person, by=None, employer="Région Bretagne")
    CoFunding.objects.create(application=dossier, account="74-region", funder="REGION BRETAGNE, volet FEDER")


def partner_without_its_accents(dossier, person):
    declared(person, kind=K.BOARD, body="L’atelier cooperatif de l’Evre")
    Partner.objects.create(application=dossier, position=1, name="L’Atelier Coopératif de l’Èvre")


def network_without_its_accents(dossier, person):
    declared(person, kind=K.EMPLOYER, body="RESEAU DES FORETS")
    network = factories.organisation(name="Réseau des forêts", kind=Organisation.Kind.NETWORK)
    networks.consent(application=dossier, network=network, by=dossier.created_by)


def renamed_structure(dossier, person):
    declared(person, kind=K.BOARD, body="Les metiers du cœur")
    dossier.organisation.name = "Les Métiers du Coeur"
    dossier.organisation.save()


def relative(dossier, person):
    declared(person, kind=K.FAMILY, body="X", siren=dossier.organisation.siren)


TIES = [
    (member, TieKind.OWN_ORGANISATION),
    (employed, TieKind.OWN_ORGANISATION),
    (board_by_name, TieKind.OWN_ORGANISATION),
    (of_partner, TieKind.PARTNER),
    (adviser, TieKind.ADVISER),
    (paid_by_partner, TieKind.ADVISER),
    (of_network, TieKind.NETWORK),
    (mayor, TieKind.ELECTED),
    (of_another_site, TieKind.ELECTED),
    (of_the_region, TieKind.ELECTED),
    (funder, TieKind.CO_FUNDER),
    (funder_without_its_accents, TieKind.CO_FUNDER),
    (funder_with_its_accents, TieKind.CO_FUNDER),
    (partner_without_its_accents, TieKind.PARTNER),
    (network_without_its_accents, TieKind.NETWORK),
    (renamed_structure, TieKind.OWN_ORGANISATION),
    (relative, TieKind.DECLARED),
]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.PANEL_MEMBER, Role.PANEL_CHAIR])
@pytest.mark.parametrize(("tie", "kind"), TIES, ids=lambda one: getattr(one, "__name__", None))
def test_each_tie_is_found_and_closes_the_dossier(dossier, tie, kind, role):
    person, other = factories.user(role), factories.user(role)
    tie(dossier, person)
    assert [one.kind for one in conflicts.exclusions(dossier.wave)[dossier.pk, person.pk]] == [kind]
    assert list(conflicts.exclusions_of(dossier)) == [person.pk]
    assert is_kept_out(person, dossier)
    assert not is_kept_out(other, dossier)
    # Members of the structure, and of a network that is let in, read it as such; nobody else does.
    as_member = role == Role.REVIEWER and tie in (member, of_network)
    assert Application.objects.visible_to(person).filter(pk=dossier.pk).exists() is as_member
    kept = recusals.keep_found()
    assert [(row.user, row.kind, row.origin) for row in Recusal.objects.all()] == [(person, kind, "found")]
    assert recusals.keep_found() == []
    assert len(kept) <= 1


@pytest.mark.parametrize(("tie", "kind"), TIES, ids=lambda one: getattr(one, "__name__", None))
def test_the_door_of_the_facts_needs_no_register(dossier, tie, kind):
    """A dossier that is closed by a fact alone, before any sweep has written it down."""
    person = factories.panel_member()
    tie(dossier, person)
    # What the verbs wrote is set aside: the facts alone must close.
    Recusal.objects.update(lifted_at=timezone.now(), lift_reason="Pour le test")
    assert is_kept_out(person, dossier)
    assert not Application.objects.visible_to(person).filter(pk=dossier.pk).exists()


def test_somebody_without_a_tie_reads_everything(dossier):
    person = factories.panel_member()
    profiles.describe_reviewer(user=person, by=None, employer="Ailleurs", employer_siren=SIREN)
    declared(person, kind=K.ELECTED, commune=factories.commune("23096"))
    declared(person, kind=K.FUNDER, body="Région Bretagne")
    assert conflicts.exclusions(dossier.wave) == {}
    assert Application.objects.visible_to(person).filter(pk=dossier.pk).exists()


def test_two_bodies_of_one_name_are_told_apart_by_their_siren(dossier):
    person = factories.panel_member()
    profiles.describe_reviewer(user=person, by=None, employer=dossier.organisation.name, employer_siren=SIREN)
    assert conflicts.exclusions_of(dossier) == {}
    assert not is_kept_out(person, dossier)


def test_one_name_with_and_without_a_siren_closes_as_the_one_without(dossier):
    person = factories.panel_member()
    profiles.describe_reviewer(user=person, by=None, employer=dossier.organisation.name, employer_siren=SIREN)
    declared(person, kind=K.BOARD, body=dossier.organisation.name)
    Recusal.objects.update(lifted_at=timezone.now(), lift_reason="Pour le test")
    assert list(conflicts.exclusions_of(dossier)) == [person.pk]
    assert is_kept_out(person, dossier)


def test_a_tie_that_ended_counts_for_five_years(dossier):
    person = factories.panel_member()
    line = declared(person, kind=K.EMPLOYER, body="X", siren=dossier.organisation.siren)
    today = timezone.localdate()
    for years, tied in ((4, True), (6, False)):
        Interest.objects.filter(pk=line.pk).update(ended_on=today - datetime.timedelta(days=365 * years))
        Recusal.objects.update(lifted_at=timezone.now(), lift_reason="Pour le test")
        assert bool(conflicts.exclusions_of(dossier)) is tied
        assert is_kept_out(person, dossier) is tied


def test_an_applicant_who_reviews_still_reads_her_own_dossier_as_an_applicant(dossier):
    person = factories.user(Role.APPLICANT, Role.REVIEWER)
    member(dossier, person)
    assert Application.objects.visible_to(person).get() == dossier
    assert is_kept_out(person, dossier)


def test_a_fact_that_appears_takes_the_dossier_off_her_desk():
    one, two = factories.reviewer(), factories.reviewer()
    dossier, asked = review_steps.sent_dossier(one, two)
    mine = next(row for row in asked if row.reviewer == one)
    assert Assignment.objects.on_desk_of(one).count() == 1
    partner(dossier)
    declared(one, kind=K.BOARD, siren=SIREN)
    assert fresh(mine).state == "recused"
    assert Assignment.objects.on_desk_of(one).count() == 0
    assert Assignment.objects.on_desk_of(two).count() == 1


def test_nobody_is_sent_a_dossier_with_a_tie_found_since_she_was_chosen():
    from applications import assignments

    _, (dossier,) = review_steps.wave_under_instruction()
    one, two, three = (factories.reviewer() for _ in range(3))
    assignments.assign(application=dossier, reviewers=[one, two, three], by=None)
    member(dossier, one)
    assignments.send_to_review(applications=[dossier], by=None)
    assert dict(dossier.assignments.values_list("reviewer", "state")) == {
        one.pk: "recused", two.pk: "proposed", three.pk: "proposed",
    }  # fmt: skip


# --- Alerts -------------------------------------------------------------------------------------------------------


def same_commune(dossier, person):
    profiles.describe_reviewer(user=person, by=None, commune=dossier.fabrique.commune)


def same_domain(dossier, person):
    Organisation.objects.filter(pk=dossier.organisation_id).update(email="contact@ville-inventee.fr")
    type(person).objects.filter(pk=person.pk).update(email="camille@ville-inventee.fr")


def support_letter(dossier, person, name="Lettre_maison-du-livradois.pdf", pages=()):
    profiles.describe_reviewer(user=person, by=None, employer="Maison du Livradois")
    file = StoredFile.objects.create(
        name=name,
        content_type="application/pdf",
        byte_size=9,
        sha256="0" * 64,
        file="essai/lettre.pdf",
        uploaded_by=dossier.created_by,
    )
    for number, words in enumerate(pages, start=1):
        PagePicture.objects.create(stored_file=file, number=number, picture="x.png", width=1, height=1, text=words)
    Attachment.objects.create(application=dossier, kind="support", file=file, added_by=dossier.created_by)


def support_letter_by_its_text(dossier, person):
    pages = ("Thiers, le 3 mars 2026", "Nous soutenons ce projet.\nLa présidente de la MAISON DU\nLIVRADOIS")
    support_letter(dossier, person, "lettre.pdf", pages)


def earlier(dossier):
    """Another dossier of the same structure, in another wave."""
    past = factories.admissible(wave_=factories.wave())
    Application.objects.filter(pk=past.pk).update(organisation=dossier.organisation)
    return past


def earlier_review(dossier, person):
    past = earlier(dossier)
    Assignment.objects.create(application=past, reviewer=person, state="submitted")


def earlier_award(dossier, person):
    past = earlier(dossier)
    Application.objects.filter(pk=past.pk).update(state="awarded")
    partner(past)
    profiles.describe_reviewer(user=person, by=None, employer_siren=SIREN)


def same_name(dossier, person):
    type(person).objects.filter(pk=person.pk).update(last_name="Vaugelade")
    Organisation.objects.filter(pk=dossier.organisation_id).update(representative_name="Inès Vaugelade")


ALERTS = [
    (same_commune, TieKind.SAME_COMMUNE),
    (same_domain, TieKind.SAME_DOMAIN),
    (support_letter, TieKind.SUPPORT_LETTER),
    (support_letter_by_its_text, TieKind.SUPPORT_LETTER),
    (earlier_review, TieKind.EARLIER_REVIEW),
    (earlier_award, TieKind.EARLIER_AWARD),
    (same_name, TieKind.SAME_NAME),
]


@pytest.mark.parametrize(("tie", "kind"), ALERTS, ids=lambda one: getattr(one, "__name__", None))
def test_each_alert_is_found_and_closes_nothing(dossier, tie, kind):
    person, other = factories.panel_member(), factories.panel_member()
    tie(dossier, person)
    found = conflicts.alerts(dossier.wave)
    assert [one.kind for one in found[dossier.pk, person.pk]] == [kind]
    assert other.pk not in {user for _, user in found}
    assert not is_kept_out(person, dossier)
    assert conflicts.alerts_of(dossier, people=[fresh(person)]) == {person.pk: found[dossier.pk, person.pk]}


def test_a_letter_that_names_nobody_alerts_nobody(dossier):
    support_letter(dossier, factories.panel_member(), "lettre.pdf", ("La maison du Forez, en Livradois, soutient.",))
    assert conflicts.alerts(dossier.wave) == {}


def test_an_earlier_award_is_an_alert_when_it_was_shared_with_the_applicant(dossier):
    person = factories.panel_member()
    profiles.describe_reviewer(user=person, by=None, employer_siren=SIREN)
    alone = factories.admissible(wave_=factories.wave())
    Application.objects.filter(pk=alone.pk).update(state="awarded")
    partner(alone)
    assert conflicts.alerts_of(dossier, people=[person]) == {}
    earlier_award(dossier, person)
    assert [one.kind for one in conflicts.alerts_of(dossier, people=[person])[person.pk]] == ["earlier_award"]


def test_the_chair_judges_an_alert_with_a_reason(dossier):
    person, chair = factories.panel_member(), factories.panel_chair()
    same_commune(dossier, person)
    alert = {"application": dossier, "user": person, "kind": "same_commune", "by": chair}
    with pytest.raises(Refusal, match="motif"):
        recusals.judge(**alert, verdict="kept", reason=" ")
    with pytest.raises(NotAllowed):
        recusals.judge(**alert | {"by": person}, verdict="kept", reason="Ville de 40 000 habitants.")
    recusals.judge(**alert, verdict="kept", reason="Ville de 40 000 habitants.")
    assert conflicts.alerts(dossier.wave) == {}
    assert not is_kept_out(person, dossier)
    with pytest.raises(StalePage):
        recusals.judge(**alert, verdict="excluded", reason="Une autre fois.")
    assert AlertJudgement.objects.count() == 1


def test_the_chair_may_put_somebody_out(dossier):
    person, chair = factories.panel_member(), factories.panel_chair()
    same_commune(dossier, person)
    recusals.judge(
        application=dossier, user=person, kind="same_commune", verdict="excluded", reason="Voisins.", by=chair
    )
    assert is_kept_out(person, dossier)
    row = Recusal.objects.get()
    assert (row.origin, row.by, row.kind) == ("chair", chair, "same_commune")
    recusals.lift(recusal=row, reason="Elle a déménagé.", by=chair)
    assert not is_kept_out(person, dossier)
    with pytest.raises(StalePage):
        recusals.lift(recusal=row, reason="Encore.", by=chair)


def test_the_chair_does_not_judge_what_concerns_her(dossier):
    chair = factories.panel_chair()
    same_commune(dossier, chair)
    with pytest.raises(NotAllowed):
        recusals.judge(application=dossier, user=chair, kind="same_commune", verdict="kept", reason="Non.", by=chair)


# --- The register -------------------------------------------------------------------------------------------------


def test_who_declares_leaves_and_the_line_is_never_lifted(dossier):
    person, chair = factories.panel_member(), factories.panel_chair()
    row = recusals.recuse(application=dossier, user=person, text="Ma sœur y travaille.", by=person)
    assert (row.origin, row.kind) == ("declared", "declared")
    assert recusals.recuse(application=dossier, user=person, text="Encore.", by=person) == row
    assert is_kept_out(person, dossier)
    with pytest.raises(Refusal, match="déclaré ce lien elle-même"):
        recusals.lift(recusal=row, reason="Je n’y crois pas.", by=chair)
    with pytest.raises(NotAllowed):
        recusals.recuse(application=dossier, user=chair, text="Qu’elle sorte.", by=person)


def test_what_was_found_by_mistake_is_lifted_once_the_fact_is_corrected(dossier):
    person, chair = factories.reviewer(), factories.panel_chair()
    employed(dossier, person)
    row = Recusal.objects.get()
    with pytest.raises(Refusal, match="existe toujours"):
        recusals.lift(recusal=row, reason="SIREN mal saisi.", by=chair)
    profiles.describe_reviewer(user=person, by=None, employer="X", employer_siren="")
    recusals.lift(recusal=row, reason="SIREN mal saisi.", by=chair)
    assert not is_kept_out(person, dossier)
    assert recusals.keep_found() == []


def test_a_reviewer_who_declares_before_the_dossier_opens_is_in_the_register():
    one = factories.reviewer()
    _, (mine,) = review_steps.sent_dossier(one)
    review_steps.recuse(mine)
    row = Recusal.objects.get()
    assert (row.user, row.text, row.origin) == (one, "Ma sœur y travaille.", "declared")


def test_a_line_of_interests_is_withdrawn_by_somebody_else_with_a_reason(dossier):
    person, officer = factories.reviewer(), factories.officer()
    line = declared(person, kind=K.OTHER, body="Les amis du lieu")
    with pytest.raises(NotAllowed):
        profiles.withdraw_interest(interest=line, reason="Erreur.", by=person)
    with pytest.raises(Refusal, match="pourquoi"):
        profiles.withdraw_interest(interest=line, reason="", by=officer)
    profiles.withdraw_interest(interest=line, reason="Homonyme.", by=officer)
    with pytest.raises(StalePage):
        profiles.withdraw_interest(interest=line, reason="Homonyme.", by=officer)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "board"}, "body"),
        ({"kind": "elected", "body": "Mairie"}, "commune"),
        ({"kind": "board", "body": "X", "siren": "12"}, "siren"),
    ],
)
def test_a_line_of_interests_names_something(fields, field):
    with pytest.raises(Refusal) as refused:
        declared(factories.reviewer(), **fields)
    assert refused.value.field == field


# --- A name before inviting ---------------------------------------------------------------------------------------


def test_a_name_is_checked_before_inviting(dossier):
    same_name(dossier, factories.reviewer())
    same_domain(dossier, factories.reviewer())
    partner(dossier)
    found = conflicts.check_name(
        dossier.wave, last_name="VAUGELADE", email="nouvelle@ville-inventee.fr", siren="552 100 554"
    )
    assert {(one, reason.kind) for one, reason in found} == {
        (dossier, "partner"), (dossier, "same_name"), (dossier, "same_domain"),
    }  # fmt: skip
    assert conflicts.check_name(dossier, last_name="Autre", email="autre@ailleurs.fr", siren="") == []


def test_the_name_of_her_body_is_checked_without_its_siren_and_without_her_address(dossier):
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Bretagne (FEDER)")
    found = conflicts.check_name(dossier.wave, last_name="Autre", employer="Region Bretagne")
    assert [(one, reason.kind) for one, reason in found] == [(dossier, "co_funder")]


def test_a_known_address_brings_all_that_is_known_of_her(dossier):
    person = factories.reviewer()
    mayor(dossier, person)
    found = conflicts.check_name(dossier, last_name="", email=person.email.upper(), siren="")
    assert [reason.kind for _, reason in found] == ["elected"]


# --- Numbers ------------------------------------------------------------------------------------------------------


def test_one_dossier_or_three_the_same_queries():
    wave = factories.wave()
    counts = []
    for _ in range(2):
        dossiers = [factories.admissible(wave_=wave) for _ in range(1 if not counts else 2)]
        for dossier in dossiers:
            person = factories.panel_member()
            member(dossier, person)
            same_commune(dossier, person)
            support_letter_by_its_text(dossier, person)
        for read in (conflicts.exclusions, conflicts.alerts):
            with CaptureQueriesContext(connection) as captured:
                read(wave)
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


def test_every_read_of_a_judge_costs_one_query_more(dossier):
    person, reader = factories.panel_member(), factories.user(Role.DECISION_MAKER)
    member(dossier, person)
    counts = []
    for one in (person, reader):
        one.has_role()
        with CaptureQueriesContext(connection) as captured:
            list(Application.objects.visible_to(one))
        counts.append(len(captured))
    assert counts == [2, 1]
