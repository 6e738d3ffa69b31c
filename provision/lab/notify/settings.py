"""Who is told of a night, as users write it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from provision.model.secret import SecretReference

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class WebhookSettings(BaseModel):
    """An address that gets a JSON document by POST.

    Args:
        url: Where to.
        secret: A reference to what the document is signed with; unsigned when left out.
        ca: A file of certificates to trust, PEM; the system's own when left out.
    """

    model_config = _FROZEN

    url: str = Field(pattern=r"^https?://\S+$")
    secret: SecretReference | None = None
    ca: str | None = None


class MailSettings(BaseModel):
    """A mail through an SMTP server.

    Args:
        server: The server's name or address.
        port: 25, or 465 with `tls: always`, unless given.
        tls: `always` from the first byte, `starttls` before the login, `never`.
        user: For the login; none when left out.
        password: A reference to the secret.
        sender: Who it is from.
        to: Whom it is for: one address or a list.
    """

    model_config = _FROZEN

    server: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["always", "starttls", "never"] = "starttls"
    user: str | None = None
    password: SecretReference | None = None
    sender: str = Field(min_length=3)
    to: tuple[str, ...] | str = Field(min_length=1)


class NotifySettings(BaseModel):
    """Who is told how a night ended.

    Args:
        when: After every night, or only after one that is not wholly green.
        webhook: See there.
        mail: See there.
    """

    model_config = _FROZEN

    when: Literal["failure", "always"] = "failure"
    webhook: WebhookSettings | None = None
    mail: MailSettings | None = None
