"""Pages of a file as pictures, in a process of its own: what a hostile file breaks, it breaks here.

    python -m documents.drawing FILE CONTENT_TYPE FOLDER

Writes 0.png (thumbnail), 1.png, 2.png… in FOLDER; prints {"pages": n, "pictures": [[number, width, height, text]]}.
No settings, no database, no secret in the environment; bounded in memory, processor time and written bytes.
"""

import json
import resource
import sys
from pathlib import Path

MIB = 1024 * 1024
MEMORY, CPU_SECONDS, FILE_BYTES = 1536 * MIB, 60, 16 * MIB
# Beyond, the reader downloads the file.
MAX_PAGES = 40
MAX_TEXT = 20_000
PAGE_WIDTH, PAGE_HEIGHT, THUMBNAIL = 1100, 3300, (240, 240)
# A page of photographs keeps 256 colours: text stays sharp and a dossier stays light.
HEAVY_PICTURE = 900 * 1024
PDF = "application/pdf"


def limit_this_process():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def pages_of_pdf(path):
    """(number of pages, iterator over the pictures of the first ones with their text)."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)

    def draw():
        for index in range(min(len(document), MAX_PAGES)):
            page = document[index]
            width, height = page.get_size()
            scale = min(PAGE_WIDTH / max(width, 1), PAGE_HEIGHT / max(height, 1))
            text = page.get_textpage().get_text_bounded()[:MAX_TEXT]
            yield page.render(scale=scale, may_draw_forms=False).to_pil(), text.replace("\0", "")
            page.close()

    return len(document), draw()


def page_of_picture(path):
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = 60_000_000
    picture = Image.open(path, formats=["JPEG", "PNG"])
    picture.draft("RGB", (PAGE_WIDTH * 2, PAGE_HEIGHT * 2))
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((PAGE_WIDTH, PAGE_HEIGHT))
    return 1, iter([(on_white(picture), "")])


def on_white(picture):
    from PIL import Image

    if picture.mode not in ("RGBA", "LA", "PA", "P"):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A"))
    return page


def save(picture, folder, number, text=""):
    path = folder / f"{number}.png"
    picture.save(path, "PNG")
    if path.stat().st_size > HEAVY_PICTURE:
        picture.quantize(256).save(path, "PNG")
    return [number, *picture.size, text]


def draw(path, content_type, folder):
    pages, pictures = (pages_of_pdf if content_type == PDF else page_of_picture)(path)
    saved = []
    for number, (picture, text) in enumerate(pictures, start=1):
        picture = picture.convert("RGB")
        if number == 1:
            thumbnail = picture.copy()
            thumbnail.thumbnail(THUMBNAIL)
            saved.append(save(thumbnail, folder, 0))
        saved.append(save(picture, folder, number, text))
    return {"pages": pages, "pictures": saved}


if __name__ == "__main__":
    limit_this_process()
    print(json.dumps(draw(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))
