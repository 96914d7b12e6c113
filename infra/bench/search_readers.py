"""Readers during many publishes: processes that share a folder of versions ask without pause while one writer replaces
the index.

Each edition of the catalogue can be told from every other by its prices, so a page that mixes two of them, or that is
older than what had been published when the question was asked, is a wrong answer. On MiniStack's S3 and DynamoDB.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from infra.bench.measure import Ratio
from infra.bench.search_catalogue import TODAY
from infra.local.seed import generator
from infra.local.stack.child_process import free_port
from infra.local.stack.ministack import Aws, launch, wait_until_ready
from infra.local.stack.tables import create_tables
from shared.adapters.search.live import LiveSearch, Publisher
from shared.adapters.search.versions import Versions
from shared.domain.core.calendar import horizon, mondays, week_of
from shared.domain.programs.program import Program
from shared.domain.search.query import MAX_LIMIT, Projection, SearchPage, SearchQuery, Sort

PUBLISHES, READERS = 500, 2
PROGRAMS, BASE_CENTS = 20, 100_000
BUCKET = "bench-search"
QUERY = SearchQuery(sort=Sort.PRICE, limit=MAX_LIMIT)


@dataclass
class Read:
    """What one reader saw: how many answers, in how many editions, and what was wrong."""

    answers: int = 0
    editions: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Readings:
    publishes: int
    reads: tuple[Read, ...]

    @property
    def ratio(self) -> Ratio:
        answers = sum(read.answers + len(read.wrong) for read in self.reads)
        return Ratio(
            "right answers of readers during publishes",
            [sum(read.answers for read in self.reads)],
            [answers],
            1.0,
            at_least=True,
        )

    @property
    def line(self) -> str:
        ratio = self.ratio
        seen = len(set().union(*(read.editions for read in self.reads)))
        wrong = [text for read in self.reads for text in read.wrong]
        answers = f"{ratio.ours[0]:,.0f} of {ratio.peer[0]:,.0f} answers right, {len(self.reads)} readers"
        return (
            f"  {ratio.value:5.2f}  {ratio.verdict:<17} {answers}, {self.publishes} publishes, {seen} editions seen"
            + "".join(f"\n         {text}" for text in wrong[:5])
        )


def edition(number: int) -> Iterator[Projection]:
    """The same programs for another price, every second time one more of them."""
    for program in _programs()[: PROGRAMS + number % 2]:
        yield Projection.model_construct(
            program=program.model_copy(update={"price_4w_cents": BASE_CENTS + number}), weeks=_weeks()
        )


@cache
def _programs() -> tuple[Program, ...]:
    return tuple(generator.programs(PROGRAMS + 1))


@cache
def _weeks() -> dict[str, int]:
    return {week_of(monday): 1 for monday in mondays(TODAY, horizon(TODAY))}


def fault(page: SearchPage, before: int, after: int) -> str:
    """What is wrong with an answer that was asked for after edition `before` was published and before edition `after +
    1` was complete; empty when nothing is."""
    editions = {hit.price_4w_cents - BASE_CENTS for hit in page.hits}
    if len(editions) != 1:
        return f"a page of editions {sorted(editions)}"
    (seen,) = editions
    programs = PROGRAMS + seen % 2
    counted = sum(entry.count for entry in page.facets.state)
    if not page.total == len(page.hits) == counted == programs:
        return f"edition {seen}: total {page.total}, {len(page.hits)} hits, {counted} counted, {programs} programs"
    if not before <= seen <= after + 1:
        return f"edition {seen} when {before} was published and {after + 1} was not"
    return ""


def measure(publishes: int = PUBLISHES) -> Readings:
    """Publishes so often while `READERS` processes read. Raises RuntimeError when a reader ends early."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="rota-bench-readers-") as folder, ministack(Path(folder)) as aws:
        publisher = Publisher(_versions(aws), lambda: datetime.now(UTC))
        published, done, results = context.Value("i", 0), context.Event(), context.Queue()
        publisher.publish(edition(0), datetime.now(UTC))
        readers = [
            context.Process(target=_read, args=(aws, Path(folder) / "versions", published, done, results))
            for _ in range(READERS)
        ]
        for reader in readers:
            reader.start()
        try:
            for number in range(1, publishes + 1):
                publisher.publish(edition(number), datetime.now(UTC))
                published.value = number
        finally:
            done.set()
        reads = tuple(results.get(timeout=60) for _ in readers)
        for reader in readers:
            reader.join(30)
    if ended := [reader.exitcode for reader in readers if reader.exitcode]:
        raise RuntimeError(f"readers ended with {ended}")
    return Readings(publishes, reads)


def _read(aws: Aws, folder: Path, published: Synchronized[int], done: Any, results: Any) -> None:
    """A process of its own; one answer more after the last publish."""
    read, faults = Read(), list[str]()
    search = LiveSearch(_versions(aws), folder, lambda fault: faults.append(str(fault)))
    last = False
    while not last:
        last = done.is_set()
        before = published.value
        try:
            page = search.search(QUERY, TODAY)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what the bench is looking for)
            read.wrong.append(repr(error))
            continue
        if wrong := fault(page, before, published.value) or "".join(faults):
            read.wrong.append(wrong)
            faults.clear()
            continue
        read.answers += 1
        read.editions.add(page.hits[0].price_4w_cents - BASE_CENTS)
    results.put(read)


def _versions(aws: Aws) -> Versions:
    return Versions(aws.client("s3"), aws.client("dynamodb"), BUCKET, "core")


@contextmanager
def ministack(folder: Path) -> Iterator[Aws]:
    """S3 and DynamoDB with the tables and a bucket, without IAM."""
    port = free_port()
    child = launch(port, folder, free_port(), auth=False, persist=False)
    try:
        wait_until_ready(child, port)
        aws = Aws(f"http://127.0.0.1:{port}")
        create_tables(aws.client("dynamodb"))
        aws.client("s3").create_bucket(Bucket=BUCKET)
        yield aws
    finally:
        child.stop()
