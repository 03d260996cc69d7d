"""`python -m sessiond`."""

import os
import subprocess
import sys


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "sessiond", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_program_is_run_with_the_arguments_and_its_status_is_given(tmp_path):
    program = tmp_path / "sessiond"
    program.write_text('#!/bin/sh\necho "$# $1"\nexit 7\n')
    program.chmod(0o755)
    for environment in ({"SESSIOND_BIN": str(program)}, {"PATH": f"{tmp_path}:{os.environ['PATH']}"}):
        done = run("session list", "--json", **environment)
        assert (done.returncode, done.stdout) == (7, "2 session list\n")


def test_a_program_that_is_not_there_is_told_with_the_way_to_get_it(tmp_path):
    done = run("serve", PATH=str(tmp_path))
    assert done.returncode == 127
    assert "cargo install --path crates/sessiond" in done.stderr
    done = run("serve", SESSIOND_BIN=str(tmp_path / "nowhere"))
    assert done.returncode == 126
    assert "does not start: No such file" in done.stderr
