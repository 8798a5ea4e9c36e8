"""The whole ledger, for who checks it with another program than ours."""

import tempfile

from django.http import FileResponse
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from accounts.exports import file_name
from funding.beancount import export


@require_GET
@permission_required("funding.export_ledger")
def ledger_file(request):
    """Written whole at one moment, then sent as it is read: no reader holds the database."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    export(file)
    file.seek(0)
    name = f"{file_name('grand-livre')}.beancount"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/plain; charset=utf-8")
