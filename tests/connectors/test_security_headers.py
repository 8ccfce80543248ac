"""The headers that every response carries."""

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from fastapi.testclient import TestClient

from connectors.security_headers import SecurityHeaders, framed_by


def client_of() -> TestClient:
    app = FastAPI()
    app.add_middleware(SecurityHeaders)

    @app.get("/plain")
    def plain() -> JSONResponse:
        return JSONResponse({})

    @app.get("/own")
    def own() -> JSONResponse:
        return JSONResponse({}, headers={"Referrer-Policy": "no-referrer"})

    @app.get("/framed")
    def framed() -> Response:
        return framed_by(JSONResponse({}), ["https://truong.example.vn", "https://so.example.vn"])

    return TestClient(app)


def policy_of(client: TestClient, path: str = "/plain") -> dict[str, str]:
    parts = client.get(path).headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_policy_allows_our_own_files_only() -> None:
    policy = policy_of(client_of())
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "script-src" not in policy
    assert not any("unsafe" in value or "http" in value or "*" in value for value in policy.values())


def test_named_origins_may_frame_us() -> None:
    policy = policy_of(client_of(), "/framed")
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "https://truong.example.vn https://so.example.vn"


@pytest.mark.parametrize("path", ["/plain", "/missing"])
def test_every_answer_carries_the_headers(path: str) -> None:
    headers = client_of().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_a_header_that_a_route_sets_itself_is_kept() -> None:
    assert client_of().get("/own").headers["referrer-policy"] == "no-referrer"
