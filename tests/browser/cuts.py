"""Cutting somebody off while she types, at any moment and in any way, then looking at what is left of it.

A lane is one person with one browser of her own, on disk like a real one: what a killed browser has not yet written is
lost. What counts as kept is what she sees when she comes back: the text of the field, or what the page offers.
"""

import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.chromium import find_chromium

ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
FIELD = "form#section textarea"
TRIES = 3
KEYS_APART_S = (0.02, 0.12)
TYPED_FOR_S = (0.2, 2.2)
WORDS = [
    "un",
    "lieu",
    "ouvert",
    "à",
    "tous",
    "où",
    "l’on",
    "travaille",
    "apprend",
    "répare",
    "et",
    "se",
    "retrouve",
    "chaque",
    "jour",
    "de",
    "la",
    "semaine",
]

TAB, RENDERER, BROWSER, NETWORK_TAB, NETWORK_BROWSER, SERVICE, SESSION = KINDS = (
    "onglet fermé",
    "page tuée",
    "navigateur tué",
    "réseau coupé, onglet fermé",
    "réseau coupé, navigateur tué",
    "service en panne, navigateur tué",
    "session finie, onglet fermé",
)
# What happens some time before the cut, while the person goes on typing.
BEFORE = {NETWORK_TAB, NETWORK_BROWSER, SERVICE, SESSION}
KILLS_BROWSER = {BROWSER, NETWORK_BROWSER, SERVICE}


@dataclass(frozen=True)
class Cut:
    """One cut: how, after how many seconds, and what was lost."""

    kind: str
    after_s: float
    typed: int
    lost: int
    lost_s: float

    def __str__(self):
        return f"{self.kind} après {self.after_s:.2f} s : {self.lost} signes, {self.lost_s:.2f} s"


