"""The seal: PAdES, valid for two independent readers, and nothing else moved."""

import datetime as dt
import http.server
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from documents import seal_keys
from documents.production import produce
from documents.rendering import render
from documents.seal_keys import DEMONSTRATION, SealUnavailable, demonstration_key, seal_key, self_signed
from documents.sealing import SealFailed, seal, unsealed
from tests.documents.letters import frozen

AT = dt.datetime(2027, 4, 14, 13, 6, tzinfo=dt.UTC)
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def pdf():
    return render("award_letter", frozen("award_letter"), sealable=True)


@pytest.fixture
def declared(settings):
    """Declare another key: `declared(KEY=path)`."""

    def declare(**values):
        settings.SEAL = settings.SEAL | values
        return seal_key()

    return declare


def validated(data):
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert]))


def test_a_seal_is_valid_and_covers_the_whole_file(pdf):
    status = validated(seal(pdf, seal_key(), at=AT).data)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.md_algorithm == "sha256"


def test_poppler_finds_it_valid_too(pdf, tmp_path, poppler):
    (tmp_path / "x.pdf").write_bytes(seal(pdf, seal_key(), at=AT).data)
    said = poppler("pdfsig", tmp_path / "x.pdf")
    for words in ("ETSI.CAdES.detached", "Signature is Valid", "Total document signed", DEMONSTRATION):
        assert words in said, said


def test_before_the_seal_identical_facts_give_identical_bytes(pdf):
    one, other = (seal(pdf, seal_key(), at=AT + dt.timedelta(days=n)) for n in range(2))
    assert one.data != other.data
    assert unsealed(one.data) == unsealed(other.data) == pdf
    assert one.unsigned_sha256 == other.unsigned_sha256


def test_another_process_gives_the_same_bytes(pdf):
    program = (
        "import django, hashlib; django.setup()\n"
        "from documents.rendering import render\nfrom tests.documents.letters import frozen\n"
        "print(hashlib.sha256(render('award_letter', frozen('award_letter'), sealable=True)).hexdigest())"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=_environment() | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == seal(pdf, seal_key(), at=AT).unsigned_sha256


def _environment():
    return {name: os.environ[name] for name in ("PATH", "VAR_DIR", "LANG", "HOME") if name in os.environ}


def test_a_flipped_byte_breaks_it(pdf):
    data = bytearray(seal(pdf, seal_key(), at=AT).data)
    data[len(data) // 4] ^= 1
    assert not validated(bytes(data)).bottom_line


@pytest.mark.django_db
def test_what_is_kept_says_who_sealed_and_when(ask):
    document = produce(ask().pk)
    assert document.sealed_by == DEMONSTRATION
    assert document.sealed_at
    assert document.seal_certificate_sha256 == seal_key().fingerprint
    data = bytes(document.content.data)
    assert validated(data).bottom_line
    facts = render(document.template, document.facts, sealable=True)
    assert unsealed(data) == facts


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["receipt", "appeal_receipt", "refusal_letter"])
def test_every_kind_is_sealed(ask, kind):
    assert validated(bytes(produce(ask(kind=kind).pk).content.data)).bottom_line


@pytest.mark.django_db
def test_without_a_key_nothing_is_kept_in_production(ask, settings):
    settings.PRODUCTION = True
    document = produce(ask().pk)
    assert document.rendered_at is None
    assert "SEAL_KEY" in document.last_error
    assert "SEAL_BY_HAND" in document.last_error


@pytest.mark.django_db
def test_by_hand_no_seal_is_asked_for(ask, settings):
    settings.SEAL = settings.SEAL | {"BY_HAND": True}
    document = produce(ask().pk)
    assert document.rendered_at
    assert document.sealed_by == ""
    assert document.unsigned_sha256 == document.sha256


def test_a_key_with_its_chain_from_a_pem(pdf, tmp_path, declared):
    (tmp_path / "key.pem").write_bytes(self_signed("Ministère, cachet d’essai"))
    sealed = seal(pdf, declared(KEY=str(tmp_path / "key.pem")), at=AT)
    assert sealed.by == "Ministère, cachet d’essai"
    assert validated(sealed.data).bottom_line


def test_a_key_from_a_pkcs12_with_its_password(pdf, tmp_path, declared):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

    pem = self_signed("Cachet protégé")
    key, certificate = load_pem_private_key(pem, None), x509.load_pem_x509_certificates(pem)[0]
    bundle = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"secret"))
    (tmp_path / "key.p12").write_bytes(bundle)
    sealed = seal(pdf, declared(KEY=str(tmp_path / "key.p12"), KEY_PASSWORD="secret"), at=AT)
    assert sealed.by == "Cachet protégé"
    with pytest.raises(SealUnavailable, match="SEAL_KEY_PASSWORD"):
        declared(KEY_PASSWORD="wrong")


