"""Turns the OpenAPI `Body` that SAM writes for an HTTP API into native integrations, authorizers and routes, which
MiniStack serves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Node = dict[str, Any]
API = "AWS::ApiGatewayV2::Api"
INTEGRATION = "x-amazon-apigateway-integration"


def expand_http_apis(template: Node, api_id: str | None) -> None:
    """Replaces the `Body` of each HTTP API in place. `api_id` pins the API's id, so that its address survives a new
    deployment."""
    resources = template["Resources"]
    for name in [name for name, resource in resources.items() if resource["Type"] == API]:
        properties = resources[name]["Properties"]
        body = properties.pop("Body", None)
        if body is None:
            continue
        properties.update(Name=properties.get("Name", name), ProtocolType="HTTP")
        properties.pop("FailOnWarnings", None)
        properties.pop("DisableExecuteApiEndpoint", None)
        if api_id is not None:
            properties["Tags"] = {**(properties.get("Tags") or {}), "ms-custom-id": api_id}
        if cors := body.get("x-amazon-apigateway-cors"):
            properties["CorsConfiguration"] = dict(cors)
        authorizers = _authorizers(resources, name, body)
        _routes(resources, name, body, authorizers)


def _authorizers(resources: Node, api: str, body: Node) -> dict[str, tuple[str, str]]:
    """Adds the authorizers; returns scheme name -> (kind of authorization, logical id)."""
    found = {}
    for scheme, spec in body.get("components", {}).get("securitySchemes", {}).items():
        authorizer = spec.get("x-amazon-apigateway-authorizer")
        if authorizer is None:
            continue
        source = authorizer.get("identitySource")
        properties: Node = {
            "ApiId": {"Ref": api},
            "Name": scheme,
            "IdentitySource": source if isinstance(source, list) else [source],
        }
        if authorizer["type"] == "jwt":
            jwt = authorizer["jwtConfiguration"]
            properties |= {
                "AuthorizerType": "JWT",
                "JwtConfiguration": {"Issuer": jwt["issuer"], "Audience": jwt["audience"]},
            }
        else:
            properties |= {
                "AuthorizerType": "REQUEST",
                "AuthorizerUri": authorizer["authorizerUri"],
                "AuthorizerPayloadFormatVersion": authorizer.get("authorizerPayloadFormatVersion", "2.0"),
                "EnableSimpleResponses": authorizer.get("enableSimpleResponses", False),
                "AuthorizerResultTtlInSeconds": authorizer.get("authorizerResultTtlInSeconds", 0),
            }
        logical_id = f"{api}Authorizer{_tag(scheme)}"
        resources[logical_id] = {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": properties}
        found[scheme] = ("JWT" if authorizer["type"] == "jwt" else "CUSTOM", logical_id)
    return found


def _routes(resources: Node, api: str, body: Node, authorizers: dict[str, tuple[str, str]]) -> None:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if INTEGRATION not in operation:
                continue
            key = _route_key(path, method)
            target = _integration(resources, api, operation[INTEGRATION])
            properties: Node = {
                "ApiId": {"Ref": api},
                "RouteKey": key,
                "Target": {"Fn::Sub": f"integrations/${{{target}}}"},
            }
            for requirement in operation.get("security") or []:
                for scheme, scopes in requirement.items():
                    if scheme in authorizers:
                        kind, logical_id = authorizers[scheme]
                        properties |= {"AuthorizationType": kind, "AuthorizerId": {"Ref": logical_id}}
                        properties |= {"AuthorizationScopes": scopes} if scopes else {}
            resources[f"{api}Route{_tag(key)}"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}


def _route_key(path: str, method: str) -> str:
    if path.strip("/") == "$default":
        return "$default"
    return f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"


def _integration(resources: Node, api: str, spec: Node) -> str:
    """One integration per function, however many routes lead to it; returns its logical id."""
    logical_id = f"{api}Integration{_tag(json.dumps(spec, sort_keys=True))}"
    properties: Node = {
        "ApiId": {"Ref": api},
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": spec["uri"],
        "IntegrationMethod": "POST",
        "PayloadFormatVersion": spec.get("payloadFormatVersion", "2.0"),
    }
    if "timeoutInMillis" in spec:
        properties["TimeoutInMillis"] = spec["timeoutInMillis"]
    resources[logical_id] = {"Type": "AWS::ApiGatewayV2::Integration", "Properties": properties}
    return logical_id


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
