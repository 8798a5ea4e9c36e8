from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class CutAtLimit(FileUploadHandler):
    """Let no file grow beyond the limit: its first bytes are enough to say that it is too big."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.left = settings.UPLOAD_MAX_BYTES + 1

    def receive_data_chunk(self, raw_data, start):
        kept = raw_data[: self.left]
        self.left -= len(kept)
        return kept or None

    def file_complete(self, file_size):
        return None
