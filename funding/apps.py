from django.apps import AppConfig

WORDS = {
    "release": "a libéré la réservation",
    "commit": "a engagé le montant",
    "come_into_force": "a fait entrer en vigueur",
    "complete": "a achevé l’attribution",
    "notify_award": "a noté la notification de la décision",
    "plan_schedule": "a établi l’échéancier",
    "prepare_agreement": "a préparé la convention",
    "send": "a envoyé la convention à la structure",
    "record_beneficiary_signature": "a noté la signature de la structure",
    "record_state_signature": "a noté la signature de l’État",
    "become_due": "a rendu l’échéance exigible",
    "condition_met": "a noté que la condition est remplie",
    "certify": "a certifié le service fait",
    "order": "a mis l’échéance en paiement",
    "cancel_order": "a annulé la mise en paiement",
    "record_payment": "a noté le paiement",
}


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Argent public"

    def ready(self):
        from accounts.history import WORDS
        from accounts import history
        from funding import permissions, triggers  # noqa: F401

        history.WORDS.update(WORDS)
        from funding.words import ACTIONS

        WORDS.update(ACTIONS)
