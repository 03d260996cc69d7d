"""Arrays and tables of NumPy and pandas, when the program has loaded them: what is recorded, and what is made of it."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from ._classes import loaded
from ._state import mro

Plan = Callable[[Any], Any]


def plan(kind: type) -> Optional[Plan]:
    """Return how the values of a class are described; None when it is none of these."""
    for module, name, described in _EXACT:
        if loaded(module, name) is kind:
            return described
    for name, described in (("generic", _describe_scalar), ("dtype", _describe_dtype)):
        base = loaded("numpy", name)
        if base is not None and any(part is base for part in mro(kind)):
            return described
    return None


# NumPy


def _dtype(dtype: Any) -> Any:
    """Return a dtype as what is recorded of it; None when its values are no plain bytes."""
    np = _numpy()
    if dtype.hasobject or dtype.metadata is not None or dtype.kind in "OT":
        return None
    described: Any = dtype.str if dtype.names is None and dtype.subdtype is None else dtype.descr
    if dtype.names is not None and _dtype_of(_listed(described)) != dtype:
        return None
    return described if np.dtype(described) == dtype else None


def _listed(described: Any) -> Any:
    return [list(part) if isinstance(part, tuple) else part for part in described]


def _dtype_of(described: Any) -> Any:
    np = _numpy()
    if isinstance(described, str):
        return np.dtype(described)
    return np.dtype([_field(field) for field in described])


def _field(field: Any) -> Any:
    name, inner, *shape = field
    inner = inner if isinstance(inner, str) else [_field(part) for part in inner]
    return (tuple(name) if isinstance(name, list) else name, inner, *map(tuple, shape))


def _describe_array(value: Any) -> Any:
    dtype = _dtype(value.dtype)
    if dtype is None:
        return None
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    described = [dtype, list(value.shape), order, value.tobytes(order)]
    return "$ndarray", described if value.flags.writeable else [*described, "r"]


def _restore_array(inner: Any) -> Any:
    np = _numpy()
    dtype, shape, order, content, *is_readonly = inner
    made = np.ndarray(tuple(shape), _dtype_of(dtype), bytearray(content), order=order).copy(order)
    made.flags.writeable = not is_readonly
    return made


def _describe_scalar(value: Any) -> Any:
    dtype = _dtype(value.dtype)
    return None if dtype is None else ("$scalar", [dtype, value.tobytes()])


def _restore_scalar(inner: Any) -> Any:
    np = _numpy()
    return np.ndarray((), _dtype_of(inner[0]), bytearray(inner[1])).copy()[()]


def _describe_dtype(value: Any) -> Any:
    dtype = _dtype(value)
    return None if dtype is None else ("$dtype", dtype)


def _numpy() -> Any:
    if loaded("numpy", "ndarray") is None:
        raise ValueError("numpy is not loaded here")
    return sys.modules["numpy"]


# pandas


def _describe_column(values: Any) -> Any:
    """Describe the values of a column, an array of NumPy's or pandas' own; None when they have no form."""
    name = type(values).__name__
    if name in ("NumpyExtensionArray", "PandasArray"):
        values, name = values.to_numpy(), "ndarray"
    if name == "ndarray":
        if values.dtype == object:
            return {"objects": list(values)}
        return {"array": values} if _dtype(values.dtype) is not None else None
    dtype = str(values.dtype)
    if name == "Categorical":
        categories = _describe_index(values.categories)
        return categories and {"codes": list(map(int, values.codes)), "of": categories, "ordered": bool(values.ordered)}
    if name in ("DatetimeArray", "TimedeltaArray"):
        return {"i8": values.asi8, "dtype": dtype}
    if name in ("IntegerArray", "FloatingArray", "BooleanArray"):
        return {"data": values._data, "mask": values._mask, "dtype": dtype}
    if name in ("StringArray", "ArrowStringArray", "ArrowStringArrayNumpySemantics", "StringArrayNumpySemantics"):
        missing = values.isna()
        texts = [None if is_missing else str(text) for text, is_missing in zip(values, missing)]
        storage = getattr(values.dtype, "storage", None)
        is_nan = values.dtype.na_value is not loaded("pandas", "NA")
        return {"texts": texts, "storage": storage, "nan": is_nan}
    return None


def _restore_column(column: Any) -> Any:
    np, pd = _numpy(), _pandas()
    if "array" in column:
        return _writeable(column["array"])
    if "objects" in column:
        values = np.empty(len(column["objects"]), dtype=object)
        for i, value in enumerate(column["objects"]):
            values[i] = value
        return values
    if "codes" in column:
        return pd.Categorical.from_codes(
            column["codes"], categories=_restore_index(column["of"]), ordered=column["ordered"]
        )
    if "i8" in column:
        dtype = column["dtype"]
        if ", " not in dtype:
            return _writeable(column["i8"]).view(dtype)
        unit, zone = dtype[len("datetime64[") : -1].split(", ")
        return pd.DatetimeIndex(column["i8"].view(f"M8[{unit}]")).tz_localize("UTC").tz_convert(zone).array
    if "texts" in column:
        missing = np.nan if column["nan"] else pd.NA
        dtype = (
            pd.StringDtype(column["storage"], na_value=missing) if column["nan"] else pd.StringDtype(column["storage"])
        )
        return pd.array([missing if text is None else text for text in column["texts"]], dtype=dtype)
    made = pd.array(column["data"], dtype=column["dtype"])
    made[column["mask"]] = pd.NA
    return made


def _writeable(values: Any) -> Any:
    """Return the values of a table, which can be changed although pandas gives them as ones that cannot."""
    return values if values.flags.writeable else values.copy()


def _describe_index(index: Any) -> Any:
    pd = _pandas()
    if type(index) is pd.RangeIndex:
        return {"range": [index.start, index.stop, index.step], "names": [index.name]}
    if type(index) is pd.MultiIndex:
        levels = [_describe_index(level) for level in index.levels]
        if any(level is None for level in levels):
            return None
        return {"levels": levels, "codes": [list(map(int, codes)) for codes in index.codes], "names": list(index.names)}
    if type(index) not in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex):
        return None
    column = _describe_column(index.array)
    freq = getattr(index, "freqstr", None)
    return column and {"column": column, "names": [index.name], "freq": freq}


def _restore_index(index: Any) -> Any:
    pd = _pandas()
    if "range" in index:
        return pd.RangeIndex(*index["range"], name=index["names"][0])
    if "levels" in index:
        levels = [_restore_index(level) for level in index["levels"]]
        return pd.MultiIndex(levels, index["codes"], names=index["names"])
    made = pd.Index(_restore_column(index["column"]), name=index["names"][0])
    if index["freq"] is not None:
        made.freq = index["freq"]
    return made


def _describe_frame(value: Any) -> Any:
    if not value.flags.allows_duplicate_labels:
        return None
    from ._native import names_secret

    if any(isinstance(name, str) and names_secret(name) for name in value.columns):
        return None
    columns, index = _describe_index(value.columns), _describe_index(value.index)
    data = [_describe_column(value.iloc[:, i].array) for i in range(value.shape[1])]
    if columns is None or index is None or any(column is None for column in data):
        return None
    return "$frame", [columns, index, data, dict(value.attrs)]


def _restore_frame(inner: Any) -> Any:
    pd = _pandas()
    columns, index, data, attrs = inner
    index = _restore_index(index)
    made = pd.DataFrame(
        {i: pd.Series(_restore_column(column), index=index) for i, column in enumerate(data)}, index=index
    )
    made.columns = _restore_index(columns)
    made.attrs.update(attrs)
    return made


def _describe_series(value: Any) -> Any:
    if not value.flags.allows_duplicate_labels:
        return None
    index, column = _describe_index(value.index), _describe_column(value.array)
    return None if index is None or column is None else ("$series", [index, column, value.name, dict(value.attrs)])


def _restore_series(inner: Any) -> Any:
    pd = _pandas()
    index, column, name, attrs = inner
    made = pd.Series(_restore_column(column), index=_restore_index(index), name=name)
    made.attrs.update(attrs)
    return made


def _describe_pandas_index(value: Any) -> Any:
    described = _describe_index(value)
    return None if described is None else ("$index", described)


def _describe_timestamp(value: Any) -> Any:
    zone = value.tzinfo
    return "$timestamp", [value.asm8.view("i8").item(), value.unit, zone]


def _restore_timestamp(inner: Any) -> Any:
    np, pd = _numpy(), _pandas()
    number, unit, zone = inner
    made = pd.Timestamp(np.datetime64(number, unit))
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def _describe_timespan(value: Any) -> Any:
    return "$timespan", [value.asm8.view("i8").item(), value.unit]


def _restore_timespan(inner: Any) -> Any:
    np, pd = _numpy(), _pandas()
    return pd.Timedelta(np.timedelta64(*inner))


def _restore_missing(inner: Any) -> Any:
    return {"NA": _pandas().NA, "NaT": _pandas().NaT}[inner]


def _pandas() -> Any:
    if loaded("pandas", "DataFrame") is None:
        raise ValueError("pandas is not loaded here")
    return sys.modules["pandas"]


_EXACT: tuple[tuple[str, str, Plan], ...] = (
    ("numpy", "ndarray", _describe_array),
    ("pandas", "DataFrame", _describe_frame),
    ("pandas", "Series", _describe_series),
    ("pandas", "Index", _describe_pandas_index),
    ("pandas", "RangeIndex", _describe_pandas_index),
    ("pandas", "MultiIndex", _describe_pandas_index),
    ("pandas", "DatetimeIndex", _describe_pandas_index),
    ("pandas", "TimedeltaIndex", _describe_pandas_index),
    ("pandas", "CategoricalIndex", _describe_pandas_index),
    ("pandas", "Timestamp", _describe_timestamp),
    ("pandas", "Timedelta", _describe_timespan),
    ("pandas._libs.missing", "NAType", lambda value: ("$missing", "NA")),
    ("pandas._libs.tslibs.nattype", "NaTType", lambda value: ("$missing", "NaT")),
)

RESTORE: dict[str, Any] = {
    "$ndarray": _restore_array,
    "$scalar": _restore_scalar,
    "$dtype": _dtype_of,
    "$frame": _restore_frame,
    "$series": _restore_series,
    "$index": _restore_index,
    "$timestamp": _restore_timestamp,
    "$timespan": _restore_timespan,
    "$missing": _restore_missing,
}
