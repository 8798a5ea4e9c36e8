"""The pool: asked by a link, reminded, replaced; the register; and the pages of all that."""

import datetime
import re
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import NBSP, long_date
from accounts.models import Notification, OutboxMessage, Role, User
from applications.evaluations import pool, profiles, recusals, reminders, terms
from applications.evaluations.proposing import keep_apart
from applications.evaluations.register import lines_of
from applications.models import (
    Application,
    Assignment,
    CoFunding,
    Interest,
    Recusal,
    ReviewerInvitation,
    ReviewerProfile,
    TermsAcceptance,
)
from applications.tasks import sweep_reviews
from tests import factories
from tests.applications import review_steps
from tests.applications.web import post, signed_in, text
from tests.factories import fresh

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PHRASE = "une phrase assez longue"


def invite(**fields):
    data = {"email": "Ines@maison-inventee.fr", "first_name": "Inès", "last_name": "Vaugelade"}
    return pool.invite(by=factories.officer(), **data | fields)


def path_in_last_mail():
    return re.search(r"https?://[^/\s]+(/\S+)", OutboxMessage.objects.order_by("-pk").first().body)[1]


def link(invitation):
    return f"/evaluateurs/invitation/{invitation.token}/"


def yes(**fields):
    return {
        "first_name": "Inès", "last_name": "Vaugelade", "employer": "Maison inventée", "employer_siren": "552100554",
        "capacity": "8", "fields_": ["fablab", "training"], "languages": ["fr", "oc"], "terms": "on", **fields,
    }  # fmt: skip


# --- Invitations --------------------------------------------------------------------------------------------------


def test_the_link_opens_account_role_profile_and_terms_at_once(client):
    factories.communes()
    invitation = invite()
    told = OutboxMessage.objects.get(recipient="ines@maison-inventee.fr")
    assert link(invitation) in told.body
    assert "sans créer de compte" in told.body
    page = client.get(link(invitation))
    assert page.status_code == 200
    assert "Bonjour Inès Vaugelade" in text(page)
    done = post(client, link(invitation), yes(mandate="63430", region=""))
    assert done.status_code == 302, text(done)
    person = User.objects.get(email="ines@maison-inventee.fr")
    assert person.roles == {Role.REVIEWER}
    assert not person.has_usable_password()
    assert person.emailaddress_set.get().verified
    profile = ReviewerProfile.objects.get(user=person)
    assert (profile.employer_siren, profile.capacity, profile.fields) == ("552100554", 8, ["fablab", "training"])
    assert profile.languages == ["fr", "oc"]
    assert Interest.objects.get(user=person).kind == "elected"
    assert TermsAcceptance.objects.get(user=person).text == terms.TEXT
    assert "faites partie" in text(client.get(link(invitation)))


def test_from_the_link_of_the_mail_to_the_desk_and_its_first_dossier(client):
    """Somebody without an account: the mail, its link, a password of her own, her desk, her first answer."""
    factories.communes()
    invitation = invite()
    path = path_in_last_mail()
    assert client.get("/evaluations/").url.startswith("/compte/login/")
    assert "Aucun compte n’est nécessaire" in text(client.get(path))
    assert post(client, path, yes()).status_code == 302
    welcome = OutboxMessage.objects.get(recipient=invitation.email, subject__contains="est ouvert")
    assert "Mot de passe oublié" in welcome.body
    client.post("/compte/password/reset/", {"email": invitation.email})
    page = client.post(path_in_last_mail(), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": PHRASE, "password2": PHRASE})
    assert client.post("/compte/login/", {"login": invitation.email, "password": PHRASE}).url == "/accueil/"
    assert client.get("/accueil/").url == "/evaluations/"
    dossier, (mine, _) = review_steps.sent_dossier(User.objects.get(email=invitation.email), factories.reviewer())
    desk = text(client.get("/evaluations/"))
    assert dossier.fabrique.name in desk and "Aucun dossier ne s’ouvre" not in desk
    sheet = f"/evaluations/{mine.public_id}/"
    assert client.get(sheet).url == f"{sheet}reponse/"
    assert post(client, f"{sheet}reponse/", {"decision": "accepter"}).url == sheet
    assert client.get(sheet).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"terms": ""}, "acceptez les règles"), ({"employer_siren": "12"}, "neuf chiffres"), ({"capacity": "x"}, "")],
)
def test_an_answer_that_lacks_something_comes_back_with_its_text(client, fields, words):
    factories.communes()
    invitation = invite()
    page = post(client, link(invitation), yes(**fields))
    assert page.status_code == 422
    assert words in text(page)
    assert "Maison inventée" in page.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()
    assert fresh(invitation).is_open


