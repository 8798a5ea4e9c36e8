"""A person with a browser without JavaScript: reads pages, fills in the forms that are there, sends them.

Standard library only. A form is sent as the page made it: its hidden fields, its choices already made, and what the
person types. What is not on the page cannot be sent.
"""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser


class NotOnPage(AssertionError):
    """The page lacks a form, a button, a link or a sentence that the person looks for."""


@dataclass
class Upload:
    name: str
    content: bytes
    content_type: str = "application/pdf"


@dataclass
class Form:
    """One form of a page, by field name: `fields` its values, `choices` what it offers, `kinds` its input type."""

    action: str
    method: str
    fields: dict[str, list] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    multipart: bool = False

    def names(self, part):
        """Names of the fields that contain `part`, in page order."""
        return [name for name in {**self.fields, **self.choices} if part in name]

    def named(self, name):
        """The field of this name, or the only one that has it behind a prefix ("seance-held_on")."""
        known = {**self.fields, **self.choices}
        found = [name] if name in known else [one for one in known if one.endswith(f"-{name}")]
        if len(found) != 1:
            raise NotOnPage(f"{self.action} : {len(found)} champs « {name} ». Champs : {sorted(known)}")
        return found[0]


class PageParser(HTMLParser):
    """Forms, links and text of one page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.links, self.words = [], [], []
        self.form = self.select = self.textarea = self.button = self.link = None
        self.detached = {}
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        handler = getattr(self, f"start_{tag}", None)
        if tag in ("script", "style"):
            self.silent += 1
        if handler:
            handler(attributes)

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.silent -= 1
        elif tag == "form":
            self.form = None
        elif tag == "select" and self.select:
            self.end_select()
        elif tag in ("textarea", "button", "a"):
            setattr(self, "link" if tag == "a" else tag, None)

    def handle_data(self, data):
        if self.silent:
            return
        self.words.append(data)
        if self.textarea is not None:
            self.textarea[-1] += data
        if self.button is not None:
            self.button["text"] += data
        if self.link is not None:
            self.link["text"] += data

    def start_form(self, a):
        self.form = Form(
            a.get("action", ""), a.get("method", "get").lower(), multipart="multipart" in a.get("enctype", "")
        )
        self.detached[a.get("id", "")] = self.form
        self.forms.append(self.form)

    def form_of(self, a):
        return self.detached.get(a["form"]) if a.get("form") else self.form

    def start_input(self, a):
        form, name, kind = self.form_of(a), a.get("name"), a.get("type", "text")
        if form is None or not name or "disabled" in a:
            return
        form.kinds[name] = kind
        if kind == "submit":
            form.buttons.append({"name": name, "value": a.get("value", ""), "text": a.get("value", "")})
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(a.get("value", "on"))
            if "checked" in a:
                form.fields.setdefault(name, []).append(a.get("value", "on"))
        elif kind == "file":
            form.choices.setdefault(name, [])
        else:
            form.fields.setdefault(name, []).append(a.get("value", ""))

    def start_textarea(self, a):
        form = self.form_of(a)
        if form is not None and a.get("name"):
            form.kinds[a["name"]] = "textarea"
            self.textarea = form.fields.setdefault(a["name"], [])
            self.textarea.append("")

    def start_select(self, a):
        form = self.form_of(a)
        if form is not None and a.get("name"):
            form.kinds[a["name"]] = "select"
            self.select = (form, a["name"])
            form.choices.setdefault(a["name"], [])

    def start_option(self, a):
        if self.select:
            form, name = self.select
            form.choices[name].append(a.get("value", ""))
            if "selected" in a:
                form.fields.setdefault(name, []).append(a.get("value", ""))

    def end_select(self):
        form, name = self.select
        if name not in form.fields and form.choices[name]:
            form.fields[name] = [form.choices[name][0]]
        self.select = None

    def start_button(self, a):
        form = self.form_of(a)
        if form is not None and a.get("type", "submit") == "submit":
            self.button = {"name": a.get("name", ""), "value": a.get("value", ""), "text": ""}
            form.buttons.append(self.button)

    def start_a(self, a):
        if a.get("href"):
            self.link = {"href": a["href"], "text": ""}
            self.links.append(self.link)


class Page:
    """What came back: `status`, `url`, raw `content`, and for HTML `text`, `forms` and `links`."""

    def __init__(self, status, url, content, content_type):
        self.status, self.url, self.content, self.content_type = status, url, content, content_type
        parser = PageParser()
        if "html" in content_type:
            parser.feed(content.decode("utf-8", "replace"))
        self.forms, self.links = parser.forms, parser.links
        self.text = " ".join(" ".join(parser.words).split())

    def must_say(self, *sentences):
        for sentence in sentences:
            if sentence not in self.text:
                raise NotOnPage(f"{self.url} ({self.status}) ne dit pas « {sentence} ». On y lit : {self.text[:700]}")
        return self

    def form(self, *, button=None, action=None):
        """The first form that has a button with this text, or whose action ends so."""
        for form in self.forms:
            by_button = button and any(button in one["text"] for one in form.buttons)
            by_action = action and urllib.parse.urlsplit(form.action).path.endswith(action)
            if by_button or by_action:
                return form
        offered = [one["text"].strip() for form in self.forms for one in form.buttons]
        raise NotOnPage(f"{self.url} ({self.status}) : pas de formulaire « {button or action} ». Boutons : {offered}")

    def main_form(self):
        """The one form to send that is not the header's."""
        forms = [form for form in self.forms if form.method == "post" and "logout" not in form.action]
        if len(forms) != 1:
            raise NotOnPage(f"{self.url} ({self.status}) : {len(forms)} formulaires à envoyer. {self.text[:600]}")
        return forms[0]

    def link(self, part):
        """Address of the first link whose text or address contains `part`."""
        for link in self.links:
            if part in link["text"] or part in link["href"]:
                return urllib.parse.urljoin(self.url, link["href"])
        raise NotOnPage(f"{self.url} ({self.status}) : pas de lien « {part} ».")


