"""The board on paper: the same panels, in the style of the letters."""

import hashlib

from django.template.loader import render_to_string

from documents.rendering import lay_out, no_break_spaces
from monitoring.panels.tables import COLOURS


def printed(facts, panels):
    """The bytes of a tagged PDF; the same figures on the same day give the same bytes.

    Raises:
        RenderingUnavailable: the libraries that lay out text are absent.
    """
    context = {"programme": facts.programme, "clocks": facts.clocks, "panels": panels, "colours": COLOURS.items()}
    html = no_break_spaces(render_to_string("monitoring/board_print.html", context))
    return lay_out(html, hashlib.sha256(html.encode()).hexdigest())
