"""What turns a laid-out page into a file that lasts: PDF/A-3a and PDF/UA-1 in one pass over its objects.

Pure: the same bytes and the same arguments give the same bytes. The renderer knows one variant at a time; what it
lacks or gets wrong is put right here: the two marks of conformance with the schema that the second one needs, the
colours that are meant, the frozen facts as an associated file, the scope of header cells, running feet that are no
part of the text, and on each page the square that a telephone or a scanner reads.
"""

from __future__ import annotations

import functools
import io
import re
import zlib
from dataclasses import dataclass
from importlib.resources import files
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKED = re.compile(rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC")
SRGB = "sRGB IEC61966-2.1"
FACTS_NAME = "faits.json"
SEAL_FIELD = "Cachet"
# What the seal takes once it is made, in bytes: a chain of three certificates, and a time stamp with its own.
SEAL_BYTES = 12_288
LATER = 9_999_999_999
NO_DAY = "D:00000000000000Z"
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format><dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
{properties}</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
PROPERTIES = {
    "/Title": "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>{}</rdf:li></rdf:Alt></dc:title>",
    "/Author": "<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>",
    "/Subject": "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>{}</rdf:li></rdf:Alt></dc:description>",
    "/Keywords": "<pdf:Keywords>{}</pdf:Keywords>",
    "/Producer": "<pdf:Producer>{}</pdf:Producer>",
}


@dataclass(frozen=True, kw_only=True)
class Square:
    """The square at the foot of each page, over the place that the style sheet leaves free for it.

    Attributes:
        text: what it says; each page adds its own number to it ("…&page=1-2").
        left, top, side: in millimetres of an A4 page, from its left and top edges.
    """

    text: str
    left: float = 20.0
    top: float = 270.8
    side: float = 15.0


def finish(pdf: bytes, *, facts: bytes = b"", dated: str = "", square: Square | None = None, sealable=False) -> bytes:
    """The same pages as a PDF/A-3a and PDF/UA-1 file.

    Args:
        pdf: what the renderer made, tagged.
        facts: JSON that the file carries as its associated data; none when empty.
        dated: day of those facts, ISO.
        square: what is printed at the foot of each page.
        sealable: leave room for a seal (`documents.sealing` writes it in place, nothing else moves).

    Raises:
        ValueError: the pages are not tagged.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        tree = document.Root.get("/StructTreeRoot")
        if tree is None:
            raise ValueError("Le PDF n’est pas balisé.")
        seen: set[tuple[int, int]] = set()
        _mark_scopes(tree, seen, in_head=False)
        _feet_are_artifacts(document, tree, seen, square)
        _describe(document)
        if facts:
            _attach(document, facts, dated)
        if sealable:
            _leave_room(document)
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _mark_scopes(node, seen, *, in_head):
    """Give each header cell its scope, which the renderer drops: columns in a table head, rows elsewhere."""
    seen.add(node.objgen)
    kind = node.get("/S")
    if kind == "/TH":
        scope = Name.Column if in_head else Name.Row
        # Spans are attributes too: they stay beside the scope.
        attributes = node.get("/A", Dictionary(O=Name.Table))
        for entry in attributes if isinstance(attributes, Array) else [attributes]:
            entry.Scope = scope
        node.A = attributes
    head = in_head or kind == "/THead"
    children = node.get("/K", ())
    for child in children if isinstance(children, Array) else [children]:
        if isinstance(child, Dictionary):
            _mark_scopes(child, seen, in_head=head)


def _feet_are_artifacts(document, tree, seen, square):
    """What is marked as text and belongs to no element of the tree is a running foot or head: an artifact."""
    nums = tree.ParentTree.Nums
    of_page = {int(nums[i]): nums[i + 1] for i in range(0, len(nums), 2)}
    count = len(document.pages)
    for number, page in enumerate(document.pages, start=1):
        elements = of_page.get(int(page.get("/StructParents", -1)), ())
        outside = {place for place, element in enumerate(elements) if element.objgen not in seen}
        for place in outside:
            elements[place] = None
        content = _without(page.Contents.read_bytes(), outside)
        if square:
            content = b"q\n" + content + b"\nQ\n" + _drawn(square, f"{square.text}&page={number}-{count}")
        page.Contents = document.make_stream(content)


def _without(content, outside):
    if not outside:
        return content
    return MARKED.sub(lambda mark: b"/Artifact\nBMC" if int(mark[1]) in outside else mark[0], content)


def _drawn(square, text):
    """A QR code as rectangles, one a run of dark squares."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    size = image.shape[0]
    runs = [
        b"%d %d %d 1 re" % (run.start(), y, run.end() - run.start())
        for y, row in enumerate(_rows(image, size))
        for run in re.finditer(rb"\0+", row)
    ]
    point = 72 / 25.4
    scale, left, top = square.side * point / size, square.left * point, (297 - square.top) * point
    matrix = f"{scale:.5f} 0 0 {-scale:.5f} {left:.3f} {top:.3f} cm".encode()
    return b"/Artifact BMC\nq\n0 0 0 rg\n" + matrix + b"\n" + b"\n".join(runs) + b"\nf\nQ\nEMC\n"


def _rows(image, size):
    pixels = image.tobytes()
    return [pixels[start : start + size] for start in range(0, size * size, size)]


def _describe(document):
    """Title, author and the two conformances, the same in both places where a reader looks; colours are sRGB."""
    info = document.docinfo
    known = {key: NOT_XML.sub("", str(info[key])) for key in PROPERTIES if key in info}
    properties = "".join(PROPERTIES[key].format(escape(value)) for key, value in known.items())
    language = escape(str(document.Root.get("/Lang", "fr")))
    metadata = document.make_stream(XMP.format(language=language, properties=properties).encode())
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    document.Root.Metadata = metadata
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=SRGB,
        Info=SRGB,
        DestOutputProfile=document.make_stream(_profile(), Filter=Name.FlateDecode, N=3),
    )
    document.Root.OutputIntents = Array([intent])


