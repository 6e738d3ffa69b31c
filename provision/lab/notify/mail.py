"""A mail through an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from provision.lab.notify.settings import MailSettings
from provision.lab.notify.webhook import NotTold
from provision.model.secret import Secret

SECONDS = 30.0


def send(settings: MailSettings, password: Secret | None, subject: str, text: str) -> None:
    """Send a mail.

    Raises:
        NotTold: The server cannot be reached, or refuses it.
    """
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings.sender
    recipients = (settings.to,) if isinstance(settings.to, str) else settings.to
    message["To"] = ", ".join(recipients)
    message.set_content(text)
    context = ssl.create_default_context()
    port = settings.port or (465 if settings.tls == "always" else 25)
    try:
        with (
            smtplib.SMTP_SSL(settings.server, port, timeout=SECONDS, context=context)
            if settings.tls == "always"
            else smtplib.SMTP(settings.server, port, timeout=SECONDS)
        ) as server:
            if settings.tls == "starttls":
                server.starttls(context=context)
            if settings.user and password is not None:
                server.login(settings.user, password.get_secret_value())
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        told = f"{settings.server}:{port}: {type(error).__name__}"
        raise NotTold("the mail could not be sent", details=told) from None
