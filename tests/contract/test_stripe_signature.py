"""Our signature check and the SDK's say the same of every header: they are held to it on generated deliveries."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stripe import SignatureVerificationError, WebhookSignature

from shared.adapters.stripe_signature import TOLERANCE_SECONDS, verify
from shared.domain.core.errors import Unauthentic

NOW = 1_795_000_000
SECRET, ROLLED, FOREIGN = "whsec_one", "whsec_two", "whsec_foreign"
BODY = '{"id":"evt_1","object":"event","name":"Zoë"}'


def signature(secret: str, timestamp: int, body: str) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()


def ours(body: str, header: str, *secrets: str) -> bool:
    try:
        verify(body.encode(), header, secrets, NOW)
    except Unauthentic:
        return False
    return True


def theirs(body: str, header: str, secret: str) -> bool:
    """The SDK at `NOW`: it reads the wall clock itself, so its tolerance is stretched by how long ago `NOW` is.
    Timestamps are whole seconds; half a one absorbs the time the call takes."""
    try:
        return WebhookSignature.verify_header(
            body.encode(), header, secret, time.time() - NOW + TOLERANCE_SECONDS + 0.5
        )
    except (SignatureVerificationError, TypeError):  # it trips over a signature that is not ASCII
        return False


def header(timestamp: int, *signatures: str) -> str:
    return ",".join([f"t={timestamp}", *(f"v1={value}" for value in signatures)])


@st.composite
def headers(draw: st.DrawFn, body: str) -> str:
    """Mostly nearly right: the parts of a good header, each sometimes wrong, missing, doubled or in another order."""
    timestamp = NOW + draw(st.sampled_from([0, -299, -300, -301, -86_400, 1, 300, 3_600]))
    signed_at = timestamp + draw(st.sampled_from([0, 0, 0, 1]))
    good = signature(SECRET, signed_at, body)
    signatures = st.sampled_from(
        [
            good,
            good.upper(),
            good[:-1],
            signature(FOREIGN, signed_at, body),
            signature(SECRET, signed_at, body + " "),
            "",
        ]
    )
    parts = [f"t={timestamp}"] if draw(st.integers(0, 9)) else []
    parts += [
        f"{draw(st.sampled_from(['v1', 'v1', 'v1', 'v0', 'V1']))}={value}"
        for value in draw(st.lists(signatures, max_size=3))
    ]
    parts += draw(
        st.lists(
            st.sampled_from(["t=later", f"t={NOW}", "v1", "=", "", " ", "t=", "v1=a=b", f"v1={good}=x", "t= 5 "]),
            max_size=2,
        )
    )
    return ",".join(draw(st.permutations(parts)))


@given(body=st.text(), data=st.data())
def test_both_say_the_same_of_a_nearly_right_header(body: str, data: st.DataObject) -> None:
    made = data.draw(headers(body))
    assert ours(body, made, SECRET) == theirs(body, made, SECRET)


@given(body=st.text(max_size=40), made=st.text(max_size=80))
@example(body="", made="")
@example(body="", made="t=1_0,v1=x")
@example(body="", made="t=,v1=")
@example(body="", made="t")
@example(body="", made="v1=x,t=\u0665")
def test_both_say_the_same_of_any_header(body: str, made: str) -> None:
    assert ours(body, made, SECRET) == theirs(body, made, SECRET)


@given(body=st.text(), age=st.integers(-4_000, TOLERANCE_SECONDS))
def test_a_good_signature_passes_up_to_five_minutes_old_and_from_the_future(body: str, age: int) -> None:
    made = header(NOW - age, signature(SECRET, NOW - age, body))
    assert ours(body, made, SECRET)
    assert theirs(body, made, SECRET)


@pytest.mark.parametrize(("age", "accepted"), [(300, True), (301, False)])
def test_a_delivery_is_stale_one_second_after_five_minutes(age: int, accepted: bool) -> None:
    made = header(NOW - age, signature(SECRET, NOW - age, BODY))
    assert ours(BODY, made, SECRET) is accepted
    assert theirs(BODY, made, SECRET) is accepted


@pytest.mark.parametrize("signer", [SECRET, ROLLED])
def test_while_a_secret_is_rolled_either_signs(signer: str) -> None:
    made = header(NOW, signature(signer, NOW, BODY))
    assert ours(BODY, made, SECRET, ROLLED)
    assert ours(BODY, header(NOW, signature(FOREIGN, NOW, BODY), signature(signer, NOW, BODY)), SECRET, ROLLED)


def test_a_foreign_secret_no_secret_and_an_empty_one_are_refused() -> None:
    assert not ours(BODY, header(NOW, signature(FOREIGN, NOW, BODY)), SECRET, ROLLED)
    assert not ours(BODY, header(NOW, signature(SECRET, NOW, BODY)))
    assert not ours(BODY, header(NOW, signature("", NOW, BODY)), "", " ")


@pytest.mark.parametrize("scheme", ["v0", "V1", "v2"])
def test_a_good_signature_under_another_scheme_does_not_count(scheme: str) -> None:
    made = f"t={NOW},{scheme}={signature(SECRET, NOW, BODY)}"
    assert not ours(BODY, made, SECRET)
    assert not theirs(BODY, made, SECRET)


@pytest.mark.parametrize("made", ["", "v1=x", f"t={NOW}", f"t={NOW},v1=é", f"t=x,v1={'0' * 64}"])
def test_a_header_that_is_no_signature_is_refused(made: str) -> None:
    assert not ours(BODY, made, SECRET)


def test_bytes_that_are_no_text_are_verified_as_they_are() -> None:
    raw = b"\xff\x00\xfe"
    good = hmac.new(SECRET.encode(), f"{NOW}.".encode() + raw, hashlib.sha256).hexdigest()
    verify(raw, header(NOW, good), [SECRET], NOW)
    with pytest.raises(Unauthentic):
        verify(raw + b" ", header(NOW, good), [SECRET], NOW)
