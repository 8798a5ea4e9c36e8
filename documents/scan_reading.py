"""Some pages of a pile: which page of which document each is. In a process of its own, like every stranger's file.

    python -m documents.scan_reading FILE CONTENT_TYPE FOLDER FIRST LAST

Writes N.png (to look at) and N.pdf (to keep) in FOLDER; prints [[number, code, page, blank]], an empty code when no
square could be read.
"""

import json
import re
import sys
from pathlib import Path

from documents.drawing import limit_this_process, on_white
from documents.seal_reading import CODE

PDF = "application/pdf"
SHEET = re.compile(r"[?&]page=(\d{1,3})-(\d{1,3})")
DOTS_PER_INCH, SECOND_LOOK = 200, 300
SEEN_WIDTH = 700
# A sheet with less ink than this is the back of another.
INK = 0.0006


def read_page(draw):
    """(picture, code, page): looked at again with more points when nothing is read."""
    picture, found = None, []
    for dots in (DOTS_PER_INCH, SECOND_LOOK):
        picture = draw(dots)
        if found := squares(picture):
            break
    code, page = found[0] if found else ("", 0)
    return picture, code, page


def squares(picture):
    """What the squares of a page say, ours alone: [(code, page)]."""
    import zxingcpp

    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    both = [(CODE.search(one.text), SHEET.search(one.text)) for one in read]
    return [(code[1], int(sheet[1])) for code, sheet in both if code and sheet]


def is_blank(picture):
    """Hardly a dark point, the shadow of the edges left out."""
    small = picture.convert("L").resize((300, 420)).crop((15, 15, 285, 405))
    dark = sum(small.histogram()[:140])
    return dark / (270 * 390) < INK


def pages_of_pdf(path, folder, first, last):
    import pikepdf
    import pypdfium2

    drawn = pypdfium2.PdfDocument(path)
    with pikepdf.open(path, suppress_warnings=True) as pile:
        for number in range(first, min(last, len(drawn)) + 1):
            page = drawn[number - 1]

            def draw(dots, page=page):
                return page.render(scale=dots / 72, grayscale=True, may_draw_forms=False).to_pil()

            one = pikepdf.new()
            one.pages.append(pile.pages[number - 1])
            one.save(folder / f"{number}.pdf")
            yield number, *read_page(draw)
            page.close()


def page_of_picture(path, folder, first, last):
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = 60_000_000
    picture = on_white(ImageOps.exif_transpose(Image.open(path, formats=["JPEG", "PNG"])))
    picture.save(folder / "1.pdf", "PDF", resolution=max(72, picture.width * 25.4 / 210))
    yield 1, *read_page(lambda dots: picture)


def read(path, content_type, folder, first, last):
    found = []
    for number, picture, code, page in (pages_of_pdf if content_type == PDF else page_of_picture)(
        path, folder, first, last
    ):
        blank = not code and is_blank(picture)
        picture.thumbnail((SEEN_WIDTH, 2 * SEEN_WIDTH))
        picture.convert("L").save(folder / f"{number}.png", "PNG")
        found.append([number, code, page, blank])
    return found


if __name__ == "__main__":
    limit_this_process()
    source, content_type, folder, first, last = sys.argv[1:]
    print(json.dumps(read(Path(source), content_type, Path(folder), int(first), int(last))))
