"""Events as a contract: instances fit their committed schemas, schemas refuse what does not fit, rules and filters pass
what is taken."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from moto.events.models import EventPattern
from samtranslator.yaml_helper import yaml_parse

from infra.build import schemas
from infra.lint.project import Project
from infra.local.seed.generator import programs
from shared.domain.core.aggregate import Actor
from shared.domain.email.email_names import EmailName, named_by, tag_of
from shared.domain.programs.guidelines import Guidelines
from shared.events.base import EventData
from shared.events.catalog import events
from shared.events.envelope import Envelope, Subject
from shared.events.program import ProgramPublished
from shared.services.contexts import emails

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "events" / "samples"
EVENTS = dict(events())
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
TYPED = ("payments", "search_indexer", "pdf_maker")
WORKERS = (*TYPED, "notifications")
UNLISTED = "SomethingElse.v1"

st.register_type_strategy(datetime, st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
PROGRAMS = [ProgramPublished.model_validate(program.model_dump()) for program in programs(5)]
st.register_type_strategy(Guidelines, st.sampled_from([program.guidelines for program in PROGRAMS]))


def instances(name: str) -> st.SearchStrategy[EventData]:
    """Any instance of an event; programs have rules between their fields, so they come from the generator."""
    return st.sampled_from(PROGRAMS) if name == ProgramPublished.TYPE else st.builds(EVENTS[name])


def envelope(event: EventData) -> dict[str, Any]:
    made = Envelope(
        id=f"{event.SUBJECT}#1#1",
        type=event.TYPE,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        actor=Actor(role="system", id="test"),
        subject=Subject(kind=event.SUBJECT, id="1"),
        seq=1,
        emailed=event.EMAILED,
        data=event.model_dump(mode="json", exclude_unset=True),
    )
    return made.model_dump(mode="json")


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((schemas.FOLDER / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_instance_of_an_event_fits_its_committed_schema(name: str, data: st.DataObject) -> None:
    validator(name).validate(envelope(data.draw(instances(name))))


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_schema_refuses_an_unknown_field_a_missing_one_and_another_type(name: str, data: st.DataObject) -> None:
    check = validator(name)
    sound = envelope(data.draw(instances(name)))
    required = [field for field, info in EVENTS[name].model_fields.items() if info.is_required()]
    assert not check.is_valid({**sound, "data": {**sound["data"], "surname": "Okafor"}})
    assert not check.is_valid({**sound, "type": UNLISTED})
    assert not check.is_valid({key: value for key, value in sound.items() if key != "subject"})
    assert not check.is_valid(
        {**sound, "data": {key: value for key, value in sound["data"].items() if key != required[0]}}
    )


def test_committed_schemas_are_those_of_the_catalog() -> None:
    assert {path.name: path.read_text() for path in schemas.FOLDER.glob("*.json")} == schemas.texts()


# --- rules: read from the templates, never written twice --------------------------------------------------------------
RULES = {rule.place.stack: rule.properties["EventPattern"] for rule in Project.read(ROOT).of("AWS::Events::Rule")}
PATTERNS = {worker: RULES["".join(part.capitalize() for part in worker.split("_")) + "Inbox"] for worker in WORKERS}
"""The pattern of each consumer's inbox as deployed: the nested template with this consumer's parameters."""


def on_bus(name: str) -> dict[str, Any]:
    detail = {"emailed": name in EVENTS and EVENTS[name].EMAILED}
    return {"source": "rota", "detail-type": name, "detail": detail}


def passes(worker: str, event: dict[str, Any]) -> bool:
    pattern = PATTERNS[worker]
    found: bool = EventPattern(json.dumps(pattern), pattern).matches_event(event)
    return found


@pytest.mark.parametrize("worker", TYPED)
def test_a_rule_passes_exactly_what_its_consumer_takes(worker: str) -> None:
    consumers = importlib.import_module(f"functions.{worker}.handler").worker.types
    assert set(PATTERNS[worker]["detail-type"]) == consumers <= set(EVENTS)
    for name in [*EVENTS, UNLISTED]:
        assert passes(worker, on_bus(name)) is (name in consumers), name
        assert not passes(worker, {**on_bus(name), "source": "somebody.else"}), name


def test_the_rule_of_notifications_passes_what_people_are_told_about_and_names_no_event() -> None:
    assert PATTERNS["notifications"] == {"source": ["rota"], "detail": {"emailed": [True]}}
    for name in [*EVENTS, UNLISTED]:
        assert passes("notifications", on_bus(name)) is (name in emails()), name
        assert not passes("notifications", {**on_bus(name), "source": "somebody.else"}), name
    assert not passes("notifications", {**on_bus(UNLISTED), "detail": {}}), "of a publisher that is older than the flag"


def test_an_event_is_emailed_exactly_when_some_context_has_an_email_for_it() -> None:
    assert {name for name, event in EVENTS.items() if event.EMAILED} == set(emails())


def test_no_two_emails_of_one_event_have_the_same_name_and_each_name_fits_a_tag() -> None:
    for name, rules in emails().items():
        kinds = [rule.kind for rule in rules]
        assert len(set(kinds)) == len(kinds), name
        for kind in kinds:
            made = EmailName(EVENTS[name].SUBJECT, "01k-x", "7", kind)
            assert named_by(tag_of(made.id)) == made


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("bus-*.json")), ids=lambda path: path.stem)
def test_a_sample_from_the_bus_fits_its_schema_and_reaches_its_consumers(path: Path) -> None:
    sample = json.loads(path.read_text())
    validator(sample["detail-type"]).validate(sample["detail"])
    assert sample["detail"]["type"] == sample["detail-type"]
    takers = [worker for worker in WORKERS if passes(worker, sample)]
    assert takers, "a sample that nobody takes shows nothing"


# --- stream filters ---------------------------------------------------------------------------------------------------
def filters() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, source in TEMPLATE["Resources"]["EventPublisher"]["Properties"]["Events"].items():
        for one in source["Properties"]["FilterCriteria"]["Filters"]:
            yield name, json.loads(one["Pattern"])


def record(event_name: str, sk: str) -> dict[str, Any]:
    return {"eventName": event_name, "dynamodb": {"Keys": {"pk": {"S": "X#1"}, "sk": {"S": sk}}}}


@pytest.mark.parametrize(
    ("stream", "announced", "kept"),
    [
        ("Rows", "EVENT#0000000001", ["STATE", "DUE#hold", "SEATS#2027", "PERSON"]),
        ("Deliveries", "DELIVERY", ["SESSION", "LINK", "MAIL"]),
    ],
)
def test_the_publisher_sees_new_event_rows_and_new_deliveries_only(
    stream: str, announced: str, kept: list[str]
) -> None:
    patterns = [pattern for name, pattern in filters() if name == stream]
    assert len(patterns) == 1
    matcher = EventPattern(json.dumps(patterns[0]), patterns[0])
    assert matcher.matches_event(record("INSERT", announced))
    assert not any(matcher.matches_event(record(change, announced)) for change in ("MODIFY", "REMOVE"))
    assert not any(matcher.matches_event(record("INSERT", sk)) for sk in kept)
