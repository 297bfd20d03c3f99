"""The main job from end to end, on the real thing: every step of the tour holds."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEPS = 10


def test_every_step_of_the_tour_holds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provisioning.tour", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(steps) == STEPS
    assert all(step["held"] for step in steps)
