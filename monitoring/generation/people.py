"""Invented people: a pool of each role, with accounts nobody can sign in to."""

from django.contrib.auth.hashers import make_password

from accounts.models import Role, RoleGrant, User
from applications.evaluations import terms
from applications.models import ReviewerProfile, TermsAcceptance
from monitoring.generation import words

POOL = {
    Role.OFFICER: 6,
    Role.REVIEWER: 40,
    Role.PANEL_MEMBER: 8,
    Role.PANEL_CHAIR: 1,
    Role.DECISION_MAKER: 1,
    Role.FINANCE_OFFICER: 3,
    Role.AUDITOR: 1,
    Role.APPLICANT: 30,
}


def create_people(random, prefix):
    """{role: [User]}."""
    closed = make_password(None)
    return {role: create_pool(random, prefix, role, count, closed) for role, count in POOL.items()}


def create_pool(random, prefix, role, count, password):
    people = []
    for number in range(count):
        first, last = words.person(random)
        email = f"{prefix}-{role.replace('_', '-')}-{number}@fabriques.example"
        # Nobody writes to an invented applicant.
        active = role != Role.APPLICANT
        people.append(User(email=email, first_name=first, last_name=last, password=password, is_active=active))
    people = User.objects.bulk_create(people)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role) for user in people])
    if role == Role.REVIEWER:
        ReviewerProfile.objects.bulk_create([ReviewerProfile(user=user, capacity=400) for user in people])
        TermsAcceptance.objects.bulk_create(
            [TermsAcceptance(user=user, edition=terms.EDITION, text=terms.TEXT) for user in people]
        )
    return people
