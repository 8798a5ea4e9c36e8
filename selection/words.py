"""Acts of this floor in words, for the journal and the histories. A name that two machines share says whose it is."""

ACTIONS = {
    "hold_panel": "a tenu le comité",
    "prepare_outcome": "a préparé une issue",
    "fill_from_ranking": "a préparé les issues d’après le classement",
    "adopt_proposal": "a adopté la proposition et réservé les crédits",
    "undo_adoption": "est revenu sur l’adoption et a libéré les crédits",
    "grant_delegation": "a enregistré une délégation de signature",
    "record_notification": "a enregistré la notification",
    "Decision.sign": "a signé la décision",
    "Decision.issue": "a publié la décision",
    "Decision.notify": "a notifié la décision",
}