class Lane:
    """One person at one browser.

    Args:
        playwright: started, of this thread.
        url: of the site. path: of the page with the field.
        cookies: of her session, as `BrowserContext.add_cookies` takes them; they are put back when she comes back.
        seed: of what she types, and of when she is cut.
    """

    def __init__(self, playwright, url, path, cookies, seed):
        self.playwright, self.url, self.path, self.cookies = playwright, url, path, cookies
        self.random = random.Random(seed)
        self.profile = tempfile.mkdtemp(prefix="fabriques-navigateur-")
        self.context = self.page = None
        # Pages whose process was killed: closing one would wait for ever.
        self.dead = []

    def leave(self):
        self.kill_browser()
        shutil.rmtree(self.profile, ignore_errors=True)

    # --- The browser

    def come_back(self):
        """Her page, as she finds it when she opens it again, signed in."""
        from playwright.sync_api import Error

        for _ in range(TRIES):
            try:
                return self.open_page()
            except Error:
                # A browser whose pages were killed may give one of the dead: a person closes it and opens it again.
                self.kill_browser()
        return self.open_page()

    def open_page(self):
        if self.context is None:
            self.context = self.playwright.chromium.launch_persistent_context(
                self.profile, executable_path=find_chromium(), args=ARGUMENTS, base_url=self.url, locale="fr-FR"
            )
            self.context.set_default_timeout(20_000)
        self.context.set_offline(False)
        self.context.unroute_all()
        self.context.add_cookies(self.cookies)
        self.page = self.context.new_page()
        self.page.goto(self.path)
        self.page.locator("form#section[data-kept]").wait_for()
        return self.page

    def kill_browser(self):
        """At once, like a power cut: nothing is flushed."""
        for pid in list(processes_of(self.profile)):
            end(pid)
        if self.context is not None:
            try:
                self.context.close()
            except Exception:
                pass
        self.context = self.page = None
        self.dead = []

    def crash_page(self):
        """The process of the page dies; the browser lives on."""
        from playwright.sync_api import Error

        self.dead.append(self.page)
        try:
            self.page.goto("chrome://crash", timeout=3_000)
        except Error:
            self.page = None

    def close_tab(self):
        # Without any tab the browser itself would end.
        self.context.new_page()
        self.page.close()

    # --- One cut

    def suffer(self, kind):
        """Type, be cut, come back; returns the `Cut`."""
        if self.dead and kind in {NETWORK_TAB, NETWORK_BROWSER}:
            # The network is cut for all the pages of a browser: the dead among them cannot be told.
            self.kill_browser()
        page = self.page or self.come_back()
        after = self.random.uniform(*TYPED_FOR_S)
        trouble_at = self.random.uniform(0, after) if kind in BEFORE else None
        text, keys = self.type_until(page, after, kind, trouble_at)
        cut_at = time.monotonic()
        self.cut(kind)
        kept = max((common(text, found) for found in self.found()), default=0)
        lost_s = cut_at - keys[kept] if kept < len(text) else 0.0
        return Cut(kind, after, len(text), len(text) - kept, lost_s)

    def type_until(self, page, after, kind, trouble_at):
        """(text, moment of each of its keys), typed over what was there."""
        field = page.locator(FIELD).first
        field.focus()
        page.keyboard.press("Control+A")
        sentence = self.sentence()
        begun, keys = time.monotonic(), []
        while (left := begun + after - time.monotonic()) > 0 and len(keys) < len(sentence):
            if trouble_at is not None and time.monotonic() - begun >= trouble_at:
                self.trouble(kind)
                trouble_at = None
            keys.append(time.monotonic())
            page.keyboard.insert_text(sentence[len(keys) - 1])
            time.sleep(max(0, min(left, self.random.uniform(*KEYS_APART_S))))
        return sentence[: len(keys)], keys

    def sentence(self):
        """Words that no earlier sentence had in that order."""
        number = f"{self.random.randrange(10**6):06d} "
        return number + " ".join(self.random.choices(WORDS, k=60))

    def trouble(self, kind):
        if kind in {NETWORK_TAB, NETWORK_BROWSER}:
            self.context.set_offline(True)
        elif kind == SERVICE:
            self.context.route(re.compile("/garder/$"), lambda route: route.fulfill(status=503, body="panne"))
        elif kind == SESSION:
            self.context.clear_cookies()

    def cut(self, kind):
        if kind in KILLS_BROWSER:
            self.kill_browser()
        elif kind == RENDERER:
            self.crash_page()
        else:
            self.close_tab()
            self.page = None

    def found(self):
        """What she sees of her text when she comes back: in its field, or offered by the page."""
        left = list(self.context.pages) if self.context else []
        page = self.come_back()
        for one in left:
            if one.context is self.context and one not in self.dead:
                one.close()
        offered = page.locator(".fab-retrouve__champ .fab-deux-textes > div:first-child .fab-texte-garde")
        texts = [page.locator(FIELD).first.input_value(), *offered.all_inner_texts()]
        page.evaluate(LEAVE_ALL)
        return texts


LEAVE_ALL = (
    """() => document.querySelectorAll(".fab-retrouve__champ .fr-btn--tertiary").forEach((one) => one.click())"""
)


def common(text, found):
    """How many of the first characters of the text are there."""
    return next(
        (n for n, (one, other) in enumerate(zip(text, found, strict=False)) if one != other),
        min(len(text), len(found)),
    )


def processes_of(profile):
    """The browser of this folder: when its main process dies, so do the others."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in command and "--type=" not in command:
            yield int(folder.name)


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def worst(cuts):
    return max(cuts, key=lambda cut: cut.lost_s)


def suffer_all(url, path, session, *, seed, next_kind, done):
    """One person at one browser is cut off again and again.

    Args:
        session: value of her session cookie.
        next_kind: called for the kind of each cut, until it gives None.
        done: list that gets each `Cut`.
    """
    from playwright.sync_api import sync_playwright

    cookies = [{"name": "sessionid", "value": session, "url": url}]
    with sync_playwright() as playwright:
        lane = Lane(playwright, url, path, cookies, seed)
        try:
            while (kind := next_kind()) is not None:
                done.append(lane.suffer(kind))
                if len(done) % 20 == 0:
                    print(f"  {len(done)} coupures, au pire {worst(done)}", file=sys.stderr, flush=True)
        finally:
            lane.leave()


def apart(work):
    """Run in a thread of its own: one thread has one playwright."""
    faults = []

    def run():
        try:
            work()
        except Exception as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
