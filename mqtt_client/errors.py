"""What can go wrong on the way to the broker, typed by what to do about it."""


class LinkError(Exception):
    """The link to the broker failed; nothing that was not confirmed may be taken as delivered.

    `reason` is a stable word for it, for metrics and programs.
    """

    reason: str = "link_failed"


class BrokerUnreachableError(LinkError):
    """No broker answers at this address: it is down, the network is, or the name is wrong. Try again later."""

    reason = "broker_unreachable"


class CertificateRefusedError(LinkError):
    """One side does not accept the other's certificate; trying again helps only after somebody acts.

    `reason` is one of: broker_not_trusted, broker_name_mismatch, broker_not_yet_valid, broker_expired,
    authority_unknown, certificate_revoked, certificate_expired, certificate_not_yet_valid, certificate_required,
    certificate_rejected, validity_disputed (the broker says expired, the certificate says not).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{message} ({reason})")
        self.reason = reason


class ConnectRefusedError(LinkError):
    """The broker answered and does not let this client in; the text is the broker's reason code."""

    reason = "connect_refused"


class SubscriptionRefusedError(LinkError):
    """The broker does not grant a subscription."""

    reason = "subscription_refused"


class LinkLostError(LinkError):
    """The connection broke, or answers stopped; unconfirmed messages may or may not have arrived."""

    reason = "link_lost"


class PublishRefusedError(LinkError):
    """The broker refused this one message (a negative PUBACK); the connection goes on.

    `reason_code` is MQTT 5's, e.g. 0x87 not authorized, 0x97 quota exceeded.
    """

    reason = "publish_refused"

    def __init__(self, topic: str, reason_code: int, reason: str) -> None:
        super().__init__(f"the broker refused a message on {topic}: {reason} (0x{reason_code:02x})")
        self.topic = topic
        self.reason_code = reason_code
