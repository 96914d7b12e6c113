"""Stripe's test cards (https://docs.stripe.com/testing) and what each of them does."""

from __future__ import annotations

from dataclasses import dataclass

AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


@dataclass(frozen=True)
class Decline:
    """`code` is the error code, `decline_code` the issuer's reason, `message` what the payer reads."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True)
class TestCard:
    """`refund` is "" (at once), "pending" (succeeds later) or "fails" (succeeds, then fails)."""

    brand: str = "visa"
    challenge: bool = False
    decline: Decline | None = None
    refund: str = ""


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
INCORRECT_NUMBER = Decline("incorrect_number", "incorrect_number", "Your card number is incorrect.")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, "
    "visit: "
    "https://stripe.com/docs/testing.",
)

CARDS = {
    "4242424242424242": TestCard(),
    "4000056655665556": TestCard(),
    "5555555555554444": TestCard(brand="mastercard"),
    "378282246310005": TestCard(brand="amex"),
    "4000000000000002": TestCard(decline=GENERIC),
    "4000000000009995": TestCard(
        decline=Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
    ),
    "4000000000009987": TestCard(decline=Decline("card_declined", "lost_card", "Your card was declined.")),
    "4000000000009979": TestCard(decline=Decline("card_declined", "stolen_card", "Your card was declined.")),
    "4000000000000069": TestCard(decline=Decline("expired_card", "expired_card", "Your card has expired.")),
    "4000000000000127": TestCard(
        decline=Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
    ),
    "4000000000000119": TestCard(
        decline=Decline(
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        )
    ),
    "4000002760003184": TestCard(challenge=True),
    "4000002500003155": TestCard(challenge=True),
    "4000000000003220": TestCard(challenge=True),
    "4000008400001629": TestCard(challenge=True, decline=GENERIC),
    "4000000000007726": TestCard(refund="pending"),
    "4000000000005126": TestCard(refund="fails"),
}


METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
}
"""Stripe's names for payment methods of these cards, for whoever confirms without a page."""


def look_up(number: str) -> TestCard:
    """The behaviour of a card number (digits only). Unknown numbers are declined as Stripe's test mode declines
    them."""
    if number in CARDS:
        return CARDS[number]
    return TestCard(decline=NOT_A_TEST_CARD if passes_luhn(number) else INCORRECT_NUMBER)


def passes_luhn(number: str) -> bool:
    """The check digit rule of ISO/IEC 7812."""
    if not (12 <= len(number) <= 19 and number.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
