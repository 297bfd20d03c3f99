"""`python -m provisioning.virtual_turnstile`."""

import sys

from provisioning.virtual_turnstile.cli import main

sys.exit(main())
