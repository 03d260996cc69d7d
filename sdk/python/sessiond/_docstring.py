"""What a docstring says of a function and of its parameters, in the styles of Google, NumPy and reStructuredText."""

from __future__ import annotations

import re

_PARAMETERS = {"args", "arguments", "parameters", "params", "keyword args", "other parameters", "attributes", "fields"}
_OTHERS = {"returns", "return", "yields", "raises", "examples", "example", "notes", "note", "references", "see also"}
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY_ENTRY = re.compile(r"\*{0,2}(\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")
_FIELD = re.compile(r":(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)")


def parse(docstring: str | None) -> tuple[str, dict[str, str]]:
    """Give what it says of the whole, and of each parameter."""
    if not docstring:
        return "", {}
    from inspect import cleandoc

    lines = cleandoc(docstring).splitlines()
    whole: list[str] = []
    parameters: dict[str, list[str]] = {}
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.startswith(":"):
            place = _fields(lines, place, parameters)
            continue
        title = line.strip().rstrip(":").lower()
        if _is_numpy_title(lines, place):
            place = _numpy(lines, place + 2, parameters if title in _PARAMETERS else None)
        elif line.rstrip().endswith(":") and title in _PARAMETERS | _OTHERS and not line[:1].isspace():
            place = _google(lines, place + 1, parameters if title in _PARAMETERS else None)
        else:
            whole.append(line)
            place += 1
    texts = {name: " ".join(part for part in parts if part) for name, parts in parameters.items()}
    return "\n".join(whole).strip(), {name: text for name, text in texts.items() if text}


def _is_numpy_title(lines: list[str], place: int) -> bool:
    underlined = place + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[place + 1].strip())
    return bool(underlined) and lines[place].strip().lower() in _PARAMETERS | _OTHERS


def _google(lines: list[str], place: int, parameters: dict[str, list[str]] | None) -> int:
    """Read the indented lines of a section; the first one's depth is that of the entries."""
    depth = 0
    current: list[str] | None = None
    while place < len(lines):
        line = lines[place]
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent == 0:
            break
        place += 1
        if not line.strip() or parameters is None:
            continue
        depth = depth or indent
        entry = _GOOGLE_ENTRY.fullmatch(line.strip()) if indent == depth else None
        if entry:
            current = parameters.setdefault(entry[1], [])
            current.append(entry[2].strip())
        elif current is not None:
            current.append(line.strip())
    return place


def _numpy(lines: list[str], place: int, parameters: dict[str, list[str]] | None) -> int:
    """Read entries that are not indented, each followed by what is."""
    current: list[list[str]] = []
    while place < len(lines) and not _is_numpy_title(lines, place):
        line = lines[place]
        place += 1
        if not line.strip() or parameters is None:
            continue
        entry = None if line[:1].isspace() else _NUMPY_ENTRY.fullmatch(line.strip())
        if entry:
            current = [parameters.setdefault(name.strip(), []) for name in entry[1].split(",")]
        else:
            for text in current:
                text.append(line.strip())
    return place


def _fields(lines: list[str], place: int, parameters: dict[str, list[str]]) -> int:
    """Read a field, which goes on in the indented lines that follow."""
    field = _FIELD.fullmatch(lines[place].strip())
    current = parameters.setdefault(field[1], []) if field else []
    if field:
        current.append(field[2].strip())
    place += 1
    while place < len(lines) and lines[place][:1].isspace():
        current.append(lines[place].strip())
        place += 1
    return place
