"""The drawings of the steering page, as panels show them."""

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from accounts.french import long_date
from monitoring.panels.tables import Drawing


def money_drawing(chart, facts):
    """From the announcement to the payment: the curves of the grants, the fund hatched and apart."""
    force = facts.figures.promises.in_force
    body = render_to_string("monitoring/_money_drawing.html", {"chart": chart, "force": force})
    last = " ; ".join(f"{line.name.lower()} {line.value}" for line in chart.lines)
    title = f"De l’annonce au paiement, cumul en millions d’euros, au {long_date(facts.day)}"
    return Drawing(body, 860, 360, title, f"En millions d’euros : {last}.")


def count_drawing(chart, board):
    body = render_to_string("monitoring/_count_drawing.html", {"chart": chart})
    title = f"Lauréates et ouvertes, cumul, au {long_date(board.clocks.as_of)}"
    return Drawing(body, 640, 400, title, board.count_text)


def map_drawing(drawn):
    """One square a département."""
    body = mark_safe(f'<g transform="translate(1 1)">{drawn.drawing}</g>')
    text = f"{drawn.covered} sur {drawn.departements} ont au moins une fabrique."
    legend = [
        ("tuile-none", "aucune"), ("tuile-1", "1 ou 2"), ("tuile-2", "3 ou 4"), ("tuile-3", "5 à 7"),
        ("tuile-4", "8 et plus"),
    ]  # fmt: skip
    return Drawing(body, drawn.width + 2, drawn.height + 2, "Nombre de fabriques par département", text, legend)
