"""Questions asked again and again with the same words: put into SQL once a process, asked afresh each time.

Building the large queries of the board, and planning them, costs more than answering them. What is kept is the text of
the question, here, and PostgreSQL's plan of that text, on each connection that asked it some times; never an answer.
"""

from functools import lru_cache, wraps

from django.db import connection

from accounts.statements import statements


def prepared(build):
    """A reader of the rows of `build(*arguments)`, a queryset of `values_list`; rows are tuples, in that order.

    `build` must depend on nothing but its arguments (hashable: a programme, clocks, a day), the day included.
    """

    @lru_cache(maxsize=64)
    def compiled(vendor, *arguments):
        compiler = build(*arguments).query.get_compiler(connection=connection)
        words = compiler.as_sql()
        if vendor == "postgresql":
            # The values are part of the text: its plan, once made, holds for it.
            words = (connection.ops.compose_sql(*words),)
        outputs = [column for column, *_ in compiler.select]
        return words, compiler, compiler.get_converters(outputs)

    @wraps(build)
    def rows(*arguments):
        words, compiler, converters = compiled(connection.vendor, *arguments)
        with statements() as cursor:
            cursor.execute(*words)
            found = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(found, converters)] if converters else found

    # The question itself, for the few readers who ask it with something more.
    rows.build = build
    return rows
