import pytest

from accounts.errors import NotAllowed, Refusal
from accounts.models import INCOMPATIBLE_ROLES, JournalEntry, Role, User
from accounts.roles import grant_role, revoke_role
from tests import factories


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_incompatibility_is_mutual():
    for role, others in INCOMPATIBLE_ROLES.items():
        for other in others:
            assert role in INCOMPATIBLE_ROLES.get(other, ()), f"{role} refuses {other}, not the other way"


@pytest.mark.parametrize(
    ("held", "asked"), [(role, other) for role in INCOMPATIBLE_ROLES for other in sorted(INCOMPATIBLE_ROLES[role])]
)
def test_incompatible_roles_are_refused_in_words(db, held, asked):
    person = factories.user(held)
    with pytest.raises(Refusal, match="ne peut pas être tenu avec") as refused:
        grant_role(user=person, role=asked, by=None)
    assert Role(held).label in refused.value.message
    assert fresh(person).roles == {held}


def test_several_roles_may_be_held(db):
    person = factories.officer()
    grant_role(user=person, role=Role.PANEL_MEMBER, by=factories.administrator())
    assert fresh(person).roles == {Role.OFFICER, Role.PANEL_MEMBER}


def test_a_role_taken_back_can_be_given_again(db):
    admin, person = factories.administrator(), factories.reviewer()
    revoke_role(user=person, role=Role.REVIEWER, by=admin)
    assert fresh(person).roles == frozenset()
    grant_role(user=person, role=Role.REVIEWER, by=admin)
    assert fresh(person).roles == {Role.REVIEWER}
    assert person.role_grants.count() == 2
    assert JournalEntry.objects.filter(action__in=["grant_role", "revoke_role"], actor=admin).count() == 2


def test_giving_twice_is_no_change(db):
    person = factories.reviewer()
    grant_role(user=person, role=Role.REVIEWER, by=None)
    assert person.role_grants.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_manages_roles(db, role):
    with pytest.raises(NotAllowed):
        grant_role(user=factories.applicant(), role=Role.REVIEWER, by=factories.user(role))
