"""Any value that can be recorded comes back as it was, whatever its parts are."""

import dataclasses
import datetime
import decimal
import math
import struct
import typing
import uuid

import pytest

import sessiond  # noqa: F401
from sessiond import _native

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import strategies as st  # noqa: E402

SETTINGS = hypothesis.settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@dataclasses.dataclass
class Part:
    one: object
    two: object = None


class Pair(typing.NamedTuple):
    left: object
    right: object


class Text(str):
    pass


texts = st.text(st.characters())
constants = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    texts,
    st.sampled_from(["$tuple", "$ref", "[redacted]", "\ud800", "\\ud800", "$"]),
    st.binary(),
    st.complex_numbers(),
    st.decimals(),
    st.dates(),
    st.datetimes(timezones=st.one_of(st.none(), st.timezones()), allow_imaginary=False),
    st.timedeltas(),
    st.times(),
    st.uuids(),
    st.builds(Text, texts),
)
hashable = st.recursive(
    st.one_of(st.integers(), texts, st.binary(), st.booleans(), st.uuids()),
    lambda inner: st.one_of(st.tuples(inner, inner), st.frozensets(inner, max_size=3)),
    max_leaves=4,
)
keys = st.one_of(hashable, st.sampled_from(["a", "b", "$a"]))
values = st.recursive(
    constants,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner, max_size=4),
        st.sets(hashable, max_size=4),
        st.builds(Part, inner, inner),
        st.builds(Pair, inner, inner),
    ),
    max_leaves=25,
)


def same(one, other, seen=None):
    """Whether two values are of the same types and parts throughout, and share their parts in the same way."""
    seen = {} if seen is None else seen
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, dict, Part)):
        if id(one) in seen:
            return seen[id(one)] is other
        seen[id(one)] = other
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, decimal.Decimal):
        return str(one) == str(other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b, seen) for a, b in zip(one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(same(a, b) and same(one[a], other[b], seen) for a, b in zip(one, other))
    if isinstance(one, Part):
        return same(vars(one), vars(other), seen)
    if isinstance(one, datetime.datetime):
        return (one.replace(tzinfo=None), one.fold, one.tzinfo) == (
            other.replace(tzinfo=None),
            other.fold,
            other.tzinfo,
        )
    return one == other


@SETTINGS
@hypothesis.given(values)
def test_any_value_comes_back_as_it_was(value):
    text, opaque = _native.encode(value)
    if opaque:
        # A text may look like a secret.
        hypothesis.assume("[redacted]" not in text)
    assert not opaque
    made = _native.decode(text)
    assert same(value, made), text
    assert _native.encode(made) == (text, False)


@SETTINGS
@hypothesis.given(st.lists(values, min_size=1, max_size=4), st.data())
def test_parts_that_are_shared_are_shared_again(parts, data):
    chosen = data.draw(st.lists(st.sampled_from(range(len(parts))), max_size=6))
    value = [parts, [parts[i] for i in chosen], {"a": (parts[0],)}]
    if data.draw(st.booleans()):
        value.append(value)
    text, opaque = _native.encode(value)
    hypothesis.assume("[redacted]" not in text)
    assert not opaque
    assert same(value, _native.decode(text)), text


@SETTINGS
@hypothesis.given(values)
def test_a_value_is_never_changed_by_recording_it(value):
    before = repr(value)
    _native.encode([value, object()])
    assert repr(value) == before


def test_it_would_be_seen_if_a_part_were_another():
    assert not same([1], [1.0])
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same([0.0], [-0.0])
    part = [1]
    assert not same([part, part], [[1], [1]])
    assert uuid.UUID(int=1) == uuid.UUID(int=1)
