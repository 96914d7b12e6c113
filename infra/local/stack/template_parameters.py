"""What the template is given on this machine: its parameters, and the values of what one puts in by hand on AWS."""

from __future__ import annotations

import email.utils
from typing import TYPE_CHECKING

from infra.local.stack.ministack import Aws
from infra.local.stack.stack_info import StackInfo

if TYPE_CHECKING:
    from infra.local.stack.deploy import Deployment

MAIL_FROM = "Rota <hello@rota.example>"


def parameters(info: StackInfo, call_log: str = "") -> dict[str, str]:
    """Template parameters on the local stack; those that only make sense here stay empty on AWS."""
    return {
        "Stage": "local",
        "PublicUrl": info.public_url,
        "FormOrigins": f"{info.stripe_url} {info.aws_url}",
        "MailFrom": MAIL_FROM,
        "StripeApiBase": info.stripe_url,
        "SecondFactor": "finance",
        "BusinessClockFile": info.clock_file,
        "CallLogFile": call_log,
    }


def settle(aws: Aws, deployment: Deployment, *, stripe_key: str, webhook_secret: str) -> None:
    """Does what an operator does once by hand on AWS: puts in Stripe's secrets and verifies the sender's domain."""
    values = {"StripeSecretArn": stripe_key, "WebhookSecretArn": webhook_secret}
    secrets = aws.client("secretsmanager")
    for output, value in values.items():
        arn = deployment.outputs.get(output)
        if arn is not None and secrets.get_secret_value(SecretId=arn).get("SecretString") != value:
            secrets.put_secret_value(SecretId=arn, SecretString=value)
    sender = email.utils.parseaddr(MAIL_FROM)[1]
    aws.client("ses").verify_domain_identity(Domain=sender.rpartition("@")[2])
