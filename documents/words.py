"""Acts of this floor in words, for the journal and the histories."""

ACTIONS = {
    "request_document": "a demandé un document",
    "retry_document": "a relancé un document en erreur",
    "release_document": "a libéré un document",
    "void_document": "a retiré un document",
    "restore_document": "a rendu son effet à un document",
    "give_consent": "a accepté la notification électronique",
    "withdraw_consent": "a retiré son accord à la notification électronique",
    "open_act": "a ouvert le courrier",
    "record_registered": "a enregistré un recommandé",
    "FormalNotification.notify_online": "a notifié l’acte en ligne",
    "FormalNotification.post": "a noté l’envoi du recommandé",
    "FormalNotification.present": "a noté la présentation du recommandé",
    "quarantine_file": "a mis à l’écart un fichier infecté",
}