def test_no_is_said_by_the_link_and_once(client):
    invitation = invite()
    assert post(client, link(invitation), {"refuse": "1", "non-reason": "Pas le temps."}).status_code == 302
    assert (fresh(invitation).answer, fresh(invitation).reason) == ("declined", "Pas le temps.")
    assert "Votre refus est enregistré" in text(client.get(link(invitation)))
    with pytest.raises(StalePage):
        pool.accept(invitation=invitation, first_name="I", last_name="V", terms=True)


def test_a_link_that_is_not_one_is_not_found(client):
    invitation = invite()
    assert client.get("/evaluateurs/invitation/n-importe-quoi/").status_code == 404
    assert client.get(f"/evaluateurs/invitation/{invitation.public_id}/").status_code == 404


def test_an_account_that_exists_is_kept(client):
    known = factories.panel_member(email="ines@maison-inventee.fr")
    user = pool.accept(invitation=invite(), first_name="Autre", last_name="Nom", terms=True)
    assert user == known
    assert fresh(known).first_name == known.first_name
    assert Role.REVIEWER in fresh(known).roles


def test_who_cannot_review_is_not_invited():
    factories.user(Role.AUDITOR, email="ines@maison-inventee.fr")
    with pytest.raises(Refusal, match="ne va pas avec"):
        invite()
    factories.reviewer(email="autre@exemple.test")
    with pytest.raises(Refusal, match="évalue déjà"):
        invite(email="autre@exemple.test")
    invite(email="encore@exemple.test")
    with pytest.raises(Refusal, match="déjà invitée"):
        invite(email="encore@exemple.test")


def test_silence_is_reminded_then_lapses_and_somebody_else_is_asked():
    invitation = invite()
    now = timezone.now()
    assert reminders.sweep(now + 6 * DAY) == reminders.Done()
    assert reminders.sweep(now + 8 * DAY).reminded == 1
    assert reminders.sweep(now + 9 * DAY) == reminders.Done()
    assert OutboxMessage.objects.filter(recipient=invitation.email).count() == 2
    assert reminders.sweep(now + 22 * DAY).lapsed == 1
    assert fresh(invitation).answer == "lapsed"
    assert "n’a pas répondu" in Notification.objects.get(user=invitation.invited_by).subject
    other = invite(email="autre@exemple.test", replaces=invitation)
    assert other.replaces == invitation
    with pytest.raises(StalePage):
        pool.decline(invitation=invitation)


# --- Reminders of sheets ------------------------------------------------------------------------------------------


def at(days):
    return timezone.now() + days * DAY


def test_a_silent_reviewer_is_reminded_then_replaced():
    silent, other = factories.reviewer(), factories.reviewer()
    dossier, (mine, _) = review_steps.sent_dossier(silent, other)
    tied, spare = factories.reviewer(), factories.reviewer()
    dossier.organisation.memberships.create(user=tied, role="reader")
    assert reminders.sweep(at(2)).reminded == 0
    assert reminders.sweep(at(3.5)).reminded == 2
    assert reminders.sweep(at(4)).reminded == 0
    review_steps.accept(Assignment.objects.get(application=dossier, reviewer=other))
    done = reminders.sweep(at(6))
    assert (done.lapsed, done.replaced) == (1, 1)
    assert fresh(mine).state == "lapsed"
    made = Assignment.objects.get(replaces=mine)
    assert (made.reviewer, made.state) == (spare, "proposed")
    assert made.asked_at
    assert Notification.objects.filter(user=spare, subject__contains="à évaluer").exists()
    assert not Notification.objects.filter(user=tied).exists()


