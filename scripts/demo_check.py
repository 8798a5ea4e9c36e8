"""Drive one whole wave over HTTP, as the different people, on a site that runs the demonstration.

    .venv/bin/python scripts/demo_check.py --base-url http://127.0.0.1:8000

Prints one line a step; exits 0, or 1 at the first step that fails. Only what a page offers is used: its forms, links
and sentences. The deposit window is shortened by a traced amendment, since deadlines follow the server's clock.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import wave_decision as decision
from scripts import wave_deposit as deposit
from scripts.visitor import NotOnPage

STEPS = (
    ("1. L’administratrice publie l’appel", deposit.publish),
    ("1. Le public lit l’appel et tout son formulaire, sans compte", deposit.read_in_public),
    ("2. Une porteuse crée son compte et confirme son adresse", deposit.sign_up),
    ("2. Elle crée sa structure sans SIRET et commence un dossier à Thiers", deposit.draft),
    ("2. Un faux PDF est refusé, rien n’est perdu", deposit.refuse_a_false_pdf),
    ("2. Elle remplit chaque section, le budget de trois ans et joint une pièce", deposit.fill_sections),
    ("2. Elle envoie le dossier avant la clôture", deposit.submit),
    ("2. Elle reçoit l’accusé de réception en PDF", deposit.read_receipt),
    ("3. L’instructrice prend le dossier en charge et demande une pièce", deposit.request_correction),
    ("3. La porteuse joint la pièce et renvoie", deposit.answer_correction),
    ("3. L’instructrice déclare le dossier recevable", deposit.admit),
    ("3. La clôture est avancée par une modification tracée, l’instruction commence", deposit.close_deposit),
    ("3. Après la clôture, plus aucun dossier ne se commence", deposit.refuse_late_deposit),
    ("4. Les évaluations sont confiées et envoyées", decision.assign),
    ("4. Deux évaluateurs déclarent, acceptent, notent chaque critère", decision.review),
    ("5. Le comité se réunit", decision.hold_panel),
    ("5. Un montant au-delà des bornes est refusé", decision.refuse_too_much),
    ("5. La proposition est adoptée, les AE sont réservées", decision.adopt),
    ("5. La porteuse ne voit rien avant l’annonce", decision.hidden_until_announced),
    ("6. Le directeur signe la vague, les AE sont engagées", decision.sign),
    ("6. La lettre est faite par le worker, l’annonce publie tout d’un coup", decision.announce),
    ("6. La lauréate ouvre sa lettre", decision.open_letter),
    ("7. Elle donne son SIRET, exigé à l’attribution", decision.give_siret),
    ("7. La convention est envoyée, signée des deux parties", decision.contract),
    ("7. Trois personnes certifient, mettent en paiement et importent le paiement de Chorus", decision.pay),
    ("8. L’auditrice lit le pilotage et ne peut rien changer", decision.steer),
    ("8. Le lieu est compté en public", decision.count_in_public),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", required=True)
    drive = deposit.Drive(parser.parse_args().base_url)
    start = time.monotonic()
    for title, step in STEPS:
        try:
            step(drive)
        except (NotOnPage, OSError, AttributeError, IndexError) as error:
            print(f"ÉCHEC  {title}\n       {error}", flush=True)
            return 1
        print(f"ok     {title}", flush=True)
    print(f"{len(STEPS)} étapes en {time.monotonic() - start:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
