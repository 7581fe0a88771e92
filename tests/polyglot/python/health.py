"""grpc.health.v1 from the generated code, whose package has the name of the gRPC library's own."""

import pkgutil

import grpc

from calls import DEADLINE_SECONDS

grpc.__path__ = pkgutil.extend_path(grpc.__path__, "grpc")

from grpc.health.v1 import health_pb2, health_pb2_grpc  # noqa: E402 - only found once the path is extended


def serving(channel: grpc.Channel) -> str:
    """What the service says of its own readiness."""
    health = health_pb2_grpc.HealthStub(channel)
    status = health.Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE_SECONDS, wait_for_ready=True).status
    return health_pb2.HealthCheckResponse.ServingStatus.Name(status)
