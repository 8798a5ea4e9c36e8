"""Health checks of the containers: exit 0 when the process does its work.

python -m scripts.health web | worker | beat SCHEDULE_FILE
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# Beat writes its schedule down every three minutes.
BEAT_SILENCE_S = 600


def web() -> bool:
    """The site answers its health page, asked under its own name as the proxy does."""
    hosts = os.environ.get("ALLOWED_HOSTS") or "localhost"
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/sante/",
        headers={"Host": hosts.split(",")[0].strip().lstrip("."), "X-Forwarded-Proto": "https"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=8) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError) as error:
        print(error, file=sys.stderr)
        return False


def worker() -> bool:
    """The worker of this container answers a ping through the broker."""
    from config.celery import app

    name = f"celery@{os.uname().nodename}"
    return bool(app.control.inspect(destination=[name], timeout=10).ping())


def beat(schedule: str) -> bool:
    """Beat wrote its schedule lately."""
    written = [path.stat().st_mtime for path in Path(schedule).parent.glob(f"{Path(schedule).name}*")]
    return bool(written) and time.time() - max(written) < BEAT_SILENCE_S


def main(process: str, *arguments: str) -> int:
    return 0 if {"web": web, "worker": worker, "beat": beat}[process](*arguments) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
