"""Facts in, bytes out: a letter in PDF/A-3a and PDF/UA-1. No database, no network, no clock; the same facts give the
same bytes.

WeasyPrint is imported at the first letter only, so that the site starts without Pango.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import io
import json
import logging
import re
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from django.template.loader import get_template

from accounts.french import NBSP
from documents.archival import Square, finish
from documents.facts import TEMPLATES, Imprint
from documents.frozen import from_json
from documents.glyphs import legible
from documents.wording.catalogue import wording_of
from documents.wording.filling import Filled, isolated

TEXT_NODE = re.compile(r">[^<]+(?=<)")
# A word that no line can hold (an address, a name typed without spaces) may go on to the next one; a fingerprint of
# 64 signs fits, and stays whole for whoever copies it.
ENDLESS = re.compile(r"(?:&[#\w]+;|[^\s&<>]){40}(?=(?:&[#\w]+;|[^\s&<>]){25})")
BEFORE_SIGN = re.compile(r" (?=[:;?!»%€°])|(?<=[«§°]) ")
SCHEME = "resource:///"
APT_LINE = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# Debian's name of the library that cuts fonts; WeasyPrint says nothing when it does without.
SUBSET_LIBRARY = "libharfbuzz-subset.so.0"
MISSING_SUBSET_LINE = (
    "Il manque libharfbuzz-subset0 sur cette machine : chaque courrier prend quatre fois plus de temps. "
    "Faites installer ce paquet (apt-get install libharfbuzz-subset0), puis relancez le worker."
)
MIME_TYPES = {".svg": "image/svg+xml", ".css": "text/css", ".woff2": "font/woff2"}


class RenderingUnavailable(RuntimeError):
    """The system libraries that lay out text are not on this machine."""


def render(template: str, facts: dict, *, sealable: bool = False) -> bytes:
    """Render one document.

    Args:
        template: a name of `documents.facts.TEMPLATES`.
        facts: `{"letter": …, "imprint": …}` as frozen on the document's row (amounts in cents, ISO dates).
        sealable: leave room for the seal that `documents.sealing` writes.

    Returns:
        The bytes of a tagged PDF (PDF/A-3a, PDF/UA-1) that carries its facts. They depend on the arguments and on the
        installed fonts only.

    Raises:
        FactsError: a fact is missing or ill-typed.
        RenderingUnavailable: Pango is absent.
    """
    stated = json.dumps({"template": template, **facts}, sort_keys=True, ensure_ascii=False)
    return lay_out(
        as_html(template, facts),
        stated,
        facts=stated.encode(),
        dated=facts["letter"].get("issued_on", ""),
        square=Square(text=facts["imprint"]["verify_url"]),
        sealable=sealable,
    )


def lay_out(html: str, identity: str, **finishing) -> bytes:
    """The bytes of a tagged PDF (PDF/A-3a, PDF/UA-1) of one page of HTML, in the style of the letters.

    Args:
        identity: what makes these bytes; the same identity and the same page give the same file.
        finishing: what `documents.archival.finish` puts into it besides.

    Raises:
        RenderingUnavailable: Pango is absent.
    """
    weasyprint = _weasyprint()
    fonts, style = _fonts_and_style()
    pdf = weasyprint.HTML(string=legible(html), base_url=SCHEME, url_fetcher=_fetcher()).write_pdf(
        stylesheets=[style],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(identity.encode()).hexdigest()[:32].encode(),
    )
    return finish(pdf, **finishing)


def as_html(template: str, facts: dict) -> str:
    """The page that is laid out; also what a screen preview shows."""
    imprint = from_json(Imprint, facts["imprint"])
    context = {**said(template, facts), "imprint": imprint}
    return no_break_spaces(get_template(TEMPLATES[template].path).render(context))


def said(template: str, facts: dict) -> dict:
    """What a letter says, for its page and for its twin on the screen: the facts, and the wording filled in."""
    letter = from_json(TEMPLATES[template].facts, isolated(facts["letter"]))
    context = {"letter": letter}
    if wording := wording_of(template):
        blocks = facts["wording"]["blocks"] if "wording" in facts else wording.before
        context |= {"filled": Filled(wording, blocks, letter), "shown": wording.shown, "noun": wording.noun}
    return context


def no_break_spaces(html: str) -> str:
    """French punctuation never starts a line: the space before it, and inside « », becomes U+00A0 in the text."""
    return TEXT_NODE.sub(lambda text: ENDLESS.sub("\\g<0>\u200b", BEFORE_SIGN.sub(NBSP, text[0])), html)


def resource(path: str) -> bytes:
    """A file of the package: our own resources, and the State's fonts from django-dsfr."""
    parts = PurePosixPath(path).parts
    if ".." in parts:
        raise FileNotFoundError(path)
    if parts[0] == "fonts":
        return files("dsfr").joinpath("static", "dsfr", "dist", *parts).read_bytes()
    return files("documents").joinpath("resources", *parts).read_bytes()


def _weasyprint():
    try:
        import weasyprint
    except OSError as error:
        raise RenderingUnavailable(f"Bibliothèques de mise en page absentes. Installez-les : {APT_LINE}") from error
    # Eight lines a letter, of no use to anybody.
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    return weasyprint


@cache
def subsetting_is_missing() -> bool:
    """The library that makes letters four times faster is not on this machine; asked without loading WeasyPrint."""
    try:
        ctypes.CDLL(SUBSET_LIBRARY)
    except OSError:
        return True
    return False


@cache
def _fetcher():
    _weasyprint()
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class PackagedOnly(URLFetcher):
        """Serves packaged resources and data URIs; anything else stops the rendering."""

        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if not url.startswith(SCHEME):
                raise FatalURLFetchingError(f"Adresse refusée dans un courrier : {url}")
            path = url.removeprefix(SCHEME)
            try:
                content = resource(path)
            except OSError as error:
                raise FatalURLFetchingError(f"Ressource absente : {path}") from error
            mime_type = MIME_TYPES[PurePosixPath(path).suffix]
            return URLFetcherResponse(url, io.BytesIO(content), {"Content-Type": mime_type})

    return PackagedOnly()


@cache
def _fonts_and_style():
    """Fonts decoded and style sheet parsed once a process: 140 ms a letter become 113."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    # Its destructor needs modules that are gone at the very end of the process.
    atexit.register(_fonts_and_style.cache_clear)
    style = weasyprint.CSS(
        string=resource("letter.css").decode(), base_url=SCHEME, url_fetcher=_fetcher(), font_config=fonts
    )
    return fonts, style