@pytest.mark.parametrize("content", [b"", b"-----BEGIN NOTHING-----", b"\x30\x82"])
def test_a_key_that_cannot_be_read_says_so(tmp_path, declared, content):
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(SealUnavailable, match="SEAL_KEY"):
        declared(KEY=str(tmp_path / "key.pem"))


def test_a_missing_token_says_so(tmp_path, declared):
    with pytest.raises(SealUnavailable, match="SEAL_PKCS11_MODULE"):
        declared(PKCS11_MODULE=str(tmp_path / "absent.so"), PKCS11_LABEL="cachet")


@pytest.mark.skipif(not SOFTHSM.exists(), reason="softhsm2 is not installed: no PKCS#11 token to seal with")
def test_a_key_that_never_leaves_its_token(pdf, tmp_path, declared, monkeypatch):
    monkeypatch.setenv("SOFTHSM2_CONF", str(_token(tmp_path)))
    key = declared(PKCS11_MODULE=str(SOFTHSM), PKCS11_TOKEN="fabriques", PKCS11_PIN="1234", PKCS11_LABEL="cachet")
    sealed = seal(pdf, key, at=AT)
    assert sealed.by == "Cachet du jeton"
    assert validated(sealed.data).bottom_line


def _token(folder):
    """A software token with a key and its certificate in it; its configuration."""
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    (folder / "key.pem").write_bytes(self_signed("Cachet du jeton"))
    environment = _environment() | {"SOFTHSM2_CONF": str(conf)}
    run = {"env": environment, "check": True, "capture_output": True}
    names = ["--label", "fabriques", "--pin", "1234", "--so-pin", "1234"]
    subprocess.run(["softhsm2-util", "--init-token", "--free", *names], **run)
    filler = [sys.executable, "-m", "tests.documents.software_token", str(SOFTHSM), str(folder / "key.pem")]
    subprocess.run(filler, **run)
    return conf


def test_the_demonstration_key_is_made_once(tmp_path):
    first = demonstration_key(tmp_path).read_bytes()
    assert demonstration_key(tmp_path).read_bytes() == first
    assert [path.name for path in (tmp_path / "seal").iterdir()] == ["demonstration.pem"]
    assert demonstration_key(tmp_path).stat().st_mode & 0o077 == 0


class TimeStamps(http.server.BaseHTTPRequestHandler):
    """A real authority over HTTP, with a certificate of its own."""

    def do_POST(self):
        from asn1crypto import tsp

        asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.authority.request_tsa_response(asked).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def authority():
    from asn1crypto import keys, x509
    from cryptography import x509 as certificates
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )  # fmt: skip
    from pyhanko.sign.timestamps import DummyTimeStamper

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = certificates.load_pem_x509_certificates(self_signed("Autorité d’horodatage d’essai"))[0]
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(plain.subject).issuer_name(plain.subject).public_key(key.public_key())
        .serial_number(plain.serial_number).not_valid_before(plain.not_valid_before_utc)
        .not_valid_after(plain.not_valid_after_utc)
        .add_extension(
            certificates.ExtendedKeyUsage([certificates.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    server = http.server.HTTPServer(("127.0.0.1", 0), TimeStamps)
    server.authority = DummyTimeStamper(
        x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_time_stamp_authority_dates_the_seal(pdf, declared, authority):
    status = validated(seal(pdf, declared(TSA_URL=authority), at=AT).data)
    assert status.intact and status.valid
    assert status.timestamp_validity.intact
    assert abs(status.timestamp_validity.timestamp - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_an_authority_that_is_silent_is_told(pdf, declared, authority):
    with pytest.raises(SealFailed, match="SEAL_TSA_URL"):
        seal(pdf, declared(TSA_URL="http://127.0.0.1:9/"), at=AT)


def test_a_file_without_room_is_refused():
    with pytest.raises(SealFailed, match="place"):
        seal(render("receipt", frozen("receipt")), seal_key(), at=AT)


def test_the_key_is_parsed_once_a_worker():
    assert seal_key() is seal_key()
    assert seal_keys.is_demonstration(seal_key().name)
