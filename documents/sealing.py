"""The service's seal on a finished file: PAdES-B-B (B-T with a time-stamp authority), written in place.

The file comes from `documents.archival` with room left for the seal: three places are filled (what is covered, the
day, the signature), nothing else moves. Putting them back as they were gives the bytes before the seal.
"""

import asyncio
import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from documents.archival import LATER, NO_DAY, SEAL_BYTES

RANGES = f"/ByteRange [ 0 {LATER} {LATER} {LATER} ]".encode()
DAY = f"({NO_DAY})".encode()
ROOM = b"<" + b"0" * (2 * SEAL_BYTES) + b">"
FILLED_RANGES = re.compile(rb"/ByteRange \[ 0 (\d+) (\d+) (\d+) *\]")
FILLED_DAY = re.compile(rb"\(D:\d{14}Z\)")


class SealFailed(RuntimeError):
    """The file could not be sealed; the sentence says what to do."""


@dataclass(frozen=True)
class Sealed:
    """A sealed file, and what is kept of its seal beside it."""

    data: bytes
    unsigned_sha256: str
    at: dt.datetime
    by: str
    certificate_sha256: str


def seal(pdf: bytes, key, *, at: dt.datetime) -> Sealed:
    """Seal one file.

    Args:
        pdf: finished with `sealable=True`.
        key: a `documents.seal_keys.SealKey`.
        at: the instant that the seal states.

    Raises:
        SealFailed: no room was left, the token or the time-stamp authority does not answer, or the seal does not fit.
    """
    data, start = _prepared(pdf, at)
    digest = hashlib.sha256(data[:start] + data[start + len(ROOM) :]).digest()
    contents = _signature(digest, key)
    if len(contents) > SEAL_BYTES:
        raise SealFailed(
            f"Le cachet et ses certificats prennent {len(contents)} octets, {SEAL_BYTES} sont prévus : "
            "ne donnez que la chaîne qui mène à l’autorité, sans les certificats qui n’en sont pas."
        )
    data[start + 1 : start + 1 + 2 * len(contents)] = contents.hex().encode()
    return Sealed(bytes(data), hashlib.sha256(pdf).hexdigest(), at, key.name, key.fingerprint)


def unsealed(pdf: bytes) -> bytes:
    """The bytes before the seal: what identical facts always give.

    Raises:
        SealFailed: the file has no seal of ours.
    """
    data = bytearray(pdf)
    ranges = FILLED_RANGES.search(data)
    if not ranges:
        raise SealFailed("Ce fichier ne porte pas de cachet.")
    start = int(ranges[1])
    day = FILLED_DAY.search(data, start)
    data[start : int(ranges[2])] = ROOM
    data[ranges.start() : ranges.start() + len(RANGES)] = RANGES
    if day:
        data[day.start() : day.end()] = DAY
    return bytes(data)


def _prepared(pdf, at):
    """The file with its day and what the seal covers, and where the seal goes."""
    data, start = bytearray(pdf), pdf.find(ROOM)
    ranges, day = pdf.find(RANGES), pdf.find(DAY)
    if min(start, ranges, day) < 0:
        raise SealFailed("Aucune place n’a été laissée pour le cachet.")
    end = start + len(ROOM)
    covered = f"/ByteRange [ 0 {start} {end} {len(data) - end} ".encode()
    data[ranges : ranges + len(RANGES)] = covered.ljust(len(RANGES) - 1) + b"]"
    data[day : day + len(DAY)] = f"(D:{at.astimezone(dt.UTC):%Y%m%d%H%M%S}Z)".encode()
    return data, start


def _signature(digest, key):
    async def sign():
        return await key.signer.async_sign(digest, "sha256", use_pades=True, timestamper=key.timestamper)

    try:
        return asyncio.run(sign()).dump()
    except (OSError, ValueError, RuntimeError) as error:
        raise SealFailed(f"Le cachet n’a pas pu être posé ({error!r}). {key.remedy}") from error