class Visitor:
    """One person's browser, with its own cookies."""

    def __init__(self, base_url, timeout=60):
        self.base_url, self.timeout = base_url, timeout
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path):
        return self.open(urllib.request.Request(urllib.parse.urljoin(self.base_url, path)))

    def open(self, request):
        request.add_header("Accept-Language", "fr")
        try:
            with self.opener.open(request, timeout=self.timeout) as response:
                return Page(response.status, response.url, response.read(), response.headers.get("Content-Type", ""))
        except urllib.error.HTTPError as error:
            return Page(error.code, error.url, error.read(), error.headers.get("Content-Type", ""))

    def send(self, page, form, *, button=None, **typed):
        """Fill in `form` of `page` and press `button` (its text; the first one by default); names as in `named`."""
        typed = {form.named(name): value for name, value in typed.items()}
        values = {name: list(given) for name, given in form.fields.items()}
        values |= {name: given if isinstance(given, list) else [given] for name, given in typed.items()}
        pressed = next((one for one in form.buttons if button is None or button in one["text"]), None)
        if pressed and pressed["name"]:
            values[pressed["name"]] = [pressed["value"]]
        pairs = [(name, value) for name, given in values.items() for value in given]
        body, content_type = (
            multipart(pairs) if form.multipart else (urlencoded(pairs), "application/x-www-form-urlencoded")
        )
        address = urllib.parse.urljoin(page.url, form.action or page.url)
        headers = {"Content-Type": content_type, "Referer": page.url}
        return self.open(urllib.request.Request(address, data=body, headers=headers))

    def press(self, page, button, **typed):
        """Fill in the form that has this button, and press it."""
        return self.send(page, page.form(button=button), button=button, **typed)


def urlencoded(pairs):
    return urllib.parse.urlencode(pairs).encode()


def multipart(pairs):
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in pairs:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            head += f'; filename="{value.name}"\r\nContent-Type: {value.content_type}'
            parts.append(head.encode() + b"\r\n\r\n" + value.content)
        else:
            parts.append(f"{head}\r\n\r\n{value}".encode())
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
