"""The people of a wave, each in a browser of their own."""

import re
from urllib.parse import urlsplit

from tests.browser.looking import LAPTOP, Watch, look, pictures_wanted

PASSWORD, DOMAIN = "fabriques-demonstration", "fabriques.example"


class People:
    """Opens one browser window a person, signs them in once, and looks at pages for them.

    Args:
        browser: of playwright.
        url: address of the site.
        pictures: folder of the pictures that SCREENSHOTS=1 asks for.
    """

    patience_ms = 30_000

    def __init__(self, browser, url, pictures):
        self.browser, self.url = browser, url
        self.pictures = pictures if pictures_wanted() else None
        self.pages, self.watches, self.contexts = {}, [], []

    def window(self, *, script=True):
        """A page of somebody nobody knows yet.

        Args:
            script: False for a browser without JavaScript.
        """
        context = self.browser.new_context(
            base_url=self.url, locale="fr-FR", timezone_id="Europe/Paris", viewport=LAPTOP, java_script_enabled=script
        )
        context.set_default_timeout(self.patience_ms)
        self.contexts.append(context)
        self.watches.append(Watch(context, urlsplit(self.url).netloc))
        return context.new_page()

    def page(self, name, *, script=True):
        """The page of an account of the demonstration (or of one made since), signed in."""
        key = name, script
        if key not in self.pages:
            self.pages[key] = self.sign_in(self.window(script=script), name)
        return self.pages[key]

    def sign_in(self, page, name):
        page.goto("/compte/login/")
        page.get_by_label("Courriel").fill(f"{name}@{DOMAIN}")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(re.compile(r"^(?!.*/compte/login/)"))
        return page

    def look(self, page, name="", *, phone=False):
        """The page is accessible and inside its width at both sizes, and nobody complained so far."""
        look(page, name, phone=phone, folder=self.pictures)
        self.assert_silent()

    def assert_silent(self):
        troubles = [trouble for watch in self.watches for trouble in watch.troubles]
        assert not troubles, "\n".join(troubles)

    def leave(self):
        for context in self.contexts:
            context.close()
