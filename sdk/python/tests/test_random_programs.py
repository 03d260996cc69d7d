"""Programs of random shape are killed anywhere and go on, until they give what they would have given at once."""

import os
import subprocess
import sys

import pytest
import random_programs
from conftest import LONG

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
PROGRAMS = 10_000 if LONG else 500
GROUPS = 100 if LONG else 10


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_program_that_is_killed_anywhere_comes_to_what_it_would_have_come_to(group):
    # The process that forks has begun nothing.
    seeds = [str(seed) for seed in range(group, PROGRAMS, GROUPS)]
    ran = subprocess.run(
        [sys.executable, random_programs.__file__, *seeds], capture_output=True, text=True, timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stderr[-5000:]
