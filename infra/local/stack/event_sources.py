"""What feeds a function of a running stack: its queues and streams."""

from __future__ import annotations

from infra.local.stack.stack_info import StackInfo


def disconnect(info: StackInfo, room: str) -> None:
    """Takes every queue and stream from the function of `room`: it runs only when somebody invokes it."""
    client = info.aws.client("lambda")
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=info.functions[room])
    for id in [mapping["UUID"] for page in pages for mapping in page["EventSourceMappings"]]:
        client.delete_event_source_mapping(UUID=id)
