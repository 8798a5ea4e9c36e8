"""Project, consortium, aids, republican contract, co-funders: kept unfinished, told, frozen once sent."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import Refusal
from accounts.models import JournalEntry, LegalForm
from applications import completeness, describing, drafting, parts, submission
from applications.models import Attachment, CoFunding, Partner, Post, Project, RepublicanCommitment, Site
from portal.demonstration.places import siret_of
from tests import factories
from tests.applications.web import post, signed_in, staff_url, text, url

pytestmark = pytest.mark.django_db
SIRETS = [siret_of(base) for base in ("80000001", "80000002", "80000003")]
PARTNER = {"name": "Commune de Thiers", "foreign_id": "", "role": "Prête les murs"}


@pytest.fixture
def person():
    return factories.applicant()


def sentences(application, slug):
    return [one.sentence for one in completeness.problems(fresh(application)) if one.section == slug]


def fresh(application):
    return factories.fresh(application)


def under(**version_fields):
    """A complete draft of a call that has these settings."""
    return factories.complete_draft(wave_=factories.wave(factories.draft_call(**version_fields)),
                                    segment="outside_large_centres")  # fmt: skip


def consortium(application, shares, lead=None, **more):
    partners = [{**PARTNER, "siret": siret, "share": share} for siret, share in zip(SIRETS, shares, strict=False)]
    fields = {"in_consortium": True, "lead_share": lead, "lead_role": "", "partners": partners, **more}
    return describing.save_consortium(application=application, by=application.created_by, **fields)


def test_a_dossier_that_says_nothing_of_these_parts_may_be_sent(person):
    application = factories.send(factories.complete_draft(by=person, segment="outside_large_centres"))
    content = application.revisions.get().content
    assert content["consortium"] == {} and content["project"]["sites"] == [] and content["aid"]["contract"] == {}
    assert not Project.objects.exists()


def test_shares_must_make_a_whole_and_equal_ones_do(person):
    application = under()
    consortium(application, [3_333, 3_333], lead=3_333)
    assert sentences(application, completeness.CONSORTIUM) == [
        "Les parts font 99,99\u00a0%\u00a0: il manque 0,01\u00a0%."
    ]
    with pytest.raises(submission.Incomplete):
        factories.send(fresh(application))
    consortium(application, [None, None], equally=True)
    assert sentences(application, completeness.CONSORTIUM) == []
    sent = factories.send(fresh(application)).revisions.get().content["consortium"]
    assert sent["lead_share"] == 3_334 and [one["share"] for one in sent["partners"]] == [3_333, 3_333]


def test_a_partner_is_named_with_a_siret_of_its_own(person):
    application = under()
    describing.save_consortium(
        application=application, by=None, in_consortium=True, lead_share=10_000, lead_role="",
        partners=[{"name": "", "siret": "", "foreign_id": "", "role": "", "share": 0}],
    )  # fmt: skip
    assert len(sentences(application, completeness.CONSORTIUM)) == 3
    with pytest.raises(Refusal, match="SIRET n’est pas valable"):
        describing.save_consortium(application=application, by=None, in_consortium=True, lead_share=1, lead_role="",
                                   partners=[{**PARTNER, "siret": "12345678901234", "share": 1}])  # fmt: skip
    with pytest.raises(Refusal, match="même SIRET"):
        twice = [{**PARTNER, "siret": SIRETS[0], "share": 1}] * 2
        describing.save_consortium(application=application, by=None, in_consortium=True, lead_share=1, lead_role="",
                                   partners=twice)  # fmt: skip


def test_a_call_without_partners_asks_no_consortium(person):
    application = under(partners_allowed=False)
    assert completeness.CONSORTIUM not in [one.slug for one in completeness.sections(application)]


def test_a_lent_place_has_a_title_with_its_end_and_is_in_the_plan():
    application = under()
    lent = {"occupancy": "made_available", "yearly_value_cents": 0}
    describing.save_project(application=application, kinds=["fablab", "coworking"], sites=[lent], posts=[{}], by=None)
    told = sentences(application, completeness.PROJECT)
    assert [one.split("\u00a0: ")[0] for one in told] == ["Site 1"] * 3 + ["Poste 1"] * 4
    assert any("date de fin" in one for one in told)
    lent |= {
        "provider_kind": "local_authority", "provider": "Ville de Thiers", "yearly_value_cents": 1_200_000,
        "title_ends_on": datetime.date(2028, 6, 30),
    }  # fmt: skip
    other = {"name": "L’Annexe", "commune": factories.commune(), "address": "2 rue des Lames"}
    animator = {"title": "Animatrice", "fte_hundredths": 100, "contract": "permanent", "qualification": "BPJEPS"}
    describing.save_project(application=application, kinds=["fablab", "coworking"], sites=[lent, other],
                            posts=[animator], by=None)  # fmt: skip
    assert sentences(application, completeness.PROJECT) == []
    assert "12\u00a0000\u00a0€ par an" in sentences(application, completeness.PLAN)[0]
    cells = {
        (side, account, 1): 1_200_000 for side, account in (("expense", "86-premises"), ("resource", "87-premises"))
    }
    drafting.save_budget(application=application, cells=cells, by=application.created_by)
    assert sentences(application, completeness.PLAN) == []
    sent = factories.send(fresh(application))
    page = text(signed_in(factories.officer()).get(staff_url(sent)))
    assert (
        "Fablab" in page and "L’Annexe" in page and "1 ETP" in page and "Mis à disposition par Ville de Thiers" in page
    )
    assert "Titre d’occupation court" in page and "861" in page


def test_a_value_is_only_for_what_is_lent():
    application = factories.draft()
    with pytest.raises(Refusal, match="Site 1"):
        describing.save_project(application=application, kinds=[], posts=[], by=None,
                                sites=[{"occupancy": "lease", "yearly_value_cents": 5}])  # fmt: skip
    for model, fields in (
        (Site, {"occupancy": "lease", "yearly_value_cents": 5}), (Post, {"fte_hundredths": 0}),
        (Partner, {"share": 10_001}), (Site, {"occupancy": "owned"}),
    ):  # fmt: skip
        position = 31 if fields == {"occupancy": "owned"} else 1
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.create(application=application, position=position, **fields)


# --- Republican contract, legal forms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "needed"),
    [
        ("association", True),
        ("association_forming", True),
        ("foundation", True),
        ("scic", False),
        ("local_authority", False),
    ],
)
def test_the_contract_is_asked_of_associations_and_foundations_where_the_call_wants_it(form, needed):
    application = under(republican_contract_required=True)
    application.organisation.legal_form = form
    application.organisation.save()
    assert bool(sentences(application, completeness.AIDS)) == needed
    assert (completeness.AIDS in [one.slug for one in completeness.sections(fresh(application))]) == needed


def test_the_acceptance_is_dated_versioned_and_cannot_be_taken_back():
    application = under(republican_contract_required=True)
    person = application.created_by
    client = signed_in(person)
    page = text(client.get(url(application, f"{completeness.AIDS}/")))
    assert "laïcité" not in page and "Engagement n° 7 : respect des symboles de la République" in page
    typing = {"version": 0, "accepts_contract": "on"}
    assert post(client, url(application, f"{completeness.AIDS}/garder/"), typing).status_code == 200
    assert not RepublicanCommitment.objects.exists(), "nothing is subscribed while one types"
    assert post(client, url(application, f"{completeness.AIDS}/"), {"accepts_contract": "on"}).status_code == 302
    post(client, url(application, f"{completeness.AIDS}/"), {})
    accepted = RepublicanCommitment.objects.get()
    assert (accepted.accepted_by, accepted.text_version) == (person, "2021-1947") and len(accepted.text_sha256) == 64
    assert accepted.representative == "Claire Rouvier, présidente"
    assert JournalEntry.objects.filter(action="accept_republican_contract").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        RepublicanCommitment.objects.update(text_version="autre")
    sent = factories.send(fresh(application))
    assert sent.revisions.get().content["aid"]["contract"]["sha256"] == accepted.text_sha256
    page = text(signed_in(factories.officer()).get(staff_url(sent)))
    checked = page.split('<th scope="row">Contrat d’engagement républicain</th>')[1].split("</tr>")[0]
    assert ">Oui. Souscrit le " in checked


def test_a_structure_deemed_to_satisfy_says_on_which_ground():
    application = under(republican_contract_required=True)
    describing.save_aids(application=application, aid_declaration="", nace_code="", aids=None, linked=None,
                         contract_exemption="public_utility", by=None)  # fmt: skip
    assert sentences(application, completeness.AIDS) == []


def test_the_legal_form_must_be_one_that_the_call_admits():
    application = under(eligible_legal_forms=["scic", "association_forming"])
    (told,) = sentences(application, completeness.STRUCTURE)
    assert "n’est pas une forme admise" in told and "scic, association en cours de création" in told


def test_a_body_of_another_country_has_its_register_in_place_of_a_siret():
    application = under(siret_required_to_submit=True)
    organisation = application.organisation
    organisation.legal_form, organisation.siret = LegalForm.EEA_BODY, None
    organisation.save()
    assert "numéro dans le registre" in sentences(application, completeness.STRUCTURE)[0]
    organisation.country, organisation.foreign_id = "Belgique", "BCE 0123.456.789"
    organisation.save()
    assert sentences(application, completeness.STRUCTURE) == []


# --- Aids declared -----------------------------------------------------------------------------------------------


def aid(cents, day="2026-01-15", **more):
    return {"granted_on": datetime.date.fromisoformat(day), "cents": cents, "grantor": "Région", "siren": "", **more}


def declare(application, *aids, linked=(), declaration="some"):
    describing.save_aids(application=application, aid_declaration=declaration, nace_code="9499Z", aids=list(aids),
                         linked=list(linked), by=None)  # fmt: skip


def test_de_minimis_is_declared_and_the_request_fits_under_the_ceiling():
    application = under(state_aid_basis="de_minimis")
    assert len(sentences(application, completeness.AIDS)) == 2
    declare(application, aid(15_000_000), aid(90_000_000, "2020-01-15"))
    assert sentences(application, completeness.AIDS) == []
    declare(application, aid(15_000_001))
    (told,) = sentences(application, completeness.AIDS)
    assert "plafond de 300\u00a0000\u00a0€" in told and "réduisez le montant de 0,01\u00a0€" in told
    declare(application, aid(15_000_001, regime="sieg_de_minimis"))
    assert sentences(application, completeness.AIDS) == []
    declare(application, aid(1), declaration="none")
    assert "corrigez l’un ou l’autre" in sentences(application, completeness.AIDS)[0]


def test_the_services_of_general_interest_have_their_own_ceiling():
    application = under(state_aid_basis="sieg_de_minimis")
    declare(application, aid(60_000_000, regime="sieg_de_minimis"))
    assert sentences(application, completeness.AIDS) == []
    declare(application, aid(60_000_100, regime="sieg_de_minimis"))
    assert "750\u00a0000\u00a0€" in sentences(application, completeness.AIDS)[0]


def test_a_call_that_gives_no_de_minimis_asks_nothing_of_it():
    for basis in ("not_aid", "exempted"):
        application = under(state_aid_basis=basis)
        assert completeness.AIDS not in [one.slug for one in completeness.sections(application)]


# --- Co-funders --------------------------------------------------------------------------------------------------


def test_a_co_funder_is_promised_or_obtained_with_the_paper_that_shows_it():
    application = under()
    client, path = signed_in(application.created_by), url(application, "plan-de-financement/")
    piece = Attachment.objects.get(application=application)
    data = {
        "cofunding-74-region-funder": "Région AURA", "cofunding-74-region-status": "obtained",
        "cofunding-74-region-evidence": str(piece.public_id), "plan_note": "Loyer compris.",
        **{f"{side}-{account}-{year}": str(cents // 100)
           for (side, account, year), cents in factories.balanced_plan().items()},
    }  # fmt: skip
    assert post(client, path, data).status_code == 302
    row = CoFunding.objects.get()
    assert (row.funder, row.status, row.evidence) == ("Région AURA", "obtained", piece)
    page = text(client.get(path))
    assert "Part de l’État" in page and "Loyer compris." in page
    sent = factories.send(fresh(application))
    page = text(signed_in(factories.officer()).get(staff_url(sent)))
    assert "Cofinancement : obtenu" in page and "24 000 €" in page and "80,65 %" in page
    assert "pièce : statuts.pdf" in page


def test_the_share_of_the_state_is_limited_by_the_call():
    application = under(state_share_max_percent=80)
    assert any("limite sa part à 80 %" in one for one in sentences(application, completeness.PLAN))
    page = text(signed_in(application.created_by).get(url(application, "plan-de-financement/totaux/")))
    assert "L’équilibre" in page


# --- The pages ---------------------------------------------------------------------------------------------------


def test_lines_are_added_removed_and_kept_without_script():
    application = under()
    client, path = signed_in(application.created_by), url(application, f"{completeness.CONSORTIUM}/")
    two = {
        "in_consortium": "oui", "lead_share": "50", "partenaire-1-name": "Un", "partenaire-1-siret": SIRETS[0],
        "partenaire-1-role": "A", "partenaire-1-share": "25,5", "partenaire-2-name": "Deux",
        "partenaire-2-siret": SIRETS[1], "partenaire-2-role": "B", "partenaire-2-share": "24,5", "rester": "1",
    }  # fmt: skip
    answer = post(client, path, two)
    assert answer.status_code == 302 and answer.url == path
    page = text(client.get(path))
    assert "Partenaire 3" in page and 'value="25,50"' in page and "75 000 €" in page
    post(client, path, {**two, "partenaire-1-remove": "on"})
    assert [one.name for one in Partner.objects.all()] == ["Deux"]
    answer = post(client, path, {**two, "partenaire-2-siret": SIRETS[0]})
    assert answer.status_code == 422 and "déjà dans le consortium" in text(answer)


def test_what_is_typed_is_saved_line_by_line_and_nobody_is_overwritten():
    application = under()
    client, path = signed_in(application.created_by), url(application, f"{completeness.PROJECT}/")
    keep = f"{path}garder/"
    script = {"HTTP_ACCEPT": "application/json"}
    client.get(path)
    told = post(client, keep, {"version": 0, "page_read": "{}", "site-1-surface_m2": "320",
                              "poste-2-title": "Régisseur", "poste-1-title": ""}, **script)  # fmt: skip
    assert told.status_code == 200, told.content
    assert Site.objects.get().surface_m2 == 320
    # The second line keeps its number while the first is still empty.
    assert [(one.position, one.title) for one in Post.objects.all()] == [(1, ""), (2, "Régisseur")]
    describing.save_project(application=application, kinds=[], posts=[], by=application.created_by,
                            sites=[{"surface_m2": 500}])  # fmt: skip
    stale = post(client, keep, {"version": 1, "page_read": "{}", "site-1-surface_m2": "400"}, **script)
    assert stale.status_code == 409 and Site.objects.get().surface_m2 == 500


def test_the_parts_of_a_dossier_cost_no_query_when_nothing_is_written(django_assert_num_queries):
    application = type(under()).objects.select_related("project", "organisation", "call_version").latest("pk")
    with django_assert_num_queries(0):
        assert parts.parts_of(application)["project"] == {"kinds": [], "sites": [], "posts": []}
