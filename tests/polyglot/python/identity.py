"""Who calls: users prove it with auth's tokens, services with tokens of their own."""

import json
import time

import jwt
from jwt.algorithms import ECAlgorithm

AUDIENCE = "gittix"


def verify_user_token(token: str, keys_url: str) -> dict:
    """The claims of a user's access token. The client keeps the keys, and asks again when it meets an unknown kid."""
    key = jwt.PyJWKClient(keys_url).get_signing_key_from_jwt(token).key
    required = {"require": ["sub", "exp"]}
    # The algorithm is named here: what the token itself says of it proves nothing.
    return jwt.decode(token, key, ["ES256"], required, issuer="gittix-auth", audience=AUDIENCE, leeway=5)


def service_token(name: str, private_jwk: str) -> str:
    """A short token with which a service says its name, signed with the key of SERVICE_TOKEN_KEY."""
    now = int(time.time())
    claims = {"iss": "gittix-local", "aud": AUDIENCE, "sub": name, "iat": now, "exp": now + 300}
    key = ECAlgorithm.from_jwk(private_jwk)
    return jwt.encode(claims, key, "ES256", headers={"kid": json.loads(private_jwk)["kid"]})
