"""What every page must be, whoever reads it: accessible, inside its width, silent, and of this site alone."""

import io
import os
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT

LAPTOP, TELEPHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TABLET = {"width": 768, "height": 1024}
# A refusal told in words is an answer of the page, not an accident; the browser logs its status as an error.
REFUSALS = {403, 404, 409, 422}
JUDGED_ELSEWHERE = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
READ_BY_PEOPLE = {"document", "xhr", "fetch"}
# Only the violations are told in full.
JUDGE = "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
COLOURS = 128


class Watch:
    """Hears what the pages of one visitor complain about: scripts, missing resources, security policy, other hosts."""

    def __init__(self, context, host):
        self.host, self.troubles = host, []
        context.on("request", self.on_request)
        context.on("response", self.on_response)
        context.on("requestfailed", self.on_failure)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))

    def on_request(self, request):
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self.host:
            self.troubles.append(f"asks another host: {request.url}")

    def on_response(self, response):
        told = response.status in REFUSALS and response.request.resource_type in READ_BY_PEOPLE
        if response.status >= 400 and not told:
            self.troubles.append(f"{response.status}: {response.url}")

    def on_failure(self, request):
        # Leaving a page, or receiving a file, aborts what was being read.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.troubles.append(f"failed: {request.url} {request.failure}")

    def on_console(self, line):
        # What the browser says of a status is judged above, with the status; a page that is left aborts its requests.
        known = any(words in line.text for words in JUDGED_ELSEWHERE)
        if line.type == "error" and not known:
            self.troubles.append(f"{line.page.url if line.page else ''} console: {line.text}")


def look(page, name="", *, phone=False, folder=None, sizes=(TELEPHONE, LAPTOP)):
    """Check the page that is shown at each width; keep its picture under `name` when asked to.

    Args:
        name: of the picture in docs/screenshots, none when empty.
        phone: also keep the narrow one.
        folder: where pictures go; None when none are to be made.
        sizes: of the screens, the one to go on with last.
    """
    for size in sizes:
        page.set_viewport_size(size)
        assert_inside(page)
        assert_accessible(page)
        if folder and name and (size is LAPTOP or phone):
            keep_picture(page, folder / f"{name}-{size['width']}.png")


def assert_inside(page):
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the screen: {page.evaluate(WIDEST)}"


WIDEST = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))"""


def assert_accessible(page):
    """No violation of any rule of axe; the script goes once into a page, which is then judged at every width."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(JUDGE)
    told = [
        f"{one['id']}: {one['help']}\n" + "\n".join(f"    {node['html'][:200]}" for node in one["nodes"][:4])
        for one in violations
    ]
    assert not told, f"{page.url} at {page.viewport_size['width']} px\n" + "\n".join(told)


def keep_picture(page, path):
    """The first screen, in few colours: pictures of a repository are read, not printed."""
    from PIL import Image

    page.evaluate("scrollTo(0, 0)")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def pictures_wanted():
    return os.environ.get("SCREENSHOTS") == "1"
