"""The types of a journal's events."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from sessiond import events

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"

PROGRAM = """
from sessiond.events import Event

def tell(event: Event) -> str:
    if event["type"] == "task_delegated":
        reveal_type(event["data"]["delegatee"])
        return event["data"]["absent"]
    if event["type"] == "calls_recorded":
        for call in event["data"]["calls"]:
            reveal_type(call.get("node"))
        return event["data"]["writer"]
    kind: str = event["type"]
    return kind
"""


def test_each_event_of_the_document_has_a_type_and_the_last_is_open():
    members = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]["Event"]["anyOf"]
    wanted = [member["properties"]["type"]["enum"][0] for member in members if "properties" in member]
    *known, last = get_args(events.Event)
    assert [get_args(get_type_hints(one)["type"])[0] for one in known] == wanted
    assert last is events.UnknownEvent


def test_members_that_may_be_absent_are_optional():
    assert "call" in events.CallEntry.__required_keys__
    assert "node" in events.CallEntry.__optional_keys__
    assert "from" in events.SessionForked.__required_keys__


def test_a_type_checker_knows_what_the_data_of_a_type_holds(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "program.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    said = checked.stdout
    assert 'program.py:6: note: Revealed type is "str"' in said, said
    assert 'program.py:7: error: TypedDict "TaskDelegated" has no key "absent"' in said, said
    assert 'program.py:10: note: Revealed type is "str | None"' in said, said
    assert 'program.py:11: error: Incompatible return value type (got "int", expected "str")' in said, said
    assert "program.py:13" not in said, said