def with_a_silent_one(*, spare):
    """(dossier, the sheet of somebody silent, who accepted beside her), once `spare` reviewers exist."""
    silent, other = factories.reviewer(), factories.reviewer()
    dossier, (mine, _) = review_steps.sent_dossier(silent, other)
    review_steps.accept(Assignment.objects.get(application=dossier, reviewer=other))
    return dossier, mine, other, [factories.reviewer() for _ in range(spare)]


def replaced_after_silence(mine):
    reminders.sweep(at(3.5))
    reminders.sweep(at(6))
    assert fresh(mine).state == "lapsed"
    return Assignment.objects.filter(replaces=mine).values_list("reviewer", flat=True).first()


def test_nobody_who_is_kept_apart_from_a_reviewer_takes_the_place():
    _dossier, mine, other, (apart, spare) = with_a_silent_one(spare=2)
    keep_apart(one=other, other=apart, reason="Même bureau.", by=None)
    assert replaced_after_silence(mine) == spare.pk


def test_who_is_kept_apart_from_the_silent_one_alone_may_take_the_place():
    _dossier, mine, _other, (apart,) = with_a_silent_one(spare=1)
    keep_apart(one=mine.reviewer, other=apart, reason="Même bureau.", by=None)
    assert replaced_after_silence(mine) == apart.pk


@pytest.mark.parametrize(("spare", "wanted"), [(2, 1), (1, 0)])
def test_somebody_without_an_alert_is_asked_first_and_one_with_an_alert_rather_than_nobody(spare, wanted):
    dossier, mine, _other, people = with_a_silent_one(spare=spare)
    profiles.describe_reviewer(user=people[0], by=None, commune=dossier.fabrique.commune)
    assert replaced_after_silence(mine) == people[wanted].pk


def test_after_an_outage_nothing_lapses_in_the_pass_that_reminds():
    _dossier, (mine, other) = review_steps.sent_dossier()
    mine = review_steps.accept(mine)
    Assignment.objects.filter(pk=mine.pk).update(due_on=timezone.localdate() + DAY)
    back = at(10)
    done = reminders.sweep(back)
    assert (done.reminded, done.lapsed) == (2, 0)
    last = long_date(timezone.localdate(back + 2 * DAY))
    told = set(OutboxMessage.objects.filter(subject__startswith="Rappel").values_list("recipient", "body"))
    assert {who for who, body in told if last in body} == {mine.reviewer.email, other.reviewer.email}
    assert reminders.sweep(back + 1.9 * DAY).lapsed == 0
    assert reminders.sweep(back + 2 * DAY).lapsed == 2


def test_without_anybody_free_the_officer_is_told():
    dossier, (_mine, other) = review_steps.sent_dossier()
    officer = factories.officer()
    type(dossier).objects.filter(pk=dossier.pk).update(officer=officer)
    review_steps.accept(other)
    reminders.sweep(at(3.5))
    done = reminders.sweep(at(6))
    assert (done.lapsed, done.replaced) == (1, 0)
    assert "personne n’est libre" in Notification.objects.get(user=officer).subject


def test_a_sheet_is_reminded_before_its_day_and_lapses_a_week_after():
    _dossier, (mine, other) = review_steps.sent_dossier()
    review_steps.give(other)
    mine = review_steps.accept(mine)
    today = timezone.localdate()
    Assignment.objects.filter(pk=mine.pk).update(due_on=today + 10 * DAY)
    counts = [reminders.sweep(at(day)).reminded for day in (2, 3, 4, 8, 9, 11, 12)]
    assert counts == [0, 1, 0, 1, 0, 1, 0]
    assert reminders.sweep(at(17)).lapsed == 0
    assert reminders.sweep(at(18)).lapsed == 1
    assert fresh(mine).state == "lapsed"


