"""Somebody who has a keyboard and no mouse: Tab, Space, Enter, arrows and letters; she must see where she is."""

from playwright.sync_api import TimeoutError as BrowserTimeout

FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one.id === "contenu") return {};
    const label = one.labels && one.labels[0];
    const looks = [[one], [one, "::before"], [one, "::after"], [label, "::before"], [label, "::after"], [label]];
    const seen = looks.filter((look) => look[0]).map((look) => getComputedStyle(...look)).some((style) =>
        (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
    const box = one.getBoundingClientRect();
    const words = [one.getAttribute("aria-label"), label && label.textContent, one.textContent].find((text) => text);
    return {
        tag: one.tagName, type: one.type || "", name: one.name || "", value: one.value || "",
        checked: one.checked === true,
        words: (words || "").replace(/\\s+/g, " ").trim(), seen: seen && box.width > 0 && box.height > 0,
        inForm: Boolean(one.closest("form#section")), inBar: Boolean(one.closest(".fb-bar")),
        html: one.outerHTML.slice(0, 160),
        mode: one.inputMode || "", readonly: one.readOnly === true,
    };
}"""
MOST_STOPS = 400


class Keyboard:
    """The keys of one page; each stop is checked: its focus shows."""

    def __init__(self, page):
        self.page, self.stops = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text):
        self.press("Control+A")
        self.page.keyboard.insert_text(text)

    def here(self):
        return self.page.evaluate(FOCUS)

    def tab(self):
        """The next stop, as `FOCUS` tells it; {} at the ends of the page."""
        self.press("Tab")
        stop = self.here()
        if stop:
            self.stops += 1
            assert stop["seen"], f"{self.page.url}: focus is not visible on {stop['html']}"
        return stop

    def skip_to_content(self):
        """By the first link of the page, as people do who tab through it; a page that begins elsewhere is left so."""
        if self.here() or "#" in self.page.url:
            return
        first = self.tab()
        assert first.get("words") == "Contenu", f"{self.page.url}: the first stop is {first}"
        self.press("Enter")

    def find(self, words, *, tag=None):
        """Tab until a control whose label or text begins so."""
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop and stop["words"].startswith(words) and tag in (None, stop["tag"]):
                return stop
        raise AssertionError(f"{self.page.url}: no way to « {words} » by the keyboard")

    def fill(self, values):
        """{beginning of the label: text}, in the order of the page."""
        for label, text in values.items():
            self.find(label, tag="INPUT")
            self.write(text)

    def give(self, words, file):
        """Choose a file; a browser that is busy may drop the key, and one presses it again."""
        self.find(words, tag="INPUT")
        for last in (False, True):
            try:
                with self.page.expect_file_chooser(timeout=15_000) as chooser:
                    self.press("Space")
                chooser.value.set_files(file)
                return
            except BrowserTimeout:
                if last:
                    raise

    def activate(self, words, *, tag=None, key="Enter"):
        """Go to a link or a button, and follow it to the page it leads to."""
        self.find(words, tag=tag)
        with self.page.expect_navigation():
            self.press(key)

    def choose(self, words):
        """Tab to a group of radios, then arrows to the one whose label begins so."""
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop.get("type") == "radio":
                break
        for _ in range(12):
            if self.here()["words"].startswith(words):
                self.press("Space")
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: no « {words} » among the radios")
