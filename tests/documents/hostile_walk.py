"""Sending hostile files through the real site, then asking for them by every way that the site has to show a file."""

import hashlib
import io
import json
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser

from PIL import Image

from applications.models import Attachment
from documents import tasks
from documents.detection import EXTENSIONS
from scripts.clamd import EICAR
from tests.documents.hostile import EITHER, INFECTED, REFUSED, STORED

PAGES_ASKED = 3
# What a page of ours never holds in the words of a file: elements that act, and the attributes that make others act.
FORBIDDEN_TAGS = {"iframe", "object", "embed", "applet", "base", "frame"}


@dataclass
class Outcome:
    """What became of one sample, and what is wrong with it."""

    sample: object
    fate: str
    faults: list = field(default_factory=list)


class ActiveContent(HTMLParser):
    """The elements and attributes of a page that a file could have brought in."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in FORBIDDEN_TAGS or any(name.startswith("on") for name, _ in attrs):
            self.found.append(tag)
        if tag == "script" and not any(
            name == "src" and (value or "").startswith("/static/") for name, value in attrs
        ):
            self.found.append(tag)


def multipart(fields, name, content):
    """The body as a browser writes it: quotes and line ends of the name are percent-encoded, nothing else is."""
    boundary = "limite" + uuid.uuid4().hex
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode("utf-8", "surrogatepass")
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
        + escaped
        + b'"\r\nContent-Type: text/html\r\n\r\n'
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def try_one(client, dossier, sample):
    """Send one sample to a draft of the client's, look at it everywhere, set it aside again; returns its `Outcome`."""
    path = f"/dossiers/{dossier.public_id}/pieces/"
    body, kind = multipart({"kind": "other", "idempotency_key": uuid.uuid4().hex}, sample.name, sample.content)
    answer = client.post(path, body, content_type=kind, headers={"Accept": "application/json"})
    joined = Attachment.objects.filter(application=dossier, removed_at=None).select_related("file").first()
    if answer.status_code == 422:
        return refused(sample, answer, joined)
    if answer.status_code != 200 or joined is None:
        return Outcome(sample, f"status {answer.status_code}", ["ni refusé ni gardé"])
    outcome = kept(client, path, sample, joined)
    client.post(f"{path}{joined.public_id}/retirer/", {"idempotency_key": uuid.uuid4().hex})
    return outcome


def refused(sample, answer, joined):
    sentences = json.loads(answer.content)["refused"]
    outcome = Outcome(sample, REFUSED)
    # One sentence that names the file or says that none came, tells what to do, and ends.
    if len(sentences) != 1 or not sentences[0].endswith(".") or "ichier" not in " ".join(sentences) + "fichier":
        outcome.faults.append(f"pas de phrase : {sentences}")
    if not any(word in sentences[0] for word in ("renvoyez", "Choisissez", "Enregistrez")):
        outcome.faults.append(f"ne dit pas que faire : {sentences[0]}")
    if joined:
        outcome.faults.append("refusé, et gardé pourtant")
    return expected(outcome)


def kept(client, path, sample, joined):
    """As the workers would: judged, then drawn; then asked for by every address."""
    stored, here = joined.file, f"{path}{joined.public_id}/"
    outcome = Outcome(sample, STORED)
    waiting = client.get(here).status_code
    if stored.scan_state == "pending" and waiting != 409:
        outcome.faults.append(f"ouvert avant le verdict ({waiting})")
    tasks.scan(stored.pk)
    tasks.preview(stored.pk)
    stored.refresh_from_db()
    if stored.is_infected:
        outcome.fate = INFECTED
    elif EICAR in sample.content:
        outcome.faults.append("virus non reconnu")
    look_at_page(client, f"{here}lire/", stored, outcome)
    look_at_page(client, path, stored, outcome, always=True)
    look_at_file(client, here, stored, sample, outcome)
    look_at_pictures(client, here, stored, outcome)
    look_for_bytes(client, stored, outcome)
    return expected(outcome)


def expected(outcome):
    if outcome.sample.must not in (outcome.fate, EITHER):
        outcome.faults.append(f"attendu {outcome.sample.must}, obtenu {outcome.fate}")
    return outcome


def look_at_page(client, address, stored, outcome, always=False):
    answer = client.get(address)
    wanted = 200 if always or not stored.is_infected else 403
    if answer.status_code != wanted:
        outcome.faults.append(f"{address[-20:]} : {answer.status_code}")
    if "unsafe" in answer["Content-Security-Policy"] or not answer["Content-Type"].startswith("text/html"):
        outcome.faults.append("page sans politique")
    parser = ActiveContent()
    parser.feed(answer.content.decode())
    outcome.faults += [f"la page porte <{tag}>" for tag in parser.found]


def look_at_file(client, address, stored, sample, outcome):
    answer = client.get(address)
    if stored.is_infected:
        if answer.status_code != 403:
            outcome.faults.append(f"infecté et servi ({answer.status_code})")
        return
    body = answer.getvalue()
    outcome.faults += faults_of_headers(answer)
    disposition = answer["Content-Disposition"]
    if not disposition.startswith("attachment;") or "\r" in disposition or "\n" in disposition:
        outcome.faults.append(f"affiché par le navigateur : {disposition}")
    extensions = (EXTENSIONS[stored.content_type], ".jpeg")
    if answer["Content-Type"] != stored.content_type or not disposition.rstrip('"').lower().endswith(extensions):
        outcome.faults.append(f"servi sous un autre type : {answer['Content-Type']}, {disposition}")
    if body != sample.content or stored.sha256 != hashlib.sha256(body).hexdigest():
        outcome.faults.append("octets changés")


def look_at_pictures(client, address, stored, outcome):
    for number in range(PAGES_ASKED):
        answer = client.get(f"{address}pages/{number}.png")
        if answer.status_code != 200:
            if answer.status_code not in ((403,) if stored.is_infected else (404,)):
                outcome.faults.append(f"page {number} : {answer.status_code}")
            continue
        content = answer.getvalue()
        outcome.faults += faults_of_headers(answer)
        picture = Image.open(io.BytesIO(content), formats=["PNG"])
        clean = not picture.info and b"<script" not in content and EICAR not in content
        if answer["Content-Type"] != "image/png" or not clean:
            outcome.faults.append(f"page {number} : l’image porte autre chose qu’une image")


def faults_of_headers(answer):
    policy = answer.get("Content-Security-Policy", "")
    if (
        answer.get("X-Content-Type-Options") != "nosniff"
        or "sandbox" not in policy
        or "default-src 'none'" not in policy
    ):
        return ["en-têtes qui laissent agir"]
    return []


def look_for_bytes(client, stored, outcome):
    """The folder of the files has no address."""
    for start in ("/", "/media/", "/files/", "/static/", "/static/../files/", "/uploads/"):
        if client.get(f"{start}{stored.file.name}").status_code != 404:
            outcome.faults.append(f"servi à {start}")
