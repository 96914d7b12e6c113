"""ZIP codes as places: the shipped file says what the package says, and distances are those of a sphere."""

from __future__ import annotations

import pytest

from infra.build import zips
from shared.adapters.search.bits import members
from shared.adapters.search.near import Near
from shared.domain.programs.places import Position, miles, position


def test_the_shipped_places_are_those_of_the_package() -> None:
    assert zips.FILE.read_bytes() == zips.content(), "run: python -m infra.build.zips"


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("60614", (41.9229, -87.6483)),
        ("00501", (40.8154, -73.0451)),
        ("99950", (55.3422, -131.6478)),
    ],  # some, the first, the last
)
def test_a_zip_code_is_where_the_post_says(code: str, place: tuple[float, float]) -> None:
    assert position(code) == place


@pytest.mark.parametrize("code", ["00000", "00500", "60600", "99999", "09001"])  # military mail has no place
def test_a_code_that_does_not_exist_is_nowhere(code: str) -> None:
    assert position(code) is None


def test_distances_over_a_sphere() -> None:
    assert miles(Position(0, 0), Position(0, 180)) == pytest.approx(3.141592653589793 * 3958.7613)
    assert miles(Position(41.9229, -87.6483), Position(41.9229, -87.6483)) == 0
    # New York to Los Angeles, airports: 2,475 miles on a better Earth than a sphere
    # (https://www.gcmap.com/dist?P=JFK-LAX)
    assert miles(Position(40.6398, -73.7789), Position(33.9425, -118.4081)) == pytest.approx(2475, rel=0.005)


def test_a_program_on_the_edge_is_within_and_one_a_thousandth_of_a_mile_beyond_is_not() -> None:
    assert list(members(Near([24_999, 25_000, 25_001]).within(25))) == [0, 1]
