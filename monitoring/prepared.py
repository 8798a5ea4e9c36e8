"""Questions asked again and again with the same words: put into SQL once a process, asked afresh each time.

Building the large queries of the board costs more than answering them. What is kept is the text of the question and
its parameters, never an answer.
"""

from functools import lru_cache, wraps

from django.db import connection


def prepared(build):
    """A reader of the rows of `build(*arguments)`, a queryset of `values_list`; rows are tuples, in that order.

    `build` must depend on nothing but its arguments (hashable: a programme, clocks, a day), the day included.
    """

    @lru_cache(maxsize=64)
    def compiled(vendor, *arguments):
        compiler = build(*arguments).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        outputs = [column for column, *_ in compiler.select]
        return sql, parameters, compiler, compiler.get_converters(outputs)

    @wraps(build)
    def rows(*arguments):
        sql, parameters, compiler, converters = compiled(connection.vendor, *arguments)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            found = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(found, converters)] if converters else found

    # The question itself, for the few readers who ask it with something more.
    rows.build = build
    return rows
