"""Facts to JSON and back: the form in which a document keeps what it states, typed again when it is read."""

import datetime as dt
import functools
import types
import typing
from dataclasses import MISSING, asdict, fields, is_dataclass

# Of each class of facts, found once a process.
_hints = functools.cache(typing.get_type_hints)


class FactsError(ValueError):
    """The facts given do not fit the template: says which fact, and what was expected."""


def to_json(facts) -> dict:
    """Facts as JSON data, the form in which they are frozen."""
    return _encode(asdict(facts))


def from_json(cls, data):
    """Build `cls` from JSON data.

    Raises:
        FactsError: a fact is missing, unknown, or of another type than the template expects.
    """
    return _decode(cls, data, cls.__name__)


def _encode(value):
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _decode(kind, value, where):
    if is_dataclass(kind):
        return _decode_dataclass(kind, value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return None if value is None else _decode(arguments[0], value, where)
    if origin is tuple:
        _expect(isinstance(value, list | tuple), where, "une liste")
        return tuple(_decode(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if kind in (dt.date, dt.datetime):
        return _decode_date(kind, value, where)
    _expect(type(value) is kind, where, kind.__name__)
    return value


def _decode_dataclass(cls, value, where):
    _expect(isinstance(value, dict), where, cls.__name__)
    hints, known = _hints(cls), {field.name: field for field in fields(cls)}
    missing = [f"{where}.{name}" for name, field in known.items() if name not in value and field.default is MISSING]
    unknown = [f"{where}.{name}" for name in value if name not in known]
    if missing or unknown:
        words = [f"faits manquants : {', '.join(missing)}"] if missing else []
        words += [f"faits inconnus : {', '.join(unknown)}"] if unknown else []
        raise FactsError("; ".join(words))
    return cls(**{name: _decode(hints[name], item, f"{where}.{name}") for name, item in value.items()})


def _decode_date(kind, value, where):
    try:
        moment = kind.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise FactsError(f"{where} : une date ISO est attendue, pas {value!r}.") from error
    if kind is dt.datetime:
        _expect(moment.tzinfo is not None, where, "un instant avec son fuseau")
    return moment


def _expect(condition, where, what):
    if not condition:
        raise FactsError(f"{where} : {what} attendu.")
