"""A wave whose proposal is adopted, on the site of the browser."""

import os
import subprocess
import sys

from tests.guards import ROOT

LETTERS = 30


def on(site):
    """Path of a new wave that « decision » may sign."""
    told = {"DATABASE_URL": site.database_url, "VAR_DIR": str(site.var_dir), "REDIS_URL": site.redis_url or ""}
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.adopted_wave"],
        cwd=ROOT, env=os.environ | told, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def make():
    from accounts.models import User
    from tests.documents.wave_under_fire import adopted_wave
    from tests.selection.conftest import delegate

    panel = adopted_wave(LETTERS, seed=1)
    delegate(User.objects.get(email="decision@fabriques.example"), panel.wave)
    return f"/pilotage/vagues/{panel.wave.public_id}/"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(make())