def test_somebody_away_is_not_asked():
    silent, other = factories.reviewer(), factories.reviewer()
    dossier, (_mine, _) = review_steps.sent_dossier(silent, other)
    away = factories.reviewer()
    due = dossier.wave.reviews_due_on
    profiles.describe_reviewer(user=away, by=away, unavailable_from=due - DAY, unavailable_until=due + DAY)
    review_steps.accept(Assignment.objects.get(application=dossier, reviewer=other))
    reminders.sweep(at(3.5))
    assert reminders.sweep(at(6)).replaced == 0
    with pytest.raises(Refusal, match="dernier jour"):
        profiles.describe_reviewer(user=away, by=away, unavailable_from=due)


def test_the_task_of_the_service_reminds_replaces_and_lets_lapse_on_its_own_clock():
    """Nobody calls anything here but the task that the beat calls, on the days when something is due."""
    silent, other, spare = factories.reviewer(), factories.reviewer(), factories.reviewer()
    dossier, (mine, _) = review_steps.sent_dossier(silent, other)
    invitation = invite()
    days = {}
    for day in (1, 4, 6, 8, 22, 40):
        with time_machine.travel(timezone.now() + day * DAY):
            sweep_reviews()
            sweep_reviews()
            days[day] = (
                fresh(mine).state, fresh(mine).reminders, fresh(invitation).answer, bool(fresh(invitation).reminded_at)
            )  # fmt: skip
    assert days[1] == ("proposed", 0, "", False)
    assert days[4] == ("proposed", 1, "", False)
    assert days[6] == ("lapsed", 1, "", False)
    assert days[8] == ("lapsed", 1, "", True)
    assert days[22] == ("lapsed", 1, "lapsed", True)
    assert Assignment.objects.get(replaces=mine).reviewer == spare
    # Both of the first were silent: whoever took a place was asked in turn, and nobody twice.
    asked = list(dossier.assignments.values_list("reviewer", flat=True))
    assert len(asked) == len(set(asked)) == 3


# --- Rules --------------------------------------------------------------------------------------------------------


def test_no_dossier_opens_and_no_answer_is_taken_before_the_rules_are_accepted():
    person = factories.reviewer(terms=False)
    dossier, (mine, _) = review_steps.sent_dossier(person, factories.reviewer())
    client, answer = signed_in(person), f"/evaluations/{mine.public_id}/reponse/"
    page = client.get("/evaluations/")
    assert "les règles de l’évaluation" in text(page)
    refused = client.get(answer)
    assert refused.status_code == 302
    assert refused.url == f"/evaluations/regles/?suite={quote(answer, safe='')}"
    assert post(client, answer, {"decision": "accepter"}).url == refused.url
    with pytest.raises(Refusal, match="Acceptez d’abord les règles"):
        review_steps.accept(mine)
    assert dossier.fabrique.name not in text(client.get(refused.url))
    done = post(client, "/evaluations/regles/", {"suite": answer})
    assert (done.status_code, done.url) == (302, answer)
    assert client.get(answer).status_code == 200
    review_steps.accept(mine)
    kept = TermsAcceptance.objects.get(user=person)
    assert (kept.text, kept.edition) == (terms.TEXT, terms.EDITION)
    assert abs(kept.accepted_at - timezone.now()) < datetime.timedelta(minutes=5)
    assert "Vous les avez acceptées le" in text(client.get("/evaluations/regles/"))


def test_new_rules_close_the_dossiers_until_they_are_accepted(monkeypatch):
    dossier, (mine, _) = review_steps.sent_dossier()
    mine = review_steps.accept(mine)
    client, sheet = signed_in(mine.reviewer), f"/evaluations/{mine.public_id}/"
    assert client.get(sheet).status_code == 200
    monkeypatch.setattr(terms, "EDITION", "2027-1")
    assert client.get(sheet).url.startswith("/evaluations/regles/")
    assert not Application.objects.visible_to(mine.reviewer).filter(pk=dossier.pk).exists()
    post(client, "/evaluations/regles/", {"suite": sheet})
    assert client.get(sheet).status_code == 200
    assert TermsAcceptance.objects.filter(user=mine.reviewer).count() == 2


