"""Acts of this floor in words, for the journal and the histories."""

ACTIONS = {
    "request_document": "a demandé un document",
    "retry_document": "a relancé un document en erreur",
    "release_document": "a libéré un document",
    "void_document": "a retiré un document",
    "restore_document": "a rendu son effet à un document",
    "deposit_scans": "a déposé une pile numérisée",
    "file_scanned_page": "a classé à la main une page numérisée",
    "put_scan_aside": "a mis de côté une page numérisée",
    "complete_signed_copy": "a réuni la copie signée d’un document",
    "start_wording": "a commencé un modèle de courrier",
    "WordingVersion.publish": "a publié un modèle de courrier",
    "WordingVersion.supersede": "a mis fin à une version de modèle de courrier",
    "WordingVersion.abandon": "a abandonné un brouillon de modèle de courrier",
    "quarantine_file": "a mis à l’écart un fichier infecté",
}
