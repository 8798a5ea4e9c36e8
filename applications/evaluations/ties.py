"""What ties a person to bodies and places: her structures, her profile, her declared interests. Reads."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, CharField, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.french import folded
from accounts.models import Membership, Role

# Those who judge, or give the opinion: what is found by the service keeps them out.
JUDGES = (Role.REVIEWER, Role.PANEL_MEMBER, Role.PANEL_CHAIR)
# A tie that has ended is remembered as long as declarations of interests look back (L. 2013-907 art. 4 III).
REMEMBERED_YEARS = 5
# A shorter name would be found in any other.
SHORTEST_NAME = 4
MEMBER, PROFILE = "member", "profile"


@dataclass(frozen=True)
class Body:
    """A body that a person is tied to.

    Attributes:
        how: MEMBER, PROFILE, or a value of `Interest.Kind`.
        key: of the `Organisation`, or 0.
        siren: nine digits or "".
    """

    how: str
    key: int
    siren: str
    name: str

    @property
    def folded_name(self):
        return folded(self.name)


@dataclass(frozen=True)
class Mandate:
    """An elective mandate: a commune, or a whole département or region."""

    commune: int
    departement: str
    region: str


@dataclass
class Ties:
    bodies: list[Body] = field(default_factory=list)
    mandates: list[Mandate] = field(default_factory=list)

    @property
    def keys(self):
        return {body.key for body in self.bodies if body.key}

    @property
    def sirens(self):
        return {body.siren for body in self.bodies if body.siren}

    @property
    def names(self):
        """{folded name of a body: whether each of that name has a SIREN}; those too short left out."""
        found: dict[str, bool] = {}
        for body in self.bodies:
            if len(body.folded_name) >= SHORTEST_NAME:
                found[body.folded_name] = found.get(body.folded_name, True) and bool(body.siren)
        return found


def ties_of(people):
    """{user id: `Ties`} of several people; one query.

    Args:
        people: keys of users, or a queryset of users.
    """
    found = defaultdict(Ties)
    for user_id, how, key, siren, name, commune, departement, region in rows_of(people):
        if how == "elected":
            found[user_id].mandates.append(Mandate(commune, departement, region))
        if how != "elected" or siren:
            found[user_id].bodies.append(Body(how, key, siren, name))
    return found


def rows_of(people):
    """Lines of the ties of several people; for one, the words of the question are kept."""
    rows = of_one(*people) if isinstance(people, list) and len(people) == 1 else asked_of(people, timezone.localdate())
    # Some engines give the same line twice, or not: sorted, the answer is the same.
    return sorted(
        (user, how, key, siren[:9], name, commune, departement, region)
        for user, how, key, siren, name, commune, departement, region in rows
    )


# They stand for the person and the day in the question that is kept.
SOMEBODY, SOME_DAY = -1, datetime.date(1900, 1, 1)


def of_one(person):
    """The lines of one person: asked at each reading of dossiers, and longer for the ORM to write than to answer."""
    sql, values = question_of_one(connection.vendor)
    given = {SOMEBODY: person, remembered_since(SOME_DAY): remembered_since(timezone.localdate())}
    given = {written(mark): written(value) for mark, value in given.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(value, value) for value in values])
        return cursor.fetchall()


@cache
def question_of_one(_vendor):
    """(SQL, values) of the ties of `SOMEBODY` on `SOME_DAY`, in the words of an engine."""
    return asked_of([SOMEBODY], SOME_DAY).query.sql_with_params()


def written(value):
    return connection.ops.adapt_datefield_value(value) if isinstance(value, datetime.date) else value


def asked_of(people, day):
    members = Membership.objects.filter(user__in=people).order_by()
    members = members.annotate(siret_=coalesced("organisation__siret"))
    rows = members.values_list(
        "user_id", text(MEMBER), "organisation_id", "siret_", "organisation__name", number(), text(""), text("")
    )
    profiles = model("ReviewerProfile").objects.filter(user__in=people).order_by()
    profiles = profiles.values_list(
        "user_id", text(PROFILE), number(), "employer_siren", "employer", number(), text(""), text("")
    )
    interests = in_force(model("Interest").objects.filter(user__in=people), day).order_by()
    interests = interests.annotate(commune_=coalesced("commune_id", number()))
    interests = interests.values_list(
        "user_id", "kind", number(), "siren", "body", "commune_", "departement", "region"
    )
    return rows.union(profiles, interests, all=True)


def in_force(interests, on=None):
    """The lines of declarations that count on a day (Europe/Paris)."""
    since = remembered_since(on or timezone.localdate())
    return interests.filter(Q(ended_on=None) | Q(ended_on__gte=since), withdrawn_at=None)


def remembered_since(day):
    return day - datetime.timedelta(days=365 * REMEMBERED_YEARS)


def text(value):
    return Value(value, output_field=CharField())


def number():
    return Value(0, output_field=BigIntegerField())


def coalesced(name, default=None):
    return Coalesce(F(name), text("") if default is None else default)


def model(name):
    """A model of this floor: the reads of the models themselves come here, before models may be imported."""
    return apps.get_model("applications", name)