def test_the_page_of_the_rules_leads_nowhere_else():
    client = signed_in(factories.reviewer(terms=False))
    assert post(client, "/evaluations/regles/", {"suite": "https://ailleurs.example/"}).url == "/"
    assert post(client, "/evaluations/regles/", {}).url == "/evaluations/"


# --- Pages --------------------------------------------------------------------------------------------------------


def test_the_reviewer_declares_and_accepts_on_her_own_page():
    factories.communes()
    person = factories.reviewer()
    client = signed_in(person)
    assert "Mon profil" in text(client.get("/evaluations/profil/"))
    line = {"act": "interest", "interet-kind": "board", "interet-body": "Les Amis du canal"}
    assert post(client, "/evaluations/profil/", line).status_code == 302
    page = text(client.get("/evaluations/profil/"))
    assert "Vous avez accepté" in page
    assert "Les Amis du canal" in page
    profile = {"act": "profile", "profil-capacity": "5", "profil-languages": ["fr"], "profil-commune": "63430"}
    assert post(client, "/evaluations/profil/", profile).status_code == 302
    assert ReviewerProfile.objects.get(user=person).commune.code == "63430"
    refused = post(client, "/evaluations/profil/", {"act": "interest", "interet-kind": "elected"})
    assert refused.status_code == 422
    assert "Nommez la commune" in text(refused)


def test_a_member_of_the_panel_declares_on_her_own_page_and_the_officer_reads_it():
    """A siren, a mandate or a paid advice of hers close dossiers too; she is not asked how much she reviews."""
    dossier, person = factories.admissible(), factories.panel_member()
    client, path = signed_in(person), "/evaluations/profil/"
    assert f'href="{path}"' in text(client.get("/pilotage/"))
    page = text(client.get(path))
    assert "Mes intérêts" in page and "Dossiers au plus" not in page and "/evaluations/regles/" not in page
    line = {"act": "interest", "interet-kind": "elected", "interet-commune": dossier.fabrique.commune.code}
    assert post(client, path, line).status_code == 302
    assert post(client, path, {"act": "profile", "profil-employer": "La Halle", "version": ""}).status_code == 302
    assert not Application.objects.visible_to(person).filter(pk=dossier.pk).exists()
    assert Recusal.objects.get().kind == "elected"
    profile = f"/pilotage/evaluateurs/{person.public_id}/"
    shown = text(signed_in(factories.officer()).get(profile))
    assert 'value="La Halle"' in shown and "Mandat électif" in shown and "Dossiers au plus" not in shown


def test_the_officer_checks_a_name_then_invites():
    dossier = factories.admissible()
    type(dossier.organisation).objects.filter(pk=dossier.organisation_id).update(representative_name="I. Vaugelade")
    client = signed_in(factories.officer())
    data = {"email": "ines@maison.fr", "last_name": "Vaugelade", "wave": dossier.wave.pk}
    page = post(client, "/pilotage/evaluateurs/inviter/", data | {"check": "1"})
    assert page.status_code == 200
    assert "Même nom qu’une personne de la structure" in text(page)
    assert not ReviewerInvitation.objects.exists()
    assert post(client, "/pilotage/evaluateurs/inviter/", data).status_code == 302
    assert ReviewerInvitation.objects.get().checked[0][1] == "same_name"
    assert "ines@maison.fr" in text(client.get("/pilotage/evaluateurs/"))


