"""What the house says when it refuses: a French sentence that tells what to do."""


class Refusal(Exception):
    """A business rule said no.

    Args:
        message: one clear French sentence saying what is wrong and what to do.
        field: the form field the sentence belongs to, if any.
    """

    status = 422
    title = "Cette action n’a pas été faite"

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class StalePage(Refusal):
    """The page was read before somebody changed the object, or before its state moved.

    Args:
        subject: the object, for the page to show what it holds now beside what was typed.
    """

    status = 409
    title = "Cette page n’est plus à jour"

    def __init__(self, message: str | None = None, *, field: str | None = None, subject=None):
        self.subject = subject
        super().__init__(
            message
            or "Entre-temps, cette page a changé : rien n’a été enregistré. "
            "Votre texte est gardé ci-dessous. Relisez la version à jour, puis recommencez si besoin.",
            field=field,
        )


class NotAllowed(Refusal):
    """The person does not hold the right for this act."""

    status = 403
    title = "Vous n’avez pas le droit de faire cette action"

    def __init__(
        self, message: str = "Votre rôle ne permet pas cette action. Adressez-vous à l’équipe du dispositif."
    ):
        super().__init__(message)


class Gone(Refusal):
    """The page that was sent is no longer there, or no longer open to whoever sent it."""

    status = 404
    title = "Cette page n’existe plus"

    def __init__(
        self,
        message: str = "Cette page n’existe plus, ou ne vous est plus ouverte : rien n’a été enregistré. "
        "Votre texte est gardé ci-dessous.",
    ):
        super().__init__(message)
