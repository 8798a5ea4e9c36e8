"""A time-stamp authority (RFC 3161) over HTTP: the seal then proves its own date (PAdES-B-T)."""

import asyncio
import urllib.request
from urllib.error import URLError

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

AT_MOST_SECONDS = 10
AT_MOST_BYTES = 64 * 1024


class Authority(TimeStamper):
    """Asks the authority of SEAL_TSA_URL; its silence is an error of the letter, which is tried again."""

    def __init__(self, url):
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"SEAL_TSA_URL doit commencer par https:// : {url}")
        self.url = url
        super().__init__()

    async def async_request_tsa_response(self, req):
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._post, req.dump()))

    def _post(self, body):
        request = urllib.request.Request(
            self.url, data=body, headers={"Content-Type": "application/timestamp-query"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=AT_MOST_SECONDS) as response:
                return response.read(AT_MOST_BYTES)
        except URLError as error:
            raise OSError(f"l’autorité d’horodatage ne répond pas : {error.reason}") from error