def test_a_name_is_checked_without_an_address_by_what_employs_her():
    dossier, client = factories.admissible(), signed_in(factories.officer())
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Bretagne (FEDER)")
    data = {"last_name": "Vaugelade", "employer": "Region Bretagne", "wave": dossier.wave.pk}
    page = post(client, "/pilotage/evaluateurs/inviter/", data | {"check": "1"})
    assert page.status_code == 200
    assert "« Région Bretagne (FEDER) », cofinanceur du lieu" in text(page)
    refused = post(client, "/pilotage/evaluateurs/inviter/", data)
    assert refused.status_code == 422
    assert not ReviewerInvitation.objects.exists()


def test_the_line_of_an_invitation_says_what_was_checked_and_when():
    dossier, tied = factories.admissible(), factories.panel_chair()
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Bretagne (FEDER)")
    for name in ("un", "deux"):
        invite(email=f"{name}@exemple.test", wave=dossier.wave, employer="Region Bretagne")
    invite(email="autre@exemple.test", last_name="Autre", wave=dossier.wave)
    invite(email="sans@exemple.test")
    recusals.recuse(application=dossier, user=tied, text="Une amie y travaille.", by=tied)
    shown = {who: text(signed_in(who).get("/pilotage/evaluateurs/")) for who in (factories.officer(), tied)}
    mine, hers = shown.values()
    assert mine.count(f"{dossier.reference} : Son organisme est « Région Bretagne (FEDER) »") == 2
    assert mine.count(f"vérifiés le {long_date(timezone.localdate())}".replace(NBSP, " ")) == 3
    assert mine.count("Aucun lien avec les dossiers que vous pouvez lire") == 1
    assert mine.count("Sans vague, rien n’a été rapproché") == 1
    assert dossier.reference not in hers
    assert "Région Bretagne" not in hers


def accepts(name, **fields):
    """Somebody invited who says yes; returns the invitation as it is then."""
    invitation = invite(email=f"{name}@exemple.test", last_name=name, **fields)
    pool.accept(
        invitation=invitation, first_name="Ada", last_name=name, terms=True, employer="", employer_siren="",
        region="", fields=[], regions=[], languages=["fr"], capacity=5,
    )  # fmt: skip
    return fresh(invitation)


def test_an_accepted_invitation_still_says_what_was_checked_when_and_by_whom():
    dossier, tied = factories.admissible(), factories.officer()
    CoFunding.objects.create(application=dossier, account="74-region", funder="Région Bretagne (FEDER)")
    one = accepts("Vaugelade", wave=dossier.wave, employer="Region Bretagne")
    none = accepts("Autre", wave=dossier.wave)
    recusals.recuse(application=dossier, user=tied, text="Une amie y travaille.", by=tied)
    pages = ["/pilotage/evaluateurs/", f"/pilotage/vagues/{dossier.wave.public_id}/deports/",
             f"/pilotage/evaluateurs/{one.user.public_id}/"]  # fmt: skip
    when = f"vérifiés le {long_date(timezone.localdate())} par {one.invited_by}".replace(NBSP, " ")
    found = f"{dossier.reference} : Son organisme est « Région Bretagne (FEDER) »"
    for path in pages:
        mine, hers = (text(signed_in(who).get(path)) for who in (factories.officer(), tied))
        assert found in mine and when in mine and "dossier fermé" in mine
        assert dossier.reference not in hers and "Région Bretagne (FEDER)" not in hers
    listed = text(signed_in(factories.officer()).get(pages[0]))
    assert str(none.user) in listed and listed.count("Aucun lien avec les dossiers que vous pouvez lire") == 1


