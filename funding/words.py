"""Acts of this floor in words, for the journal and the histories. A name that two machines share says whose it is."""

ACTIONS = {
    "plan_schedule": "a fixé l’échéancier",
    "prepare_agreement": "a préparé la convention",
    "notify_award": "a constaté la notification de l’attribution",
    "condition_met": "a constaté qu’une condition est remplie",
    "Award.commit": "a engagé l’attribution",
    "Award.release": "a libéré les crédits réservés",
    "Award.come_into_force": "a mis l’attribution en vigueur",
    "Award.complete": "a soldé l’attribution",
    "Agreement.send": "a envoyé la convention",
    "Agreement.record_beneficiary_signature": "a enregistré la signature de la structure",
    "Agreement.record_state_signature": "a enregistré la signature de l’État",
    "Agreement.come_into_force": "a mis la convention en vigueur",
    "Agreement.close": "a clos la convention",
    "Instalment.become_due": "a rendu une échéance exigible",
    "Instalment.certify": "a certifié le service fait",
    "Instalment.order": "a mis en paiement",
    "Instalment.cancel_order": "a annulé la mise en paiement",
    "Instalment.record_payment": "a enregistré le paiement",
    "Instalment.withhold": "a retenu une échéance",
    "Instalment.cancel": "a annulé une échéance",
}
