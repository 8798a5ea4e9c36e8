"""Why bytes are not taken for what they claim, or cannot be had. Pure: the picture maker runs without the site."""

from accounts.errors import Refusal


class Unreadable(ValueError):
    """Begins like a known type and is not one that can be kept. `reason` is a key of `documents.uploads.REASONS`."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class StoreUnavailable(Refusal, OSError):
    """The store of files does not answer, or refuses us: try again later, nothing is lost.

    Args:
        cause: the error of its client.
    """

    status = 503
    title = "Ce fichier ne peut pas être lu pour l’instant"

    def __init__(self, cause):
        self.said = code_of(cause) or type(cause).__name__
        super().__init__(
            "Le dépôt des fichiers ne répond pas\u00a0: rien n’est perdu. Réessayez dans quelques minutes\u00a0; "
            f"si cela dure, prévenez l’équipe technique ({self.said})."
        )
        # For whoever handles it as a reading that failed.
        self.strerror = self.said


def code_of(cause):
    """The word of S3 for an error that the bucket answered, "" for one that it did not."""
    return getattr(cause, "response", {}).get("Error", {}).get("Code", "")
