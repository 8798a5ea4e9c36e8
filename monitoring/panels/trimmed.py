"""A cut as a panel: what it takes, who is touched and in what order, what breaks."""

from django.urls import reverse

from accounts.errors import Refusal
from accounts.french import euros, long_date, millions, plural
from funding.models import Award, Instalment
from funding.outlook.cut import Cut, cut
from monitoring.panels.drawing import Series, stacked_bars
from monitoring.panels.schedule import FUND_APART
from monitoring.panels.tables import Panel, Row, Table


def tried(facts, *, nature, exercice, ligne, montant):
    """The `Cut` that a form asks for.

    Raises:
        Refusal: nothing is cut, or the year is over on the day asked about.
    """
    if montant <= 0:
        raise Refusal("Saisissez un montant positif : c’est ce que la coupe retire.", field="montant")
    if exercice < facts.year:
        raise Refusal(
            f"L’exercice {exercice} est clos au {long_date(facts.day)} : une coupe porte sur {facts.year} ou après.",
            field="exercice",
        )
    return cut(
        nature, montant, year=exercice, line=ligne.pk if ligne else None, left=facts.left,
        balances=facts.grant_balances, held=facts.held,
    )  # fmt: skip


def cut_panel(facts, found: Cut, asked):
    what = f"{found.axis.upper()} {asked['exercice']}"
    where = f", ligne {asked['ligne'].code}" if asked["ligne"] else ", toutes lignes de subventions"
    return Panel(
        "coupe",
        f"Coupe de {euros(found.asked)} sur les {what}{where}",
        sentence_of(found, asked["exercice"]),
        [drawing_of(found, what)],
        [parts_table(facts, found, asked), touched_table(facts, found)],
        [*notes_of(found, asked), FUND_APART],
    )


def sentence_of(found, year):
    new = found.by_the_cut
    start = f"{euros(found.frozen)} sont pris sur le gel, {euros(found.free)} sur ce que personne n’attend"
    if found.axis == "ae":
        broken = (
            f"{plural(len(new), 'réservation')} ne peuvent plus être engagées"
            if len(new) > 1
            else ("1 réservation ne peut plus être engagée" if new else "aucune réservation n’est touchée")
        )
    else:
        late = sum(1 for one in new if one.due_on)
        broken = (
            f"{plural(len(new), 'versement')} de {year} à reporter, dont {plural(late, 'exigible')}"
            if new
            else "aucun versement n’est touché"
        )
    end = f" ; {euros(found.impossible)} ne peuvent pas être coupés, étant dus" if found.impossible else ""
    return f"{start} ; {broken}, pour {euros(sum(one.missing for one in new))}{end}."


def drawing_of(found, what):
    parts = parts_of(found)
    series = [Series(label, tone, [cents]) for label, tone, cents in parts if cents]
    text = " ; ".join(f"{label} : {millions(cents)}" for label, _, cents in parts)
    return stacked_bars(f"Où la coupe prend, en millions d’euros, {what}", text, [what], series)


def parts_of(found):
    beyond = "Sur des réservations" if found.axis == "ae" else "Sur ce que des versements attendaient"
    return [
        ("Sur le gel", "gel", found.frozen),
        ("Sur ce que personne n’attend", "reserve", found.free),
        (beyond, "alerte", found.from_touched),
        ("Impossible", "annonce", found.impossible),
    ]


def parts_table(facts, found, asked):
    """What the cut takes; frozen and free credits open their movements, what is touched is the table beside."""
    held = ("ae-gele", "ae-restant") if found.axis == "ae" else ("cp-gele", "cp-disponible")
    which = {"exercice": asked["exercice"], "instrument": "grant"}
    # The movements of one line have their page on the budget; here they are those of every line.
    urls = [[facts.to.movements(flow, **which)] if asked["ligne"] is None else [] for flow in held] + [[], []]
    rows = [Row(label, [cents], url) for (label, _, cents), url in zip(parts_of(found), urls, strict=True)]
    total = Row("Coupe demandée", [found.asked])
    return Table("parts", "Où la coupe prend, en euros", "Part", [("Montant", "cents")], rows, total)


def touched_table(facts, found):
    """Who is touched; dossiers closed to the reader are one sum without a name."""
    rows = reservation_rows(facts, found) if found.axis == "ae" else payment_rows(facts, found)
    named_keys = {key for key, _ in rows}
    shut = [one for one in found.touched if one.key not in named_keys]
    shown = [row for _, row in rows]
    if shut:
        what = plural(len(shut), "dossier qui vous est fermé", "dossiers qui vous sont fermés")
        shown.append(Row("—", [what, "", sum(one.cents for one in shut), sum(one.missing for one in shut), ""]))
    columns = [
        ("Lieu", "text"), ("Bénéficiaire", "text"), ("Montant", "cents"), ("Il manque", "cents"),
        ("Ce qui casse", "text"),
    ]  # fmt: skip
    sums = [sum(one.cents for one in found.touched), sum(one.missing for one in found.touched)]
    return Table(
        "touches", "Qui est touché, dans l’ordre", "Ordre", columns, shown, Row("Total", ["", "", *sums, ""]),
        empty="Personne n’est touché.",
    )  # fmt: skip


def reservation_rows(facts, found):
    """[(key, Row)] of the reservations that the reader may read."""
    visible = Award.objects.visible_to(facts.reader).filter(pk__in=[one.key for one in found.touched])
    awards = visible.select_related("fabrique", "organisation", "application").in_bulk()
    return [
        (one.key, named(one, awards[one.key], "Ne peut plus être engagée", dossier_url(awards[one.key])))
        for one in found.touched
        if one.key in awards
    ]


def payment_rows(facts, found):
    """[(key, Row)] of the instalments that the reader may read."""
    visible = Instalment.objects.visible_to(facts.reader).filter(pk__in=[one.key for one in found.touched])
    instalments = visible.select_related("award__fabrique", "award__organisation").in_bulk()
    return [
        (one.key, named(one, instalments[one.key].award, broken_payment(one), instalments[one.key].get_absolute_url()))
        for one in found.touched
        if one.key in instalments
    ]


def broken_payment(one):
    words = f"Exigible depuis le {long_date(one.due_on)}" if one.due_on else f"Prévu le {long_date(one.expected_on)}"
    return f"{words}, reporté" + (" (déjà sans CP avant la coupe)" if one.before_the_cut else "")


def named(one, award, words, url):
    values = [award.fabrique.name, str(award.organisation or "—"), one.cents, one.missing, words]
    return Row(one.rank, values, url=url)


def dossier_url(award):
    return reverse("funding:dossier", args=[award.application.public_id]) if award.application else ""


def notes_of(found, asked):
    if found.axis == "ae":
        notes = [
            "Ordre : le gel, puis ce qui n’est pas réservé, puis les réservations, la dernière faite "
            "la première. Ce qui est "
            "engagé est dû : une coupe n’y touche pas.",
        ]
    else:
        notes = [
            "Ordre : le gel, puis les CP que rien n’attend cette année, puis les versements. Ce qui "
            "est mis en paiement a "
            "ses CP ; les autres sont servis par date d’exigibilité, puis par date prévue : les derniers attendent.",
            "Un versement exigible reporté dépasse le délai de paiement de la convention.",
        ]
    if asked["ligne"] is None:
        notes.append("Toutes lignes ensemble : on suppose les virements faits.")
    return [*notes, "Simulation : rien n’est enregistré."]
