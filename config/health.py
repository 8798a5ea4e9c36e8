from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PLAIN = "text/plain; charset=utf-8"


@never_cache
@require_safe
def health(request):
    """200 when the site and its database answer; asked by the container, the proxy and the supervisor."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("La base de données ne répond pas.\n", status=503, content_type=PLAIN)
    return HttpResponse("ok\n", content_type=PLAIN)