@functools.cache
def _profile():
    """The sRGB profile that comes with the renderer, compressed once a process."""
    return zlib.compress(files("weasyprint").joinpath("pdf", "sRGB2014.icc").read_bytes(), 9)


def _attach(document, facts, dated):
    """The facts, as a file associated with the whole document (PDF/A-3, 6.8)."""
    day = dated.replace("-", "")[:8] or "19700101"
    stream = document.make_stream(
        facts,
        Type=Name.EmbeddedFile,
        Subtype=Name("/application/json"),
        Params=Dictionary(ModDate=f"D:{day}000000Z", Size=len(facts)),
    )
    filespec = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=FACTS_NAME,
            UF=FACTS_NAME,
            Desc="Les faits de ce document, en JSON",
            AFRelationship=Name.Data,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    names = document.Root.get("/Names", Dictionary())
    names.EmbeddedFiles = Dictionary(Names=Array([String(FACTS_NAME), filespec]))
    document.Root.Names = names
    document.Root.AF = Array([filespec])


def attached_facts(document) -> bytes:
    """The JSON that an opened file carries, empty when it carries none."""
    for filespec in document.Root.get("/AF", ()):
        if str(filespec.get("/UF", "")) == FACTS_NAME:
            return bytes(filespec.EF.F.read_bytes())
    return b""


def _leave_room(document):
    """A signature field without a picture, out of the page, and the place of what will be written in it."""
    seal = document.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, LATER, LATER, LATER]),
            Contents=String(bytes(SEAL_BYTES)),
            M=String(NO_DAY),
        )
    )
    page = document.pages[0]
    # Printed and locked, of no size and out of the page: both norms ask a picture or a tag of any other.
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=SEAL_FIELD,
            TU="Cachet électronique du service",
            Contents="Cachet électronique du service",
            F=132,
            Rect=Array([-9999, -9999, -9999, -9999]),
            P=page.obj,
            V=seal,
        )
    )
    page.Annots = Array([*page.get("/Annots", ()), field])
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=Array([field]), SigFlags=3))
