"""The code of the original examples, with nothing but the import changed."""

import contextlib
import io
import json

import pytest

import sessiond as rt


@rt.function_node(name="NodeA")
async def node_a(text: str) -> str:
    return text


SEED = {
    "the primary use case": """
with rt.Session() as run:
    result = rt.call_sync(rt.nodes.NodeA, "Hello World")
""",
    "context and state": """
session = rt.Session(context={"key": "value"}, save_state=True)
""",
}


def test_the_seed_s_first_block_runs_word_for_word():
    names = {"rt": rt}
    exec(SEED["the primary use case"], names)
    assert names["result"] == "Hello World"
    saved = json.loads(names["run"].saved_path.read_text())
    assert [call["node"] for call in saved["calls"]] == ["NodeA"]
    assert saved["session"]["status"] == "completed"


def test_the_seed_s_second_block_runs_word_for_word():
    names = {"rt": rt}
    exec(SEED["context and state"], names)
    session = names["session"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print(session.info)
    assert session.id in out.getvalue()
    session.close()
    saved = json.loads(session.saved_path.read_text())
    assert saved["session"]["shared_context"] == {"key": "value"}
    assert session.saved_path.parent.name == "sessions"
    assert session.saved_path.parent.parent.name == ".sessiond"


def test_the_defaults_are_the_seed_s():
    settings = rt.Session.global_config_precedence()
    assert settings.timeout == 150.0
    assert settings.end_on_error is False
    assert settings.logging_setting == "REGULAR"
    assert settings.log_file is None
    assert settings.broadcast_callback is None
    assert settings.run_identifier is None
    assert settings.prompt_injection is True
    assert settings.save_state is True


def test_parameters_come_before_set_config_and_that_before_the_environment_and_that_before_the_defaults(
    monkeypatch, tmp_path
):
    precedence = rt.Session.global_config_precedence
    monkeypatch.setenv("SESSIOND_LOG_LEVEL", "quiet")
    monkeypatch.setenv("SESSIOND_DIR", str(tmp_path / "environment"))
    assert precedence().logging_setting == "QUIET"
    rt.set_config(timeout=7.0, end_on_error=True, logging_setting="VERBOSE", dir=tmp_path / "config", save_state=False)
    assert precedence().timeout == 7.0
    assert precedence().end_on_error is True
    assert precedence().logging_setting == "VERBOSE"
    assert precedence().dir == str(tmp_path / "config")
    assert precedence(timeout=3, end_on_error=False, logging_setting="NONE", save_state=True)[:3] == (
        3.0,
        False,
        "NONE",
    )
    rt.set_config(logging_setting=None)
    assert precedence().logging_setting == "QUIET"


@pytest.mark.parametrize(
    ("level", "setting"),
    [
        ("debug", "VERBOSE"),
        ("INFO", "REGULAR"),
        ("warn", "QUIET"),
        ("off", "NONE"),
        ("warn,sessiond_engine=debug", "QUIET"),
        ("sessiond_engine=debug", "REGULAR"),
        ("none", "NONE"),
    ],
)
def test_the_level_may_be_what_the_program_sessiond_reads(monkeypatch, level, setting):
    monkeypatch.setenv("SESSIOND_LOG_LEVEL", level)
    assert rt.Session.global_config_precedence().logging_setting == setting


def test_a_setting_that_does_not_exist_or_cannot_be_is_refused():
    with pytest.raises(TypeError, match="there is no setting 'time_out'"):
        rt.set_config(time_out=3)
    with pytest.raises(ValueError, match="VERBOSE, REGULAR, QUIET, NONE"):
        rt.Session(logging_setting="LOUD")
    with pytest.raises(ValueError, match="above 0"):
        rt.Session(timeout=0)


def test_the_identifier_of_a_run_is_its_session_s_id():
    with rt.Session(run_identifier="nightly-1") as run:
        assert run.id == "nightly-1"
        assert run.info["session_id"] == "nightly-1"
    assert run.saved_path.name == "nightly-1.json"
