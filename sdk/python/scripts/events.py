"""Writes sessiond/events.py, the types of a journal's events, from docs/openapi.json.

With `--check` it changes nothing, and fails when the committed file is not what the document says.
"""

import json
import keyword
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "openapi.json"
TYPES = ROOT / "sdk" / "python" / "sessiond" / "events.py"

HEAD = '''"""The events of a session's journal, as dictionaries whose `type` says what their `data` holds.

Generated from docs/openapi.json by `cargo xtask openapi`. Change the server, never this file.
"""

from __future__ import annotations

from typing import Any, Literal, Optional, TypedDict, Union
'''

# With a `str` here a checker could not tell the other events apart by their types.
UNKNOWN = '''UnknownEventType = Literal["(unknown)"]
"""The type of an event that this package does not know: any text but the names of known events. The literal is there
for type checkers alone; `kind: str = event["type"]` is the text."""


class UnknownEvent(_Frame):
    """{description}"""

    type: UnknownEventType
    data: Any
'''

PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

Schema = dict[str, Any]


def main() -> int:
    """Compare the file with the document, and write it unless that is not wanted."""
    schemas = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]
    text = module(schemas)
    if TYPES.exists() and TYPES.read_text("utf-8") == text:
        print("sessiond/events.py is up to date")
        return 0
    if "--check" in sys.argv[1:]:
        print("sessiond/events.py is not what docs/openapi.json says: run `cargo xtask openapi`", file=sys.stderr)
        return 1
    TYPES.write_text(text, "utf-8")
    print("sessiond/events.py is written anew: read its diff before you commit it")
    return 0


def module(schemas: dict[str, Schema]) -> str:
    """Give the whole file."""
    union = schemas["Event"]
    members = union.get("oneOf") or union["anyOf"]
    known = [member["properties"] for member in members if "properties" in member]
    unknown = schemas["UnknownEvent"]
    frame = {name: unknown["properties"][name] for name in ("seq", "time", "actor")}
    names = reached([properties["data"] for properties in known], schemas)
    parts = [definition(name, schemas[name], schemas) for name in sorted(names) if not plain(schemas[name])]
    parts.append(body("_Frame", "TypedDict", "What every event has.", list(frame), frame, schemas))
    events = {name_of(properties["data"]) + "Event": properties for properties in known}
    parts += [event(name, properties) for name, properties in events.items()]
    parts.append(UNKNOWN.replace("{description}", unknown["description"]))
    listed = "".join(f"    {name},\n" for name in [*events, "UnknownEvent"])
    parts.append(f"Event = Union[\n{listed}]\n{documented(union['description'], '')}")
    payloads = [name for name in names if not plain(schemas[name])]
    public = sorted([*payloads, *events, "UnknownEvent", "UnknownEventType", "Event"])
    parts.append("__all__ = [\n" + "".join(f'    "{name}",\n' for name in public) + "]\n")
    return HEAD + ("\n\n" if parts[0].startswith("class ") else "\n") + "\n\n".join(parts)


def name_of(schema: Schema) -> str:
    """Give the name of the schema that is referred to."""
    return str(schema["$ref"].rsplit("/", 1)[-1])


def reached(values: Any, schemas: dict[str, Schema]) -> set[str]:
    """Find the schemas that these refer to, and those that they refer to."""
    found: set[str] = set()
    waiting = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if "$ref" in value and name_of(value) not in found:
                found.add(name_of(value))
                waiting.append(schemas[name_of(value)])
            waiting += value.values()
    return found


def plain(schema: Schema) -> bool:
    """Whether it needs no type of its own."""
    return "properties" not in schema and "enum" not in schema and schema.get("type") != "object"


def definition(name: str, schema: Schema, schemas: dict[str, Schema]) -> str:
    """Define a type: the words of an enumeration, or the members of an object."""
    if "enum" in schema:
        words = "".join(f'    "{word}",\n' for word in schema["enum"])
        return f"{name} = Literal[\n{words}]\n{documented(schema.get('description', ''), '')}"
    return record(name, schema, schemas)


