"""Puts together what shares passages with the other gateways of the site: memory, seal, and one link or two."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.adapters.cloud_link_mqtt import CloudLinkMqtt
from gateway.adapters.site_broker_mqtt import SiteBrokerAddress, SiteBrokerLink
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.bootstrap_certificates import CertificateParts
from gateway.certificate_seal import CertificateSeal
from gateway.config import GatewayConfig
from gateway.service.dry_tap import NOBODYS_HASH
from gateway.service.passage_sharing import PassageSharing, SharingPorts
from gateway.service.ports import Clock
from gateway.service.sibling_ports import SideLink
from gateway.supervisor import Loop


@dataclass(frozen=True, slots=True)
class Sharing:
    """`loops` are to be supervised."""

    passages: PassageSharing
    store: GatewayStore
    loops: tuple[Loop, ...]

    def after(self, told: Callable[[int], None]) -> Callable[[int], None]:
        """Another state is in force: tell the gate, then look which gateways it names."""

        def handle_applied(revision: int) -> None:
            told(revision)
            self.passages.learn_site(self.store.gate_reader.find_gate_view(NOBODYS_HASH).site)

        return handle_applied


def build_sharing(
    config: GatewayConfig, parts: CertificateParts, store: GatewayStore, clock: Clock, *, link: CloudLinkMqtt
) -> Sharing:
    """Over the cloud's broker, and over the site's own where the configuration names one."""
    identity = parts.identity
    site_link: SiteBrokerLink | None = None
    links: list[SideLink] = [link]
    if config.site_broker is not None:
        host, port = config.site_broker.host, config.site_broker.port
        address = SiteBrokerAddress(host, port, identity.site_id, identity.gateway_id)
        site_link = SiteBrokerLink(address, lambda: parts.pairs.current_files)
        links.insert(0, site_link)
    own_lanes = frozenset(lane.lane_id or identity.lane_id for lane in config.lanes)
    seal = CertificateSeal(parts.pairs)
    ports = SharingPorts(store.siblings, seal, clock, links, members=store.gate_reader, own_lanes=own_lanes)
    passages = PassageSharing(identity.site_id, identity.gateway_id, ports)
    link.set_side_listener(passages)
    loops = [Loop("passage sharing", passages.run), Loop("own passages", passages.watch)]
    if site_link is not None:
        broker = site_link
        loops.append(Loop("site broker", lambda: broker.run(passages)))
    return Sharing(passages, store, tuple(loops))
