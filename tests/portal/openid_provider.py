"""A small OpenID provider on loopback: discovery, sign-in page, token, keys, userinfo. What it says can be changed."""

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HTTP_FOUND = 302
PERSON = {"sub": "person-1", "email": "anne@partner.example", "email_verified": True, "name": "Anne"}


class OpenIdProvider:
    """Answers as `claims` says; `broken` names an answer that is refused, or that makes no sense."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = dict(PERSON)
        self.id_claims: dict[str, Any] = {}
        self.broken: dict[str, tuple[int, str]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    def discovery(self) -> dict[str, Any]:
        """Where everything is."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """An access token and a signed statement about the person."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("client_secret") != "hush" or not form.get("code_verifier"):
            return {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.url, "aud": "portal", "iat": now, "exp": now + 60, **self.claims, **self.id_claims}
        signed = jwt.encode(said, KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "open", "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def keys(self) -> dict[str, Any]:
        """The key that signs."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def sign_in(self, query: dict[str, str]) -> str:
        """Sends the person straight back, as somebody who is signed in there already."""
        code = base64.urlsafe_b64encode(str(len(self.asked)).encode()).decode()
        self.codes[code] = query
        answer = {
            "state": query["state"],
            **({"error": "server_error"} if "authorize" in self.broken else {"code": code}),
        }
        return f"{query['redirect_uri']}?{urlencode(answer)}"


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(self.path, {name: values[0] for name, values in parse_qs(body).items()})

    def answer(self, path: str, sent: dict[str, str]) -> None:
        name = path.rpartition("/")[2]
        self.provider.asked.append((name, sent))
        if name == "authorize":
            self.send_response(HTTP_FOUND)
            self.send_header("Location", self.provider.sign_in(sent))
            self.end_headers()
        elif name in self.provider.broken:
            self.send(*self.provider.broken[name])
        else:
            self.send(200, json.dumps(self.content(name, sent)))

    def content(self, name: str, sent: dict[str, str]) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "openid-configuration": self.provider.discovery,
            "token": lambda: self.provider.token(sent),
            "keys": self.provider.keys,
            "userinfo": lambda: self.provider.claims,
        }
        return answers[name]()

    def send(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: Any) -> None:
        pass