def test_more_accepted_invitations_cost_no_more_queries(django_assert_max_num_queries):
    dossier, client = factories.admissible(), signed_in(factories.officer())
    paths = "/pilotage/evaluateurs/", f"/pilotage/vagues/{dossier.wave.public_id}/deports/"
    accepts("Un", wave=dossier.wave)
    costs = [queries_of(client, path) for path in paths]
    for name in ("Deux", "Trois", "Quatre"):
        accepts(name, wave=dossier.wave)
    for path, cost in zip(paths, costs, strict=True):
        with django_assert_max_num_queries(cost):
            client.get(path)


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_chair_judges_and_the_register_is_exported():
    dossier, person, chair = factories.admissible(), factories.reviewer(), factories.panel_chair()
    profiles.describe_reviewer(user=person, by=None, commune=dossier.fabrique.commune)
    client, page = signed_in(chair), f"/pilotage/vagues/{dossier.wave.public_id}/deports/"
    assert "Même commune" in text(client.get(page))
    where = f"{page}{dossier.public_id}/{person.public_id}/same_commune/"
    assert post(client, where, {"verdict": "excluded"}).status_code == 422
    assert post(client, where, {"verdict": "excluded", "reason": "Voisins."}).status_code == 302
    row = Recusal.objects.get()
    assert [line.person for line in lines_of(dossier.wave)] == [str(person)]
    file = b"".join(client.get(f"{page}?format=csv").streaming_content).decode()
    assert dossier.reference in file
    assert "Voisins." in file
    assert post(client, f"/pilotage/deports/{row.public_id}/lever/", {"reason": "Elle part."}).status_code == 302
    assert not recusals.keep_found()


def test_the_file_of_the_register_holds_what_was_judged_to_be_nothing_and_what_was_declared():
    dossier, (mine,) = review_steps.sent_dossier(factories.reviewer())
    chair, other = factories.panel_chair(), factories.panel_member()
    profiles.declare_interest(user=mine.reviewer, by=mine.reviewer, kind="board", body="Les Amis du canal")
    profiles.declare_interest(user=other, by=other, kind="adviser", body="Le Pont couvert")
    profiles.describe_reviewer(user=other, by=None, commune=dossier.fabrique.commune)
    told = {"kind": "same_commune", "verdict": "kept", "reason": "Une ville de cent mille habitants."}
    recusals.judge(application=dossier, user=other, by=chair, **told)
    client, page = signed_in(chair), f"/pilotage/vagues/{dossier.wave.public_id}/deports/"
    file = b"".join(client.get(f"{page}?format=csv").streaming_content).decode().replace("\xa0", " ")
    for said in ("peut juger ce dossier : Une ville de cent mille habitants.", "Les Amis du canal", "Le Pont couvert"):
        assert said in file
    # Narrowed, the file is the list; and what others declared is not told to whom a dossier is closed.
    assert "Le Pont couvert" not in b"".join(client.get(f"{page}?format=csv&q=x").streaming_content).decode()
    recusals.recuse(application=dossier, user=chair, text="Une amie y travaille.", by=chair)
    assert lines_of(dossier.wave, reader=chair) == []


def test_the_chair_keeps_somebody_out_without_an_alert():
    dossier, chair, person = factories.admissible(), factories.panel_chair(), factories.panel_member()
    client, page = signed_in(chair), f"/pilotage/vagues/{dossier.wave.public_id}/deports/"
    assert f'href="{page}inscrire/"' in text(client.get(page))
    data = {"application": dossier.public_id, "user": person.public_id, "text": ""}
    assert post(client, f"{page}inscrire/", data).status_code == 422
    assert post(client, f"{page}inscrire/", data | {"text": "Ils ont plaidé ensemble."}).status_code == 302
    row = Recusal.objects.get()
    assert (row.user, row.application, row.origin, row.by) == (person, dossier, "chair", chair)
    assert "Ils ont plaidé ensemble." in text(client.get(page))
    assert signed_in(factories.officer()).get(f"{page}inscrire/").status_code == 403


def test_the_register_names_nothing_to_somebody_who_is_in_it():
    dossier, chair = factories.admissible(), factories.panel_chair()
    recusals.recuse(application=dossier, user=chair, text="Une amie y travaille.", by=chair)
    client, page = signed_in(chair), f"/pilotage/vagues/{dossier.wave.public_id}/deports/"
    assert dossier.reference not in text(client.get(page))
    assert dossier.reference not in b"".join(client.get(f"{page}?format=csv").streaming_content).decode()
    assert lines_of(dossier.wave, reader=chair) == []
