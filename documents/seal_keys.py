"""The key of the seal: from a file (PEM, PKCS#12), from a PKCS#11 token, or made for a demonstration.

Read and parsed once a worker. Outside production and without any setting, a self-signed key is made at the first
letter, kept in VAR_DIR, and says of itself that it is worth nothing.
"""

import datetime as dt
import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

DEMONSTRATION = "Cachet de démonstration, sans valeur juridique"
NO_KEY = (
    "Aucune clé de cachet n’est déclarée : donnez SEAL_KEY (un fichier PEM ou PKCS#12) ou SEAL_PKCS11_MODULE, "
    "ou SEAL_BY_HAND=1 si les courriers sont imprimés et signés à la main. Puis relancez ce courrier."
)


class SealUnavailable(RuntimeError):
    """There is no key, or it cannot be read; the sentence says what to do. Nothing is kept unsealed."""


@dataclass(frozen=True)
class SealKey:
    """What seals.

    Attributes:
        signer: a pyHanko `Signer`.
        name: common name of the certificate.
        fingerprint: SHA-256 of the certificate, hexadecimal.
        timestamper: a pyHanko `TimeStamper`, None without an authority.
        remedy: what to look at when it fails.
    """

    signer: object = field(repr=False)
    name: str
    fingerprint: str
    timestamper: object = field(repr=False, default=None)
    remedy: str = "Vérifiez la clé du cachet, puis relancez ce courrier."


def is_by_hand():
    """Letters are printed, signed and scanned: no seal is asked for, and none is put."""
    return bool(settings.SEAL["BY_HAND"]) and not _is_declared()


def seal_key():
    """The key to seal with, None when letters are signed by hand.

    Raises:
        SealUnavailable: none is declared in production, or it cannot be read.
    """
    if is_by_hand():
        return None
    return _read(tuple(sorted(settings.SEAL.items())), str(settings.VAR_DIR), settings.PRODUCTION)


def is_demonstration(name):
    """A seal that this name belongs to is worth nothing."""
    return name == DEMONSTRATION


def _is_declared():
    return bool(settings.SEAL["KEY"] or settings.SEAL["PKCS11_MODULE"])


@cache
def _read(declared, folder, production):
    values = dict(declared)
    if values["PKCS11_MODULE"]:
        signer, remedy = _of_token(values), "Vérifiez que le jeton PKCS#11 est présent et que SEAL_PKCS11_PIN est bon."
    elif values["KEY"]:
        signer, remedy = _of_file(values["KEY"], values["KEY_PASSWORD"]), SealKey.remedy
    elif production:
        raise SealUnavailable(NO_KEY)
    else:
        signer, remedy = _of_file(str(demonstration_key(Path(folder))), ""), SealKey.remedy
    certificate = signer.signing_cert
    return SealKey(
        signer,
        name_of(certificate),
        hashlib.sha256(certificate.dump()).hexdigest(),
        _timestamper(values["TSA_URL"]),
        remedy
        + (" Vérifiez aussi SEAL_TSA_URL : l’autorité d’horodatage a pu ne pas répondre." * bool(values["TSA_URL"])),
    )


def name_of(certificate):
    """Common name of a certificate, or its whole subject."""
    subject = certificate.subject
    return str(subject.native.get("common_name") or subject.human_friendly)


def _of_file(path, password):
    """A signer from a PEM (key, certificate, then its chain) or a PKCS#12 file."""
    try:
        content = Path(path).read_bytes()
        secret = password.encode() or None
        key, first, others = _of_pem(content, secret) if b"-----BEGIN" in content else _of_pkcs12(content, secret)
    except (OSError, ValueError, TypeError) as error:
        raise SealUnavailable(
            f"La clé du cachet ne peut pas être lue ({error}). Vérifiez SEAL_KEY et SEAL_KEY_PASSWORD."
        ) from error
    return _kept_key_signer(key, first, others)


def _of_pem(content, secret):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(content, secret)
    certificates = x509.load_pem_x509_certificates(content)
    own = [one for one in certificates if one.public_key() == key.public_key()]
    if not own:
        raise ValueError("aucun certificat du fichier ne correspond à la clé")
    return key, own[0], [one for one in certificates if one != own[0]]


def _of_pkcs12(content, secret):
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    bundle = load_pkcs12(content, secret)
    if bundle.key is None or bundle.cert is None:
        raise ValueError("le fichier PKCS#12 n’a pas à la fois une clé et son certificat")
    return bundle.key, bundle.cert.certificate, [one.certificate for one in bundle.additional_certs]


def _kept_key_signer(key, certificate, others):
    """pyHanko's own signer parses the key at each signature (250 ms with RSA-3072): this one keeps it."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeptKey(Signer):
        async def async_sign_raw(self, data, digest_algorithm, dry_run=False):
            algorithm = getattr(hashes, digest_algorithm.upper())()
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key.sign(data, ec.ECDSA(algorithm))
            return key.sign(data, padding.PKCS1v15(), algorithm)

    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SealUnavailable("La clé du cachet doit être une clé P-256 (ou RSA). Faites-en une autre, puis SEAL_KEY.")
    own, *chain = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (certificate, *others)]
    registry = SimpleCertificateStore()
    registry.register_multiple([own, *chain])
    return KeptKey(signing_cert=own, cert_registry=registry)


def _of_token(values):
    """A signer whose key never leaves its PKCS#11 token."""
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(
            values["PKCS11_MODULE"],
            token_criteria=TokenCriteria(label=values["PKCS11_TOKEN"]) if values["PKCS11_TOKEN"] else None,
            user_pin=values["PKCS11_PIN"] or None,
        )
        label = values["PKCS11_LABEL"]
        # The token signs a digest: that much every token can do.
        signer = PKCS11Signer(session, cert_label=label, key_label=label, use_raw_mechanism=True)
        if signer.signing_cert is None:
            raise ValueError(f"pas de certificat « {values['PKCS11_LABEL']} »")
        return signer
    except (PKCS11Error, RuntimeError, ValueError, OSError) as error:
        raise SealUnavailable(
            f"Le jeton PKCS#11 ne répond pas ({error!r}). Vérifiez SEAL_PKCS11_MODULE, SEAL_PKCS11_TOKEN, "
            "SEAL_PKCS11_LABEL et SEAL_PKCS11_PIN."
        ) from error


def _timestamper(url):
    if not url:
        return None
    from documents.time_stamps import Authority

    return Authority(url)


def demonstration_key(folder):
    """Path of the self-signed key of this machine, made at the first use, by one process alone."""
    path = folder / "seal" / "demonstration.pem"
    if path.exists():
        return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(self_signed(DEMONSTRATION))
    try:
        os.link(draft.name, path)
    except FileExistsError:
        pass  # another process was faster: its key is everybody's
    finally:
        os.unlink(draft.name)
    return path


def self_signed(name, *, years=10):
    """A new P-256 key and its self-signed certificate, as PEM: for a demonstration and for tests."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    usage = {"digital_signature": True, "content_commitment": True}
    others = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    rest = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **rest), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)
