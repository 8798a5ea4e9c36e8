"""A letter never prints an empty box: what no font of this machine draws is written in Latin letters, or left out.

The rule, sign by sign: one that Marianne or an installed font draws stays. Another that is a letter or a digit is
written in Latin letters, as the State's acts are; another (an emoji, a sign of a private area) is left out. Nothing is
lost: the facts within the file, the page on the screen and the row keep every sign. Pure, but for the installed fonts.
"""

import ctypes
import html
import io
import re
import unicodedata
from functools import cache

from anyascii import anyascii

TEXT_NODE = re.compile(r">[^<]+(?=<)")
# Joiners and the choice of an emoji's look: they go with the sign that they follow.
FOLLOWERS = "\u200d\ufe0e\ufe0f"
NOTHING_LEFT = "(signes non imprimables)"
FONTCONFIG = "libfontconfig.so.1"
SYSTEM_FONTS = 0


def legible(page: str, draws=None) -> str:
    """The same HTML, without any sign that would be an empty box.

    Args:
        draws: function of a sign: some font draws it; those of this machine when None.
    """
    draws = draws or drawn_here
    missing = "".join(sign for sign in set(page) if not (sign.isascii() or draws(sign)))
    if not missing:
        return page
    run = re.compile(f"[{re.escape(missing)}][{re.escape(missing + FOLLOWERS)}]*")
    page = TEXT_NODE.sub(lambda text: ">" + rewritten(text[0][1:], run), page)
    return run.sub("", page)


def rewritten(text, run):
    if not run.search(text):
        return text
    new = run.sub(lambda found: html.escape(in_latin(found[0])), text)
    return new if any(sign.isalnum() for sign in new) else f"{new}{NOTHING_LEFT}"


def in_latin(signs):
    """« 東京 » gives « DongJing »; an emoji gives nothing."""
    return anyascii("".join(sign for sign in signs if unicodedata.category(sign)[0] in "LN"))


@cache
def drawn_here(sign: str) -> bool:
    """Whether Marianne, or a font that is installed, draws this sign; an invisible one needs no drawing."""
    if sign in FOLLOWERS or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return True
    return ord(sign) in marianne() or any(has_sign(signs, ord(sign)) for has_sign, signs in installed())


@cache
def marianne():
    """The signs of the packaged font."""
    from fontTools.ttLib import TTFont

    from documents.rendering import resource

    with TTFont(io.BytesIO(resource("fonts/Marianne-Regular.woff2"))) as font:
        return frozenset(font.getBestCmap())


class FontSet(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p))]


@cache
def installed():
    """[(function, signs)] of the fonts that Pango falls back on; asked from the library that it asks itself."""
    try:
        library = ctypes.CDLL(FONTCONFIG)
    except OSError:
        return []
    library.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    library.FcConfigGetFonts.restype = ctypes.POINTER(FontSet)
    library.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.FcPatternGetCharSet.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p),
    ]  # fmt: skip
    library.FcCharSetHasChar.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    fonts, found = library.FcConfigGetFonts(library.FcInitLoadConfigAndFonts(), SYSTEM_FONTS), []
    for number in range(fonts.contents.count if fonts else 0):
        signs = ctypes.c_void_p()
        if library.FcPatternGetCharSet(fonts.contents.fonts[number], b"charset", 0, ctypes.byref(signs)) == 0:
            found.append((library.FcCharSetHasChar, signs))
    return found