def record(name: str, schema: Schema, schemas: dict[str, Schema]) -> str:
    """Define an object: its required members in a class, the others in one that it extends, for Python 3.9."""
    properties = schema.get("properties", {})
    required = [member for member in properties if member in schema.get("required", [])]
    optional = [member for member in properties if member not in required]
    parts, bases = [], []
    reserved = {member: f'"{kind(properties[member], schemas)}"' for member in properties if keyword.iskeyword(member)}
    if reserved:
        if not set(reserved) <= set(required):
            raise SystemExit(f"{name}: a reserved word is an optional member")
        base = f"_{name}Reserved"
        members = ", ".join(f'"{member}": {of}' for member, of in reserved.items())
        parts.append(f'{base} = TypedDict("{base}", {{{members}}})\n')
        bases.append(base)
    required = [member for member in required if member not in reserved]
    if optional and (required or not properties):
        base = f"_{name}Optional"
        parts.append(body(base, "TypedDict, total=False", "", optional, properties, schemas))
        bases.append(base)
        optional = []
    heads = ", ".join(bases) or "TypedDict"
    if optional:
        heads += ", total=False"
    parts.append(body(name, heads, schema.get("description", ""), required + optional, properties, schemas))
    return "\n\n".join(parts)


def body(name: str, bases: str, doc: str, members: list[str], properties: Any, schemas: dict[str, Schema]) -> str:
    """Define a class with these members."""
    lines = [f"class {name}({bases}):\n"]
    if doc:
        lines.append(documented(doc, "    "))
        if members:
            lines.append("\n")
    for member in members:
        lines.append(f"    {member}: {kind(properties[member], schemas)}\n")
        told = description(properties[member])
        if told:
            lines.append(documented(told, "    "))
    return "".join(lines)


def event(name: str, properties: Schema) -> str:
    """Define the event of a type."""
    (word,) = properties["type"]["enum"]
    data = name_of(properties["data"])
    return f'class {name}(_Frame):\n    """`{word}`."""\n\n    type: Literal["{word}"]\n    data: {data}\n'


def description(schema: Schema) -> str:
    """Give what the document says of a member, also when it may be null."""
    inner: Schema = next((one for one in schema.get("oneOf", []) if "description" in one), {})
    return str(schema.get("description") or inner.get("description", ""))


def kind(schema: Schema, schemas: dict[str, Schema]) -> str:
    """Give the type of a value."""
    if "$ref" in schema:
        name = name_of(schema)
        return kind(schemas[name], schemas) if plain(schemas[name]) else name
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return united([kind(one, schemas) for one in schema[union]])
    types = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    return united([one_kind(one, schema, schemas) for one in types]) if types else "Any"


def one_kind(word: str, schema: Schema, schemas: dict[str, Schema]) -> str:
    """Give the type of a value that is of this JSON type."""
    if word == "array":
        return f"list[{kind(schema.get('items', {}), schemas)}]"
    if word == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {kind(values, schemas) if isinstance(values, dict) else 'Any'}]"
    return PLAIN[word]


def united(kinds: list[str]) -> str:
    """Give the type of a value that is of one of these types."""
    some = list(dict.fromkeys(one for one in kinds if one != "None"))
    if not some:
        return "None"
    one = some[0] if len(some) == 1 else f"Union[{', '.join(some)}]"
    return f"Optional[{one}]" if "None" in kinds else one


def documented(text: str, indent: str) -> str:
    """Give a docstring."""
    words = " ".join(text.replace("\\", "\\\\").replace('"""', "'''").split())
    lines = textwrap.wrap(words, 112 - len(indent), break_long_words=False, break_on_hyphens=False)
    return textwrap.indent('"""' + "\n".join(lines) + '"""', indent) + "\n"


if __name__ == "__main__":
    sys.exit(main())
