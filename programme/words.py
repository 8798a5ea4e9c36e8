"""How the journal tells the acts of this floor."""

ACTIONS = {
    "create_call": "a préparé l’appel",
    "publish": "a publié l’appel",
    "close": "a clos l’appel",
    "archive": "a archivé l’appel",
    "cancel": "a retiré l’appel",
    "plan_wave": "a prévu la vague",
    "open_deposit": "a ouvert le dépôt",
    "amend_wave": "a modifié le calendrier de la vague",
    "exceed_capacity": "a motivé un dépassement de capacité",
    "start_instruction": "a commencé l’instruction",
    "start_review": "a commencé les évaluations",
    "start_deliberation": "a ouvert le comité",
    "mark_decided": "a signé les décisions de la vague",
    "mark_announced": "a annoncé la vague",
    "record_past_announcement": "a repris une annonce passée",
}
