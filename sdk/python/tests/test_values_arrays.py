"""Arrays and tables of NumPy and pandas."""

import pytest

from sessiond import _native

np = pytest.importorskip("numpy")

ARRAYS = [
    np.arange(6).reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.zeros((2, 2, 2), order="F"),
    np.zeros((0, 3)),
    np.array(5),
    np.array(["a", "bcd"]),
    np.array([b"x"]),
    np.array([1, 2], dtype=">i4"),
    np.array([1.5], dtype="f2"),
    np.array([True, False]),
    np.array([np.nan, np.inf]),
    np.array(["2026-01-01"], dtype="M8[D]"),
    np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    np.zeros(2, dtype=[("n", [("x", "i1")]), ("m", "f4", (2, 2))]),
]
SCALARS = [
    np.float64(1.5),
    np.float32(0.1),
    np.int8(3),
    np.uint64(2**64 - 1),
    np.bool_(True),
    np.str_("x"),
    np.bytes_(b"x"),
    np.complex64(1 + 2j),
    np.datetime64("2026-01-01"),
    np.timedelta64(3, "s"),
    np.dtype("f4"),
    np.dtype([("a", "i4"), ("b", "f8", (2,))]),
]


def again(value):
    text, opaque = _native.encode(value)
    assert not opaque, text
    made = _native.decode(text)
    assert type(made) is type(value)
    return made


@pytest.mark.parametrize("value", ARRAYS, ids=repr)
def test_an_array_comes_back(value):
    made = again(value)
    assert (made.dtype, made.shape, made.strides) == (value.dtype, value.shape, value.strides)
    assert made.tobytes() == value.tobytes()
    assert made.flags.owndata
    assert made.flags.writeable


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_a_scalar_comes_back(value):
    assert repr(again(value)) == repr(value)


def test_a_view_comes_back_as_what_it_shows():
    assert again(np.arange(10)[::3]).tolist() == [0, 3, 6, 9]


def test_an_array_that_cannot_be_changed_stays_one():
    array = np.arange(3)
    array.flags.writeable = False
    for value in (array, np.broadcast_to(np.arange(3), (2, 3))):
        made = again(value)
        assert made.tolist() == value.tolist()
        assert not made.flags.writeable


def test_a_table_that_came_back_can_be_changed():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5], "c": pd.to_datetime(["2026-01-01", None])})
    made = again(frame)
    made.loc[0, "a"] = 7
    made.iloc[1, 1] = 8.5
    made["b"] += 1
    made.loc[1, "c"] = made.loc[0, "c"]
    assert made.values.tolist() == [[7, 2.5, frame.c[0]], [2, 9.5, frame.c[0]]]
    assert _native.encode(frame.set_flags(allows_duplicate_labels=False))[1]
    assert _native.encode(frame.a.set_flags(allows_duplicate_labels=False))[1]


@pytest.mark.parametrize(
    "value", [np.array([object()]), np.ma.array([1]), np.matrix([1])], ids=["objects", "masked", "matrix"]
)
def test_what_is_no_plain_array_is_told(value):
    assert _native.encode(value)[1]


def test_tables_come_back():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "a": [1, 2],
            "b": ["x", None],
            "c": pd.to_datetime(["2026-01-01", None]),
            "d": pd.Categorical(["u", "v"], ordered=True),
            "e": pd.array([1, None], dtype="Int64"),
            "f": [1.5, np.nan],
            "g": pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin"),
            "h": [True, False],
            "i": [[1], {"a": 2}],
            "j": pd.array(["s", None], dtype="string"),
        },
        index=pd.Index(["r1", "r2"], name="rows"),
    )
    frame.attrs["source"] = "here"
    for value in (
        frame,
        frame.reset_index(),
        frame.set_index(["a", "h"]),
        pd.DataFrame(),
        pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"]),
        pd.DataFrame(np.eye(3)),
    ):
        made = again(value)
        pd.testing.assert_frame_equal(made, value)
        assert made.attrs == value.attrs
    pd.testing.assert_series_equal(again(frame["e"]), frame["e"])
    days = pd.date_range("2026-01-01", periods=3, freq="D")
    pd.testing.assert_index_equal(again(days), days)
    assert again(days).freq == days.freq
    for value in (
        pd.Timestamp("2026-01-01", tz="Europe/Berlin"),
        pd.Timestamp("2026-01-01T01:02:03.000000005"),
        pd.Timedelta("1.5s"),
        pd.NaT,
        pd.NA,
    ):
        assert repr(again(value)) == repr(value)
    assert _native.encode(pd.DataFrame({"password": ["x"]}))[1]
