"""How a Python program calls the services: channels, credentials, a deadline on every call."""

from google.protobuf import symbol_database
from google.protobuf.json_format import ParseDict
import grpc

DEADLINE_SECONDS = 10


def connect(addresses: dict[str, str]) -> dict[str, grpc.Channel]:
    """A channel for each service; calls go round the replicas of a name that stands for several."""
    options = [("grpc.lb_policy_name", "round_robin")]
    return {name: grpc.insecure_channel(address, options) for name, address in addresses.items()}


def credentials(user: str | None = None, service: str | None = None) -> list[tuple[str, str]]:
    """A user proves themselves with one header, a calling service with another; both may come with a call."""
    tokens = {"authorization": user, "x-service-authorization": service}
    return [(header, f"Bearer {token}") for header, token in tokens.items() if token is not None]


def call_json(channels: dict[str, grpc.Channel], at: str, service: str, method: str, request: dict, token: str = ""):
    """Makes any unary call from the contract's words: what a client that is written for no method in particular does."""
    database = symbol_database.Default()
    described = database.pool.FindServiceByName(service).FindMethodByName(method)
    message = ParseDict(request, database.GetPrototype(described.input_type)())
    call = channels[at].unary_unary(
        f"/{service}/{method}",
        request_serializer=type(message).SerializeToString,
        response_deserializer=database.GetPrototype(described.output_type).FromString,
    )
    return call(message, metadata=credentials(user=token or None), timeout=DEADLINE_SECONDS)
