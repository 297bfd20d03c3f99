"""What the service does not need is not imported when it starts: on a Pi each of these costs a tenth of a second."""

import subprocess
import sys


def test_the_service_starts_without_what_only_commands_and_metrics_need() -> None:
    script = (
        "import sys, gateway.bootstrap\n"
        "print([name for name in ('sqlite_utils', 'prometheus_client', 'tarfile') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
