"""A whole gateway is told to update: fetched over TLS, checked by root's own program, answered over the restart.

Root is played by its real program, with OpenSSL, on folders of the test; only dpkg is not.
"""

import asyncio
import contextlib
import http.server
import ssl
import threading
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gateway import bootstrap_update
from gateway.adapters.package_desk_https import secure_opener
from gateway.bootstrap import run_gateway
from gateway.config import load_config
from gateway.https_deadline import Deadline
from mqtt_client.tls import TlsFiles
from provisioning.appliance.release.folder import ReleaseFolder
from provisioning.appliance.release.system_tools import SystemTools
from provisioning.appliance.release.systemd_service import SystemPace
from provisioning.appliance.release.update import Outcome, update
from provisioning.appliance.release.update_desk import UpdateDesk
from sync_protocol.gate_commands import UpdateSoftware
from sync_protocol.messages import Command
from tests.certificates import Authority
from tests.in_loop import in_loop
from tests.integration.test_gateway_commands import obey, order, results
from tests.integration.test_gateway_whole import CARD, site
from tests.mosquitto import Broker
from tests.release_signing import ARCHITECTURE, Builder, release_of
from tests.running_gateway import RunningGateway, identity
from tests.scripted_cloud import GATEWAY, SITE, ScriptedCloud

PACKAGE = b"a package of the gateway" * 10_000
VERSION = "900.0.0"


class Shelf(http.server.ThreadingHTTPServer):
    """Serves one file over TLS, and sends `/elsewhere` on to where nothing is encrypted."""

    def __init__(self, files: TlsFiles) -> None:
        super().__init__(("127.0.0.1", 0), _Server)
        self.content = PACKAGE
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(files.certificate, files.key)
        self.socket = self.context.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"


