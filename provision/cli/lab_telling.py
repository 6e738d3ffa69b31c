"""Tells people how a night ended, as the lab file says."""

from __future__ import annotations

import click

from provision.cli.secret_of import secret_of
from provision.lab.lab import Lab
from provision.lab.night import NightStory
from provision.lab.notify import mail, message, webhook
from provision.lab.notify.webhook import NotTold
from provision.model.errors import ProvisionError


def tell(lab: Lab, story: NightStory) -> None:
    """Send what is wanted; what cannot be sent is said, and changes nothing of the night."""
    notify = lab.notify
    if notify is None or (story.green and notify.when == "failure"):
        return
    try:
        if (hook := notify.webhook) is not None:
            secret = secret_of(hook.secret, lab.folder) if hook.secret else None
            webhook.send(hook, secret, message.document(story))
    except ProvisionError as error:
        _not_told(error)
    try:
        if (post := notify.mail) is not None:
            password = secret_of(post.password, lab.folder) if post.password else None
            mail.send(post, password, message.subject(story), message.text(story))
    except ProvisionError as error:
        _not_told(error)


def _not_told(error: ProvisionError) -> None:
    told = f"{error.brief}: {error.details}" if error.details else error.brief
    kind = "" if isinstance(error, NotTold) else "nobody was told: "
    click.echo(f"warning: {kind}{told}", err=True)
