"""Every table of the service in one place: importing this module fills `METADATA`, for migrations and tests."""

from typing import Final

from sqlalchemy import MetaData

from cloud.access_events import models as access_events
from cloud.access_rules import models as access_rules
from cloud.action_types import models as action_types
from cloud.activities import models as activities
from cloud.alarms import models as alarms
from cloud.audit import models as audit
from cloud.billing import models as billing
from cloud.bookings import models as bookings
from cloud.calendar_feeds import models as calendar_feeds
from cloud.card_rules import models as card_rules
from cloud.class_sessions import models as class_sessions
from cloud.comments import models as comments
from cloud.consents import models as consents
from cloud.contracts import models as contracts
from cloud.credentials import models as credentials
from cloud.database import Base
from cloud.desired_state import models as desired_state
from cloud.enrolment import models as enrolment
from cloud.family import models as family
from cloud.flags import models as flags
from cloud.gate_commands import models as gate_commands
from cloud.gateway_health import models as gateway_health
from cloud.gateway_link import models as gateway_link
from cloud.idempotency import models as idempotency
from cloud.labels import models as labels
from cloud.member_import import models as member_import
from cloud.members import erasures
from cloud.members import models as members
from cloud.objections import models as objections
from cloud.phone_calls import models as phone_calls
from cloud.plans import models as plans
from cloud.presence import models as presence
from cloud.privacy_purposes import models as privacy_purposes
from cloud.rooms import models as rooms
from cloud.sales import models as sales
from cloud.saved_searches import models as saved_searches
from cloud.scheduled_operations import models as scheduled_operations
from cloud.sites import models as sites
from cloud.staff import models as staff
from cloud.tasks import models as tasks
from cloud.webhooks import models as webhooks

_PACKAGES: Final = (
    access_events,
    access_rules,
    action_types,
    activities,
    alarms,
    audit,
    billing,
    bookings,
    card_rules,
    calendar_feeds,
    class_sessions,
    comments,
    consents,
    contracts,
    credentials,
    desired_state,
    enrolment,
    family,
    flags,
    gate_commands,
    gateway_health,
    gateway_link,
    labels,
    idempotency,
    erasures,
    member_import,
    members,
    objections,
    phone_calls,
    plans,
    presence,
    privacy_purposes,
    rooms,
    sales,
    saved_searches,
    scheduled_operations,
    sites,
    staff,
    tasks,
    webhooks,
)

METADATA: Final[MetaData] = Base.metadata
