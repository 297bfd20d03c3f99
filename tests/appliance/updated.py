"""Updates by a wish of the gateway's, which root looks at: steps as in `story`, on its device."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.appliance.enrolled import STATE, user_of
from tests.appliance.story import Story, version_of
from tests.release_signing import Builder, release_of

OUTCOME: Final = Path("opt/tornello-gateway/update/outcome.json")
KEY: Final = Path("etc/tornello/release.pub")
UNIT: Final = "tornello-gateway-update.service"
ENDED_S: Final = 300.0


@dataclass
class Updates:
    """Wishes for the packages of a story, which runs release 0.2.0 by then."""

    story: Story
    builder: Builder = field(default_factory=Builder)
    wishes: int = 0

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """In this order."""
        yield "a wish on a device without a release key is refused", self.refuse_without_key
        yield "so is one that somebody else has signed, or that is not newer", self.refuse_foreign
        yield "a package that was changed on the way is not installed", self.refuse_tampered
        yield "a wished release that fails its self-test is not in force, and root says so", self.refuse_unfit
        yield "a wished release that does not stay up is taken back, and root says so", self.take_back
        yield "a newer release that is signed is installed and proves itself", self.update

    def refuse_without_key(self) -> str:
        return self.wish("cannot be imported", "refused", "no_release_key")

    def refuse_foreign(self) -> str:
        (self.root / KEY).write_bytes(self.builder.public_pem)
        stranger = Builder(Ed25519PrivateKey.from_private_bytes(bytes(32)))
        seen = self.wish("cannot be imported", "refused", "release_unsigned", signer=stranger)
        return f"{seen}, {self.wish('better', 'refused', 'release_not_newer')}"

    def refuse_tampered(self) -> str:
        return self.wish("cannot be imported", "failed", "update_differs", is_changed=True)

    def refuse_unfit(self) -> str:
        before = self.story.main_process()
        self.wish("cannot be imported", "failed", "update_self_test_failed")
        self.story.assert_back_at("0.2.0")
        assert self.story.main_process() == before
        return str(self.outcome()["reason"])

    def take_back(self) -> str:
        self.wish("ends soon after it was ready", "failed", "update_rolled_back")
        self.story.assert_back_at("0.2.0")
        return str(self.outcome()["reason"])

    def update(self) -> str:
        before = self.story.main_process()
        seen = self.wish("newest", "done", "")
        releases = self.story.device.releases()
        assert (version_of(releases["current"]), releases["is_on_trial"]) == ("0.7.0", False)
        assert self.story.device.package_state() == ("install ok installed", "0.7.0")
        assert self.story.is_active()
        assert self.story.main_process() != before
        self.story.assert_rows_kept()
        return f"{releases['previous']} -> {releases['current']}, {seen}"

    def wish(
        self, name: str, state: str, detail: str, *, signer: Builder | None = None, is_changed: bool = False
    ) -> str:
        """Put a wish where the gateway does, as its user, and wait for root's word."""
        self.wishes += 1
        device, file = self.story.device, self.story.packages[name]
        package = file.read_bytes()
        release = release_of(package, file.name.split("_")[1], "amd64")
        folder = self.root / STATE / "update"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "package.deb").write_bytes(package[:-1] + b"?" if is_changed else package)
        command_id = f"cmd_{self.wishes}"
        request = {"command_id": command_id, "release": (signer or self.builder).sign(release)}
        (folder / "request.new").write_text(json.dumps(request))
        for path in (folder, *folder.iterdir()):
            os.chown(path, *user_of(self.root))
        (folder / "request.new").rename(folder / "request.json")

        def is_over() -> bool:
            told = self.outcome()
            return told.get("command_id") == command_id and told["state"] != "running"

        took = device.until("root says how the update ended", is_over, ENDED_S)
        told = self.outcome()
        assert (told["state"], told["detail"]) == (state, detail), told
        device.until("the wish is cleared", lambda: not list(folder.iterdir()), 10.0)
        device.until("root's program has ended", lambda: device.unit("ActiveState", UNIT) != "activating", 10.0)
        device.run("systemctl", "reset-failed", UNIT)
        return f"{state} {detail} after {took:.0f} s".replace("  ", " ")

    def outcome(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.root / OUTCOME).read_text())
        except FileNotFoundError:
            return {}
        return found

    @property
    def root(self) -> Path:
        return self.story.device.root
