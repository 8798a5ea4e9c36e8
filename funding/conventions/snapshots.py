"""What an award stands on at one moment, as plain data: the before and the after of an amendment, and its words."""

import datetime

from accounts.french import MONTHS, NBSP, euros, long_date
from applications.shares import percent
from documents.agreement_facts import ChangeText, ShareText
from documents.facts import Instalment as InstalmentText
from funding.models import Award, Instalment, Share, Sharing

SUBJECTS = {
    "amount_cents": "Montant de l’aide",
    "instalments": "Échéancier",
    "shares": "Partenaires et répartition",
    "suspension": "Versements",
}
KINDS = dict(Instalment.Kind.choices)
PAYEES = dict(Share.Payee.choices)


def standing(award):
    """The amount, the schedule, the shares and the suspension of an award as they stand. Cents, ISO dates."""
    return standings([award])[award.pk]


def standings(awards):
    """{key: `standing` of each award}; two queries."""
    live, shares = {}, shares_in_force(awards)
    for one in Instalment.objects.filter(award__in=awards).live().select_related("schedule_year").order_by("number"):
        live.setdefault(one.award_id, []).append(instalment_row(one))
    return {
        award.pk: {
            "amount_cents": award.total_cents,
            "instalments": live.get(award.pk, []),
            "shares": [share_row(one) for one in shares.get(award.pk, [])],
            "suspension": award.suspended_on.isoformat() if award.state == Award.State.SUSPENDED else "",
        }
        for award in awards
    }


def instalment_row(one):
    return {
        "number": one.number,
        "kind": one.kind,
        "year": one.schedule_year.year,
        "cents": one.cents,
        "condition": one.condition,
        "expected_on": one.expected_on.isoformat(),
    }


def share_row(one):
    return {"name": one.name, "siret": one.siret, "ten_thousandths": one.ten_thousandths, "payee": one.payee}


def current_shares(award):
    """The shares in force, the lead first; none for whoever answers alone."""
    shares = Share.objects.filter(sharing__award=award, sharing__state=Sharing.State.CURRENT)
    return list(shares.select_related("organisation").order_by("position"))


def shares_in_force(awards):
    """{key of an award: its shares in force, the lead first}, of several awards; one query."""
    found: dict[int, list] = {}
    shares = Share.objects.filter(sharing__award__in=awards, sharing__state=Sharing.State.CURRENT)
    for one in shares.select_related("organisation", "sharing").order_by("sharing", "position"):
        found.setdefault(one.sharing.award_id, []).append(one)
    return found


# --- In words -----------------------------------------------------------------------------------------------------


def changed(before, after):
    """Names of what differs, in the order they are read."""
    return [name for name in SUBJECTS if before.get(name) != after.get(name)]


def change_texts(before, after):
    """What an amendment replaces, subject by subject."""
    return tuple(
        ChangeText(subject=SUBJECTS[name], before=words(name, before), after=words(name, after))
        for name in changed(before, after)
    )


def words(name, snapshot):
    """The lines that say one part of a snapshot."""
    value = snapshot.get(name)
    if name == "amount_cents":
        return (euros(value),)
    if name == "instalments":
        return tuple(instalment_words(row) for row in value)
    if name == "shares":
        return tuple(share_words(row) for row in value) or ("La structure seule",)
    return (f"Suspendus depuis le {long_date(date_of(value))}" if value else "Selon l’échéancier",)


def instalment_words(row):
    what = f"{row['year']}, {KINDS[row['kind']].lower()} : {euros(row['cents'])}"
    return f"{what}, {month_of(row['expected_on'])}, {condition_words(row)}"


def condition_words(row):
    return f"{row['condition'][:1].lower()}{row['condition'][1:]}"


def share_words(row):
    return f"{row['name']} : {percent(row['ten_thousandths'])}, {PAYEES[row['payee']].lower()}"


def date_of(text):
    return datetime.date.fromisoformat(text)


def month_of(text):
    day = date_of(text)
    return f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def instalment_texts(snapshot):
    return tuple(
        InstalmentText(
            year=row["year"],
            kind=KINDS[row["kind"]],
            condition=row["condition"],
            expected=month_of(row["expected_on"]),
            amount_cents=row["cents"],
        )
        for row in snapshot["instalments"]
    )


def share_texts(snapshot):
    return tuple(
        ShareText(name=row["name"], share=percent(row["ten_thousandths"]), payee=PAYEES[row["payee"]])
        for row in snapshot["shares"]
    )
