"""A reader of events with a queue of its own: at least once, in any order, and whatever cannot be handled is parked."""

from collections import Counter
import sqlite3
import time
import uuid

from google.protobuf.message import DecodeError
import pika

from gittix.events.v1.envelope_pb2 import Envelope
from gittix.orders.v1 import events_pb2, order_pb2

EXCHANGE = "gittix.events"
QUEUE = "polyglot.events"
PARKED = "polyglot.parked"
PAYLOADS = {
    message.DESCRIPTOR.full_name: message
    for message in (events_pb2.OrderCreated, events_pb2.OrderCancelled, events_pb2.OrderExpired, events_pb2.OrderCompleted)
}

# The broker delivers once more than its limit says.
ATTEMPTS_MAX = 5
PREFETCH = 32
READ_MAX_SECONDS = 10

TABLES = """
    CREATE TABLE inbox (event_id TEXT PRIMARY KEY);
    CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL, version INTEGER NOT NULL);
"""
# An older version changes no row, so that a late event does no harm.
KEEP_NEWEST = """
    INSERT INTO orders (id, status, version) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version
    WHERE excluded.version > orders.version
"""


class OrderReader:
    """Keeps a copy of each order's status, and counts what became of the deliveries."""

    def __init__(self, url: str):
        self.counts = Counter()
        self.envelopes = {}
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(TABLES)
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        self._channel.basic_qos(prefetch_count=PREFETCH)
        self._declare()

    def _declare(self) -> None:
        quorum = {"x-queue-type": "quorum"}
        dead_letter = {
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": PARKED,
            # At-least-once needs reject-publish; without it the broker may lose what it moves.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        limit = {"x-delivery-limit": ATTEMPTS_MAX - 1}
        self._channel.exchange_declare(EXCHANGE, "topic", durable=True)
        # Looking at a parked message counts as a delivery, and must not be the end of it.
        self._channel.queue_declare(PARKED, durable=True, arguments={**quorum, "x-delivery-limit": 1_000_000_000})
        self._channel.queue_declare(QUEUE, durable=True, arguments={**quorum, **dead_letter, **limit})
        for event_type in PAYLOADS:
            self._channel.queue_bind(QUEUE, EXCHANGE, event_type)

    def read_until(self, done) -> None:
        """Handles deliveries until `done` holds."""
        deadline = time.monotonic() + READ_MAX_SECONDS
        for method, properties, body in self._channel.consume(QUEUE, inactivity_timeout=0.05):
            if method is not None:
                self._handle(method.delivery_tag, properties, body)
            if done():
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"the events did not come; so far: {dict(self.counts)}")
        self._channel.cancel()

    def _handle(self, tag: int, properties: pika.BasicProperties, body: bytes) -> None:
        try:
            self.counts[self._take_effect(Envelope.FromString(body))] += 1
        except (DecodeError, KeyError) as error:
            self.counts["failed"] += 1
            failures = (properties.headers or {}).get("x-delivery-count", 0)
            # It rests before it comes back, and the others go on meanwhile.
            self._connection.call_later(0.02 * 2**failures, lambda: self._channel.basic_nack(tag, requeue=True))
            return
        # Only now, when the effect is committed.
        self._channel.basic_ack(tag)

    def _take_effect(self, envelope: Envelope) -> str:
        """The event's id and its effect commit together: what comes twice takes effect once."""
        order = self.payload_of(envelope).order
        with self._database as transaction:
            inserted = transaction.execute("INSERT OR IGNORE INTO inbox VALUES (?)", [envelope.id]).rowcount
            if inserted == 0:
                return "duplicate"
            state = [order.id, order_pb2.OrderStatus.Name(order.status), envelope.aggregate_version]
            changed = transaction.execute(KEEP_NEWEST, state).rowcount
        self.envelopes[envelope.type] = envelope
        return "handled" if changed else "late"

    def payload_of(self, envelope: Envelope):
        return PAYLOADS[envelope.type].FromString(envelope.payload)

    def status_of(self, order_id: str) -> str | None:
        row = self._database.execute("SELECT status FROM orders WHERE id = ?", [order_id]).fetchone()
        return row and row[0]

    def rows(self) -> list:
        return self._database.execute("SELECT id, status, version FROM orders").fetchall()

    def gave_up(self) -> bool:
        return self.counts["failed"] >= ATTEMPTS_MAX

    def deliver(self, body: bytes) -> None:
        """Puts a message straight on the queue."""
        self._channel.basic_publish("", QUEUE, body)

    def under_another_id(self, envelope: Envelope) -> Envelope:
        another = Envelope()
        another.CopyFrom(envelope)
        another.id = str(uuid.uuid4())
        return another

    def take_parked(self) -> dict:
        """The first parked message, looked at and put back."""
        method, properties, body = next(self._channel.consume(PARKED, inactivity_timeout=READ_MAX_SECONDS))
        if method is None:
            raise TimeoutError("nothing was parked")
        self._channel.basic_nack(method.delivery_tag, requeue=True)
        death = properties.headers["x-death"][0]
        return {"body": body.decode("latin-1"), "from": death["queue"], "reason": death["reason"]}
