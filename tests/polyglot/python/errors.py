"""The one error model, read in Python: a code, a sentence, and typed details behind `grpc-status-details-bin`."""

from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
import grpc


def refusal_of(call) -> dict | None:
    """What a call is refused with; None when it succeeds."""
    try:
        call()
    except grpc.RpcError as error:
        return read(error)
    return None


def read(error: grpc.RpcError) -> dict:
    trailers = {entry.key: entry.value for entry in error.trailing_metadata()}
    details = Status.FromString(trailers.get("grpc-status-details-bin", b"")).details
    info, bad_request = unpack(details, ErrorInfo()), unpack(details, BadRequest())
    return {
        "code": error.code().value[0],
        "sentence": error.details(),
        "reason": info.reason,
        "domain": info.domain,
        "metadata": dict(info.metadata),
        "fields": [{"field": each.field, "description": each.description} for each in bad_request.field_violations],
    }


def unpack(details, message):
    """The first detail of the message's type; an empty message where there is none."""
    for detail in details:
        if detail.Unpack(message):
            break
    return message