class _Server(http.server.BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://localhost/package.deb")
            self.end_headers()
        elif self.path == "/package.deb":
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(self.server.content)
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


class WithoutDpkg(SystemTools):
    """What it would install is brought in force, and stands its trial or is taken back."""

    def __init__(self, key: Path, folder: ReleaseFolder) -> None:
        super().__init__(key)
        self._folder = folder
        self.is_good = True

    def architecture(self) -> str:
        return ARCHITECTURE

    def describe(self, package: Path) -> tuple[str, str, str]:
        return "tornello-gateway", VERSION, ARCHITECTURE

    def install(self, package: Path) -> str | None:
        assert package.read_bytes() == PACKAGE
        release = f"{VERSION}-b"
        self._folder.begin(release)
        self._folder.mark_complete(release)
        self._folder.switch(release)
        if self.is_good:
            self._folder.confirm()
        else:
            self._folder.roll_back()
            self._folder.refuse(release, "the gateway ended", "2999-01-01T00:00:00+00:00")
        return None


@dataclass
class Root:
    """Root's side of the device."""

    folder: Path
    builder: Builder = field(default_factory=Builder)

    def __post_init__(self) -> None:
        self.releases = ReleaseFolder(self.folder / "releases")
        self.releases.begin("0.1.0-a")
        self.releases.mark_complete("0.1.0-a")
        self.releases.switch("0.1.0-a")
        self.key = self.folder / "release.pub"
        self.key.write_bytes(self.builder.public_pem)
        self.key.chmod(0o644)
        self.tools = WithoutDpkg(self.key, self.releases)
        self.desk = UpdateDesk(self.folder / "state", self.releases.root)

    @property
    def request(self) -> Path:
        return self.folder / "state" / "update" / "request.json"

    async def work(self) -> Outcome | None:
        """What systemd starts when there is a wish."""
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(self.request.exists):
                await asyncio.sleep(0.01)
        return await asyncio.to_thread(update, self.releases, self.desk, self.tools, SystemPace(), print)

    def action(self, url: str, text: str | None = None) -> UpdateSoftware:
        release = release_of(PACKAGE, VERSION)
        return UpdateSoftware(VERSION, url, text or self.builder.sign(release))


@pytest.fixture(name="root")
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    root = Root(tmp_path)
    monkeypatch.setattr(bootstrap_update, "RELEASES", root.releases.root)
    return root


@contextlib.contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    """A server with a certificate of the site's authority, which the gateway believes beside the system's."""
    ca = folder / "ca"
    server = Shelf(TlsFiles(ca / "authority.pem", ca / "broker.pem", ca / "broker.key"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def ended(cloud: ScriptedCloud, command: Command) -> str:
    async with asyncio.timeout(30):
        await cloud.until(lambda: bool(results(cloud, command)))
    return results(cloud, command)[-1]


@pytest.mark.parametrize("is_good", [True, False])
@in_loop
async def test_a_release_is_fetched_and_handed_over_while_the_gate_goes_on(
    tmp_path: Path, root: Root, is_good: bool
) -> None:
    root.tools.is_good = is_good
    async with site(tmp_path) as (gateway, cloud, _):
        with shelf(tmp_path) as server:
            command = order(cloud, root.action(f"{server.url}/package.deb"))
            await cloud.send(command)
            working = asyncio.create_task(root.work())
            assert (await gateway.tap(CARD))["outcome"] == "allow"
            outcome = await working
            assert outcome is not None
            assert outcome.state == ("done" if is_good else "failed")
            assert await ended(cloud, command) == ("done" if is_good else "failed update_rolled_back")
    assert not root.request.exists()
    assert sorted(path.name for path in root.request.parent.iterdir()) == ["order.json"]


@in_loop
async def test_the_program_after_the_restart_answers(tmp_path: Path, root: Root) -> None:
    async with site(tmp_path) as (gateway, cloud, broker):
        with shelf(tmp_path) as server:
            command = order(cloud, root.action(f"{server.url}/package.deb"))
            await cloud.send(command)
            await cloud.until(root.request.exists)
            root.desk.tell(Outcome(command.command_id, "running", "2026-01-01T00:00:00+00:00"))
            await gateway.stop()
            restart(gateway, cloud, broker, tmp_path)
            await cloud.until(lambda: len(runs(cloud)) == 2)
            await cloud.send(command)  # a broker may repeat what it likes: the new run does not call it missed
            assert (await root.work()) is not None
            assert await ended(cloud, command) == "done"
    assert set(results(cloud, command)) == {"done"}


@in_loop
async def test_what_is_not_as_it_should_be_is_not_handed_over(tmp_path: Path, root: Root) -> None:
    async with site(tmp_path) as (_, cloud, _broker):
        with shelf(tmp_path) as server:
            url = f"{server.url}/package.deb"
            unsigned = root.action(url, replace_signature(root.action(url).release))
            assert await obey(cloud, order(cloud, unsigned)) == "refused release_unsigned"
            gone = order(cloud, root.action(f"{server.url}/gone.deb"))
            await cloud.send(gone)
            assert await ended(cloud, gone) == "failed update_not_fetched"
            elsewhere = order(cloud, root.action(f"{server.url}/elsewhere"))
            await cloud.send(elsewhere)
            assert await ended(cloud, elsewhere) == "failed update_not_fetched"
            server.content = PACKAGE[:-1] + b"?"
            changed = order(cloud, root.action(url))
            await cloud.send(changed)
            assert await ended(cloud, changed) == "failed update_differs"
            server.content = PACKAGE + b"more"
            longer = order(cloud, root.action(url))
            await cloud.send(longer)
            assert await ended(cloud, longer) == "failed update_differs"
        root.key.unlink()
        assert await obey(cloud, order(cloud, root.action(url))) == "refused no_release_key"
    assert not root.request.exists()


@in_loop
async def test_a_server_that_cannot_prove_its_name_is_not_believed(tmp_path: Path, root: Root) -> None:
    stranger = Authority.create(tmp_path / "stranger" / "ca")
    stranger.issue("broker")
    async with site(tmp_path) as (_, cloud, _broker):
        with shelf(tmp_path / "stranger") as server:
            command = order(cloud, root.action(f"{server.url}/package.deb"))
            await cloud.send(command)
            assert await ended(cloud, command) == "failed update_not_fetched"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/package.deb", "file:///etc/hostname", "ftp://127.0.0.1/a"])
def test_nothing_but_https_is_opened_also_when_a_server_leads_there(url: str) -> None:
    with pytest.raises(urllib.error.URLError, match="unknown url type"):
        secure_opener(ssl.create_default_context(), Deadline(5.0, silence_s=1.0)).open(url)


def test_a_key_that_others_may_write_is_none(root: Root) -> None:
    assert root.tools.find_key() == root.key
    root.key.chmod(0o666)
    assert root.tools.find_key() is None
    root.key.unlink()
    root.key.symlink_to(root.folder / "elsewhere")
    assert root.tools.find_key() is None


def replace_signature(text: str) -> str:
    """The same manifest under a signature that is not of the key."""
    manifest, signature, *_ = text.splitlines()
    return f"{manifest}\n{'A' * 8}{signature[8:]}\n"


def runs(cloud: ScriptedCloud) -> set[str]:
    return {run_id for said in cloud.heard if (run_id := getattr(said, "run_id", ""))}


def restart(gateway: RunningGateway, cloud: ScriptedCloud, broker: Broker, folder: Path) -> None:
    """As the package does when it has another release."""
    who = replace(
        identity(),
        site_id=SITE,
        gateway_id=GATEWAY,
        broker_port=broker.port,
        signing_keys={cloud.signer.key_id: cloud.signer.public_key},
    )
    path = folder / "gateway.toml"
    gateway.task = asyncio.create_task(run_gateway(load_config(path), who, path))
