"""A purchase from beginning to end, by a program that shares nothing with GitTix but its contracts.

Reads its settings as JSON from the standard input and prints what it saw as JSON. The generated code is expected
on PYTHONPATH (see ../buf.gen.yaml).
"""

import json
import sys
import uuid

from google.protobuf.json_format import MessageToDict

from calls import DEADLINE_SECONDS, call_json, connect, credentials
from errors import refusal_of
from events import OrderReader
from health import serving
from identity import service_token, verify_user_token
from gittix.auth.v1 import auth_service_pb2, auth_service_pb2_grpc
from gittix.operations.v1 import dead_letter_service_pb2, dead_letter_service_pb2_grpc
from gittix.orders.v1 import order_lifecycle_service_pb2, order_lifecycle_service_pb2_grpc
from gittix.orders.v1 import order_pb2, order_service_pb2, order_service_pb2_grpc
from gittix.payments.v1 import payment_service_pb2, payment_service_pb2_grpc
from gittix.tickets.v1 import ticket_pb2, ticket_service_pb2, ticket_service_pb2_grpc
from gittix.types.v1.money_pb2 import Money


def main() -> None:
    settings = json.load(sys.stdin)
    channels = connect(settings["addresses"])
    # Before the purchase: what happens while nobody listens is not kept for a queue that is not there yet.
    reader = OrderReader(settings["amqpUrl"])
    report = {
        "health": {name: serving(channel) for name, channel in channels.items()},
        **buy(settings, channels),
        "badCalls": [refusal_of(lambda: call_json(channels, **call)) for call in settings["badCalls"]],
    }
    report["events"] = read_events(reader, report["order"]["id"])
    json.dump(report, sys.stdout)


def buy(settings: dict, channels: dict) -> dict:
    auth = auth_service_pb2_grpc.AuthServiceStub(channels["auth"])
    tickets = ticket_service_pb2_grpc.TicketServiceStub(channels["tickets"])
    orders = order_service_pb2_grpc.OrderServiceStub(channels["orders"])

    seller, buyer = sign_up(auth), sign_up(auth)
    as_seller, as_buyer = (credentials(user=each.tokens.access_token) for each in (seller, buyer))
    listing = ticket_service_pb2.CreateTicketRequest(title="Giselle", price=Money(amount_minor=2500))
    ticket = tickets.CreateTicket(listing, metadata=as_seller, timeout=DEADLINE_SECONDS).ticket
    changes = tickets.WatchTickets(
        ticket_service_pb2.WatchTicketsRequest(ticket_ids=[ticket.id]), timeout=DEADLINE_SECONDS)
    first_message = next(changes).WhichOneof("event")

    def place(request_id: str, metadata):
        request = order_service_pb2.CreateOrderRequest(ticket_id=ticket.id, request_id=request_id)
        return orders.CreateOrder(request, metadata=metadata, timeout=DEADLINE_SECONDS).order

    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    order = place(first, as_buyer)
    forged = credentials(user=buyer.tokens.access_token + "x")
    return {
        "users": [MessageToDict(each.user) for each in (seller, buyer)],
        "buyerToken": buyer.tokens.access_token,
        "claims": verify_user_token(buyer.tokens.access_token, settings["userKeysUrl"]),
        "ticket": MessageToDict(ticket),
        "order": MessageToDict(order),
        "orderAgain": MessageToDict(place(first, as_buyer)),
        "refused": {
            "reserved": refusal_of(lambda: place(second, as_buyer)),
            "own": refusal_of(lambda: place(second, as_seller)),
            "unsigned": refusal_of(lambda: place(second, None)),
            "forged": refusal_of(lambda: place(second, forged)),
        },
        **pay(channels, order.id, as_buyer),
        "firstTicketMessage": first_message,
        "ticketStates": follow(changes, "ticket", ticket_pb2.TICKET_STATUS_SOLD),
        "asService": as_services(settings, channels, order.id, as_buyer),
    }


def pay(channels: dict, order_id: str, as_buyer) -> dict:
    orders = order_service_pb2_grpc.OrderServiceStub(channels["orders"])
    payments = payment_service_pb2_grpc.PaymentServiceStub(channels["payments"])
    watch = order_service_pb2.WatchOrderRequest(order_id=order_id)
    changes = orders.WatchOrder(watch, metadata=as_buyer, timeout=DEADLINE_SECONDS)
    before = next(changes).order
    payment = payment_service_pb2.CreateChargeRequest(order_id=order_id, payment_method_id="pm_card_visa")
    charge = payments.CreateCharge(payment, metadata=as_buyer, timeout=DEADLINE_SECONDS).charge
    after = follow(changes, "order", order_pb2.ORDER_STATUS_COMPLETED)
    return {"charge": MessageToDict(charge), "orderStates": [MessageToDict(before), *after]}


def sign_up(auth):
    request = auth_service_pb2.SignUpRequest(email=f"{uuid.uuid4()}@example.com", password="correct horse battery")
    return auth.SignUp(request, timeout=DEADLINE_SECONDS)


def follow(stream, field: str, last_status: int) -> list[dict]:
    """Reads a stream up to a status. The stream's deadline bounds the wait; heartbeats carry nothing."""
    states = []
    for message in stream:
        if not message.HasField(field):
            continue
        state = getattr(message, field)
        states.append(MessageToDict(state))
        if state.status == last_status:
            stream.cancel()
            return states
    raise RuntimeError(f"the stream ended before the {field} came to status {last_status}")


def as_services(settings: dict, channels: dict, order_id: str, as_buyer) -> dict:
    """Calls an internal service as nobody, as a service that the contract names, and as one that it does not."""
    lifecycle = order_lifecycle_service_pb2_grpc.OrderLifecycleServiceStub(channels["orders"])
    parked = dead_letter_service_pb2_grpc.DeadLetterServiceStub(channels["orders"])
    request = order_lifecycle_service_pb2.BatchGetOrdersRequest(order_ids=[order_id])

    def get_orders(metadata):
        return lifecycle.BatchGetOrders(request, metadata=metadata, timeout=DEADLINE_SECONDS)

    def as_service(name):
        return credentials(service=service_token(name, settings["serviceTokenKey"]))

    return {
        "named": [order.id for order in get_orders(as_service("tickets")).orders],
        "unnamed": refusal_of(lambda: get_orders(as_service("polyglot"))),
        "nobody": refusal_of(lambda: get_orders(None)),
        "user": refusal_of(lambda: parked.ListDeadLetters(
            dead_letter_service_pb2.ListDeadLettersRequest(), metadata=as_buyer, timeout=DEADLINE_SECONDS)),
    }


def read_events(reader: OrderReader, order_id: str) -> dict:
    """Reads up to the purchase's end, then has delivered what a broker may deliver: twice, late, and unreadable."""
    reader.read_until(lambda: reader.status_of(order_id) == "ORDER_STATUS_COMPLETED")
    created, completed = (reader.envelopes[f"gittix.orders.v1.{each}"] for each in ("OrderCreated", "OrderCompleted"))
    reader.deliver(completed.SerializeToString())
    reader.deliver(reader.under_another_id(created).SerializeToString())
    reader.deliver(b"\xff no envelope")
    reader.read_until(lambda: reader.counts["duplicate"] > 0 and reader.counts["late"] > 0 and reader.gave_up())
    return {
        "completed": MessageToDict(completed),
        "order": MessageToDict(reader.payload_of(completed).order),
        "counts": dict(reader.counts),
        "rows": reader.rows(),
        "parked": reader.take_parked(),
    }


if __name__ == "__main__":
    main()
