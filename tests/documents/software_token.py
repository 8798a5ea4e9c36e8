"""Fill a SoftHSM token with the key and the certificate of a PEM file.

    python -m tests.documents.software_token MODULE KEY.PEM

The token is called « fabriques », its PIN is 1234, both objects are called « cachet ».
"""

import sys
from pathlib import Path

import pkcs11
from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pkcs11 import Attribute
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.x509 import decode_x509_certificate


def fill(module, content):
    key = load_pem_private_key(content, None)
    private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    certificate = next(der for kind, _, der in pem.unarmor(content, multiple=True) if kind == "CERTIFICATE")
    named = {Attribute.TOKEN: True, Attribute.LABEL: "cachet", Attribute.ID: b"1"}
    with pkcs11.lib(module).get_token(token_label="fabriques").open(rw=True, user_pin="1234") as session:
        session.create_object(decode_ec_private_key(private) | named | {Attribute.SIGN: True})
        session.create_object(decode_x509_certificate(certificate) | named)


if __name__ == "__main__":
    fill(sys.argv[1], Path(sys.argv[2]).read_bytes())
