"""A signed POST, tried again while the other side is only in trouble for a while.

The signature is the HMAC-SHA256 of `TIMESTAMP.BODY`, as Stripe's and others' are made; a receiver
refuses a timestamp that is old, so that nobody can send it a second time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import requests
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
)

from provision.lab.notify.settings import WebhookSettings
from provision.model.errors import ProvisionError
from provision.model.secret import Secret

TRIES = 6
SECONDS = 15.0
SIGNATURE, TIMESTAMP = "X-Provision-Signature", "X-Provision-Timestamp"
_PASSING = frozenset((408, 425, 429))


class NotTold(ProvisionError):
    """Somebody could not be told; the night is what it is all the same."""


def sign(secret: Secret, timestamp: str, body: bytes) -> str:
    """Give the signature of a document."""
    key = secret.get_secret_value().encode()
    digest = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def send(
    settings: WebhookSettings,
    secret: Secret | None,
    document: dict[str, Any],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Send a document.

    Args:
        sleep: Waits real seconds between the tries.

    Raises:
        NotTold: It was refused, or could not be delivered in six tries.
    """
    body = json.dumps(document).encode()

    def once() -> requests.Response:
        now = str(int(time.time()))
        headers = {"Content-Type": "application/json", TIMESTAMP: now}
        if secret is not None:
            headers[SIGNATURE] = sign(secret, now, body)
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                settings.url,
                data=body,
                headers=headers,
                timeout=SECONDS,
                verify=settings.ca or True,
                allow_redirects=False,
            )

    policy = Retrying(
        retry=retry_if_exception_type((requests.ConnectionError, requests.Timeout))
        | retry_if_result(
            lambda answer: answer.status_code >= 500 or answer.status_code in _PASSING
        ),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential(multiplier=1, max=60),
        sleep=sleep,
    )
    try:
        answer = policy(once)
    except RetryError as error:
        last = error.last_attempt
        why = last.exception() if last.failed else f"it answers {last.result().status_code}"
        raise NotTold(f"the webhook got nothing in {TRIES} tries", details=_bare(why)) from None
    except requests.RequestException as error:
        raise NotTold("the webhook cannot be used", details=_bare(error)) from None
    if not 200 <= answer.status_code < 300:
        raise NotTold(f"the webhook refused the document: it answers {answer.status_code}")


def _bare(why: object) -> str:
    """Tell an error by its kind: its text holds the address, which may be a secret by itself."""
    return why if isinstance(why, str) else type(why).__name__
