from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed static files; a file that a stylesheet names and nobody ships is not an error."""

    manifest_strict = False
    # Pages name the hashed files: the bare copies would only double the folder.
    keep_only_hashed_files = True
