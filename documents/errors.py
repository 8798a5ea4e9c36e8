"""Why bytes are not taken for what they claim to be. Pure: the picture maker runs without the site."""


class Unreadable(ValueError):
    """Begins like a known type and is not one that can be kept. `reason` is a key of `documents.uploads.REASONS`."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
